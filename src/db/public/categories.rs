//! Categories as the API tells them.

use super::filter::Order;
use super::filter::steps;
use crate::db;
use crate::db::Database;
use crate::db::Showcase;
use crate::db::Value;
use crate::db::images;
use crate::db::search;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::collections::HashMap;

/// A category with what only the API tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    pub category: db::Category,
    /// Name of an icon, as a style sheet knows it.
    pub icon: Option<String>,
    /// Path below the media root.
    pub icon_file: Option<String>,
    pub created_at: Option<Timestamp>,
    pub updated_at: Option<Timestamp>,
}

/// Which categories, and in which order; by name where that is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CategoryFilter {
    /// Words that must all be in the name.
    pub words: Vec<String>,
    pub order: Vec<Order>,
}

/// All categories by name; none where this schema has no such table.
///
/// # Errors
/// When the database cannot be asked.
pub fn categories(database: &mut dyn Database, showcase: &Showcase) -> Result<Vec<Category>> {
    let Some(table) = &showcase.category else { return Ok(Vec::new()) };
    let or_null = |name: &str, sql: &str| {
        if showcase.schema.has(table, name) { sql.to_owned() } else { "CAST(NULL AS TEXT)".to_owned() }
    };
    let sql = format!(
        "SELECT id, {}, {}, {}, {} FROM \"{table}\"",
        or_null("icon", "icon"),
        or_null("icon_file", &images::path(database.engine(), "icon_file")),
        or_null("created_at", "created_at"),
        or_null("updated_at", "updated_at"),
    );
    let rows = database.query(&sql, &[]).with_context(|| format!("read {table}"))?;
    let mut more = HashMap::with_capacity(rows.len());
    for row in &rows {
        let text = |position| -> Result<Option<String>> { row.optional_text(position) };
        let file = text(2)?.filter(|path| !path.is_empty());
        more.insert(row.integer(0)?, (text(1)?, file, row.time(3).ok(), row.time(4).ok()));
    }
    let all = db::categories(database, showcase)?;
    Ok(all
        .into_iter()
        .map(|category| {
            // A category that came in between is told without them.
            let (icon, icon_file, created_at, updated_at) = more.remove(&category.id).unwrap_or_default();
            Category { category, icon, icon_file, created_at, updated_at }
        })
        .collect())
}

/// Identifiers of the categories that pass the filter, in its order.
///
/// # Errors
/// When the database cannot be asked.
pub fn matching(
    database: &mut dyn Database,
    showcase: &Showcase,
    filter: &CategoryFilter,
) -> Result<Vec<i64>> {
    let Some(table) = &showcase.category else { return Ok(Vec::new()) };
    let parameters: Vec<Value> = filter.words.iter().map(|word| search::contains(word)).collect();
    let mut condition: Vec<String> = (1..=parameters.len())
        .map(|number| format!("UPPER(c.name) LIKE UPPER(${number}) ESCAPE '\\'"))
        .collect();
    if condition.is_empty() {
        condition.push("1 = 1".to_owned());
    }
    let mut order = steps(&filter.order, "c", showcase.schema.has(table, "created_at"));
    if order.is_empty() {
        order.push("c.name".to_owned());
    }
    let sql = format!(
        "SELECT c.id FROM \"{table}\" AS c WHERE {} ORDER BY {}, c.id",
        condition.join(" AND "),
        order.join(", ")
    );
    let rows = database.query(&sql, &parameters).with_context(|| format!("search {table}"))?;
    rows.iter().map(|row| row.integer(0)).collect()
}

/// Identifiers of the category with this slug and of all below it; nothing where there is none.
///
/// # Errors
/// When the database cannot be asked.
pub fn with_descendants(
    database: &mut dyn Database,
    showcase: &Showcase,
    slug: &str,
) -> Result<Option<BTreeSet<i64>>> {
    let Some(table) = &showcase.category else { return Ok(None) };
    let parent = if showcase.category_parent { "parent_id" } else { "CAST(NULL AS INTEGER)" };
    let sql = format!("SELECT id, slug, {parent} FROM \"{table}\"");
    let rows = database.query(&sql, &[]).with_context(|| format!("read {table}"))?;
    let mut all = Vec::with_capacity(rows.len());
    for row in &rows {
        let (id, slug, parent_id) = (row.integer(0)?, row.text(1)?, row.optional_integer(2)?);
        all.push(db::Category { id, name: String::new(), slug, parent_id, product_count: 0 });
    }
    let found = all.iter().find(|category| category.slug == slug);
    Ok(found.map(|category| db::Category::with_descendants(&all, category.id)))
}
