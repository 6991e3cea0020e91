//! Whole rows, as the database has them.

use super::Cell;
use super::Fields;
use super::Relation;
use crate::db::Database;
use crate::db::Engine;
use crate::db::Row;
use crate::db::Value;
use crate::db::identifier::quoted;
use anyhow::Context;
use anyhow::Result;

/// All rows of a table in the order of their `id`, in one state.
///
/// # Errors
/// When the database cannot be asked.
pub fn all(database: &mut dyn Database, relation: &Relation) -> Result<Vec<Fields>> {
    settle(database)?;
    let engine = database.engine();
    let sql =
        format!("SELECT {} FROM {} ORDER BY \"id\"", column_list(engine, relation), quoted(&relation.name));
    let rows = database.query(&sql, &[]).with_context(|| format!("read the rows of {}", relation.name))?;
    Ok(fields(relation, rows))
}

/// One row.
///
/// # Errors
/// When the database cannot be asked.
pub fn by_id(database: &mut dyn Database, relation: &Relation, id: i64) -> Result<Option<Fields>> {
    Ok(by(database, relation, "id", id)?.pop())
}

/// The rows whose column holds this number.
///
/// # Errors
/// When the database cannot be asked.
pub fn by(
    database: &mut dyn Database,
    relation: &Relation,
    column: &str,
    number: i64,
) -> Result<Vec<Fields>> {
    settle(database)?;
    let engine = database.engine();
    let sql = format!(
        "SELECT {} FROM {} WHERE {} = {} ORDER BY \"id\"",
        column_list(engine, relation),
        quoted(&relation.name),
        quoted(column),
        match engine {
            Engine::Sqlite => "$1",
            Engine::Postgres => "CAST($1 AS bigint)",
        }
    );
    let rows = database
        .query(&sql, &[number.into()])
        .with_context(|| format!("read the rows of {}", relation.name))?;
    Ok(fields(relation, rows))
}

/// The rows whose column holds this text.
///
/// # Errors
/// When the database cannot be asked.
pub fn by_text(
    database: &mut dyn Database,
    relation: &Relation,
    column: &str,
    text: &str,
) -> Result<Vec<Fields>> {
    settle(database)?;
    let sql = format!(
        "SELECT {} FROM {} WHERE {} = $1 ORDER BY \"id\"",
        column_list(database.engine(), relation),
        quoted(&relation.name),
        quoted(column)
    );
    let rows = database
        .query(&sql, &[text.into()])
        .with_context(|| format!("read the rows of {}", relation.name))?;
    Ok(fields(relation, rows))
}

/// How many rows of a table refer to a row by this column.
///
/// # Errors
/// When the database cannot be asked.
pub fn count(database: &mut dyn Database, table: &str, column: &str, number: i64) -> Result<u64> {
    let place = match database.engine() {
        Engine::Sqlite => "$1",
        Engine::Postgres => "CAST($1 AS bigint)",
    };
    let sql = format!("SELECT count(*) FROM {} WHERE {} = {place}", quoted(table), quoted(column));
    let rows = database.query(&sql, &[number.into()]).with_context(|| format!("count rows of {table}"))?;
    Ok(u64::try_from(rows.first().context("no count")?.integer(0)?)?)
}

/// Has PostgreSQL write every value out in one way, whatever the role or the server prefer.
fn settle(database: &mut dyn Database) -> Result<()> {
    if database.engine() == Engine::Postgres { settle_texts(database) } else { Ok(()) }
}

pub(super) fn settle_texts(database: &mut dyn Database) -> Result<()> {
    database
        .query(
            "SELECT set_config('datestyle', 'ISO', false), set_config('timezone', 'UTC', false),
                set_config('intervalstyle', 'postgres', false), set_config('bytea_output', 'hex', false),
                set_config('extra_float_digits', '1', false)",
            &[],
        )
        .map(drop)
        .context("settle how values are written")
}

/// The columns of a table as a query selects them.
pub(super) fn column_list(engine: Engine, relation: &Relation) -> String {
    let columns = relation.columns.iter().map(|column| as_stored(engine, &column.name));
    columns.collect::<Vec<_>>().join(", ")
}

fn as_stored(engine: Engine, column: &str) -> String {
    match engine {
        Engine::Sqlite => quoted(column),
        Engine::Postgres => format!("CAST({} AS text)", quoted(column)),
    }
}

/// The place of a parameter that is written to a column of this type.
pub(super) fn placeholder(engine: Engine, number: usize, kind: &str) -> String {
    match engine {
        Engine::Sqlite => format!("${number}"),
        Engine::Postgres => format!("CAST(CAST(${number} AS text) AS {kind})"),
    }
}

/// The condition that a row is still as it was read.
pub(super) fn as_it_was(
    engine: Engine,
    relation: &Relation,
    before: &Fields,
    parameters: &mut Vec<Value>,
) -> Result<String> {
    let mut parts = Vec::new();
    let id = before.get("id").and_then(Cell::integer).context("the row has no id")?;
    parameters.push(id.into());
    parts.push(match engine {
        Engine::Sqlite => format!("\"id\" = ${}", parameters.len()),
        Engine::Postgres => format!("\"id\" = CAST(${} AS bigint)", parameters.len()),
    });
    for column in relation.columns.iter().filter(|column| column.name != "id") {
        let Some(cell) = before.get(&column.name) else { continue };
        parameters.push(cell.parameter()?);
        let (name, number) = (as_stored(engine, &column.name), parameters.len());
        parts.push(match engine {
            // Whatever the column takes for equal letters.
            Engine::Sqlite => format!("{name} COLLATE BINARY IS ${number}"),
            Engine::Postgres => format!("{name} IS NOT DISTINCT FROM CAST(${number} AS text)"),
        });
    }
    Ok(parts.join(" AND "))
}

pub(super) fn fields(relation: &Relation, rows: Vec<Row>) -> Vec<Fields> {
    rows.into_iter()
        .map(|row| {
            let names = relation.columns.iter().map(|column| column.name.clone());
            names.zip(row.0.into_iter().map(Cell::read)).collect()
        })
        .collect()
}
