//! The site's settings row: names and numbers for the contact page and the WhatsApp button.

use super::Database;
use super::Showcase;
use anyhow::Context;
use anyhow::Result;

/// The columns of the settings that there are; a missing one is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SiteSettings {
    pub whatsapp_number: String,
    pub contact_email: String,
    pub contact_phone: String,
    pub contact_address: String,
    pub company_name: String,
    pub company_description: String,
}

/// Reads the settings row; nothing where this schema has no such table or the table is empty.
///
/// # Errors
/// When the database cannot be asked.
pub fn site_settings(database: &mut dyn Database, showcase: &Showcase) -> Result<Option<SiteSettings>> {
    let Some(table) = &showcase.settings else { return Ok(None) };
    let column = |name: &str| {
        if showcase.schema.has(table, name) { format!("\"{name}\"") } else { "CAST(NULL AS TEXT)".to_owned() }
    };
    let names = [
        "whatsapp_number",
        "contact_email",
        "contact_phone",
        "contact_address",
        "company_name",
        "company_description",
    ];
    let sql = format!("SELECT {} FROM \"{table}\" ORDER BY id LIMIT 1", names.map(column).join(", "));
    let rows = database.query(&sql, &[]).with_context(|| format!("read {table}"))?;
    let Some(row) = rows.first() else { return Ok(None) };
    let text = |position| -> Result<String> { Ok(row.optional_text(position)?.unwrap_or_default()) };
    Ok(Some(SiteSettings {
        whatsapp_number: text(0)?,
        contact_email: text(1)?,
        contact_phone: text(2)?,
        contact_address: text(3)?,
        company_name: text(4)?,
        company_description: text(5)?,
    }))
}
