//! The settings row with the time of its last change.

use crate::db;
use crate::db::Database;
use crate::db::Showcase;
use crate::db::SiteSettings;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;

/// The settings, and when they were changed last; nothing where there are none.
///
/// # Errors
/// When the database cannot be asked.
pub fn settings(
    database: &mut dyn Database,
    showcase: &Showcase,
) -> Result<Option<(SiteSettings, Option<Timestamp>)>> {
    let Some(settings) = db::site_settings(database, showcase)? else { return Ok(None) };
    let updated_at = match &showcase.settings {
        Some(table) if showcase.schema.has(table, "updated_at") => {
            let sql = format!("SELECT updated_at FROM \"{table}\" ORDER BY id LIMIT 1");
            let rows = database.query(&sql, &[]).with_context(|| format!("read {table}"))?;
            rows.first().and_then(|row| row.time(0).ok())
        }
        _ => None,
    };
    Ok(Some((settings, updated_at)))
}
