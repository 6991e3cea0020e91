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

/// Problems of the live database in plain words; none when it is sound.
///
/// `full` also compares each index with its table on SQLite (`integrity_check` beside `quick_check`), and follows every
/// foreign key on PostgreSQL.
///
/// # Errors
/// When the database cannot be opened or asked.
pub fn check_integrity(settings: &DatabaseConfig, full: bool) -> Result<Vec<String>> {
    match settings.source() {
        DatabaseSource::Sqlite(path) => {
            sqlite::problems(&mut sqlite_file::open(path, Access::Read, settings.timeout)?, full)
        }
        DatabaseSource::Postgres(url) => postgres::problems(url, settings, full),
    }
}

/// Problems of a SQLite file that nobody else has open, such as a backup; nothing is written beside it.
///
/// # Errors
/// When the file is missing or no database at all.
pub fn check_copy(path: &Path, full: bool) -> Result<Vec<String>> {
    sqlite::problems(&mut sqlite_file::open_alone(path)?, full)
}
