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
use segments::Component;
use segments::Segments;
use segments::profile_segments;

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

/// Encodes pixels for the web: colours at half the resolution, details left out that are not missed.
///
/// # Errors
/// For pixels that are neither grey nor three colours, and when the encoder gives up.
pub fn encode(pixels: &Pixels, quality: u8, profile: Option<&[u8]>) -> Result<Vec<u8>> {
    let sampling = [Component::sampled(2, 2), Component::sampled(1, 1), Component::sampled(1, 1)];
    // Grey is one colour at full resolution.
    let sampling = if pixels.channels == 1 { &sampling[1..2] } else { &sampling[..] };
    let segments = profile.map(profile_segments).unwrap_or_default();
    lossy::encode(pixels, quality, Effort::Most, sampling, &segments)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ImagesConfig;
    use mozjpeg::ColorSpace;
    use mozjpeg::Compress;

    /// A JPEG above the quality, stored in the given colours, in one scan as libjpeg writes it.
    fn stored(given: ColorSpace, as_colours: ColorSpace, sampling: &[(i32, i32)]) -> Vec<u8> {
        let mut encoder = Compress::new(given);
        encoder.set_fastest_defaults();
        encoder.set_size(160, 120);
        encoder.set_color_space(as_colours);
        encoder.set_luma_qtable(&mozjpeg::qtable::AnnexK_Luma.scaled(95.0, 95.0));
        for (component, (horizontal, vertical)) in encoder.components_mut().iter_mut().zip(sampling) {
            (component.h_samp_factor, component.v_samp_factor) = (*horizontal, *vertical);
        }
        let row =
            |y: usize| (0..160 * sampling.len()).map(move |x| u8::try_from((x * 7 / 9 + y * y / 50) % 251));
        let bytes: Vec<u8> = (0..120).flat_map(row).map(|value| value.expect("below 256")).collect();
        let mut started = encoder.start_compress(Vec::new()).expect("start");
        started.write_scanlines(&bytes).expect("rows");
        started.finish().expect("a JPEG")
    }

    #[test]
    fn colours_of_every_kind_are_kept_as_they_are_stored() {
        let recipe = Recipe::new(&ImagesConfig::default(), None);
        for (given, colours, sampling) in [
            (ColorSpace::JCS_CMYK, ColorSpace::JCS_CMYK, &[(1, 1); 4][..]),
            (ColorSpace::JCS_RGB, ColorSpace::JCS_RGB, &[(1, 1); 3]),
            (ColorSpace::JCS_RGB, ColorSpace::JCS_YCbCr, &[(2, 1), (1, 1), (1, 1)]),
            (ColorSpace::JCS_RGB, ColorSpace::JCS_YCbCr, &[(2, 2), (1, 1), (1, 1)]),
        ] {
            let jpeg = stored(given, colours, sampling);
            let before = Segments::read(&jpeg).expect("a JPEG");
            let Recoded::Smaller { bytes, similarity } = recode(&jpeg, &recipe).expect("recode") else {
                panic!("{colours:?} {sampling:?} is not smaller");
            };
            assert!(bytes.len() < jpeg.len());
            let after = Segments::read(&bytes).expect("a JPEG");
            let sampled = |segments: &Segments<'_>| {
                segments.components.iter().map(|it| (it.horizontal, it.vertical)).collect::<Vec<_>>()
            };
            assert_eq!(sampled(&after), sampled(&before), "{colours:?}");
            if similarity.is_none() {
                assert_eq!(jpeg_pixels(&bytes).expect("pixels"), jpeg_pixels(&jpeg).expect("pixels"));
            }
            assert!(sampling.len() < 4 || similarity.is_none(), "ink is never encoded anew");
            for end in [jpeg.len() / 3, jpeg.len() / 2, jpeg.len() - 30] {
                assert!(recode(&jpeg[..end], &recipe).is_err(), "cut at {end}");
                assert!(
                    coefficients::recode(&jpeg[..end], &[], jpeg.len()).is_err(),
                    "libjpeg: cut at {end}"
                );
            }
        }
    }
}
