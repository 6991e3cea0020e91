//! Whether a database is sound: every page and row read, every reference followed.

mod postgres;
mod sqlite;

pub(super) use sqlite::damage as sqlite_damage;
pub(super) use sqlite::references as sqlite_references;

use super::Access;
use super::sqlite as sqlite_file;
use crate::config::DatabaseConfig;
use crate::config::DatabaseSource;
use anyhow::Result;
use std::path::Path;

/// What is wrong with a database, in plain words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Soundness {
    /// What cannot be read, or is not as the database itself wrote it.
    pub damage: Vec<String>,
    /// What is the fault of the data or of how it is set up, not of the file: rows that refer to rows that are not
    /// there, indexes that are not valid.
    pub flaws: Vec<String>,
}

impl Soundness {
    pub fn problems(&self) -> impl Iterator<Item = &String> {
        self.damage.iter().chain(&self.flaws)
    }

    pub fn is_sound(&self) -> bool {
        self.problems().next().is_none()
    }
}

/// Looks at the live database.
///
/// `full` also compares each index with its table on SQLite (`integrity_check` beside `quick_check`), and follows every
/// foreign key on PostgreSQL.
///
/// # Errors
/// When the database cannot be opened or asked.
pub fn check_integrity(settings: &DatabaseConfig, full: bool) -> Result<Soundness> {
    match settings.source() {
        DatabaseSource::Sqlite(path) => {
            sqlite::look(&mut sqlite_file::open(path, Access::Read, settings.timeout)?, full)
        }
        DatabaseSource::Postgres(url) => postgres::look(url, settings, full),
    }
}

/// Looks at a SQLite file that nobody else has open, such as a backup; nothing is written beside it.
///
/// # Errors
/// When the file is missing or no database at all.
pub fn check_copy(path: &Path, full: bool) -> Result<Soundness> {
    sqlite::look(&mut sqlite_file::open_alone(path)?, full)
}
