//! Products as the API tells them.

use super::filter::ProductFilter;
use crate::db::Database;
use crate::db::ProductSummary;
use crate::db::Showcase;
use crate::db::images;
use crate::db::products::SUMMARY_COLUMNS;
use crate::db::products::columns;
use crate::db::products::featured;
use crate::db::products::summary;
use crate::db::products::visible;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;

/// A product with its category's name; the last two are read only for one product alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    pub summary: ProductSummary,
    pub category_name: Option<String>,
    pub description: Option<String>,
    pub updated_at: Option<Timestamp>,
}

/// A further picture of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub id: i64,
    /// Path below the media root, or a URL.
    pub path: String,
}

/// How many products there are, and of which sorts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    pub total: u64,
    pub in_stock: u64,
    pub out_of_stock: u64,
    pub featured: u64,
}

/// How many products pass the filter.
///
/// # Errors
/// When the database cannot be asked.
pub fn count(database: &mut dyn Database, showcase: &Showcase, filter: &ProductFilter) -> Result<u64> {
    let (condition, parameters) = filter.condition(showcase);
    let sql = format!("SELECT count(*) FROM \"{}\" AS p WHERE {condition}", showcase.product);
    let rows = database.query(&sql, &parameters).context("count the products")?;
    Ok(u64::try_from(rows.first().context("no count")?.integer(0)?)?)
}

/// A stretch of the products that pass the filter.
///
/// # Errors
/// When the database cannot be asked or answers something that is no product.
pub fn products(
    database: &mut dyn Database,
    showcase: &Showcase,
    filter: &ProductFilter,
    offset: u64,
    limit: u64,
) -> Result<Vec<Product>> {
    let (condition, mut parameters) = filter.condition(showcase);
    parameters.extend([limit, offset].map(|number| i64::try_from(number).unwrap_or(i64::MAX).into()));
    let sql = format!(
        "SELECT {}, {} FROM {} WHERE {condition} ORDER BY {} LIMIT ${} OFFSET ${}",
        columns(database.engine(), showcase),
        category_name(showcase),
        tables(showcase),
        filter.order(showcase),
        parameters.len() - 1,
        parameters.len(),
    );
    let rows = database.query(&sql, &parameters).context("read the products")?;
    rows.iter()
        .map(|row| {
            let category_name = row.optional_text(SUMMARY_COLUMNS)?;
            Ok(Product { summary: summary(row)?, category_name, description: None, updated_at: None })
        })
        .collect()
}

/// The product that passes a filter with a slug, with all that the API tells of it.
///
/// # Errors
/// When the database cannot be asked or answers something that is no product.
pub fn product(
    database: &mut dyn Database,
    showcase: &Showcase,
    filter: &ProductFilter,
) -> Result<Option<Product>> {
    let (condition, parameters) = filter.condition(showcase);
    let or_null = |there: bool, column: &str| {
        if there { format!("p.{column}") } else { "CAST(NULL AS TEXT)".to_owned() }
    };
    let sql = format!(
        "SELECT {}, {}, {}, {} FROM {} WHERE {condition}",
        columns(database.engine(), showcase),
        category_name(showcase),
        or_null(showcase.description, "description"),
        or_null(showcase.updated_at, "updated_at"),
        tables(showcase),
    );
    let rows = database.query(&sql, &parameters).context("read the product")?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some(Product {
        summary: summary(row)?,
        category_name: row.optional_text(SUMMARY_COLUMNS)?,
        description: row.optional_text(SUMMARY_COLUMNS + 1).context("read the description")?,
        updated_at: row.time(SUMMARY_COLUMNS + 2).ok(),
    }))
}

/// The further pictures of a product, in the order of their upload; none where this schema has no such table.
///
/// # Errors
/// When the database cannot be asked.
pub fn gallery(database: &mut dyn Database, showcase: &Showcase, product: i64) -> Result<Vec<Picture>> {
    let Some(table) = &showcase.gallery else { return Ok(Vec::new()) };
    let path = images::path(database.engine(), "image");
    let sql = format!("SELECT id, {path} FROM \"{table}\" WHERE product_id = $1 ORDER BY id");
    let rows = database.query(&sql, &[product.into()]).context("read the gallery")?;
    rows.iter()
        .map(|row| Ok(Picture { id: row.integer(0)?, path: row.optional_text(1)?.unwrap_or_default() }))
        .collect()
}

/// Every brand once, by name.
///
/// # Errors
/// When the database cannot be asked.
pub fn brands(database: &mut dyn Database, showcase: &Showcase) -> Result<Vec<String>> {
    if !showcase.brand {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT DISTINCT p.brand FROM \"{}\" AS p WHERE p.brand IS NOT NULL AND {} ORDER BY p.brand",
        showcase.product,
        visible(showcase)
    );
    let rows = database.query(&sql, &[]).context("read the brands")?;
    rows.iter().map(|row| row.text(0)).collect()
}

/// Counts the products; a sort that this schema does not tell apart has none.
///
/// # Errors
/// When the database cannot be asked.
pub fn stats(database: &mut dyn Database, showcase: &Showcase) -> Result<Stats> {
    let stock = showcase.stock.map_or_else(|| "1 = 0".to_owned(), |column| format!("p.{column}"));
    let not_in_stock = showcase.stock.map_or_else(|| "1 = 0".to_owned(), |column| format!("NOT p.{column}"));
    let featured = featured(showcase).unwrap_or_else(|| "1 = 0".to_owned());
    let sums = [stock, not_in_stock, featured].map(|condition| {
        format!("CAST(COALESCE(SUM(CASE WHEN {condition} THEN 1 ELSE 0 END), 0) AS BIGINT)")
    });
    let sql = format!(
        "SELECT count(*), {} FROM \"{}\" AS p WHERE {}",
        sums.join(", "),
        showcase.product,
        visible(showcase)
    );
    let rows = database.query(&sql, &[]).context("count the products")?;
    let row = rows.first().context("no count")?;
    let number = |position| -> Result<u64> { Ok(u64::try_from(row.integer(position)?)?) };
    Ok(Stats { total: number(0)?, in_stock: number(1)?, out_of_stock: number(2)?, featured: number(3)? })
}

fn category_name(showcase: &Showcase) -> &'static str {
    if showcase.category_id { "c.name" } else { "CAST(NULL AS TEXT)" }
}

fn tables(showcase: &Showcase) -> String {
    match &showcase.category {
        Some(category) if showcase.category_id => {
            format!("\"{}\" AS p LEFT JOIN \"{category}\" AS c ON c.id = p.category_id", showcase.product)
        }
        _ => format!("\"{}\" AS p", showcase.product),
    }
}
