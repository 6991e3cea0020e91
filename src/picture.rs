//! Pictures: telling the format by content, and proving that the bytes decode.

use anyhow::Context;
use anyhow::Result;
use anyhow::bail;
use anyhow::ensure;
use image::ImageFormat;
use image::ImageReader;
use std::io::Cursor;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::options::DecoderOptions;

/// Bytes from which [`sniff`] can tell every format that it knows.
pub const SNIFFED_BYTES: usize = 512;

/// Sides beyond which a picture is not decoded: 20 000 pixels are more than any shop's photo.
const LARGEST_SIDE: u32 = 20_000;

/// Memory that one decoded picture may take, in bytes.
const LARGEST_MEMORY: u64 = 512 * 1024 * 1024;

/// What the first bytes of a file say that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sniffed {
    Picture(ImageFormat),
    /// Text that is a vector picture.
    Svg,
    Html,
    Empty,
    Other,
}

/// Tells a file's format by its beginning, whatever its name.
pub fn sniff(head: &[u8]) -> Sniffed {
    if head.is_empty() {
        return Sniffed::Empty;
    }
    if let Ok(format) = image::guess_format(head) {
        return Sniffed::Picture(format);
    }
    let head = &head[..head.len().min(SNIFFED_BYTES)];
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with("<!doctype html") || text.contains("<html") {
        Sniffed::Html
    } else if text.starts_with("<svg")
        || ((text.starts_with("<?xml") || text.starts_with("<!--")) && text.contains("<svg"))
    {
        Sniffed::Svg
    } else {
        Sniffed::Other
    }
}

/// Decodes a whole picture and returns its width and height in pixels; (0, 0) for an SVG, and for a format that is only
/// known by its signature.
///
/// JPEGs go through a strict decoder, because the usual ones accept a file that is cut in half.
///
/// # Errors
/// When the bytes are no picture, are damaged or cut short, or the picture is too large to decode.
pub fn decode(bytes: &[u8]) -> Result<(u32, u32)> {
    match sniff(bytes) {
        Sniffed::Empty => bail!("it is empty"),
        Sniffed::Html => bail!("it is an HTML page, not a picture"),
        Sniffed::Other => bail!("it is not a picture"),
        Sniffed::Svg => Ok((0, 0)),
        Sniffed::Picture(ImageFormat::Jpeg) => jpeg(bytes),
        // Told by its signature alone, where this program has no decoder (AVIF).
        Sniffed::Picture(format) if !format.reading_enabled() => Ok((0, 0)),
        Sniffed::Picture(format) => {
            let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
            let mut limits = image::Limits::default();
            limits.max_image_width = Some(LARGEST_SIDE);
            limits.max_image_height = Some(LARGEST_SIDE);
            limits.max_alloc = Some(LARGEST_MEMORY);
            reader.limits(limits);
            let picture = reader.decode().context("damaged or cut short")?;
            Ok((picture.width(), picture.height()))
        }
    }
}

fn jpeg(bytes: &[u8]) -> Result<(u32, u32)> {
    let pixels = jpeg_pixels(bytes)?;
    Ok((u32::try_from(pixels.width)?, u32::try_from(pixels.height)?))
}

/// Width and height in pixels, read from the beginning of a picture; nothing is decoded.
///
/// # Errors
/// When the bytes are no picture with dimensions, or of a format that this program has no decoder for.
pub fn dimensions(bytes: &[u8]) -> Result<(u32, u32)> {
    let Sniffed::Picture(format) = sniff(bytes) else { bail!("it is not a picture") };
    ImageReader::with_format(Cursor::new(bytes), format).into_dimensions().context("its header is damaged")
}

/// A decoded picture: rows of 8 bits for each colour, 1 (grey), 3 (red, green, blue) or 4 of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    pub width: usize,
    pub height: usize,
    pub channels: usize,
    pub bytes: Vec<u8>,
}

/// Decodes a whole JPEG as [`decode`] does, and returns its pixels as they are stored, not turned.
///
/// # Errors
/// As [`decode`].
pub fn jpeg_pixels(bytes: &[u8]) -> Result<Pixels> {
    let side = LARGEST_SIDE as usize;
    let options = DecoderOptions::default().set_strict_mode(true).set_max_width(side).set_max_height(side);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|error| anyhow::anyhow!("its header is damaged: {error}"))?;
    let info = decoder.info().context("it has no dimensions")?;
    let memory = u64::from(info.width) * u64::from(info.height) * 4;
    ensure!(memory <= LARGEST_MEMORY, "it is too large to decode ({} x {} pixels)", info.width, info.height);
    let bytes = decoder.decode().map_err(|error| anyhow::anyhow!("damaged or cut short: {error}"))?;
    let (width, height) = (usize::from(info.width), usize::from(info.height));
    Ok(Pixels { width, height, channels: bytes.len() / (width * height).max(1), bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image::DynamicImage::ImageRgb8(image::RgbImage::from_fn(64, 48, |x, y| {
            image::Rgb([u8::try_from(x * 4).unwrap(), u8::try_from(y * 5).unwrap(), 90])
        }))
        .write_to(&mut bytes, format)
        .expect("encode");
        bytes.into_inner()
    }

    #[test]
    fn whole_pictures_decode_and_cut_ones_do_not() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif] {
            let bytes = encoded(format);
            assert_eq!(decode(&bytes).expect("whole"), (64, 48), "{format:?}");
            assert!(decode(&bytes[..bytes.len() / 2]).is_err(), "{format:?} cut in half");
        }
    }

    #[test]
    fn a_page_is_no_picture() {
        let error = decode(b"\n<!DOCTYPE html><html></html>").expect_err("refused");
        assert!(error.to_string().contains("HTML page"));
        assert!(decode(b"").is_err() && decode(b"hello").is_err());
        assert!(decode(b"<svg xmlns='http://www.w3.org/2000/svg'/>").is_ok());
    }
}
