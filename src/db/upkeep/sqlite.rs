//! Upkeep of a SQLite file.
//!
//! Dead space is what a VACUUM gives back: free pages, and what pages of tables and indexes lack more than those of a
//! healthy database do. Rows that come in any order fill the pages of an index to two thirds, so that only what is
//! beyond that counts there.

use super::IndexFlaw;
use super::IndexState;
use super::Space;
use super::TableSpace;
use crate::config::DatabaseConfig;
use crate::db::Access;
use crate::db::Database;
use crate::db::sqlite;
use anyhow::Context;
use anyhow::Result;
use std::collections::BTreeMap;
use std::path::Path;

/// Percent of its pages that a healthy table leaves empty, and a healthy index.
const TABLE_SLACK: u64 = 10;
const INDEX_SLACK: u64 = 35;

pub(super) fn space(path: &Path, settings: &DatabaseConfig) -> Result<Space> {
    let mut database = sqlite::open(path, Access::Read, settings.timeout)?;
    let one = |database: &mut sqlite::Sqlite, sql: &str| -> Result<u64> {
        let rows = database.query(sql, &[])?;
        Ok(u64::try_from(rows.first().context("no answer")?.integer(0)?)?)
    };
    let page = one(&mut database, "SELECT page_size FROM pragma_page_size")?;
    let free = one(&mut database, "SELECT freelist_count FROM pragma_freelist_count")?;
    let mut tables: BTreeMap<String, TableSpace> = BTreeMap::new();
    // Each b-tree with the table that it belongs to; `sqlite_schema` itself stands in no row of it.
    let rows = database.query(
        "SELECT d.name, coalesce(s.tbl_name, d.name), coalesce(s.type, 'table'), d.pgsize, d.unused
         FROM dbstat AS d LEFT JOIN sqlite_schema AS s ON s.name = d.name WHERE d.aggregate = TRUE",
        &[],
    )?;
    for row in &rows {
        let (owner, kind) = (row.text(1)?, row.text(2)?);
        let (bytes, unused) = (u64::try_from(row.integer(3)?)?, u64::try_from(row.integer(4)?)?);
        let is_index = kind == "index";
        let slack = if is_index { INDEX_SLACK } else { TABLE_SLACK };
        // A small tree has little on its last page, which is no loss.
        let dead = unused.saturating_sub(bytes / 100 * slack).saturating_sub(page);
        let table = tables.entry(owner.clone()).or_insert_with(|| TableSpace {
            name: owner,
            table_bytes: 0,
            index_bytes: 0,
            rows: None,
            dead_bytes: 0,
            dead_rows: 0,
            never_analysed: false,
        });
        if is_index {
            table.index_bytes += bytes;
        } else {
            table.table_bytes += bytes;
        }
        table.dead_bytes += dead;
    }
    let analysed = analysed(&mut database)?;
    for table in tables.values_mut().filter(|table| !table.name.starts_with("sqlite_")) {
        table.rows = analysed.get(&table.name).copied();
        table.never_analysed = table.rows.is_none() && table.index_bytes > 0;
    }
    Ok(Space { bytes: sqlite::size(path)?, free_bytes: free * page, tables: tables.into_values().collect() })
}

/// Rows of each table as the last ANALYZE saw them.
fn analysed(database: &mut sqlite::Sqlite) -> Result<BTreeMap<String, u64>> {
    let known = database.query("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'", &[])?;
    if known.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut rows = BTreeMap::new();
    for row in database.query("SELECT tbl, stat FROM sqlite_stat1 WHERE stat IS NOT NULL", &[])? {
        if let Some(Ok(count)) = row.text(1)?.split(' ').next().map(str::parse) {
            rows.insert(row.text(0)?, count);
        }
    }
    Ok(rows)
}

pub(super) fn indexes(path: &Path, settings: &DatabaseConfig) -> Result<Vec<IndexState>> {
    let mut database = sqlite::open(path, Access::Read, settings.timeout)?;
    let rows = database.query(
        "SELECT i.name, t.name, (SELECT group_concat(c.cid || ' ' || c.desc || ' ' || c.coll) FROM pragma_index_xinfo(i.name) AS c
             WHERE c.key) || i.partial, i.\"unique\"
         FROM sqlite_schema AS t, pragma_index_list(t.name) AS i WHERE t.type = 'table' ORDER BY i.\"unique\" DESC, i.name",
        &[],
    )?;
    let mut seen: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut found = Vec::new();
    for row in &rows {
        let (name, table, columns) = (row.text(0)?, row.text(1)?, row.optional_text(2)?.unwrap_or_default());
        match seen.get(&(table.clone(), columns.clone())) {
            // An index on an expression names no column (cid -2): two of them may differ all the same.
            Some(other) if row.integer(3)? == 0 && !columns.contains("-2") => {
                found.push(IndexState { name, table, bytes: 0, flaw: IndexFlaw::DuplicateOf(other.clone()) });
            }
            Some(_) => {}
            None => {
                seen.insert((table, columns), name);
            }
        }
    }
    Ok(found)
}

/// VACUUM in place: a crash within it is rolled back by SQLite's own journal.
pub(super) fn rebuild(path: &Path, settings: &DatabaseConfig) -> Result<()> {
    let database = sqlite::open(path, Access::Write, settings.timeout)?;
    // In WAL mode the file shrinks when the -wal is brought home, which a reader may delay.
    database
        .connection()
        .execute_batch("VACUUM; ANALYZE; PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)")
        .map_err(|error| database.explain(&error))
}

pub(super) fn analyse(path: &Path, settings: &DatabaseConfig) -> Result<()> {
    let database = sqlite::open(path, Access::Write, settings.timeout)?;
    database.connection().execute_batch("ANALYZE; PRAGMA optimize").map_err(|error| database.explain(&error))
}

pub(super) fn reindex(path: &Path, settings: &DatabaseConfig) -> Result<()> {
    let database = sqlite::open(path, Access::Write, settings.timeout)?;
    database.connection().execute_batch("REINDEX").map_err(|error| database.explain(&error))
}
