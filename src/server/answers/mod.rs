//! Answers of the API kept in memory, each for as long as nothing is written to the database.
//!
//! Every request asks whether anything was, before it takes one: a SQLite file by a connection that only watches it, a
//! PostgreSQL server by the snapshot that it shows. None is ever older than the last commit.

mod kept;
mod watching;

use super::store::Store;
use crate::config::Config;
use crate::config::DatabaseSource;
use crate::db;
use anyhow::Result;
use axum::body::Bytes;
use axum::http::StatusCode;
use kept::Kept;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use watching::Watching;

/// A status, and JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) json: Bytes,
}

/// A state of the database, told from every other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Version {
    /// States of the file that were seen before it.
    File(u64),
    /// The server's own words for what it shows.
    Snapshot(String),
}

/// How much is kept, and how often it served.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Use {
    pub(super) bytes: u64,
    pub(super) served: u64,
}

/// The answers kept, and what tells whether they still hold.
pub(super) struct Answers {
    /// Nothing where none are to be kept.
    kept: Option<Mutex<Kept>>,
    /// On SQLite.
    watching: Option<Mutex<Watching>>,
}

impl Answers {
    pub(super) fn new(config: &Config) -> Self {
        let most = usize::try_from(config.serve.answers_size.0).unwrap_or(usize::MAX);
        let watching = match config.database.source() {
            DatabaseSource::Sqlite(path) => Some(Mutex::new(Watching::new(path))),
            DatabaseSource::Postgres(_) => None,
        };
        Self { kept: (most > 0).then(|| Mutex::new(Kept::new(most))), watching }
    }

    /// The state that the database is in now, where that can be told without asking it; never waits for a lock.
    pub(super) fn version(&self) -> Option<Version> {
        self.kept.as_ref()?;
        lock(self.watching.as_ref()?).version()
    }

    /// The state that the database is in now, from its own mouth; nothing where no answers are kept.
    pub(super) fn ask_version(&self, store: &mut Store) -> Result<Option<Version>> {
        if self.kept.is_none() {
            return Ok(None);
        }
        Ok(db::snapshot_shown(&mut *store.database)?.map(Version::Snapshot))
    }

    /// An answer given in this state.
    pub(super) fn find(&self, version: &Version, key: &str) -> Option<Reply> {
        lock(self.kept.as_ref()?).find(version, key)
    }

    /// Keeps an answer whose question was put after the database was seen in this state.
    pub(super) fn keep(&self, version: &Version, key: &str, reply: &Reply) {
        if let Some(kept) = &self.kept {
            lock(kept).keep(version, key, reply);
        }
    }

    pub(super) fn used(&self) -> Use {
        self.kept.as_ref().map(|kept| lock(kept).used()).unwrap_or_default()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
