//! What keeps a database in shape: how much of it is dead, giving that back, indexes made anew, sessions cleared.

mod cache_table;
mod postgres;
mod sessions;
mod speed;
mod sqlite;

pub use cache_table::create_cache_table;
pub use sessions::SessionBatches;
pub use sessions::count_expired_sessions;
pub use speed::BareReference;
pub use speed::SlowStatement;
pub use speed::Statements;
pub use speed::bare_references;
pub use speed::slow_statements;

use crate::config::DatabaseConfig;
use crate::config::DatabaseSource;
use anyhow::Result;
use serde::Serialize;

/// One table and what it takes on disk.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableSpace {
    pub name: String,
    /// Bytes of the rows, with what is kept aside of long values.
    pub table_bytes: u64,
    pub index_bytes: u64,
    /// As the database estimates; `None` where it does not know.
    pub rows: Option<u64>,
    /// Bytes that hold nothing and would be given back, estimated; less than a page of slack is none.
    pub dead_bytes: u64,
    /// Rows that were deleted or changed and are still there (PostgreSQL).
    pub dead_rows: u64,
    /// Whether the planner has never been told of its content.
    pub never_analysed: bool,
}

/// The whole database.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Space {
    /// Bytes on disk.
    pub bytes: u64,
    /// Bytes of pages that belong to no table any more (SQLite).
    pub free_bytes: u64,
    /// Largest first.
    pub tables: Vec<TableSpace>,
}

impl Space {
    pub fn dead_bytes(&self) -> u64 {
        self.free_bytes + self.tables.iter().map(|table| table.dead_bytes).sum::<u64>()
    }
}

/// An index with something to say of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IndexState {
    pub name: String,
    pub table: String,
    pub bytes: u64,
    pub flaw: IndexFlaw,
}

/// What is wrong with an index.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IndexFlaw {
    /// The database does not use it: building it was cut off.
    Invalid,
    /// What a `REINDEX CONCURRENTLY` that was cut off left behind.
    Leftover,
    /// So many bytes of it hold nothing, estimated.
    Bloated(u64),
    /// Nothing has used it since the statistics began.
    Unused,
    /// Another one, named here, has the same columns.
    DuplicateOf(String),
}

/// What only a server has to tell.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ServerState {
    /// Transactions since the oldest row that was not frozen: at 2 000 million the server stops.
    pub transaction_age: u64,
    /// Sequences and the share of their numbers that is used, from 0 to 1.
    pub sequences: Vec<(String, f64)>,
    /// What amcheck found, where it is installed; `None` where it is not.
    pub amcheck: Option<Vec<String>>,
}

/// Measures the database and its tables.
///
/// # Errors
/// When the database cannot be opened or asked.
pub fn space(settings: &DatabaseConfig) -> Result<Space> {
    let mut space = match settings.source() {
        DatabaseSource::Sqlite(path) => sqlite::space(path, settings)?,
        DatabaseSource::Postgres(_) => postgres::space(settings)?,
    };
    space.tables.sort_by_key(|table| std::cmp::Reverse(table.table_bytes + table.index_bytes));
    Ok(space)
}

/// Looks at the indexes.
///
/// # Errors
/// When the database cannot be opened or asked.
pub fn indexes(settings: &DatabaseConfig) -> Result<Vec<IndexState>> {
    match settings.source() {
        DatabaseSource::Sqlite(path) => sqlite::indexes(path, settings),
        DatabaseSource::Postgres(_) => postgres::indexes(settings),
    }
}

/// Asks a server what only it knows; `None` for a SQLite file.
///
/// # Errors
/// When the server cannot be asked.
pub fn server_state(settings: &DatabaseConfig) -> Result<Option<ServerState>> {
    match settings.source() {
        DatabaseSource::Sqlite(_) => Ok(None),
        DatabaseSource::Postgres(_) => postgres::server_state(settings).map(Some),
    }
}

/// The folder whose disk a rebuild needs room on; `None` where a server keeps it to itself.
///
/// # Errors
/// When the server cannot be asked.
pub fn data_folder(settings: &DatabaseConfig) -> Result<Option<std::path::PathBuf>> {
    match settings.source() {
        DatabaseSource::Sqlite(path) => Ok(path.parent().map(std::path::Path::to_owned)),
        DatabaseSource::Postgres(_) => postgres::data_folder(settings),
    }
}

/// Rebuilds the file, or one table of a server, without its dead space; writers wait meanwhile.
///
/// # Errors
/// When the lock is not to be had in the database's time-out, the disk is full, or the role may not.
pub fn rebuild(settings: &DatabaseConfig, table: Option<&str>) -> Result<()> {
    match (settings.source(), table) {
        (DatabaseSource::Sqlite(path), _) => sqlite::rebuild(path, settings),
        (DatabaseSource::Postgres(_), Some(table)) => postgres::rebuild(settings, table),
        (DatabaseSource::Postgres(_), None) => anyhow::bail!("a server's tables are rebuilt one by one"),
    }
}

/// Clears away dead rows without blocking anybody, where the database works so, and tells the planner what is there.
///
/// # Errors
/// When the database cannot be written to.
pub fn analyse(settings: &DatabaseConfig, table: Option<&str>) -> Result<()> {
    match settings.source() {
        DatabaseSource::Sqlite(path) => sqlite::analyse(path, settings),
        DatabaseSource::Postgres(_) => postgres::vacuum(settings, table),
    }
}

/// Makes an index anew, or all of a SQLite file; on a server without blocking anybody.
///
/// # Errors
/// When the database refuses or is locked; what was begun of the new index is removed then.
pub fn reindex(settings: &DatabaseConfig, index: Option<&str>) -> Result<()> {
    match (settings.source(), index) {
        (DatabaseSource::Sqlite(path), _) => sqlite::reindex(path, settings),
        (DatabaseSource::Postgres(_), Some(index)) => postgres::reindex(settings, index),
        (DatabaseSource::Postgres(_), None) => anyhow::bail!("a server's indexes are made anew one by one"),
    }
}

/// Removes what a reindexing that was cut off left behind.
///
/// # Errors
/// When the role may not.
pub fn drop_leftover(settings: &DatabaseConfig, index: &str) -> Result<()> {
    match settings.source() {
        DatabaseSource::Sqlite(_) => Ok(()),
        DatabaseSource::Postgres(_) => postgres::drop_leftover(settings, index),
    }
}
