//! `[quarantine]`: for how long what was replaced or removed is kept.

use crate::units::ByteSize;
use serde::Deserialize;
use serde::Serialize;

/// What `sitekeep undo` can bring back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QuarantineConfig {
    /// Days for which each change is kept.
    pub keep_days: u32,
    /// Bytes that are kept at most: beyond them the oldest go first, the newest change never.
    pub max_size: ByteSize,
}

impl Default for QuarantineConfig {
    fn default() -> Self {
        Self { keep_days: 30, max_size: ByteSize::gigabytes(20) }
    }
}
