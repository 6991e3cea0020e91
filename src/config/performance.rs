//! `[performance]`: what `performance review` holds the site to.

use crate::units::ByteSize;
use crate::units::Percent;
use serde::Deserialize;
use serde::Serialize;
use std::time::Duration;

/// Settings of the review.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PerformanceConfig {
    /// Days that are compared with as many before them.
    pub days: u32,
    /// How much slower pages may have become.
    pub slower: Percent,
    /// Mean time from which a statement of the database is slow.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub slow_statement: Duration,
    /// Products from which a query that reads all of them is a fault.
    pub scan_products: u64,
    /// What the pictures of one page may weigh together.
    pub picture_budget: ByteSize,
}

impl Default for PerformanceConfig {
    fn default() -> Self {
        Self {
            days: 30,
            slower: Percent(50.0),
            slow_statement: Duration::from_millis(100),
            scan_products: 1000,
            picture_budget: ByteSize::megabytes(4),
        }
    }
}

impl PerformanceConfig {
    /// Says what makes no sense, by key.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.days == 0 {
            return Err("performance.days: no time would be looked at".to_owned());
        }
        Ok(())
    }
}
