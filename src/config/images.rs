//! `[images]`: how far pictures are made smaller, what the shop asks of them, which files nothing names, and who may
//! read them.

use crate::units::ByteSize;
use crate::units::Percent;
use serde::Deserialize;
use serde::Serialize;
use std::path::PathBuf;
use std::time::Duration;

/// Settings of the `images` commands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImagesConfig {
    /// JPEGs of a higher quality are encoded anew at this one.
    pub quality: u8,
    /// What is encoded anew must score so much beside the original (SSIMULACRA 2), else its pixels stay.
    pub similarity: f64,
    /// Level of oxipng, 0 to 6.
    pub png_effort: u8,
    /// Pixels of a picture above which it is left as it is.
    pub max_pixels: u64,
    /// Size of a file above which it is left as it is.
    pub max_file: ByteSize,
    /// Whether a picture that is made smaller keeps the time of its last change.
    pub keep_times: bool,
    /// Formats that the shop accepts, by content: `jpeg`, `png`, `webp`, `gif`.
    pub formats: Vec<String>,
    /// Largest file of a picture.
    pub max_size: ByteSize,
    pub min_width: u32,
    pub min_height: u32,
    /// Shapes that the shop accepts; upright ones too. None: any.
    pub ratios: Vec<String>,
    /// How far a shape may be off.
    pub ratio_tolerance: Percent,
    /// A file that was written or moved more recently than this is no orphan: its row may still be on the way.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub orphan_age: Duration,
    /// Folders in which Django keeps uploads while they come in (`FILE_UPLOAD_TEMP_DIR`).
    pub upload_folders: Vec<PathBuf>,
    /// Days after a restore in which no orphan is moved: the newer rows may come back by an undo.
    pub orphan_freeze_days: u32,
    /// Share of all files above which orphans are not moved.
    pub max_delete: Percent,
    /// Files and folders below the media folder that are used by something else than the database.
    pub keep: Vec<String>,
    /// User that the files belong to; without it, that of the media folder.
    pub owner: Option<String>,
    /// Group of the files; without it, that of the media folder.
    pub group: Option<String>,
}

impl Default for ImagesConfig {
    fn default() -> Self {
        Self {
            quality: 85,
            similarity: 83.0,
            png_effort: 2,
            max_pixels: 40_000_000,
            max_file: ByteSize::megabytes(64),
            keep_times: true,
            formats: vec!["jpeg".into(), "png".into()],
            max_size: ByteSize::megabytes(2),
            min_width: 800,
            min_height: 600,
            ratios: vec!["4:3".into(), "16:9".into()],
            ratio_tolerance: Percent(2.0),
            orphan_age: Duration::from_hours(24),
            upload_folders: Vec::new(),
            orphan_freeze_days: 7,
            max_delete: Percent(5.0),
            keep: Vec::new(),
            owner: None,
            group: None,
        }
    }
}

impl ImagesConfig {
    /// The shapes as width over height.
    pub fn shapes(&self) -> Vec<(&str, f64)> {
        self.ratios.iter().filter_map(|ratio| Some((ratio.as_str(), shape(ratio)?))).collect()
    }

    /// Says what is wrong with the values, by key.
    pub(super) fn check(&self) -> Result<(), String> {
        if !(1..=100).contains(&self.quality) {
            return Err(format!("images.quality: {} is not between 1 and 100", self.quality));
        }
        if !(0.0..=100.0).contains(&self.similarity) {
            return Err(format!("images.similarity: {} is not between 0 and 100", self.similarity));
        }
        if self.png_effort > 6 {
            return Err(format!("images.png_effort: {} is not between 0 and 6", self.png_effort));
        }
        if self.max_pixels == 0 || self.max_pixels > 400_000_000 {
            return Err("images.max_pixels: write a number up to 400000000".to_owned());
        }
        if let Some(wrong) = self.ratios.iter().find(|ratio| shape(ratio).is_none()) {
            return Err(format!("images.ratios: `{wrong}` is no shape: write it as 4:3"));
        }
        let is_wrong = |path: &&String| path.is_empty() || path.starts_with('/') || path.contains("..");
        if let Some(wrong) = self.keep.iter().find(is_wrong) {
            return Err(format!("images.keep: `{wrong}` is no path below the media folder"));
        }
        let known = ["jpeg", "png", "webp", "gif", "avif", "bmp", "tiff"];
        match self.formats.iter().find(|format| !known.contains(&format.as_str())) {
            Some(wrong) => Err(format!("images.formats: `{wrong}` is none of {}", known.join(", "))),
            None => Ok(()),
        }
    }
}

fn shape(ratio: &str) -> Option<f64> {
    let (width, height) = ratio.split_once(':')?;
    let (width, height): (f64, f64) = (width.trim().parse().ok()?, height.trim().parse().ok()?);
    (width > 0.0 && height > 0.0 && width.is_finite() && height.is_finite()).then(|| width / height)
}
