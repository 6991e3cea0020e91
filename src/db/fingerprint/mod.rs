//! What a database holds, in a few numbers: taken with each backup and compared afterwards, so that a loss shows.
//!
//! Rows alone do not tell that an upgrade emptied all descriptions or put every product out of stock: each column has
//! an aggregate of its own as well, all of them from one scan of its table. A text changed into another of the same
//! length, or two rows that swapped their values, do not show; damage of bytes is what checksums are for.
//!
//! Both engines mean the same by the same [`Content`], so that a database moved from one to the other can be compared.
//! Not comparable there: JSON (PostgreSQL writes `jsonb` with its own spacing), durations (microseconds on SQLite),
//! arrays and other types that SQLite does not have; where the kinds differ only the NULLs are compared.

mod difference;
mod kind;
mod live;
pub(super) mod postgres;
mod sqlite;
mod sum;

pub use difference::Difference;
pub use live::fingerprint;
pub use live::fingerprint_copy;
pub use live::migrations;

pub(super) use postgres::begin as begin_postgres;
pub(super) use postgres::fingerprint as of_postgres;
pub(super) use postgres::session as session_postgres;
pub(super) use postgres::tables as postgres_tables;
pub(super) use sqlite::fingerprint as of_sqlite;

use super::Engine;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;

/// Tables that change without anybody changing the catalogue: logins and the administration's log.
const VOLATILE: &[&str] = &["django_session", "django_admin_log"];

/// The aggregates of a whole database in one consistent state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    pub engine: Engine,
    /// Of the PostgreSQL server, or of the SQLite library that read the file.
    pub version: String,
    /// Last applied migration of each application; empty where Django has no table of them.
    pub migrations: BTreeMap<String, String>,
    /// By name; on PostgreSQL those outside the connection's own schema as `schema.table`.
    pub tables: BTreeMap<String, TablePrint>,
}

/// The aggregates of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TablePrint {
    pub rows: u64,
    /// Changes with every login: no finding hangs on it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub volatile: bool,
    pub columns: BTreeMap<String, ColumnPrint>,
}

/// The aggregates of one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnPrint {
    pub nulls: u64,
    /// Values that are not of the declared type, which only SQLite allows; they are not in the other aggregates.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub odd: u64,
    #[serde(flatten)]
    pub content: Content,
}

/// What a column holds, by its declared type; sums are exact and written out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    Integer {
        sum: String,
    },
    Decimal {
        sum: String,
    },
    /// Binary fractions have no exact sum: their ends are compared.
    Real {
        lowest: Option<String>,
        highest: Option<String>,
    },
    Boolean {
        trues: u64,
    },
    Text {
        characters: u64,
    },
    /// UTC, as Django writes times on SQLite.
    Time {
        earliest: Option<String>,
        latest: Option<String>,
    },
    Bytes {
        bytes: u64,
    },
    /// A type without an aggregate: only its NULLs are counted.
    Other,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

fn is_volatile(table: &str) -> bool {
    VOLATILE.contains(&table)
}

impl Fingerprint {
    /// What is otherwise in `other`, which is the later state: missing tables first to last by name.
    pub fn differences(&self, other: &Self) -> Vec<Difference> {
        difference::between(self, other)
    }

    /// Rows of all tables.
    pub fn rows(&self) -> u64 {
        self.tables.values().map(|table| table.rows).sum()
    }
}
