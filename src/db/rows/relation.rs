//! A table that rows are written to: its columns as declared, and which other tables refer to it.

use crate::db::Database;
use crate::db::Engine;
use crate::db::identifier::quoted;
use anyhow::Context;
use anyhow::Result;
use anyhow::ensure;

/// A table with its columns in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    pub name: String,
    pub columns: Vec<Column>,
}

/// A column as it is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    /// `varchar(200)`, `numeric(10,2)`.
    pub kind: String,
    pub nullable: bool,
    /// The database fills it by itself: a default, a sequence.
    pub filled: bool,
}

impl Column {
    /// How many characters a text in it may have.
    pub fn max_length(&self) -> Option<usize> {
        let kind = self.kind.to_ascii_lowercase();
        if !kind.contains("char") {
            return None;
        }
        kind.split_once('(')?.1.trim_end_matches(')').trim().parse().ok()
    }

    /// Whether it is declared to hold texts.
    pub fn is_text(&self) -> bool {
        let kind = self.kind.to_ascii_lowercase();
        kind.contains("char") || kind == "text"
    }
}

impl Relation {
    /// Reads how a table is declared.
    ///
    /// # Errors
    /// When the database cannot be asked, or the table has no column `id` to know a row by.
    pub fn read(database: &mut dyn Database, name: &str) -> Result<Self> {
        let sql = match database.engine() {
            Engine::Sqlite => {
                "SELECT name, type, \"notnull\", dflt_value IS NOT NULL OR pk > 0, pk
                 FROM pragma_table_info($1) ORDER BY cid"
            }
            Engine::Postgres => {
                "SELECT a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                    a.atthasdef OR a.attidentity <> '', 0
                 FROM pg_catalog.pg_attribute AS a
                 WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
                    AND a.attgenerated = '' ORDER BY a.attnum"
            }
        };
        let given = match database.engine() {
            Engine::Sqlite => name.to_owned(),
            Engine::Postgres => quoted(name),
        };
        let rows =
            database.query(sql, &[given.into()]).with_context(|| format!("read how {name} is declared"))?;
        let columns = rows
            .iter()
            .map(|row| {
                Ok(Column {
                    name: row.text(0)?,
                    kind: row.text(1)?,
                    nullable: row.optional_boolean(2)? != Some(true),
                    filled: row.optional_boolean(3)? == Some(true),
                })
            })
            .collect::<Result<Vec<_>>>()?;
        ensure!(columns.iter().any(|column| column.name == "id"), "table {name} has no column `id`");
        Ok(Self { name: name.to_owned(), columns })
    }

    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// A column of a table that refers to another table's rows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    pub table: String,
    pub column: String,
}

/// Every foreign key that leads to a table.
///
/// # Errors
/// When the database cannot be asked.
pub fn references_to(database: &mut dyn Database, table: &str) -> Result<Vec<Reference>> {
    let sql = match database.engine() {
        Engine::Sqlite => {
            "SELECT t.name, f.\"from\" FROM sqlite_schema AS t, pragma_foreign_key_list(t.name) AS f
             WHERE t.type = 'table' AND lower(f.\"table\") = lower($1) ORDER BY 1, 2"
        }
        Engine::Postgres => {
            "SELECT c.relname::text, a.attname::text FROM pg_catalog.pg_constraint AS k
             JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
             JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
             WHERE k.contype = 'f' AND k.confrelid = to_regclass($1) ORDER BY 1, 2"
        }
    };
    let given = match database.engine() {
        Engine::Sqlite => table.to_owned(),
        Engine::Postgres => quoted(table),
    };
    let rows =
        database.query(sql, &[given.into()]).with_context(|| format!("read what refers to {table}"))?;
    rows.iter().map(|row| Ok(Reference { table: row.text(0)?, column: row.text(1)? })).collect()
}
