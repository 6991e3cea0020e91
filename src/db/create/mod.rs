//! Making a site's database from nothing: the guide's schema, on a SQLite file or in a PostgreSQL database (guide:
//! "Reconstruire depuis zéro").
//!
//! Nothing that holds a table is ever touched, and nothing that cannot be read: it may be somebody's only copy (H31).
//! A kill leaves no database or a whole one.

mod fill;
mod postgres;
mod seed;
mod sqlite;

pub use seed::Seed;
pub use seed::SeedCategory;
pub use seed::SeedProduct;
pub use sqlite::create_at as create_sqlite;

use crate::config::DatabaseConfig;
use crate::config::DatabaseSource;
use crate::error::Error;
use crate::error::Kind;
use anyhow::Result;
use jiff::Timestamp;

/// Creates the site's database with the guide's tables; `app` is the label of the application that owns them.
///
/// # Errors
/// When there is one that holds tables or cannot be read, or it cannot be written: nothing is changed then.
pub fn create(settings: &DatabaseConfig, app: &str, seed: &Seed, now: Timestamp) -> Result<()> {
    match settings.source() {
        DatabaseSource::Sqlite(path) => sqlite::create(path, settings.timeout, app, seed, now),
        DatabaseSource::Postgres(_) => postgres::create(settings, app, seed, now),
    }
}

/// Says whether [`create`] would refuse, and changes nothing.
///
/// # Errors
/// As [`create`].
pub fn check_vacant(settings: &DatabaseConfig) -> Result<()> {
    match settings.source() {
        DatabaseSource::Sqlite(path) => sqlite::check_vacant(path, settings.timeout),
        DatabaseSource::Postgres(_) => postgres::check_vacant(settings),
    }
}

/// The refusal of a database that somebody may want.
fn occupied(what: impl std::fmt::Display) -> anyhow::Error {
    Error::new(Kind::Failed, format!("{what}: a new database is made only where there is none"))
        .hint("put a backup back with `sitekeep restore`, or name a new database in [database]")
        .into()
}
