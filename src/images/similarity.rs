//! How alike two pictures look: SSIMULACRA 2, where 100 is the same, 90 cannot be told apart side by side, and 70 is
//! still good.

use crate::picture::Pixels;
use anyhow::Context;
use anyhow::Result;
use anyhow::ensure;
use fast_ssim2::PixelDescriptor;
use fast_ssim2::PixelSlice;
use fast_ssim2::Ssimulacra2Config;
use std::borrow::Cow;

/// Rows that are compared at a time: memory grows with the width of a picture and little with its height.
const ROWS: usize = 256;

/// The score of `other` beside `original`.
///
/// # Errors
/// When they are of different sizes, or neither grey nor of three colours.
pub fn similarity(original: &Pixels, other: &Pixels) -> Result<f64> {
    let (one, two) = (colours(original)?, colours(other)?);
    let slice = |bytes| -> Result<PixelSlice<'_>> {
        let (width, height) = (u32::try_from(original.width)?, u32::try_from(original.height)?);
        PixelSlice::new(bytes, width, height, original.width * 3, PixelDescriptor::RGB8_SRGB)
            .map_err(|error| anyhow::anyhow!("look at its pixels: {error:?}"))
    };
    ensure!((original.width, original.height) == (other.width, other.height), "the sizes differ");
    fast_ssim2::compute_ssimulacra2_with_config(
        &slice(&one)?,
        &slice(&two)?,
        &Ssimulacra2Config::strips(ROWS),
    )
    .context("compare the pixels")
}

fn colours(pixels: &Pixels) -> Result<Cow<'_, [u8]>> {
    match pixels.channels {
        3 => Ok(Cow::Borrowed(&pixels.bytes)),
        1 => Ok(Cow::Owned(pixels.bytes.iter().flat_map(|grey| [*grey; 3]).collect())),
        other => anyhow::bail!("{other} colours cannot be compared"),
    }
}
