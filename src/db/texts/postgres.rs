//! The texts of a PostgreSQL database, row by row as the server sends them.

use super::Text;
use super::TextsRead;
use crate::db::fingerprint::postgres as server;
use crate::db::fingerprint::postgres::PostgresTable;
use crate::db::identifier::quoted;
use crate::db::refusal::told;
use anyhow::Context;
use anyhow::Result;
use postgres::Client;
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::ToSql;

/// Types that hold no text; an array has an underscore in front.
const TEXTLESS: &[&str] = &[
    "bit",
    "bool",
    "box",
    "cid",
    "cidr",
    "circle",
    "date",
    "float4",
    "float8",
    "inet",
    "int2",
    "int2vector",
    "int4",
    "int8",
    "interval",
    "line",
    "lseg",
    "macaddr",
    "macaddr8",
    "money",
    "numeric",
    "oid",
    "oidvector",
    "path",
    "point",
    "polygon",
    "tid",
    "time",
    "timestamp",
    "timestamptz",
    "timetz",
    "uuid",
    "varbit",
    "xid",
    "xid8",
];

pub(super) fn read(
    client: &mut Client,
    skip: &dyn Fn(&str) -> bool,
    visit: &mut dyn FnMut(Text<'_>) -> Result<()>,
) -> Result<TextsRead> {
    let mut read = TextsRead::default();
    for table in server::tables(client)?.into_iter().filter(|table| !skip(&table.name)) {
        read.tables += 1;
        read.rows += one(client, &table, visit).with_context(|| format!("read table {}", table.key))?;
    }
    Ok(read)
}

fn one(
    client: &mut Client,
    table: &PostgresTable,
    visit: &mut dyn FnMut(Text<'_>) -> Result<()>,
) -> Result<u64> {
    let holds_text = |kind: &str| !TEXTLESS.contains(&kind.trim_start_matches('_'));
    let columns: Vec<&(String, String)> = table.columns.iter().filter(|(_, kind)| holds_text(kind)).collect();
    if columns.is_empty() {
        return Ok(0);
    }
    let mut list: Vec<String> = columns
        .iter()
        .map(|(name, kind)| match kind.as_str() {
            // Other bytes than ASCII's are written `\303`: names of ASCII are found.
            "bytea" => format!("encode({}, 'escape')", quoted(name)),
            _ => format!("{}::text", quoted(name)),
        })
        .collect();
    list.push(key(client, table)?);
    let sql = format!("SELECT {} FROM ONLY {}", list.join(", "), table.quoted());
    let nothing = std::iter::empty::<&(dyn ToSql + Sync)>();
    let mut rows = client.query_raw(sql.as_str(), nothing).map_err(|error| told(&error))?;
    let mut count = 0;
    while let Some(row) = rows.next().map_err(|error| told(&error))? {
        count += 1;
        for (position, (column, _)) in columns.iter().enumerate() {
            let Some(text) = row.try_get::<_, Option<&str>>(position)? else { continue };
            let key = || row.try_get::<_, Option<String>>(columns.len()).ok().flatten().unwrap_or_default();
            visit(Text { table: &table.key, column, text, key: &key })?;
        }
    }
    Ok(count)
}

/// SQL for the primary key as one text.
fn key(client: &mut Client, table: &PostgresTable) -> Result<String> {
    let rows = client
        .query(
            "SELECT a.attname::text FROM pg_catalog.pg_index AS i
                JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
             WHERE i.indrelid = to_regclass($1::text) AND i.indisprimary
             ORDER BY array_position(i.indkey::int2[], a.attnum)",
            &[&table.quoted()],
        )
        .map_err(|error| told(&error))?;
    let columns = rows.iter().map(|row| row.try_get(0)).collect::<Result<Vec<String>, _>>()?;
    if columns.is_empty() {
        return Ok("ctid::text".to_owned());
    }
    let columns: Vec<String> = columns.iter().map(|name| format!("{}::text", quoted(name))).collect();
    Ok(format!("concat_ws(', ', {})", columns.join(", ")))
}
