//! The fingerprint of a database as it is now, such as one that was just restored or updated.

use super::Fingerprint;
use super::postgres;
use super::sqlite;
use crate::config::DatabaseConfig;
use crate::config::DatabaseSource;
use crate::db::Access;
use crate::db::Database;
use crate::db::connect;
use crate::db::session;
use crate::db::sqlite as file;
use anyhow::Context;
use anyhow::Result;
use std::collections::BTreeMap;
use std::path::Path;

/// Reads the whole database in one transaction; writers go on, those of a SQLite file without WAL after it.
///
/// # Errors
/// When the database cannot be opened or read.
pub fn fingerprint(settings: &DatabaseConfig) -> Result<Fingerprint> {
    let read = || match settings.source() {
        DatabaseSource::Sqlite(path) => {
            let mut database = file::open(path, Access::Read, settings.timeout)?;
            database.query("BEGIN", &[])?;
            // Dropping the connection ends the transaction.
            sqlite::fingerprint(&mut database)
        }
        DatabaseSource::Postgres(url) => {
            let mut client = session::client(&session::parse(url)?, settings, Access::Read)?;
            postgres::begin(&mut client)?;
            postgres::fingerprint(&mut client)
        }
    };
    read().context("take the fingerprint of the database")
}

/// Reads a SQLite file that nobody else has open, such as a backup; nothing is written beside it.
///
/// # Errors
/// When it is no database or damaged.
pub fn fingerprint_copy(path: &Path) -> Result<Fingerprint> {
    sqlite::fingerprint(&mut file::open_alone(path)?)
        .with_context(|| format!("take the fingerprint of {}", path.display()))
}

/// The last applied migration of each application of the live database; empty where Django keeps none.
///
/// # Errors
/// When the database cannot be opened or read.
pub fn migrations(settings: &DatabaseConfig) -> Result<BTreeMap<String, String>> {
    let mut database = connect(settings, Access::Read)?;
    if !database.schema()?.has("django_migrations", "name") {
        return Ok(BTreeMap::new());
    }
    let rows = database.query("SELECT app, name FROM django_migrations ORDER BY id", &[])?;
    rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?))).collect()
}
