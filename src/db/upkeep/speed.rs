//! What makes a database slow: statements that take long, and references without an index.

use crate::config::DatabaseConfig;
use crate::config::DatabaseSource;
use crate::db::Access;
use crate::db::Database;
use crate::db::aside::within;
use crate::db::refusal::told;
use crate::db::sqlite;
use anyhow::Result;
use serde::Serialize;
use std::time::Duration;

/// Statements that are told.
const TOP: i64 = 10;

/// A sort of statement that takes long.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SlowStatement {
    /// With placeholders in place of its values.
    pub sql: String,
    pub calls: u64,
    pub mean_seconds: f64,
    pub total_seconds: f64,
}

/// What the server knows of its statements.
#[derive(Debug, Clone, PartialEq)]
pub enum Statements {
    /// A SQLite file keeps no such record.
    NoServer,
    /// The extension `pg_stat_statements` is not there, or not loaded; how to get it.
    Unknown(String),
    Known(Vec<SlowStatement>),
}

/// A column that refers to another table and has no index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BareReference {
    pub table: String,
    pub column: String,
    /// The table that it refers to.
    pub target: String,
}

/// The statements of this database whose mean time reaches `limit`, most time spent first.
///
/// # Errors
/// When the server cannot be asked.
pub fn slow_statements(settings: &DatabaseConfig, limit: Duration) -> Result<Statements> {
    let DatabaseSource::Postgres(_) = settings.source() else { return Ok(Statements::NoServer) };
    let mut client = within(settings)?;
    let schema = client
        .query_opt(
            "SELECT quote_ident(n.nspname), current_setting('shared_preload_libraries') ~ 'pg_stat_statements'
             FROM pg_catalog.pg_extension AS e JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
             WHERE e.extname = 'pg_stat_statements'",
            &[],
        )
        .map_err(|error| told(&error))?;
    let Some(row) = schema else {
        let how = "the extension is not installed in this database: CREATE EXTENSION pg_stat_statements";
        return Ok(Statements::Unknown(how.to_owned()));
    };
    if !row.try_get::<_, bool>(1)? {
        let how =
            "the server does not load it: shared_preload_libraries = 'pg_stat_statements', and a restart";
        return Ok(Statements::Unknown(how.to_owned()));
    }
    let schema: String = row.try_get(0)?;
    let sql = format!(
        "SELECT regexp_replace(query, '\\s+', ' ', 'g'), calls, mean_exec_time::float8, total_exec_time::float8
         FROM {schema}.pg_stat_statements
         WHERE dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
            AND mean_exec_time >= $1 AND query !~* '^\\s*(VACUUM|ANALYZE|REINDEX|COPY|EXPLAIN|CREATE|ALTER|DROP)'
         ORDER BY total_exec_time DESC LIMIT $2"
    );
    let rows = client.query(&sql, &[&(limit.as_secs_f64() * 1e3), &TOP]).map_err(|error| told(&error))?;
    let statements = rows
        .iter()
        .map(|row| {
            Ok(SlowStatement {
                sql: row.try_get(0)?,
                calls: u64::try_from(row.try_get::<_, i64>(1)?)?,
                mean_seconds: row.try_get::<_, f64>(2)? / 1e3,
                total_seconds: row.try_get::<_, f64>(3)? / 1e3,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(Statements::Known(statements))
}

/// References that no index begins with; Django makes one for each foreign key, so that one was lost.
///
/// # Errors
/// When the database cannot be asked.
pub fn bare_references(settings: &DatabaseConfig) -> Result<Vec<BareReference>> {
    match settings.source() {
        DatabaseSource::Sqlite(path) => {
            let mut database = sqlite::open(path, Access::Read, settings.timeout)?;
            let rows = database.query(
                "SELECT t.name, f.\"from\", f.\"table\" FROM sqlite_schema AS t, pragma_foreign_key_list(t.name) AS f
                 WHERE t.type = 'table' AND NOT EXISTS (
                    SELECT 1 FROM pragma_index_list(t.name) AS i, pragma_index_info(i.name) AS c
                    WHERE c.seqno = 0 AND c.name = f.\"from\" AND NOT i.partial)
                    AND NOT EXISTS (SELECT 1 FROM pragma_table_info(t.name) AS k WHERE k.pk = 1 AND k.name = f.\"from\")
                 ORDER BY 1, 2",
                &[],
            )?;
            rows.iter()
                .map(|row| {
                    Ok(BareReference { table: row.text(0)?, column: row.text(1)?, target: row.text(2)? })
                })
                .collect()
        }
        DatabaseSource::Postgres(_) => {
            let rows = within(settings)?
                .query(
                    "SELECT c.conrelid::regclass::text, a.attname::text, c.confrelid::regclass::text
                     FROM pg_catalog.pg_constraint AS c
                        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
                        JOIN pg_catalog.pg_class AS t ON t.oid = c.conrelid
                        JOIN pg_catalog.pg_namespace AS n ON n.oid = t.relnamespace
                     WHERE c.contype = 'f' AND n.nspname !~ '^(pg_|sitekeep_)'
                        AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_index AS x
                            WHERE x.indrelid = c.conrelid AND x.indkey[0] = c.conkey[1] AND x.indisvalid AND x.indpred IS NULL)
                     ORDER BY 1, 2",
                    &[],
                )
                .map_err(|error| told(&error))?;
            rows.iter()
                .map(|row| {
                    Ok(BareReference {
                        table: row.try_get(0)?,
                        column: row.try_get(1)?,
                        target: row.try_get(2)?,
                    })
                })
                .collect()
        }
    }
}
