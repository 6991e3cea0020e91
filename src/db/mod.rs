//! The site's database: SQLite and PostgreSQL behind one trait, and all of the SQL that touches it.
//!
//! Django owns the schema. What is read is what is there: [`Showcase`] resolves which tables and columns this version
//! of the application has, and each query is built from that.

mod administrators;
mod aside;
mod categories;
mod connect;
mod create;
mod dump;
mod dump_format;
mod each_product;
mod facets;
mod fingerprint;
mod identifier;
mod images;
mod integrity;
mod maintenance;
mod plans;
mod postgres;
mod price;
mod products;
mod programs;
pub mod public;
mod refusal;
mod restore;
pub mod rows;
mod schema;
mod search;
mod server_version;
mod session;
mod settings;
mod showcase;
mod slugs;
mod snapshot;
mod sqlite;
mod sqlite_refusal;
mod standstill;
pub mod statistics;
mod texts;
pub mod upkeep;
mod users;
mod value;
mod watch;
mod wire;

pub use administrators::Administrator;
pub use administrators::administrators;
pub use aside::Aside;
pub use aside::exchange;
pub use aside::reopen;
pub use categories::Category;
pub use categories::categories;
pub use connect::Access;
pub use connect::connect;
pub use create::Seed;
pub use create::SeedCategory;
pub use create::SeedProduct;
pub use create::check_vacant;
pub use create::create;
pub use create::create_sqlite;
pub use dump::DumpContent;
pub use dump::read_dump;
pub use each_product::each_product;
pub use facets::Place;
pub use facets::places;
pub use facets::product_brands;
pub use fingerprint::ColumnPrint;
pub use fingerprint::Content;
pub use fingerprint::Difference;
pub use fingerprint::Fingerprint;
pub use fingerprint::TablePrint;
pub use fingerprint::fingerprint;
pub use fingerprint::fingerprint_copy;
pub use fingerprint::migrations;
pub use images::ImageReference;
pub use images::image_references;
pub use images::is_image_column;
pub use integrity::Soundness;
pub use integrity::check_copy;
pub use integrity::check_integrity;
pub use maintenance::drop_database;
pub use maintenance::name;
pub use maintenance::scratch_name;
pub use plans::Plan;
pub use plans::plans;
pub use price::Price;
pub use products::Page;
pub use products::Product;
pub use products::ProductFilter;
pub use products::ProductOrder;
pub use products::ProductSummary;
pub use products::product;
pub use products::product_count;
pub use products::products;
pub use restore::restore_beside;
pub use restore::restore_into;
pub use schema::Schema;
pub use schema::Table;
pub use search::words;
pub use server_version::server_version;
pub use settings::SiteSettings;
pub use settings::site_settings;
pub use showcase::Featured;
pub use showcase::Showcase;
pub use slugs::product_slugs;
pub use snapshot::Checked;
pub use snapshot::Copied;
pub use snapshot::Snapshot;
pub use snapshot::copy;
pub use snapshot::snapshot;
pub use sqlite::size as sqlite_size;
pub use standstill::SIDECARS;
pub use standstill::Standstill;
pub use standstill::hold_still;
pub use texts::FORGOTTEN;
pub use texts::Text;
pub use texts::TextsRead;
pub use texts::named;
pub use texts::product_of;
pub use texts::read_texts;
pub use users::User;
pub use users::Users;
pub use value::Row;
pub use value::Value;
pub use watch::Watch;
pub use watch::snapshot_shown;

use anyhow::Result;
use serde::Deserialize;
use serde::Serialize;
use std::time::Duration;

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl std::fmt::Display for Engine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// A connection to the site's database.
///
/// Placeholders are `$1`, `$2`… and appear in ascending order, because SQLite numbers them by first appearance.
/// A PostgreSQL connection must not be dropped on an async runtime's thread.
pub trait Database: Send {
    fn engine(&self) -> Engine;

    /// Runs a query and returns all of its rows.
    ///
    /// # Errors
    /// When the database refuses the query, is locked or is gone.
    fn query(&mut self, sql: &str, parameters: &[Value]) -> Result<Vec<Row>>;

    /// Tables and columns, as they are now.
    ///
    /// # Errors
    /// When the catalogue of the database cannot be read.
    fn schema(&mut self) -> Result<Schema>;

    /// Bytes that the database takes on disk; on SQLite with its `-wal`.
    ///
    /// # Errors
    /// When the file or the server cannot be asked.
    fn size(&mut self) -> Result<u64>;

    /// Damage that shows when the structure of the file is read: SQLite's `quick_check`, at most so long.
    ///
    /// A PostgreSQL server looks after its own files: nothing is looked at there, and nothing found.
    ///
    /// # Errors
    /// When the time is up before the end, or the database cannot be read at all.
    fn quick_check(&mut self, limit: Duration) -> Result<Vec<String>>;

    /// The next query's answer would be wrong or old: the connection must be made anew.
    fn is_closed(&self) -> bool;
}
