//! Which product a row is of: its own name, or that of the product it belongs to.

use crate::db::Database;
use crate::db::Engine;
use crate::db::identifier::quoted;
use anyhow::Context;
use anyhow::Result;

/// Name of the product that a row is or belongs to; nothing for a row of another sort.
///
/// # Errors
/// When the database cannot be asked.
pub fn product_of(database: &mut dyn Database, app: &str, table: &str, key: &str) -> Result<Option<String>> {
    let product = format!("{app}_product");
    let schema = database.schema()?;
    let Ok(id) = key.parse::<i64>() else { return Ok(None) };
    let has = |table: &str, columns: &[&str]| columns.iter().all(|column| schema.has(table, column));
    if !has(&product, &["id", "name"]) || !has(table, &["id"]) {
        return Ok(None);
    }
    let number = match database.engine() {
        Engine::Sqlite => "$1",
        Engine::Postgres => "CAST($1 AS bigint)",
    };
    let sql = if table == product {
        format!("SELECT name FROM {} WHERE id = {number}", quoted(&product))
    } else if has(table, &["product_id"]) {
        format!(
            "SELECT p.name FROM {} AS p JOIN {} AS t ON t.product_id = p.id WHERE t.id = {number}",
            quoted(&product),
            quoted(table)
        )
    } else {
        return Ok(None);
    };
    let rows =
        database.query(&sql, &[id.into()]).with_context(|| format!("read whose row {table} {key} is"))?;
    rows.first().map_or(Ok(None), |row| row.optional_text(0))
}
