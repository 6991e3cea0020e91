//! `[status]`: how old the last backup, the last drill and the last daily run may be.

use serde::Deserialize;
use serde::Serialize;

/// Ages from which to warn; the guide's weeks and months, and a day for the run that is late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StatusConfig {
    /// 0 where no backup of this kind is wanted; likewise below.
    pub database_warning_days: u32,
    pub database_critical_days: u32,
    pub media_warning_days: u32,
    pub media_critical_days: u32,
    pub full_warning_days: u32,
    pub full_critical_days: u32,
    pub drill_warning_days: u32,
    pub daily_warning_hours: u32,
}

impl Default for StatusConfig {
    fn default() -> Self {
        Self {
            database_warning_days: 8,
            database_critical_days: 15,
            media_warning_days: 8,
            media_critical_days: 15,
            full_warning_days: 32,
            full_critical_days: 63,
            drill_warning_days: 32,
            daily_warning_hours: 26,
        }
    }
}

impl StatusConfig {
    /// Says what is wrong with the ages, by key.
    pub(super) fn check(&self) -> Result<(), String> {
        for (name, warning, critical) in [
            ("database", self.database_warning_days, self.database_critical_days),
            ("media", self.media_warning_days, self.media_critical_days),
            ("full", self.full_warning_days, self.full_critical_days),
        ] {
            if critical < warning {
                return Err(format!("status.{name}_critical_days lies below {name}_warning_days"));
            }
        }
        if self.daily_warning_hours == 0 {
            return Err("status.daily_warning_hours: every run would be too old".to_owned());
        }
        Ok(())
    }
}
