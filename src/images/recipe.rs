//! What may be done to a picture, and what became of it.

use crate::config::ImagesConfig;

/// What may be done to a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recipe {
    /// JPEGs of a higher quality are encoded anew at this one.
    pub quality: u8,
    /// What is encoded anew must look at least so much like the original.
    pub similarity: f64,
    /// Whether the lowest quality that still looks so is searched for.
    pub search: bool,
    /// Level of oxipng.
    pub png_effort: u8,
    /// Larger pictures are left as they are.
    pub max_pixels: u64,
}

impl Recipe {
    pub fn new(settings: &ImagesConfig, target: Option<f64>) -> Self {
        Self {
            quality: settings.quality,
            similarity: target.unwrap_or(settings.similarity),
            search: target.is_some(),
            png_effort: settings.png_effort,
            max_pixels: settings.max_pixels,
        }
    }

    /// What work that is finished is remembered by: all that changes a result; the first number is that of the method.
    pub(super) fn key(&self) -> String {
        let Self { quality, similarity, search, png_effort, max_pixels } = self;
        format!("1 q{quality} s{similarity} {search} p{png_effort} {max_pixels}")
    }
}

/// What became of a picture.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Recoded {
    Smaller {
        bytes: Vec<u8>,
        /// How much it looks like the original; nothing where the pixels are the same.
        similarity: Option<f64>,
    },
    /// It cannot be made smaller.
    Best,
    /// It is sound, but of a kind that is left as it is: why.
    Left(String),
}

impl Recoded {
    pub(super) fn too_large(width: u64, height: u64, recipe: &Recipe) -> Self {
        let most = recipe.max_pixels / 1_000_000;
        Self::Left(format!("{width} × {height} pixels, more than {most} million ([images] max_pixels)"))
    }
}
