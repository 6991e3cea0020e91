//! PNGs: the same pixels in fewer bytes.

use super::recipe::Recipe;
use super::recipe::Recoded;
use anyhow::Context;
use anyhow::Result;
use anyhow::ensure;
use image::ImageFormat;
use image::RgbaImage;
use image::metadata::Orientation;
use oxipng::StripChunks;

/// Length of the signature and of the first chunk with its frame of length, name and checksum.
const HEADER: usize = 8 + 25;
/// Chunks that decide how a picture is shown.
const SHOWN: [[u8; 4]; 8] = [*b"cICP", *b"iCCP", *b"sRGB", *b"gAMA", *b"cHRM", *b"sBIT", *b"pHYs", *b"bKGD"];

/// Makes a PNG smaller; proven by decoding both.
///
/// # Errors
/// When it is damaged.
pub(super) fn recode(png: &[u8], recipe: &Recipe) -> Result<Recoded> {
    let head = png.first_chunk::<HEADER>().context("it ends within its header")?;
    let number = |at: usize| head[at..at + 4].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    let (width, height) = (number(16), number(20));
    if width.saturating_mul(height) > recipe.max_pixels {
        return Ok(Recoded::too_large(width, height, recipe));
    }
    if chunk(png, *b"acTL").is_some() {
        return Ok(Recoded::Left("it is animated".to_owned()));
    }
    let pixels = pixels(png)?;
    let mut options = oxipng::Options::from_preset(recipe.png_effort);
    options.interlace = None;
    options.max_decompressed_size = usize::try_from(recipe.max_pixels.saturating_mul(8)).ok();
    let turned = orientation(png).is_some_and(|it| it != Orientation::NoTransforms);
    options.strip = StripChunks::Keep(SHOWN.into_iter().chain(turned.then_some(*b"eXIf")).collect());
    let bytes =
        oxipng::optimize_from_memory(png, &options).map_err(|error| anyhow::anyhow!("damaged: {error}"))?;
    if bytes.len() >= png.len() {
        return Ok(Recoded::Best);
    }
    ensure!(self::pixels(&bytes)? == pixels, "written anew it would not have the same pixels");
    let shown = |png| orientation(png).filter(|it| *it != Orientation::NoTransforms);
    ensure!(shown(&bytes) == shown(png), "written anew it would be turned");
    Ok(Recoded::Smaller { bytes, similarity: None })
}

/// Every pixel in full, whatever way it is stored.
#[derive(PartialEq)]
enum Pixels {
    Eight(RgbaImage),
    Sixteen(image::ImageBuffer<image::Rgba<u16>, Vec<u16>>),
}

fn pixels(png: &[u8]) -> Result<Pixels> {
    let mut reader = image::ImageReader::with_format(std::io::Cursor::new(png), ImageFormat::Png);
    // The caller has looked at the size.
    reader.no_limits();
    let picture = reader.decode().context("damaged or cut short")?;
    let wide = picture.color().bytes_per_pixel() / picture.color().channel_count() > 1;
    if !wide {
        return Ok(Pixels::Eight(picture.into_rgba8()));
    }
    let wide = picture.into_rgba16();
    // What fits in 8 bits is the same picture in 8 bits.
    if wide.as_raw().iter().all(|value| value >> 8 == value & 0xff) {
        let bytes = wide.as_raw().iter().map(|value| value.to_be_bytes()[0]).collect();
        let narrow = RgbaImage::from_raw(wide.width(), wide.height(), bytes).context("read its pixels")?;
        return Ok(Pixels::Eight(narrow));
    }
    Ok(Pixels::Sixteen(wide))
}

fn orientation(png: &[u8]) -> Option<Orientation> {
    Orientation::from_exif_chunk(chunk(png, *b"eXIf")?)
}

/// Content of the first chunk of a name.
fn chunk(png: &[u8], name: [u8; 4]) -> Option<&[u8]> {
    let mut rest = png.get(8..)?;
    loop {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (found, after) = after.split_first_chunk::<4>()?;
        let content = after.get(..length)?;
        if *found == name {
            return Some(content);
        }
        rest = after.get(length + 4..)?;
    }
}
