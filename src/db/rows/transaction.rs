//! One transaction of the site's database that remembers what each row was and has become.
//!
//! Every change names the whole row as it was read: where the site has written it meanwhile, nothing matches, and the
//! transaction ends without a trace.

use super::Cell;
use super::Fields;
use super::Relation;
use super::read;
use super::read::column_list;
use super::read::placeholder;
use crate::db::Database;
use crate::db::Engine;
use crate::db::Value;
use crate::db::identifier::quoted;
use crate::error::Error;
use crate::error::Kind;
use anyhow::Context;
use anyhow::Result;
use serde::Deserialize;
use serde::Serialize;

/// What happened to one row; `None` where there was or is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowChange {
    pub table: String,
    pub id: i64,
    pub before: Option<Fields>,
    pub after: Option<Fields>,
}

/// A transaction that is rolled back unless it is committed.
pub struct Transaction<'a> {
    database: &'a mut dyn Database,
    is_open: bool,
    changes: Vec<RowChange>,
}

impl<'a> Transaction<'a> {
    /// Begins it; on SQLite no other writes from now on.
    ///
    /// # Errors
    /// When the database stays locked, or may not be written to.
    pub fn begin(database: &'a mut dyn Database) -> Result<Self> {
        match database.engine() {
            Engine::Sqlite => drop(database.query("BEGIN IMMEDIATE", &[])?),
            Engine::Postgres => {
                database.query("BEGIN", &[])?;
                read::settle_texts(database)?;
            }
        }
        Ok(Self { database, is_open: true, changes: Vec::new() })
    }

    pub fn database(&mut self) -> &mut dyn Database {
        self.database
    }

    /// What was changed so far.
    pub fn changes(&self) -> &[RowChange] {
        &self.changes
    }

    /// Inserts a row; columns that are not given are the database's to fill. Returns its `id`.
    ///
    /// # Errors
    /// When the database refuses the row.
    pub fn insert(&mut self, relation: &Relation, fields: &Fields) -> Result<i64> {
        let engine = self.database.engine();
        let mut parameters = Vec::new();
        let mut places = Vec::new();
        let mut names = Vec::new();
        for column in relation.columns.iter().filter(|column| fields.contains_key(&column.name)) {
            let Some(cell) = fields.get(&column.name) else { continue };
            parameters.push(cell.parameter()?);
            places.push(placeholder(engine, parameters.len(), &column.kind));
            names.push(quoted(&column.name));
        }
        // An identity that is always the server's own gives way to a row that comes back.
        let own = if engine == Engine::Postgres && fields.contains_key("id") {
            " OVERRIDING SYSTEM VALUE"
        } else {
            ""
        };
        let sql = format!(
            "INSERT INTO {} ({}){own} VALUES ({}) RETURNING {}",
            quoted(&relation.name),
            names.join(", "),
            places.join(", "),
            column_list(engine, relation)
        );
        let rows =
            self.ask(&sql, &parameters).with_context(|| format!("write a row of {}", relation.name))?;
        let after = read::fields(relation, rows).pop().context("the database returned no row")?;
        let id = after.get("id").and_then(Cell::integer).context("the new row has no id")?;
        self.changes.push(RowChange { table: relation.name.clone(), id, before: None, after: Some(after) });
        Ok(id)
    }

    /// Writes some columns of a row that is still as it was read.
    ///
    /// # Errors
    /// When the row has moved on, or the database refuses.
    pub fn update(&mut self, relation: &Relation, before: &Fields, changed: &Fields) -> Result<()> {
        let engine = self.database.engine();
        let mut parameters = Vec::new();
        let mut sets = Vec::new();
        for column in &relation.columns {
            let Some(cell) = changed.get(&column.name) else { continue };
            parameters.push(cell.parameter()?);
            let place = placeholder(engine, parameters.len(), &column.kind);
            sets.push(format!("{} = {place}", quoted(&column.name)));
        }
        let condition = read::as_it_was(engine, relation, before, &mut parameters)?;
        let sql = format!(
            "UPDATE {} SET {} WHERE {condition} RETURNING {}",
            quoted(&relation.name),
            sets.join(", "),
            column_list(engine, relation)
        );
        let rows =
            self.ask(&sql, &parameters).with_context(|| format!("write a row of {}", relation.name))?;
        let id = before.get("id").and_then(Cell::integer).context("the row has no id")?;
        let Some(after) = read::fields(relation, rows).pop() else {
            return Err(self.moved_on(relation, id, before));
        };
        let (table, before) = (relation.name.clone(), Some(before.clone()));
        self.changes.push(RowChange { table, id, before, after: Some(after) });
        Ok(())
    }

    /// Deletes a row that is still as it was read.
    ///
    /// # Errors
    /// When the row has moved on, or the database refuses.
    pub fn delete(&mut self, relation: &Relation, before: &Fields) -> Result<()> {
        let mut parameters = Vec::new();
        let condition = read::as_it_was(self.database.engine(), relation, before, &mut parameters)?;
        let sql = format!("DELETE FROM {} WHERE {condition} RETURNING 1", quoted(&relation.name));
        let rows =
            self.ask(&sql, &parameters).with_context(|| format!("delete a row of {}", relation.name))?;
        let id = before.get("id").and_then(Cell::integer).context("the row has no id")?;
        if rows.is_empty() {
            return Err(self.moved_on(relation, id, before));
        }
        let (table, before) = (relation.name.clone(), Some(before.clone()));
        self.changes.push(RowChange { table, id, before, after: None });
        Ok(())
    }

    /// Makes it last.
    ///
    /// # Errors
    /// When the database refuses: nothing was changed then, unless the connection was lost at this very moment.
    pub fn commit(mut self) -> Result<Vec<RowChange>> {
        self.ask("COMMIT", &[]).context("commit the rows")?;
        self.is_open = false;
        Ok(std::mem::take(&mut self.changes))
    }

    fn ask(&mut self, sql: &str, parameters: &[Value]) -> Result<Vec<crate::db::Row>> {
        self.database.query(sql, parameters)
    }

    /// The refusal of a row that is not as it was read, by the column that tells.
    fn moved_on(&mut self, relation: &Relation, id: i64, before: &Fields) -> anyhow::Error {
        let now = read::by_id(self.database, relation, id);
        let what = match now {
            Ok(Some(now)) => {
                let column = before.iter().find(|(name, cell)| now.get(*name) != Some(*cell));
                column.map_or_else(
                    || "was written to meanwhile".to_owned(),
                    |(name, cell)| {
                        let now = now.get(name).map(Cell::text).unwrap_or_default();
                        format!("has moved on: its {name} is `{now}`, not `{}`", cell.text())
                    },
                )
            }
            Ok(None) => "is gone".to_owned(),
            Err(_) => "is not as it was read".to_owned(),
        };
        let label = ["slug", "name"].iter().find_map(|name| before.get(*name)).map(Cell::text);
        let label = label.map_or(String::new(), |label| format!(" ({label})"));
        Error::new(Kind::Failed, format!("row {id} of {}{label} {what}", relation.name))
            .hint("nothing was changed: somebody else has written it; look at it as it is now first")
            .into()
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if self.is_open {
            // A connection that is gone rolls back by itself.
            let _ = self.database.query("ROLLBACK", &[]);
        }
    }
}
