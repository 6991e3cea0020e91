//! A JPEG encoded anew from its pixels, at a quality below the one that it was made with.

use super::segments::Component;
use crate::picture::Pixels;
use anyhow::Result;
use anyhow::anyhow;
use mozjpeg::ColorSpace;
use mozjpeg::Compress;
use mozjpeg::Marker;
use mozjpeg::qtable::AnnexK_Chroma;
use mozjpeg::qtable::AnnexK_Luma;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

/// How hard the encoder looks for details that are not missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effort {
    /// As libjpeg does, in one scan: nothing is left out beyond the quality.
    Plain,
    /// Trellis quantisation and progressive scans: a quarter smaller, a few points of similarity lower.
    Most,
}

/// Encodes pixels at a quality of the usual scale, with the colours sampled as finely as `components` say, and `segments`
/// (marker, content) behind the header.
///
/// # Errors
/// For pixels that are neither grey nor three colours, and when the encoder gives up.
pub(super) fn encode(
    pixels: &Pixels,
    quality: u8,
    effort: Effort,
    components: &[Component],
    segments: &[(u8, Vec<u8>)],
) -> Result<Vec<u8>> {
    let space = match pixels.channels {
        1 => ColorSpace::JCS_GRAYSCALE,
        3 => ColorSpace::JCS_RGB,
        other => return Err(anyhow!("{other} colours cannot be encoded anew")),
    };
    let encoded = catch_unwind(AssertUnwindSafe(|| -> Result<Vec<u8>> {
        let mut encoder = Compress::new(space);
        if effort == Effort::Plain {
            encoder.set_fastest_defaults();
        }
        encoder.set_size(pixels.width, pixels.height);
        let quality = f32::from(quality);
        encoder.set_luma_qtable(&AnnexK_Luma.scaled(quality, quality));
        encoder.set_chroma_qtable(&AnnexK_Chroma.scaled(quality, quality));
        if effort == Effort::Most {
            encoder.set_progressive_mode();
            encoder.set_optimize_scans(true);
        }
        for (target, source) in encoder.components_mut().iter_mut().zip(components) {
            target.h_samp_factor = source.horizontal.into();
            target.v_samp_factor = source.vertical.into();
        }
        let mut started = encoder.start_compress(Vec::new())?;
        for (marker, content) in segments {
            started.write_marker(Marker::APP(marker.wrapping_sub(0xe0)), content);
        }
        started.write_scanlines(&pixels.bytes)?;
        Ok(started.finish()?)
    }));
    encoded.unwrap_or_else(|_| Err(anyhow!("the encoder gave up on it")))
}
