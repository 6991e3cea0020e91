//! One change of the site: which parts change places with what, and how far that is.

use crate::config::QuarantineConfig;
use crate::db::Aside;
use crate::system::fs;
use crate::system::service::Service;
use jiff::SignedDuration;
use jiff::Timestamp;
use serde::Deserialize;
use serde::Serialize;
use std::path::PathBuf;

/// A change that was made or is under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Identifier: `20261123T080000Z-5c1f09ab`.
    pub run: String,
    /// What made it: `restore backup_complet_20261122_020000.tar.gz`.
    pub command: String,
    pub at: Timestamp,
    pub phase: Phase,
    /// In the order in which they change places.
    pub parts: Vec<Part>,
    /// Whether each part stands for itself, as pictures do; otherwise all are new or none is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub independent: bool,
    /// Whether more parts are being prepared: what lies in the folders and is no part is the rest of that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub growing: bool,
    /// Where it stands what became of each row of the site's database; the files in `parts` follow the rows then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<PathBuf>,
    /// Whether its rows were taken back once: its files are kept then when they do not come to be live again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub was_reverted: bool,
    /// Private folders beside the live parts; they hold what is not live.
    pub folders: Vec<PathBuf>,
    /// Until when what was replaced is kept.
    pub keep_until: Timestamp,
    /// What was stopped for it and is to be started again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Service>,
}

/// How far a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The new state is being prepared beside the live one.
    Staging,
    /// The parts change places.
    Applying,
    /// The new state is live; the former one is kept.
    Applied,
    /// The parts change back.
    Reverting,
    /// The former state is live again; what had replaced it is kept.
    Reverted,
    /// What was kept is going; known by the name of the record.
    Removing,
}

/// A part of the site that changes places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// What people call it: `database`, `media`, `settings`, `.env`.
    pub name: String,
    pub place: Place,
    /// What stood at the live place and beside it before the present phase.
    pub live: Option<String>,
    pub beside: Option<String>,
}

/// Where a part is live, and where what is not live of it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    Path { live: PathBuf, kept: PathBuf },
    Postgres(Aside),
}

impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Path { live, .. } => write!(formatter, "{}", live.display()),
            Self::Postgres(_) => formatter.write_str("database"),
        }
    }
}

impl Part {
    pub fn path(name: &str, live: PathBuf, kept: PathBuf) -> Self {
        Self { name: name.to_owned(), place: Place::Path { live, kept }, live: None, beside: None }
    }

    pub fn postgres(name: &str, aside: Aside) -> Self {
        Self { name: name.to_owned(), place: Place::Postgres(aside), live: None, beside: None }
    }

    /// Whether there was anything to exchange.
    pub(super) fn has_effect(&self) -> bool {
        self.live.is_some() || self.beside.is_some()
    }
}

impl Change {
    /// A change that is about to be prepared.
    pub fn new(run: &str, command: String, at: Timestamp, settings: &QuarantineConfig) -> Self {
        let keep = SignedDuration::from_hours(24 * i64::from(settings.keep_days));
        Self {
            run: run.to_owned(),
            command,
            at,
            phase: Phase::Staging,
            parts: Vec::new(),
            independent: false,
            growing: false,
            rows: None,
            was_reverted: false,
            folders: Vec::new(),
            keep_until: at.checked_add(keep).unwrap_or(Timestamp::MAX),
            stopped: None,
        }
    }

    /// A change whose parts stand for themselves and are prepared some at a time ([`super::Quarantine::apply_more`]).
    pub fn growing(run: &str, command: String, at: Timestamp, settings: &QuarantineConfig) -> Self {
        Self { independent: true, growing: true, ..Self::new(run, command, at, settings) }
    }

    /// Bytes in its folders; what a database server keeps is not in it.
    pub fn bytes(&self) -> u64 {
        self.folders.iter().filter_map(|folder| fs::tree_size(folder).ok()).map(|size| size.bytes).sum()
    }

    /// The parts by their names, each once.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.parts.iter().map(|part| part.name.as_str()).collect();
        names.dedup();
        names
    }
}
