//! Upkeep of a PostgreSQL database.
//!
//! Bloat is estimated from the statistics, as no extension is asked for: the rows, at their average width with header
//! and alignment, against the pages that the table takes. Tables and indexes below a megabyte are left alone: there is
//! nothing to gain.

use super::IndexFlaw;
use super::IndexState;
use super::ServerState;
use super::Space;
use super::TableSpace;
use crate::config::DatabaseConfig;
use crate::db::aside::within;
use crate::db::refusal::detail;
use crate::db::refusal::told;
use anyhow::Context;
use anyhow::Result;
use postgres::Client;
use std::path::PathBuf;

/// Bytes below which a table or index is not looked at for bloat.
const SMALL: u64 = 1 << 20;

/// The site's own tables: neither the server's nor what is kept beside the live state.
const OWN: &str = "n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND n.nspname !~ '^sitekeep_'";

fn number(value: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an estimate of rows or bytes"
    )]
    let number = value.max(0.0) as u64;
    number
}

pub(super) fn space(settings: &DatabaseConfig) -> Result<Space> {
    let mut client = within(settings)?;
    let sql = format!(
        "WITH width AS (SELECT schemaname, tablename, sum((1 - null_frac) * avg_width) AS bytes
            FROM pg_catalog.pg_stats GROUP BY 1, 2)
         SELECT format('%I.%I', n.nspname, c.relname), pg_table_size(c.oid), pg_indexes_size(c.oid), c.reltuples::float8,
            pg_relation_size(c.oid), (ceil((w.bytes + 24) / 8) * 8 + 4)::float8,
            coalesce(substring(array_to_string(c.reloptions, ' ') FROM 'fillfactor=([0-9]+)')::float8, 100),
            coalesce(s.n_dead_tup, 0), coalesce(s.last_analyze, s.last_autoanalyze) IS NULL
         FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            LEFT JOIN width AS w ON w.schemaname = n.nspname AND w.tablename = c.relname
            LEFT JOIN pg_catalog.pg_stat_all_tables AS s ON s.relid = c.oid
         WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND {OWN}"
    );
    let mut tables = Vec::new();
    for row in client.query(&sql, &[]).map_err(|error| told(&error))? {
        let (table_bytes, index_bytes): (i64, i64) = (row.try_get(1)?, row.try_get(2)?);
        let (rows, main): (f64, i64) = (row.try_get(3)?, row.try_get(4)?);
        let (width, fill): (Option<f64>, f64) = (row.try_get(5)?, row.try_get(6)?);
        let (dead_rows, never_analysed): (i64, bool) = (row.try_get(7)?, row.try_get(8)?);
        let main = u64::try_from(main)?;
        // 8 192 bytes of a page less its head of 24, and only as full as the table is meant to be.
        let needed = width.map(|width| number(rows.max(0.0) * width / (fill / 100.0) / 8168.0 * 8192.0));
        let dead_bytes = match needed {
            Some(needed) if main >= SMALL && rows >= 0.0 => main.saturating_sub(needed),
            _ => 0,
        };
        tables.push(TableSpace {
            name: row.try_get(0)?,
            table_bytes: u64::try_from(table_bytes)?,
            index_bytes: u64::try_from(index_bytes)?,
            rows: (rows >= 0.0).then(|| number(rows)),
            dead_bytes,
            dead_rows: u64::try_from(dead_rows)?,
            never_analysed,
        });
    }
    let bytes: i64 = one(&mut client, "SELECT pg_database_size(current_database())")?;
    Ok(Space { bytes: u64::try_from(bytes)?, free_bytes: 0, tables })
}

fn one<T: for<'a> postgres::types::FromSql<'a>>(client: &mut Client, sql: &str) -> Result<T> {
    let row = client.query_one(sql, &[]).map_err(|error| told(&error))?;
    Ok(row.try_get(0)?)
}

pub(super) fn indexes(settings: &DatabaseConfig) -> Result<Vec<IndexState>> {
    let mut client = within(settings)?;
    // A key that is not in the statistics is taken for 8 bytes; 90 % is how full PostgreSQL builds its indexes.
    let sql = format!(
        "SELECT i.oid::regclass::text, t.oid::regclass::text, pg_relation_size(i.oid), x.indisvalid,
            i.relname ~ '_cc(new|old)[0-9]*$', coalesce(s.idx_scan, 0) = 0 AND NOT x.indisunique,
            (SELECT d.indexrelid::regclass::text FROM pg_catalog.pg_index AS d
                WHERE d.indrelid = x.indrelid AND d.indexrelid <> x.indexrelid AND NOT x.indisunique
                    AND d.indkey = x.indkey AND d.indclass = x.indclass AND d.indoption = x.indoption
                    AND coalesce(pg_get_expr(d.indexprs, d.indrelid), '') = coalesce(pg_get_expr(x.indexprs, x.indrelid), '')
                    AND coalesce(pg_get_expr(d.indpred, d.indrelid), '') = coalesce(pg_get_expr(x.indpred, x.indrelid), '')
                    AND (d.indisunique OR d.indexrelid < x.indexrelid) LIMIT 1),
            CASE WHEN m.amname = 'btree' AND x.indpred IS NULL AND t.reltuples >= 0 THEN t.reltuples / 0.9 / 8176 * 8192 *
                (12 + (SELECT sum(ceil(coalesce(st.avg_width, 8) / 8.0) * 8) FROM unnest(x.indkey) AS k
                    LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = k
                    LEFT JOIN pg_catalog.pg_stats AS st ON st.schemaname = n.nspname AND st.tablename = t.relname
                        AND st.attname = a.attname)) END::float8
         FROM pg_catalog.pg_index AS x JOIN pg_catalog.pg_class AS i ON i.oid = x.indexrelid
            JOIN pg_catalog.pg_class AS t ON t.oid = x.indrelid JOIN pg_catalog.pg_namespace AS n ON n.oid = t.relnamespace
            JOIN pg_catalog.pg_am AS m ON m.oid = i.relam
            LEFT JOIN pg_catalog.pg_stat_all_indexes AS s ON s.indexrelid = i.oid
         WHERE {OWN} ORDER BY 1"
    );
    let mut found = Vec::new();
    for row in client.query(&sql, &[]).map_err(|error| told(&error))? {
        let bytes = u64::try_from(row.try_get::<_, i64>(2)?)?;
        let (valid, leftover, unused): (bool, bool, bool) =
            (row.try_get(3)?, row.try_get(4)?, row.try_get(5)?);
        let (duplicate, needed): (Option<String>, Option<f64>) = (row.try_get(6)?, row.try_get(7)?);
        let wasted = needed.map_or(0, |needed| bytes.saturating_sub(number(needed)));
        let mut flaws = Vec::new();
        match (valid, leftover) {
            (false, true) => flaws.push(IndexFlaw::Leftover),
            (false, false) => flaws.push(IndexFlaw::Invalid),
            (true, _) => {
                if bytes >= SMALL && wasted > 0 {
                    flaws.push(IndexFlaw::Bloated(wasted));
                }
                if let Some(other) = duplicate {
                    flaws.push(IndexFlaw::DuplicateOf(other));
                } else if unused && bytes >= SMALL {
                    flaws.push(IndexFlaw::Unused);
                }
            }
        }
        for flaw in flaws {
            found.push(IndexState { name: row.try_get(0)?, table: row.try_get(1)?, bytes, flaw });
        }
    }
    Ok(found)
}

pub(super) fn server_state(settings: &DatabaseConfig) -> Result<ServerState> {
    let mut client = within(settings)?;
    let age: i32 = one(
        &mut client,
        "SELECT age(datfrozenxid) FROM pg_catalog.pg_database WHERE datname = current_database()",
    )?;
    let rows = client
        .query(
            "SELECT format('%I.%I', schemaname, sequencename), (last_value - min_value)::float8 / nullif(max_value - min_value, 0)
             FROM pg_catalog.pg_sequences WHERE last_value IS NOT NULL AND increment_by > 0 AND NOT cycle
                AND schemaname !~ '^sitekeep_' ORDER BY 2 DESC",
            &[],
        )
        .map_err(|error| told(&error))?;
    let mut sequences = Vec::new();
    for row in rows {
        sequences.push((row.try_get(0)?, row.try_get::<_, Option<f64>>(1)?.unwrap_or(0.0)));
    }
    Ok(ServerState {
        transaction_age: u64::try_from(age).unwrap_or(0),
        sequences,
        amcheck: amcheck(&mut client)?,
    })
}

/// Reads every b-tree with the extension amcheck, where it is installed and this role may use it.
fn amcheck(client: &mut Client) -> Result<Option<Vec<String>>> {
    let schema = client
        .query_opt(
            "SELECT quote_ident(n.nspname) FROM pg_catalog.pg_extension AS e
             JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'amcheck'
                AND has_function_privilege(n.nspname || '.bt_index_check(regclass, boolean)', 'EXECUTE')",
            &[],
        )
        .map_err(|error| told(&error))?;
    let Some(row) = schema else { return Ok(None) };
    let schema: String = row.try_get(0)?;
    let sql = format!(
        "SELECT x.indexrelid::regclass::text FROM pg_catalog.pg_index AS x
         JOIN pg_catalog.pg_class AS i ON i.oid = x.indexrelid JOIN pg_catalog.pg_am AS m ON m.oid = i.relam
         JOIN pg_catalog.pg_namespace AS n ON n.oid = i.relnamespace
         WHERE m.amname = 'btree' AND x.indisvalid AND i.relkind = 'i' AND {OWN} ORDER BY 1"
    );
    let mut found = Vec::new();
    for row in client.query(&sql, &[]).map_err(|error| told(&error))? {
        let name: String = row.try_get(0)?;
        if let Err(error) =
            client.execute(&format!("SELECT {schema}.bt_index_check($1::text::regclass, true)"), &[&name])
        {
            found.push(format!("{name}: {}", detail(&error)));
        }
    }
    Ok(Some(found))
}

/// Where the server keeps its files, when this role may know and they are on this machine.
pub(super) fn data_folder(settings: &DatabaseConfig) -> Result<Option<PathBuf>> {
    let mut client = within(settings)?;
    let row = client
        .query_opt(
            "SELECT setting FROM pg_catalog.pg_settings WHERE name = 'data_directory' AND setting <> ''",
            &[],
        )
        .map_err(|error| told(&error))?;
    let folder = row.map(|row| row.try_get::<_, String>(0)).transpose()?.map(PathBuf::from);
    // Of another machine, such a folder is not here; its parent can be looked at by anybody.
    Ok(folder.filter(|folder| std::fs::symlink_metadata(folder).is_ok()))
}

fn run(settings: &DatabaseConfig, what: &str, sql: &str) -> Result<()> {
    within(settings)?.batch_execute(sql).map_err(|error| told(&error)).with_context(|| what.to_owned())
}

/// Names come from the catalogue, quoted as it quotes them.
pub(super) fn rebuild(settings: &DatabaseConfig, table: &str) -> Result<()> {
    run(settings, &format!("rebuild {table}"), &format!("VACUUM (FULL, ANALYZE) {table}"))
}

pub(super) fn vacuum(settings: &DatabaseConfig, table: Option<&str>) -> Result<()> {
    let table = table.unwrap_or_default();
    run(settings, &format!("vacuum {table}"), &format!("VACUUM (ANALYZE) {table}"))
}

pub(super) fn reindex(settings: &DatabaseConfig, index: &str) -> Result<()> {
    let made = run(settings, &format!("reindex {index}"), &format!("REINDEX INDEX CONCURRENTLY {index}"));
    if made.is_err() {
        // What was begun stands there invalid; the error is the one to tell, and the next run removes it too.
        for state in indexes(settings).unwrap_or_default() {
            if state.flaw == IndexFlaw::Leftover
                && state.name.trim_matches('"').starts_with(index.trim_matches('"'))
            {
                let _ = drop_leftover(settings, &state.name);
            }
        }
    }
    made
}

pub(super) fn drop_leftover(settings: &DatabaseConfig, index: &str) -> Result<()> {
    run(settings, &format!("drop {index}"), &format!("DROP INDEX CONCURRENTLY IF EXISTS {index}"))
}
