//! `[backup]`: where backups are kept, and how many of each kind.

use serde::Deserialize;
use serde::Serialize;
use std::path::PathBuf;

/// The folder of the backups and the rules of their rotation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BackupConfig {
    /// Without it, `~/backups/NAME`, filled in when the settings are loaded.
    pub folder: Option<PathBuf>,
    /// Unchanged media, and a whole unchanged site, are linked to the last backup for so long, then copied anew, so
    /// that one bad sector cannot take all of them.
    pub fresh_copy_days: u32,
    #[serde(deserialize_with = "DatabaseRetention::deserialize")]
    pub database: RetentionConfig,
    pub media: RetentionConfig,
    pub full: RetentionConfig,
}

/// How many backups of one kind are kept; one is kept when any rule asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetentionConfig {
    /// The newest so many.
    pub last: u32,
    /// The newest of each of the last so many days that have one; likewise weeks, months and years.
    pub daily: u32,
    pub weekly: u32,
    pub monthly: u32,
    pub yearly: u32,
}

/// `[backup.database]`, where keys that are not set have the defaults of databases.
#[derive(Deserialize)]
#[serde(remote = "RetentionConfig", default = "of_databases", deny_unknown_fields)]
struct DatabaseRetention {
    last: u32,
    daily: u32,
    weekly: u32,
    monthly: u32,
    yearly: u32,
}

const fn of_databases() -> RetentionConfig {
    RetentionConfig::last(30)
}

impl RetentionConfig {
    pub const fn last(last: u32) -> Self {
        Self { last, daily: 0, weekly: 0, monthly: 0, yearly: 0 }
    }
}

impl Default for RetentionConfig {
    fn default() -> Self {
        Self::last(15)
    }
}

impl Default for BackupConfig {
    fn default() -> Self {
        Self {
            folder: None,
            fresh_copy_days: 30,
            database: of_databases(),
            media: RetentionConfig::last(15),
            full: RetentionConfig::last(15),
        }
    }
}

impl BackupConfig {
    /// Says what is wrong with the rules, by key.
    pub(super) fn check(&self) -> Result<(), String> {
        for (name, rules) in [("database", self.database), ("media", self.media), ("full", self.full)] {
            if rules.last == 0 {
                return Err(format!("backup.{name}.last: keep 1 at least"));
            }
        }
        Ok(())
    }
}
