//! One thing that is asked of the settings.

use super::Values;
use crate::config::SecurityConfig;
use crate::status::Status;

/// A rule; it passes, or does not, or the text does not tell.
pub(in crate::security) struct Rule {
    /// Django's own name of the check: `security.W004`; empty for ours.
    pub(in crate::security) id: &'static str,
    pub(in crate::security) setting: &'static str,
    pub(super) status: Status,
    pub(in crate::security) passes: fn(&Values, &SecurityConfig) -> Option<bool>,
    pub(super) message: &'static str,
    pub(super) remedy: &'static str,
}

/// Whether all hold, as far as that is clear.
pub(super) fn all(parts: &[Option<bool>]) -> Option<bool> {
    if parts.contains(&Some(false)) {
        Some(false)
    } else {
        parts.iter().copied().collect::<Option<Vec<_>>>().map(|_| true)
    }
}

/// Whether any holds, as far as that is clear.
pub(super) fn any(parts: &[Option<bool>]) -> Option<bool> {
    if parts.contains(&Some(true)) {
        Some(true)
    } else {
        parts.iter().copied().collect::<Option<Vec<_>>>().map(|_| false)
    }
}

pub(super) fn not(part: Option<bool>) -> Option<bool> {
    part.map(|part| !part)
}
