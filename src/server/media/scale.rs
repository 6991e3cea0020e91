//! A picture made narrower: decoded within limits, turned as it is to be shown, and encoded anew.

use super::reduced;
use crate::images::encode_jpeg;
use crate::picture::Pixels;
use anyhow::Context;
use anyhow::Result;
use image::DynamicImage;
use image::ExtendedColorType;
use image::ImageDecoder;
use image::ImageEncoder;
use image::ImageFormat;
use image::ImageReader;
use image::Limits;
use image::codecs::webp::WebPEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use std::io::Cursor;

/// Widths that may be asked for; each costs a decoding, and so nobody may make up others.
pub(in crate::server) const WIDTHS: [u32; 4] = [320, 640, 960, 1280];

/// Pictures beyond these are handed out as they are: they would take too long, or too much memory, to decode.
const LARGEST_PIXELS: u64 = 52_000_000;
const LARGEST_MEMORY: u64 = 64 * 1024 * 1024;
pub(super) const LARGEST_FILE: u64 = 32 * 1024 * 1024;

const QUALITY: u8 = 82;

/// A picture in its new form, with the extension of that form.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Scaled {
    pub(super) bytes: Vec<u8>,
    pub(super) extension: &'static str,
}

/// Makes a picture `width` pixels wide; nothing where it is not wider, or too large to be decoded.
///
/// What can be seen through becomes a WebP without loss, all else a JPEG. A colour profile goes along.
pub(super) fn scale(bytes: &[u8], width: u32) -> Result<Option<Scaled>> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().context("tell the format")?;
    let is_jpeg = reader.format() == Some(ImageFormat::Jpeg);
    let mut limits = Limits::default();
    limits.max_alloc = Some(LARGEST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().context("read the picture's head")?;
    let (wide, high) = decoder.dimensions();
    if u64::from(wide) * u64::from(high) > LARGEST_PIXELS {
        return Ok(None);
    }
    let turn = decoder.orientation().context("read the orientation")?;
    let profile = decoder.icc_profile().unwrap_or_default();
    let shown = if turned(turn) { high } else { wide };
    if shown <= width {
        return Ok(None);
    }
    let reduced = if is_jpeg { reduced::decode(bytes, width, shown, LARGEST_MEMORY)? } else { None };
    let mut picture = match reduced {
        Some(picture) => picture,
        None if decoder.total_bytes() > LARGEST_MEMORY => return Ok(None),
        None => DynamicImage::from_decoder(decoder).context("decode the picture")?,
    };
    picture.apply_orientation(turn);
    let height = u64::from(if turned(turn) { wide } else { high }) * u64::from(width) / u64::from(shown);
    let height = u32::try_from(height.max(1)).unwrap_or(u32::MAX);
    // Whole fractions first, by averages: the fine filter then has little to read.
    let coarse = picture.thumbnail_exact(
        width.saturating_mul(2).min(picture.width()),
        height.saturating_mul(2).min(picture.height()),
    );
    drop(picture);
    let small = coarse.resize_exact(width, height, FilterType::CatmullRom);
    encode(&small, profile).map(Some)
}

/// Whether the picture is shown lying on its side.
fn turned(turn: Orientation) -> bool {
    matches!(
        turn,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    )
}

fn encode(picture: &DynamicImage, profile: Option<Vec<u8>>) -> Result<Scaled> {
    let (wide, high) = (picture.width(), picture.height());
    let clear = picture.color().has_alpha() && picture.to_rgba8().pixels().any(|pixel| pixel.0[3] < u8::MAX);
    if clear {
        let pixels = picture.to_rgba8();
        let mut bytes = Vec::new();
        let mut encoder = WebPEncoder::new_lossless(&mut bytes);
        keep(&mut encoder, profile);
        encoder.write_image(&pixels, wide, high, ExtendedColorType::Rgba8).context("encode the picture")?;
        return Ok(Scaled { bytes, extension: "webp" });
    }
    let (channels, bytes) = if picture.color().has_color() {
        (3, picture.to_rgb8().into_raw())
    } else {
        (1, picture.to_luma8().into_raw())
    };
    let pixels = Pixels { width: wide as usize, height: high as usize, channels, bytes };
    let bytes = encode_jpeg(&pixels, QUALITY, profile.as_deref()).context("encode the picture")?;
    Ok(Scaled { bytes, extension: "jpg" })
}

fn keep(encoder: &mut impl ImageEncoder, profile: Option<Vec<u8>>) {
    if let Some(profile) = profile {
        // Without it the colours are those of a screen without profile, as before profiles.
        let _ = encoder.set_icc_profile(profile);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).expect("encode");
        bytes.into_inner()
    }

    fn size(scaled: &Scaled) -> (u32, u32) {
        let picture = image::load_from_memory(&scaled.bytes).expect("decodes");
        (picture.width(), picture.height())
    }

    #[test]
    fn proportions_are_kept_and_nothing_grows() {
        let photo = written(&DynamicImage::new_rgb8(1000, 500), ImageFormat::Jpeg);
        let scaled = scale(&photo, 320).expect("scale").expect("narrower");
        assert_eq!((size(&scaled), scaled.extension), ((320, 160), "jpg"));
        assert_eq!(scale(&photo, 1280).expect("scale"), None);
        let line = written(&DynamicImage::new_luma8(5000, 1), ImageFormat::Png);
        assert_eq!(size(&scale(&line, 640).expect("scale").expect("narrower")), (640, 1));
    }

    #[test]
    fn grey_stays_grey_and_a_colour_profile_goes_along() {
        let grey = written(&DynamicImage::new_luma8(700, 700), ImageFormat::Png);
        let scaled = scale(&grey, 320).expect("scale").expect("narrower");
        let picture = image::load_from_memory(&scaled.bytes).expect("decodes");
        assert!(!picture.color().has_color());
        // Longer than one segment of a JPEG.
        let profile: Vec<u8> = (0..150_000_u32).map(|number| number.to_le_bytes()[1]).collect();
        let photo = DynamicImage::new_rgb8(700, 350);
        let scaled = encode(&photo, Some(profile.clone())).expect("encode");
        let reader = ImageReader::new(Cursor::new(&scaled.bytes)).with_guessed_format().expect("a format");
        let mut decoder = reader.into_decoder().expect("a head");
        assert_eq!(decoder.icc_profile().expect("readable"), Some(profile));
    }

    #[test]
    fn the_same_bytes_hold_more_of_the_picture_than_a_plain_encoder_puts_into_them() {
        let photo = DynamicImage::ImageRgb8(image::RgbImage::from_fn(320, 240, |x, y| {
            let (x, y) = (f64::from(x), f64::from(y));
            let wave = |period: f64| {
                (128.0 + 80.0 * (x / period).sin() + 40.0 * (x * y / 700.0).cos()).clamp(0.0, 255.0)
            };
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
            image::Rgb([wave(9.0) as u8, wave(13.0) as u8, wave(31.0) as u8])
        }));
        let likeness = |jpeg: &[u8]| {
            let pixels = crate::picture::jpeg_pixels(jpeg).expect("decodes");
            let original = Pixels { width: 320, height: 240, channels: 3, bytes: photo.to_rgb8().into_raw() };
            crate::images::similarity(&original, &pixels).expect("comparable")
        };
        let ours = encode(&photo, None).expect("encode").bytes;
        let plain = (30..95).rev().find_map(|quality| {
            let mut bytes = Vec::new();
            let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality);
            encoder.encode_image(&photo).expect("encode");
            (bytes.len() <= ours.len()).then_some(bytes)
        });
        let plain = plain.expect("a quality");
        assert!(likeness(&ours) > likeness(&plain), "{} {}", likeness(&ours), likeness(&plain));
    }

    #[test]
    fn what_can_be_seen_through_stays_so() {
        let clear = written(&DynamicImage::new_rgba8(700, 700), ImageFormat::Png);
        assert_eq!(scale(&clear, 320).expect("scale").expect("narrower").extension, "webp");
        let mut opaque = image::RgbaImage::new(700, 700);
        opaque.pixels_mut().for_each(|pixel| pixel.0[3] = u8::MAX);
        let opaque = written(&DynamicImage::ImageRgba8(opaque), ImageFormat::Png);
        assert_eq!(scale(&opaque, 320).expect("scale").expect("narrower").extension, "jpg");
    }

    #[test]
    fn a_picture_that_claims_to_be_huge_is_not_decoded() {
        let mut huge = written(&DynamicImage::new_luma8(8, 8), ImageFormat::Png);
        huge[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
        assert!(!matches!(scale(&huge, 320), Ok(Some(_))));
        assert!(scale(b"<html>", 320).is_err());
    }
}
