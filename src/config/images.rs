//! `[images]`: which files of the media folder nothing names, and who may read them.

use crate::units::Percent;
use serde::Deserialize;
use serde::Serialize;
use std::time::Duration;

/// Settings of `images orphans` and `images permissions`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImagesConfig {
    /// A file that was written or moved more recently than this is no orphan: its row may still be on the way.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub orphan_age: Duration,
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
            orphan_age: Duration::from_hours(24),
            orphan_freeze_days: 7,
            max_delete: Percent(5.0),
            keep: Vec::new(),
            owner: None,
            group: None,
        }
    }
}

impl ImagesConfig {
    /// Says what is wrong with the values, by key.
    pub(super) fn check(&self) -> Result<(), String> {
        match self.keep.iter().find(|path| path.is_empty() || path.starts_with('/') || path.contains("..")) {
            Some(wrong) => Err(format!("images.keep: `{wrong}` is no path below the media folder")),
            None => Ok(()),
        }
    }
}
