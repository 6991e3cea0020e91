//! Which tables and columns a database has.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Tables by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema {
    pub tables: BTreeMap<String, Table>,
}

/// A table's columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    pub columns: BTreeSet<String>,
}

impl Schema {
    /// Builds a schema from pairs of table and column.
    pub(super) fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut schema = Self::default();
        for (table, column) in pairs {
            schema.tables.entry(table).or_default().columns.insert(column);
        }
        schema
    }

    pub fn has(&self, table: &str, column: &str) -> bool {
        self.tables.get(table).is_some_and(|table| table.columns.contains(column))
    }
}
