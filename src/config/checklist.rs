//! `[checklist]`: items that are added, changed or dropped, and how long an item may be late.

use serde::Deserialize;
use serde::Serialize;
use std::time::Duration;

/// What a site wants otherwise than the guide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChecklistConfig {
    pub items: Vec<ItemConfig>,
    pub daily_grace_hours: u32,
    pub weekly_grace_days: u32,
    pub monthly_grace_days: u32,
    pub quarterly_grace_days: u32,
}

impl Default for ChecklistConfig {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            daily_grace_hours: 2,
            weekly_grace_days: 1,
            monthly_grace_days: 3,
            quarterly_grace_days: 14,
        }
    }
}

/// One item that is not as in the guide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemConfig {
    /// That of an item of the guide, or a new one.
    pub id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Program and arguments, without a shell; its exit code is the status. Without one a person signs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    #[serde(default = "minute", with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub timeout: Duration,
    /// Whether the guide's item is left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drop: bool,
}

fn minute() -> Duration {
    Duration::from_mins(1)
}

impl ChecklistConfig {
    /// Says what is wrong with the items, by key.
    pub(super) fn check(&self) -> Result<(), String> {
        for (position, item) in self.items.iter().enumerate() {
            let id = &item.id;
            let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
            if id.is_empty() || !id.chars().all(fits) {
                return Err(format!("checklist.items: `{id}` is no identifier: write it as shop.newsletter"));
            }
            if self.items[..position].iter().any(|other| other.id == *id) {
                return Err(format!("checklist.items: `{id}` stands there twice"));
            }
            if item.timeout.is_zero() {
                return Err(format!("checklist.items: the timeout of `{id}` leaves it no time"));
            }
        }
        Ok(())
    }
}
