//! What a check saw, as a value: it travels unchanged from the domain to every output format.

use super::Status;
use crate::units::printable;
use serde::Serialize;
use serde_json::Map;
use serde_json::Value;
use std::fmt;

/// A sort of finding, with the identifier that never changes; see [`super::kinds`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// Stable identifier, such as `DISK-001`.
    pub id: &'static str,
    /// What was looked at, in a few words.
    pub title: &'static str,
    /// Section of the maintenance guide it comes from.
    pub guide: &'static str,
}

/// One thing that was looked at, and how it was.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    pub id: &'static str,
    pub status: Status,
    /// Which one of its kind: a path, a port, a URL, an address.
    pub subject: String,
    pub message: String,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub data: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    pub guide: &'static str,
    /// Who answers for it, where somebody does: it is told, and does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Acknowledged>,
}

/// Who answers for a finding, why and until which day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Acknowledged {
    pub by: String,
    pub reason: String,
    pub until: String,
}

impl fmt::Display for Acknowledged {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "acknowledged by {} until {}: {}", self.by, self.until, self.reason)
    }
}

impl Finding {
    /// Of its texts, which name files and repeat what others wrote, no terminal obeys anything.
    pub fn new(kind: &Kind, status: Status, subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            id: kind.id,
            status,
            subject: printable(subject),
            message: printable(message),
            data: Map::new(),
            remedy: None,
            guide: kind.guide,
            acknowledged: None,
        }
    }

    pub fn ok(kind: &Kind, subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(kind, Status::Ok, subject, message)
    }

    pub fn warning(kind: &Kind, subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(kind, Status::Warning, subject, message)
    }

    pub fn critical(kind: &Kind, subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(kind, Status::Critical, subject, message)
    }

    pub fn unknown(kind: &Kind, subject: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(kind, Status::Unknown, subject, message)
    }

    /// The status as far as verdicts are concerned: what is acknowledged does not count.
    pub fn counted(&self) -> Status {
        if self.acknowledged.is_some() { Status::Ok } else { self.status }
    }

    /// Adds a figure or fact for machines to read; sizes are bytes, durations seconds, times RFC 3339 UTC.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.data.insert(key.to_owned(), value.into());
        self
    }

    /// Says what to do about it, as an imperative sentence or a command line.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(printable(remedy));
        self
    }
}

/// What a metric counts, as Nagios performance data names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    Bytes,
    Seconds,
    Percent,
    Count,
}

/// Limits of a metric, and on which side of them lies trouble.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "alert", rename_all = "lowercase")]
pub enum Limits {
    /// Trouble when the value is at or above a limit.
    Above { warning: Option<f64>, critical: Option<f64> },
    /// Trouble when the value is below a limit.
    Below { warning: Option<f64>, critical: Option<f64> },
}

impl Limits {
    /// Judges a value: at or above an upper limit, or below a lower one.
    pub fn judge(self, value: f64) -> Status {
        let beyond = |limit: Option<f64>| match self {
            Self::Above { .. } => limit.is_some_and(|limit| value >= limit),
            Self::Below { .. } => limit.is_some_and(|limit| value < limit),
        };
        let (Self::Above { warning, critical } | Self::Below { warning, critical }) = self;
        if beyond(critical) {
            Status::Critical
        } else if beyond(warning) {
            Status::Warning
        } else {
            Status::Ok
        }
    }
}

/// A figure worth keeping: performance data, a Prometheus sample, a point of the recorded history.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Metric {
    /// Prometheus-style name without the `sitekeep_` prefix: `disk_free_bytes`.
    pub name: &'static str,
    pub subject: String,
    pub value: f64,
    pub unit: Unit,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
}

impl Metric {
    pub fn new(name: &'static str, subject: impl Into<String>, value: f64, unit: Unit) -> Self {
        Self { name, subject: subject.into(), value, unit, limits: None }
    }

    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = Some(limits);
        self
    }
}
