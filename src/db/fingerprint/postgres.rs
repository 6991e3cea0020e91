//! The fingerprint of a PostgreSQL database: one aggregate query per table, in the caller's transaction.

use super::ColumnPrint;
use super::Content;
use super::Fingerprint;
use super::TablePrint;
use super::is_volatile;
use super::kind::Kind;
use super::sum::shortened;
use crate::db::Engine;
use crate::db::identifier::quoted;
use crate::db::refusal::told;
use anyhow::Context;
use anyhow::Result;
use postgres::Client;
use std::collections::BTreeMap;

/// Columns asked for at once: a query may answer 1 664 values, and each column has three.
const COLUMNS_AT_ONCE: usize = 500;

/// Makes times, numbers and rights the same on every server and for every role.
const SESSION: &str = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0;
    SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET extra_float_digits = 1; SET row_security = off";

/// An ordinary table with its columns and their types; partitions are tables, what extensions own is not the site's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::db) struct PostgresTable {
    pub(in crate::db) schema: String,
    pub(in crate::db) name: String,
    /// The name in the fingerprint.
    pub(in crate::db) key: String,
    /// Name and type, that of a domain its base's.
    pub(in crate::db) columns: Vec<(String, String)>,
}

impl PostgresTable {
    pub(in crate::db) fn quoted(&self) -> String {
        format!("{}.{}", quoted(&self.schema), quoted(&self.name))
    }
}

/// Reads the whole database, in the transaction that is open; see [`begin`].
pub(in crate::db) fn fingerprint(client: &mut Client) -> Result<Fingerprint> {
    let all = tables(client)?;
    let mut migrations = BTreeMap::new();
    if let Some(table) = all.iter().find(|table| table.key == "django_migrations") {
        let sql = format!("SELECT app::text, name::text FROM {} ORDER BY id", table.quoted());
        for row in client.query(&sql, &[]).map_err(|error| told(&error))? {
            migrations.insert(row.try_get(0)?, row.try_get(1)?);
        }
    }
    let mut tables = BTreeMap::new();
    for one in all {
        let print = table(client, &one).with_context(|| format!("read table {}", one.key))?;
        tables.insert(one.key, print);
    }
    let row =
        client.query_one("SELECT current_setting('server_version')", &[]).map_err(|error| told(&error))?;
    Ok(Fingerprint { engine: Engine::Postgres, version: row.try_get(0)?, migrations, tables })
}

/// Makes long work possible and its answers the same everywhere.
pub(in crate::db) fn session(client: &mut Client) -> Result<()> {
    client.batch_execute(SESSION).map_err(|error| told(&error))
}

/// Opens a transaction that sees one state of the database for as long as it lasts.
pub(in crate::db) fn begin(client: &mut Client) -> Result<()> {
    session(client)?;
    client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").map_err(|error| told(&error))
}

/// All tables of the site, by schema and name.
pub(in crate::db) fn tables(client: &mut Client) -> Result<Vec<PostgresTable>> {
    let rows = client
        .query(
            "SELECT n.nspname::text, c.relname::text, coalesce(n.nspname = current_schema(), false),
                a.attname::text, coalesce(b.typname, t.typname)::text
             FROM pg_catalog.pg_class AS c
                JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
                LEFT JOIN pg_catalog.pg_attribute AS a
                    ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                LEFT JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
                LEFT JOIN pg_catalog.pg_type AS b ON b.oid = t.typbasetype
             WHERE c.relkind = 'r' AND c.relpersistence <> 't'
                AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
                -- A state kept beside the live one is none of the site's, unless it is the one that is asked for.
                AND (n.nspname = current_schema()
                    OR (n.nspname !~ '^sitekeep_' AND coalesce(current_schema() !~ '^sitekeep_', true)))
                AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d
                    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
             ORDER BY 1, 2, a.attnum",
            &[],
        )
        .map_err(|error| told(&error))?;
    let mut found: Vec<PostgresTable> = Vec::new();
    for row in rows {
        let (schema, name): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        if !found.last().is_some_and(|last| last.schema == schema && last.name == name) {
            let own: bool = row.try_get(2)?;
            let key = if own { name.clone() } else { format!("{schema}.{name}") };
            found.push(PostgresTable { schema, name, key, columns: Vec::new() });
        }
        let column: Option<String> = row.try_get(3)?;
        let kind: Option<String> = row.try_get(4)?;
        if let (Some(table), Some(column), Some(kind)) = (found.last_mut(), column, kind) {
            table.columns.push((column, kind));
        }
    }
    Ok(found)
}

fn table(client: &mut Client, table: &PostgresTable) -> Result<TablePrint> {
    let mut print = TablePrint { rows: 0, volatile: is_volatile(&table.key), columns: BTreeMap::new() };
    let chunks: Vec<&[(String, String)]> =
        if table.columns.is_empty() { vec![&[]] } else { table.columns.chunks(COLUMNS_AT_ONCE).collect() };
    for columns in chunks {
        let mut sql = String::from("SELECT count(*)");
        for (name, kind) in columns {
            sql.push_str(&aggregates(&quoted(name), kind));
        }
        sql.push_str(" FROM ONLY ");
        sql.push_str(&table.quoted());
        let row = client.query_one(&sql, &[]).map_err(|error| told(&error))?;
        print.rows = u64::try_from(row.try_get::<_, i64>(0)?)?;
        for (position, (name, kind)) in columns.iter().enumerate() {
            let present = u64::try_from(row.try_get::<_, i64>(1 + position * 3)?)?;
            let first: Option<String> = row.try_get(2 + position * 3)?;
            let second: Option<String> = row.try_get(3 + position * 3)?;
            let content = content(Kind::of_type(kind), first, second)?;
            let nulls = print.rows.saturating_sub(present);
            print.columns.insert(name.clone(), ColumnPrint { nulls, odd: 0, content });
        }
    }
    Ok(print)
}

/// Three values: how many are not NULL, and the one or two aggregates as text.
fn aggregates(column: &str, kind: &str) -> String {
    let (first, second) = match (Kind::of_type(kind), kind) {
        (Kind::Integer | Kind::Decimal, _) => (format!("sum({column})"), None),
        (Kind::Real, _) => (format!("min({column}::float8)"), Some(format!("max({column}::float8)"))),
        (Kind::Boolean, _) => (format!("count(*) FILTER (WHERE {column})"), None),
        // Django writes them on SQLite without the hyphens.
        (Kind::Text, "uuid") => (format!("32 * count({column})"), None),
        (Kind::Text, _) => (format!("sum(char_length({column}::text))"), None),
        (Kind::Time, _) => (format!("min({column})"), Some(format!("max({column})"))),
        (Kind::Bytes, _) => (format!("sum(octet_length({column}))"), None),
        (Kind::Other, _) => ("NULL".to_owned(), None),
    };
    format!(", count({column}), ({first})::text, ({})::text", second.as_deref().unwrap_or("NULL"))
}

fn content(kind: Kind, first: Option<String>, second: Option<String>) -> Result<Content> {
    // A sum over no rows is NULL.
    let number = |text: Option<String>| text.map_or(Ok(0), |text| text.parse::<u64>());
    Ok(match kind {
        Kind::Integer => Content::Integer { sum: first.unwrap_or_else(|| "0".to_owned()) },
        Kind::Decimal => {
            Content::Decimal { sum: first.map_or_else(|| "0".to_owned(), |sum| shortened(&sum)) }
        }
        Kind::Real => {
            let written = |text: Option<String>| {
                text.map(|text| text.parse::<f64>().map_or(text, |number| number.to_string()))
            };
            Content::Real { lowest: written(first), highest: written(second) }
        }
        Kind::Boolean => Content::Boolean { trues: number(first)? },
        Kind::Text => Content::Text { characters: number(first)? },
        Kind::Time => {
            Content::Time { earliest: first.as_deref().map(time), latest: second.as_deref().map(time) }
        }
        Kind::Bytes => Content::Bytes { bytes: number(first)? },
        Kind::Other => Content::Other,
    })
}

/// `2026-11-22 23:23:18.5+00` as Django writes it on SQLite: `2026-11-22 23:23:18.500000`.
fn time(text: &str) -> String {
    let text = text.strip_suffix("+00").unwrap_or(text);
    match text.split_once('.') {
        Some((seconds, fraction)) => format!("{seconds}.{fraction:0<6}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_on_sqlite() {
        for (answered, written) in [
            ("2026-11-22 23:23:18.5+00", "2026-11-22 23:23:18.500000"),
            ("2026-11-22 23:23:18+00", "2026-11-22 23:23:18"),
            ("2026-11-22", "2026-11-22"),
            ("infinity", "infinity"),
        ] {
            assert_eq!(time(answered), written);
        }
    }
}
