//! Every product of the catalogue, a stretch of rows at a time.

use super::Database;
use super::ProductSummary;
use super::Showcase;
use super::products::SUMMARY_COLUMNS;
use super::products::columns;
use super::products::summary;
use anyhow::Context;
use anyhow::Result;

/// Rows of one stretch; between two, writers have their turn.
const STRETCH: usize = 2000;

/// Hands every product with its description to `visit`, those that visitors do not see too. Each is handed over once, as
/// it is when its stretch is read.
///
/// # Errors
/// When the database cannot be asked or answers something that is no product, or as `visit`.
pub fn each_product(
    database: &mut dyn Database,
    showcase: &Showcase,
    visit: &mut dyn FnMut(&ProductSummary, Option<&str>) -> Result<()>,
) -> Result<()> {
    let description = if showcase.description { "p.description" } else { "CAST(NULL AS TEXT)" };
    let sql = format!(
        "SELECT {}, {description} FROM \"{}\" AS p WHERE p.id > CAST($1 AS BIGINT) ORDER BY p.id LIMIT {STRETCH}",
        columns(database.engine(), showcase),
        showcase.product
    );
    let mut after = i64::MIN;
    loop {
        let rows = database.query(&sql, &[after.into()]).context("read the products")?;
        for row in &rows {
            let description = row.optional_text(SUMMARY_COLUMNS).context("read a description")?;
            visit(&summary(row)?, description.as_deref())?;
        }
        match rows.last() {
            Some(last) if rows.len() == STRETCH => after = last.integer(0)?,
            _ => return Ok(()),
        }
    }
}
