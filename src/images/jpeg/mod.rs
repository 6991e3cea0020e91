//! JPEGs: encoded anew where they were made finer than needed, and else the same pixels in fewer bytes.

mod coefficients;
mod lossy;
mod quality;
mod segments;

use super::recipe::Recipe;
use super::recipe::Recoded;
use super::similarity::similarity;
use crate::picture::Pixels;
use crate::picture::jpeg_pixels;
use anyhow::Result;
use anyhow::ensure;
use lossy::Effort;
use segments::Segments;

/// Below this no search goes: what is saved there is seen.
const LEAST_QUALITY: u8 = 40;
/// Pixels of a picture above which no quality is searched for: each step takes a third of a second per megapixel.
const SEARCHED_PIXELS: usize = 12_000_000;

/// Makes a JPEG smaller, as far as the recipe allows.
///
/// # Errors
/// When it is damaged, or of a kind that cannot be written anew.
pub(super) fn recode(jpeg: &[u8], recipe: &Recipe) -> Result<Recoded> {
    let segments = Segments::read(jpeg)?;
    let (width, height) = (u64::from(segments.width), u64::from(segments.height));
    if width * height > recipe.max_pixels {
        return Ok(Recoded::too_large(width, height, recipe));
    }
    if segments.precision != 8 {
        return Ok(Recoded::Left(format!("{} bits for each colour", segments.precision)));
    }
    let work = Work { jpeg, pixels: jpeg_pixels(jpeg)?, kept: segments.kept(), segments, recipe };
    if let Some(smaller) = work.lossy()? {
        return Ok(smaller);
    }
    work.lossless()
}

/// One JPEG, decoded.
struct Work<'a> {
    jpeg: &'a [u8],
    segments: Segments<'a>,
    pixels: Pixels,
    kept: Vec<(u8, Vec<u8>)>,
    recipe: &'a Recipe,
}

impl Work<'_> {
    /// The same pixels; proven by decoding both.
    fn lossless(&self) -> Result<Recoded> {
        let Some(bytes) = coefficients::recode(self.jpeg, &self.kept, self.jpeg.len())? else {
            return Ok(Recoded::Best);
        };
        ensure!(jpeg_pixels(&bytes)? == self.pixels, "written anew it would not have the same pixels");
        self.require_shown(&bytes)?;
        Ok(Recoded::Smaller { bytes, similarity: None })
    }

    /// At the recipe's quality, where it was made at a higher one that can be told, and still looks like it.
    fn lossy(&self) -> Result<Option<Recoded>> {
        let was = self.segments.luma_table().and_then(quality::known);
        // What cannot be told may be lower than it looks: nothing is encoded twice.
        if was.is_none_or(|was| was <= self.recipe.quality)
            || self.segments.components.len() != self.pixels.channels
        {
            return Ok(None);
        }
        let quality = self.recipe.quality;
        let Some(best) = self.attempt(quality, Effort::Most)? else {
            return self.attempt(quality, Effort::Plain);
        };
        if self.recipe.search && self.pixels.width * self.pixels.height <= SEARCHED_PIXELS {
            return Ok(Some(self.search(quality, best)?));
        }
        Ok(Some(best))
    }

    /// The lowest quality that still looks like it, by halving.
    fn search(&self, mut good: u8, mut best: Recoded) -> Result<Recoded> {
        let mut bad = LEAST_QUALITY.min(good) - 1;
        while good - bad > 1 {
            let middle = bad.midpoint(good);
            match self.attempt(middle, Effort::Most)? {
                Some(smaller) => (good, best) = (middle, smaller),
                None => bad = middle,
            }
        }
        Ok(best)
    }

    /// Encodes and looks at it: nothing when it is not smaller, or does not look enough like the picture.
    fn attempt(&self, quality: u8, effort: Effort) -> Result<Option<Recoded>> {
        let mut bytes = lossy::encode(&self.pixels, quality, effort, &self.segments.components, &self.kept)?;
        if effort == Effort::Plain
            && let Some(smaller) = coefficients::recode(&bytes, &self.kept, bytes.len())?
        {
            bytes = smaller;
        }
        if bytes.len() >= self.jpeg.len() {
            return Ok(None);
        }
        let score = similarity(&self.pixels, &jpeg_pixels(&bytes)?)?;
        if score < self.recipe.similarity {
            return Ok(None);
        }
        self.require_shown(&bytes)?;
        Ok(Some(Recoded::Smaller { bytes, similarity: Some(score) }))
    }

    /// The size, how it is turned, and the colour profile.
    fn require_shown(&self, bytes: &[u8]) -> Result<()> {
        let written = Segments::read(bytes)?;
        ensure!(written.shown() == self.segments.shown(), "written anew it would be shown differently");
        Ok(())
    }
}
