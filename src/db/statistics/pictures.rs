//! The pictures that products name, a stretch of rows at a time.

use crate::db::Database;
use crate::db::Showcase;
use crate::db::images;
use anyhow::Context;
use anyhow::Result;

/// Rows of one stretch.
const STRETCH: usize = 5000;

/// Hands every picture that a product or its gallery names to `visit`, as the row has it; nothing is remembered.
///
/// # Errors
/// When the database cannot be asked, or as `visit`.
pub fn each_picture(
    database: &mut dyn Database,
    showcase: &Showcase,
    visit: &mut dyn FnMut(&str) -> Result<()>,
) -> Result<()> {
    let own = showcase.image.then_some(&showcase.product);
    let path = images::path(database.engine(), "image");
    for table in own.into_iter().chain(&showcase.gallery) {
        let sql = format!(
            "SELECT id, {path} FROM \"{table}\" WHERE id > CAST($1 AS BIGINT) ORDER BY id LIMIT {STRETCH}"
        );
        let mut after = i64::MIN;
        loop {
            let rows =
                database.query(&sql, &[after.into()]).with_context(|| format!("read {table}.image"))?;
            for row in &rows {
                match row.optional_text(1)? {
                    Some(path) if !path.is_empty() => visit(&path)?,
                    _ => {}
                }
            }
            match rows.last() {
                Some(last) if rows.len() == STRETCH => after = last.integer(0)?,
                _ => break,
            }
        }
    }
    Ok(())
}

/// How many products name no picture, neither their own nor one of a gallery; `None` where the schema has no pictures.
///
/// # Errors
/// When the database cannot be asked.
pub fn products_without_picture(database: &mut dyn Database, showcase: &Showcase) -> Result<Option<u64>> {
    let mut conditions = Vec::new();
    if showcase.image {
        conditions.push("COALESCE(p.image, '') = ''".to_owned());
    }
    if let Some(table) = &showcase.gallery {
        conditions.push(format!(
            "NOT EXISTS (SELECT 1 FROM \"{table}\" AS g WHERE g.product_id = p.id AND g.image <> '')"
        ));
    }
    if conditions.is_empty() {
        return Ok(None);
    }
    let sql =
        format!("SELECT count(*) FROM \"{}\" AS p WHERE {}", showcase.product, conditions.join(" AND "));
    let rows = database.query(&sql, &[]).context("count the products without a picture")?;
    Ok(Some(u64::try_from(rows.first().context("no count")?.integer(0)?)?))
}
