//! Pictures that the application's rows refer to.

use super::Database;
use super::Engine;
use super::Showcase;
use anyhow::Context;
use anyhow::Result;

/// Names of columns in which versions of the application keep the path of a picture below the media root.
const COLUMNS: &[&str] = &["image", "icon_file", "photo", "picture", "thumbnail", "logo", "banner"];

/// Whether versions of the application keep paths of pictures in a column of this name.
pub fn is_image_column(column: &str) -> bool {
    COLUMNS.contains(&column)
}

/// A picture named by a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageReference {
    pub table: String,
    pub column: &'static str,
    pub row_id: i64,
    /// The product that it belongs to, where the table says so.
    pub product_id: Option<i64>,
    /// As the row has it: a path below the media root, or a URL.
    pub path: String,
}

/// SQL for a path that a column holds: NULL where the column is a document, a list or bytes, which names no picture.
pub(super) fn path(engine: Engine, column: &str) -> String {
    let is_text = match engine {
        Engine::Sqlite => format!("typeof({column}) = 'text'"),
        Engine::Postgres => {
            format!(
                "CAST(pg_typeof({column}) AS TEXT) IN ('text', 'character varying', 'character', 'citext')"
            )
        }
    };
    format!("CASE WHEN {is_text} THEN CAST({column} AS TEXT) END")
}

/// Every non-empty reference in the application's tables, by table, column and row.
///
/// # Errors
/// When the database cannot be asked.
pub fn image_references(database: &mut dyn Database, showcase: &Showcase) -> Result<Vec<ImageReference>> {
    let app = showcase.product.strip_suffix("product").unwrap_or(&showcase.product);
    let mut found = Vec::new();
    for table in showcase.schema.tables.keys().filter(|table| table.starts_with(app)) {
        for column in COLUMNS.iter().filter(|column| showcase.schema.has(table, column)) {
            if !showcase.schema.has(table, "id") {
                continue;
            }
            let path = path(database.engine(), column);
            let product = match table {
                _ if *table == showcase.product => "id",
                _ if showcase.schema.has(table, "product_id") => "product_id",
                _ => "CAST(NULL AS INTEGER)",
            };
            let sql = format!("SELECT id, {path}, {product} FROM \"{table}\" WHERE {path} <> '' ORDER BY id");
            let rows = database.query(&sql, &[]).with_context(|| format!("read {table}.{column}"))?;
            for row in rows {
                found.push(ImageReference {
                    table: table.clone(),
                    column,
                    row_id: row.integer(0)?,
                    path: row.text(1)?,
                    product_id: row.optional_integer(2)?,
                });
            }
        }
    }
    Ok(found)
}
