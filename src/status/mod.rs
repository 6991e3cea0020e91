//! The words every check speaks: a status, a finding, a metric.
//!
//! They stand on the lowest row so that each domain can say what it saw without knowing who prints it.

mod check;
mod finding;
pub mod kinds;

pub use check::Check;
pub use finding::Acknowledged;
pub use finding::Finding;
pub use finding::Kind;
pub use finding::Limits;
pub use finding::Metric;
pub use finding::Unit;

use serde::Deserialize;
use serde::Serialize;
use std::fmt;

/// How something was found to be; ordered by severity, so that `max` is the verdict of a group.
///
/// UNKNOWN stands above WARNING: what could not be checked may be broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    #[default]
    Ok,
    Warning,
    Unknown,
    Critical,
}

impl Status {
    /// Exit code of a monitoring plugin: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Warning => 1,
            Self::Critical => 2,
            Self::Unknown => 3,
        }
    }

    /// Upper-case name, as monitoring systems print it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }

    /// The status that a label names.
    ///
    /// # Errors
    /// When it names none.
    pub fn named(label: &str) -> anyhow::Result<Self> {
        [Self::Ok, Self::Warning, Self::Unknown, Self::Critical]
            .into_iter()
            .find(|status| status.label() == label)
            .ok_or_else(|| anyhow::anyhow!("`{label}` is no status"))
    }

    /// Worst of many; OK when there are none.
    pub fn worst(statuses: impl IntoIterator<Item = Self>) -> Self {
        statuses.into_iter().max().unwrap_or_default()
    }
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.label())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_outranks_warning_but_not_critical() {
        assert_eq!(Status::worst([Status::Warning, Status::Unknown, Status::Ok]), Status::Unknown);
        assert_eq!(Status::worst([Status::Unknown, Status::Critical]), Status::Critical);
        assert_eq!(Status::worst([]), Status::Ok);
    }
}
