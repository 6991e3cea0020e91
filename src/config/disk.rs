//! `[disk]`: the guide's thresholds (Quotidienne 3).

use crate::units::ByteSize;
use crate::units::Percent;
use serde::Deserialize;
use serde::Serialize;
use std::path::PathBuf;

/// Limits on space and inodes, on the media folder and on the database.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DiskConfig {
    /// Free share of a file system below which to warn (guide: 20 %).
    pub free_warning: Percent,
    pub free_critical: Percent,
    /// Free share of inodes.
    pub inodes_warning: Percent,
    pub inodes_critical: Percent,
    /// Size of the media folder above which to warn (guide: 5 GB).
    pub media_limit: ByteSize,
    /// Size of the database above which to warn (guide: 2 GB).
    pub database_limit: ByteSize,
    /// Warns when a file system will be full within so many days at its recorded growth.
    pub full_within_days: u32,
    /// More folders whose file systems are watched; the site's own are always.
    pub paths: Vec<PathBuf>,
}

impl Default for DiskConfig {
    fn default() -> Self {
        Self {
            free_warning: Percent(20.0),
            free_critical: Percent(5.0),
            inodes_warning: Percent(20.0),
            inodes_critical: Percent(5.0),
            media_limit: ByteSize::gigabytes(5),
            database_limit: ByteSize::gigabytes(2),
            full_within_days: 14,
            paths: Vec::new(),
        }
    }
}
