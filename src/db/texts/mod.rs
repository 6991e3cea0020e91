//! Every text that the site's database holds, read once as it passes: whatever the tables and columns are called.
//!
//! One transaction sees one state, and no more than a row is in memory at a time. Texts inside JSON, arrays, binary
//! fields and domains count too; what cannot hold a text (numbers, times, UUIDs) is not read. A table that cannot be read
//! ends the reading with an error: half of the texts prove nothing.

mod named;
mod owner;
mod postgres;
mod sqlite;

pub use named::FORGOTTEN;
pub use named::named;
pub use owner::product_of;

use super::Access;
use super::fingerprint::postgres as server;
use super::session;
use super::sqlite as file;
use crate::config::DatabaseConfig;
use crate::config::DatabaseSource;
use anyhow::Context;
use anyhow::Result;

use super::Database as _;

/// One text, and where it stands.
#[derive(Clone, Copy)]
pub struct Text<'a> {
    pub table: &'a str,
    pub column: &'a str,
    pub text: &'a str,
    key: &'a dyn Fn() -> String,
}

impl Text<'_> {
    /// Primary key of the row; of several columns with commas between, of a table without one its place in it.
    pub fn key(&self) -> String {
        (self.key)()
    }
}

/// How much was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TextsRead {
    pub tables: u64,
    pub rows: u64,
}

/// Hands every text of every table to `visit`, but for the tables that `skip` names.
///
/// Writers go on; those of a SQLite file without WAL after it.
///
/// # Errors
/// When the database cannot be opened or a table cannot be read to its end, or as `visit`.
pub fn read_texts(
    settings: &DatabaseConfig,
    skip: &dyn Fn(&str) -> bool,
    visit: &mut dyn FnMut(Text<'_>) -> Result<()>,
) -> Result<TextsRead> {
    let mut read = || match settings.source() {
        DatabaseSource::Sqlite(path) => {
            let mut database = file::open(path, Access::Read, settings.timeout)?;
            database.query("BEGIN", &[])?;
            // Dropping the connection ends the transaction.
            sqlite::read(&mut database, skip, visit)
        }
        DatabaseSource::Postgres(url) => {
            let mut client = session::client(&session::parse(url)?, settings, Access::Read)?;
            server::begin(&mut client)?;
            postgres::read(&mut client, skip, visit)
        }
    };
    read().context("read all texts of the database")
}
