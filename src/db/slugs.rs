//! The slugs of what visitors may see, with the time of its last change: all that a sitemap needs.

use super::Database;
use super::Showcase;
use super::products::visible;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;

/// A stretch of the products' slugs, in the order in which they were added.
///
/// # Errors
/// When the database cannot be asked.
pub fn product_slugs(
    database: &mut dyn Database,
    showcase: &Showcase,
    offset: u64,
    limit: u64,
) -> Result<Vec<(String, Option<Timestamp>)>> {
    let changed = match (showcase.updated_at, showcase.created_at) {
        (true, _) => "p.updated_at",
        (false, true) => "p.created_at",
        (false, false) => "CAST(NULL AS TEXT)",
    };
    let sql = format!(
        "SELECT p.slug, {changed} FROM \"{}\" AS p WHERE {} ORDER BY p.id LIMIT $1 OFFSET $2",
        showcase.product,
        visible(showcase),
    );
    let stretch = [limit, offset].map(|number| i64::try_from(number).unwrap_or(i64::MAX).into());
    let rows = database.query(&sql, &stretch).context("read the products' slugs")?;
    rows.iter().map(|row| Ok((row.text(0)?, row.time(1).ok()))).collect()
}
