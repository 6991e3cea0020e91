//! Opening the database that the configuration names.

use super::Database;
use super::postgres;
use super::sqlite;
use crate::config::DatabaseConfig;
use crate::config::DatabaseSource;
use anyhow::Result;

/// What the connection is for; a reader cannot change anything, whatever it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
}

/// Connects to the site's database.
///
/// # Errors
/// When it is missing, no database, damaged or locked, or the server refuses: each with a hint.
pub fn connect(settings: &DatabaseConfig, access: Access) -> Result<Box<dyn Database>> {
    Ok(match settings.source() {
        DatabaseSource::Sqlite(path) => Box::new(sqlite::open(path, access, settings.timeout)?),
        DatabaseSource::Postgres(url) => Box::new(postgres::open(url, settings, access)?),
    })
}
