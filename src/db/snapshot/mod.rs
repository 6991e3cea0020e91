//! A consistent copy of the live database in a new file, with the fingerprint of exactly that state.
//!
//! The copy is complete, checked and on disk when [`snapshot`] returns, and gone when it fails: a half copy never stays
//! behind. A backup asks for the two steps one by one: it packs a [`Copied`] while that is checked, and publishes
//! nothing unless the check came to a good end. Naming and publishing is the backup's business.

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
use unfinished::Unfinished;

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

/// A copy that is complete and not yet checked; its file goes away with it.
#[derive(Debug)]
pub struct Copied {
    file: Unfinished,
    pub engine: Engine,
    pub bytes: u64,
    program: Option<String>,
    origin: Origin,
}

/// What a check needs to know of where the copy comes from.
#[derive(Debug)]
enum Origin {
    Sqlite,
    Postgres(postgres::Origin),
}

/// What a check found in a sound copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    pub fingerprint: Fingerprint,
    /// As in [`Snapshot`].
    pub problems: Vec<String>,
}

impl Copied {
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Reads all of the copy: that it is sound, and what it holds.
    ///
    /// # Errors
    /// When it is damaged, cut, or not what the live database was.
    pub fn check(&self) -> Result<Checked> {
        let check = || match &self.origin {
            Origin::Sqlite => sqlite::check(self.path()),
            Origin::Postgres(origin) => origin.check(self.path()),
        };
        check().context("copy the database")
    }
}

/// Copies the live database to `target`, which must not exist yet; mode 0600, checked, written to disk.
///
/// # Errors
/// When the database cannot be read or is damaged, the disk is full, no `pg_dump` fits the server or it fails; nothing
/// is at `target` then.
pub fn snapshot(settings: &DatabaseConfig, target: &Path, progress: &dyn Progress) -> Result<Snapshot> {
    let copied = copy(settings, target, progress)?;
    copied.file.sync().context("copy the database")?;
    progress.start("check the copy", copied.bytes);
    let checked = copied.check();
    progress.finish();
    let Checked { fingerprint, problems } = checked?;
    let Copied { file, engine, bytes, program, .. } = copied;
    Ok(Snapshot { path: file.finish(), engine, bytes, fingerprint, problems, program })
}

/// Copies the live database to `target`, which must not exist yet; mode 0600, neither checked nor synced.
///
/// # Errors
/// When the database cannot be read, the disk is full, no `pg_dump` fits the server or it fails; nothing is at `target`
/// then.
pub fn copy(settings: &DatabaseConfig, target: &Path, progress: &dyn Progress) -> Result<Copied> {
    let copy = || match settings.source() {
        DatabaseSource::Sqlite(path) => sqlite::take(path, settings, target, progress),
        DatabaseSource::Postgres(url) => postgres::take(url, settings, target, progress),
    };
    copy().context("copy the database")
}
