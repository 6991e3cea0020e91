//! A consistent copy of the live database in a new file, with the fingerprint of exactly that state.
//!
//! The copy is complete, checked and on disk when [`snapshot`] returns, and gone when it fails: a half copy never stays
//! behind. Compressing, naming and publishing it is the backup's business.

mod postgres;
mod sqlite;
mod unfinished;

pub(super) use postgres::DUMP_LIMIT;

use super::Engine;
use super::Fingerprint;
use crate::config::DatabaseConfig;
use crate::config::DatabaseSource;
use crate::progress::Progress;
use anyhow::Context;
use anyhow::Result;
use std::path::Path;
use std::path::PathBuf;

/// A copy that was made and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// A SQLite database, or an uncompressed archive of `pg_dump --format=custom`.
    pub path: PathBuf,
    pub engine: Engine,
    pub bytes: u64,
    pub fingerprint: Fingerprint,
    /// What is wrong with the live data itself and so is in the copy too: rows that refer to nothing. It makes the
    /// backup a finding, not a failure: a site with one such row needs its backups as well.
    pub problems: Vec<String>,
    /// The program that made it, where it was one: `pg_dump (PostgreSQL) 15.18`.
    pub program: Option<String>,
}

/// Copies the live database to `target`, which must not exist yet; mode 0600, written to disk.
///
/// # Errors
/// When the database cannot be read or is damaged, the disk is full, no `pg_dump` fits the server or it fails; nothing
/// is at `target` then.
pub fn snapshot(settings: &DatabaseConfig, target: &Path, progress: &dyn Progress) -> Result<Snapshot> {
    let take = || match settings.source() {
        DatabaseSource::Sqlite(path) => sqlite::take(path, settings, target, progress),
        DatabaseSource::Postgres(url) => postgres::take(url, settings, target, progress),
    };
    take().context("copy the database")
}
