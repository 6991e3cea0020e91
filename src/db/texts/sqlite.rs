//! The texts of a SQLite file: any column may hold one, whatever its declaration says.

use super::Text;
use super::TextsRead;
use crate::db::Database;
use crate::db::identifier::quoted;
use crate::db::sqlite::Sqlite;
use anyhow::Context;
use anyhow::Result;
use rusqlite::Row;
use rusqlite::types::ValueRef;
use std::collections::BTreeMap;

/// A table's columns; those of its primary key in their order.
#[derive(Debug, Default)]
struct Table {
    columns: Vec<String>,
    key: BTreeMap<i64, String>,
    has_rowid: bool,
}

pub(super) fn read(
    database: &mut Sqlite,
    skip: &dyn Fn(&str) -> bool,
    visit: &mut dyn FnMut(Text<'_>) -> Result<()>,
) -> Result<TextsRead> {
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    // Shadow tables hold the texts of full-text indexes, which may be the only ones that do.
    let rows = database.query(
        "SELECT t.name, c.name, c.pk, t.wr FROM pragma_table_list AS t, pragma_table_xinfo(t.name) AS c
         WHERE t.schema = 'main' AND t.type IN ('table', 'shadow') AND c.hidden <> 1
            AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
         ORDER BY t.name, c.cid",
        &[],
    )?;
    for row in rows {
        let table = tables.entry(row.text(0)?).or_default();
        let (column, key) = (row.text(1)?, row.integer(2)?);
        if key > 0 {
            table.key.insert(key, column.clone());
        }
        table.columns.push(column);
        table.has_rowid = row.integer(3)? == 0;
    }
    let mut read = TextsRead::default();
    for (name, table) in tables.iter().filter(|(name, _)| !skip(name)) {
        read.tables += 1;
        read.rows += one(database, name, table, visit).with_context(|| format!("read table {name}"))?;
    }
    Ok(read)
}

fn one(
    database: &Sqlite,
    name: &str,
    table: &Table,
    visit: &mut dyn FnMut(Text<'_>) -> Result<()>,
) -> Result<u64> {
    let mut key: Vec<String> = table.key.values().map(|column| quoted(column)).collect();
    if key.is_empty() && table.has_rowid {
        key.push("rowid".to_owned());
    }
    let columns = table.columns.iter().map(|column| quoted(column));
    let list = columns.chain(key.iter().cloned()).collect::<Vec<_>>().join(", ");
    let explain = |error: rusqlite::Error| database.explain(&error);
    let sql = format!("SELECT {list} FROM {}", quoted(name));
    let mut statement = database.connection().prepare(&sql).map_err(explain)?;
    let mut rows = statement.query([]).map_err(explain)?;
    let mut count = 0;
    let first = table.columns.len();
    while let Some(row) = rows.next().map_err(explain)? {
        count += 1;
        for (position, column) in table.columns.iter().enumerate() {
            let (ValueRef::Text(bytes) | ValueRef::Blob(bytes)) = row.get_ref(position).map_err(explain)?
            else {
                continue;
            };
            let text = String::from_utf8_lossy(bytes);
            let key = || {
                (first..first + key.len()).map(|position| told(row, position)).collect::<Vec<_>>().join(", ")
            };
            visit(Text { table: name, column, text: &text, key: &key })?;
        }
    }
    Ok(count)
}

fn told(row: &Row<'_>, position: usize) -> String {
    match row.get_ref(position) {
        Ok(ValueRef::Integer(number)) => number.to_string(),
        Ok(ValueRef::Real(number)) => number.to_string(),
        Ok(ValueRef::Text(bytes) | ValueRef::Blob(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
        Ok(ValueRef::Null) | Err(_) => "NULL".to_owned(),
    }
}
