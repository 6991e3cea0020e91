//! What a backup could not take as it is: each is told, none stops the rest.

use serde::Deserialize;
use serde::Serialize;
use std::fmt;

/// One file or folder that is not in the artefact as it stands on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub kind: ProblemKind,
    /// What it is about, as a path on the live site.
    pub path: String,
    pub detail: String,
}

/// What happened to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// The configuration names it, and it is not there.
    Missing,
    /// It may not be read, or reading it failed.
    Unreadable,
    /// It changed while it was being read; what the artefact holds may be of two ages.
    Changed,
    /// It went away between the walk and the read; the artefact does not hold it.
    Vanished,
    /// It is a link or no file at all, and is left out.
    Skipped,
    /// The folder of the backups is open to others; it was there before, and is left as it is.
    Exposed,
}

impl ProblemKind {
    /// Whether something that the site has is not in the artefact; a link left out is not.
    pub fn is_loss(self) -> bool {
        matches!(self, Self::Missing | Self::Unreadable | Self::Changed)
    }
}

impl Problem {
    pub(super) fn new(kind: ProblemKind, path: &std::path::Path, detail: impl fmt::Display) -> Self {
        Self { kind, path: path.display().to_string(), detail: detail.to_string() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.path, self.detail)
    }
}
