//! One content, made smaller.

use super::jpeg;
use super::png;
use super::recipe::Recipe;
use super::recipe::Recoded;
use crate::picture::Sniffed;
use crate::picture::sniff;
use anyhow::Result;
use anyhow::anyhow;
use image::ImageFormat;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

/// Formats that are made smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Jpeg,
    Png,
}

impl Format {
    pub(super) fn of(format: ImageFormat) -> Option<Self> {
        match format {
            ImageFormat::Jpeg => Some(Self::Jpeg),
            ImageFormat::Png => Some(Self::Png),
            _ => None,
        }
    }
}

/// Makes a picture smaller, as far as the recipe allows.
///
/// # Errors
/// When it is damaged.
pub(super) fn recode(format: Format, bytes: &[u8], recipe: &Recipe) -> Result<Recoded> {
    let work = || match format {
        Format::Jpeg => jpeg::recode(bytes, recipe),
        Format::Png => png::recode(bytes, recipe),
    };
    // A decoder that panics on one picture must not take the others along.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(anyhow!("the decoder gave up on it")))
}

/// Makes one picture smaller in memory; `None` where it is left as it is.
///
/// # Errors
/// When it is damaged.
pub fn smaller(bytes: &[u8], recipe: &Recipe) -> Result<Option<Vec<u8>>> {
    let Sniffed::Picture(sniffed) = sniff(bytes) else { return Ok(None) };
    let Some(format) = Format::of(sniffed) else { return Ok(None) };
    match recode(format, bytes, recipe)? {
        Recoded::Smaller { bytes, .. } => Ok(Some(bytes)),
        Recoded::Best | Recoded::Left(_) => Ok(None),
    }
}
