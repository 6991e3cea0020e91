//! A JPEG decoded no larger than it is needed: libjpeg skips what a smaller picture does not show, and a large photo takes
//! a few rows of memory in the place of all of its pixels.

use anyhow::Result;
use anyhow::anyhow;
use anyhow::bail;
use anyhow::ensure;
use image::DynamicImage;
use image::GrayImage;
use image::RgbImage;
use mozjpeg::ColorSpace;
use mozjpeg::Decompress;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

/// Eighths of a side at which libjpeg decodes fastest.
const EIGHTHS: [u8; 4] = [1, 2, 4, 8];

/// Decodes a JPEG so that its sides are at least `least` of `whole` as long; nothing for colours that are not
/// those of a screen.
pub(super) fn decode(jpeg: &[u8], least: u32, whole: u32, most_memory: u64) -> Result<Option<DynamicImage>> {
    let wanted = |eighths: &u8| u64::from(whole) * u64::from(*eighths) >= u64::from(least) * 8;
    let eighths = EIGHTHS.into_iter().find(wanted).unwrap_or(8);
    // libjpeg's errors unwind.
    let decoded = catch_unwind(AssertUnwindSafe(|| read(jpeg, eighths, most_memory)));
    decoded.unwrap_or_else(|_| Err(anyhow!("the decoder gave up on it")))
}

fn read(jpeg: &[u8], eighths: u8, most_memory: u64) -> Result<Option<DynamicImage>> {
    let mut decoder = Decompress::new_mem(jpeg)?;
    let (wide, high) = decoder.size();
    ensure!(
        !in_many_scans(jpeg) || coefficients(&decoder) <= most_memory,
        "it comes in many scans, of which all {wide} x {high} pixels would have to be held"
    );
    decoder.scale(eighths);
    let grey = decoder.color_space() == ColorSpace::JCS_GRAYSCALE;
    if !grey && !matches!(decoder.color_space(), ColorSpace::JCS_YCbCr | ColorSpace::JCS_RGB) {
        return Ok(None);
    }
    let mut rows = if grey { decoder.grayscale()? } else { decoder.rgb()? };
    let (wide, high) = (u32::try_from(rows.width())?, u32::try_from(rows.height())?);
    let pixels = rows.read_scanlines::<u8>()?;
    rows.finish()?;
    let picture = if grey {
        GrayImage::from_raw(wide, high, pixels).map(DynamicImage::ImageLuma8)
    } else {
        RgbImage::from_raw(wide, high, pixels).map(DynamicImage::ImageRgb8)
    };
    if picture.is_none() {
        bail!("it is cut short");
    }
    Ok(picture)
}

/// Whether the picture is whole only at its last scan, so that all of them are held in memory.
fn in_many_scans(jpeg: &[u8]) -> bool {
    let mut rest = jpeg.get(2..).unwrap_or_default();
    let mut components = 0;
    while let [0xff, marker, after @ ..] = rest {
        match (marker, after) {
            // A progressive frame.
            (0xc2 | 0xc6 | 0xca | 0xce, _) => return true,
            // Fill bytes before a marker.
            (0xff, _) => rest = &rest[1..],
            (0xc0 | 0xc1, [_, _, _, _, _, _, _, count, ..]) => {
                components = *count;
                rest = behind(after);
            }
            (0xda, [_, _, count, ..]) => return *count < components,
            _ => rest = behind(after),
        }
    }
    false
}

/// What follows a segment whose length stands first.
fn behind(segment: &[u8]) -> &[u8] {
    let [high, low, ..] = segment else { return &[] };
    segment.get(usize::from(u16::from_be_bytes([*high, *low]))..).unwrap_or_default()
}

/// Bytes of all coefficients: two for each sample.
fn coefficients<R>(decoder: &Decompress<R>) -> u64 {
    let parts = decoder.components();
    let area = |part: &mozjpeg::CompInfo| {
        u64::from(part.h_samp_factor.unsigned_abs() * part.v_samp_factor.unsigned_abs())
    };
    let finest = |side: fn(&mozjpeg::CompInfo) -> u32| parts.iter().map(side).max().unwrap_or(1).max(1);
    let whole =
        finest(|part| part.h_samp_factor.unsigned_abs()) * finest(|part| part.v_samp_factor.unsigned_abs());
    let (wide, high) = decoder.size();
    parts.iter().map(|part| 2 * (wide * high) as u64 * area(part) / u64::from(whole)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg(wide: u32, high: u32, grey: bool, progressive: bool) -> Vec<u8> {
        let space = if grey { ColorSpace::JCS_GRAYSCALE } else { ColorSpace::JCS_RGB };
        let mut encoder = mozjpeg::Compress::new(space);
        encoder.set_size(wide as usize, high as usize);
        if progressive {
            encoder.set_progressive_mode();
        } else {
            encoder.set_fastest_defaults();
        }
        let mut encoder = encoder.start_compress(Vec::new()).expect("start");
        let channels = if grey { 1 } else { 3 };
        encoder.write_scanlines(&vec![90; (wide * high * channels) as usize]).expect("rows");
        encoder.finish().expect("finish")
    }

    #[test]
    fn a_photo_is_decoded_no_larger_than_the_next_power_of_two() {
        let photo = jpeg(800, 400, false, false);
        for (least, wide) in [(800, 800), (401, 800), (400, 400), (150, 200), (100, 100), (10, 100)] {
            let picture = decode(&photo, least, 800, 0).expect("decodes").expect("colours");
            assert_eq!((picture.width(), picture.height()), (wide, wide / 2), "{least}");
            assert!(picture.color().has_color());
        }
        let grey = decode(&jpeg(64, 64, true, false), 8, 64, 0).expect("decodes").expect("grey");
        assert!(!grey.color().has_color());
    }

    #[test]
    fn what_must_be_held_as_a_whole_is_measured_first() {
        let photo = jpeg(800, 400, false, true);
        assert!(in_many_scans(&photo) && !in_many_scans(&jpeg(80, 40, false, false)));
        assert!(decode(&photo, 100, 800, 200_000).is_err());
        assert!(decode(&photo, 100, 800, 2_000_000).expect("decodes").is_some());
    }

    #[test]
    fn garbage_is_an_error() {
        assert!(decode(b"\xff\xd8\xff", 1, 8, 1).is_err());
        assert!(decode(b"", 1, 8, 1).is_err());
    }
}
