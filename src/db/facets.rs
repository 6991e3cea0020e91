//! What the products that pass a filter divide into: their categories and their brands.

use super::Database;
use super::ProductFilter;
use super::Showcase;
use super::products::condition;
use anyhow::Context;
use anyhow::Result;

/// Products that have the same category and sub-category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub category_id: Option<i64>,
    pub subcategory_id: Option<i64>,
    pub products: u64,
}

/// How many of the products that pass stand in which categories; order and stretch do not count.
///
/// # Errors
/// When the database cannot be asked.
pub fn places(
    database: &mut dyn Database,
    showcase: &Showcase,
    filter: &ProductFilter,
) -> Result<Vec<Place>> {
    let column = |there: bool, name: &str| {
        if there { format!("p.{name}") } else { "CAST(NULL AS BIGINT)".to_owned() }
    };
    let (condition, parameters) = condition(showcase, filter);
    let sql = format!(
        "SELECT {}, {}, count(*) FROM \"{}\" AS p WHERE {condition} GROUP BY 1, 2",
        column(showcase.category_id, "category_id"),
        column(showcase.subcategory_id, "subcategory_id"),
        showcase.product,
    );
    let rows = database.query(&sql, &parameters).context("count the products by category")?;
    rows.iter()
        .map(|row| {
            Ok(Place {
                category_id: row.optional_integer(0)?,
                subcategory_id: row.optional_integer(1)?,
                products: u64::try_from(row.integer(2)?)?,
            })
        })
        .collect()
}

/// The brands of the products that pass, by name, with how many each has; order and stretch do not count.
///
/// # Errors
/// When the database cannot be asked.
pub fn product_brands(
    database: &mut dyn Database,
    showcase: &Showcase,
    filter: &ProductFilter,
) -> Result<Vec<(String, u64)>> {
    if !showcase.brand {
        return Ok(Vec::new());
    }
    let (condition, parameters) = condition(showcase, filter);
    let sql = format!(
        "SELECT p.brand, count(*) FROM \"{}\" AS p WHERE p.brand <> '' AND {condition}
         GROUP BY p.brand ORDER BY UPPER(p.brand), p.brand",
        showcase.product,
    );
    let rows = database.query(&sql, &parameters).context("count the products by brand")?;
    rows.iter().map(|row| Ok((row.text(0)?, u64::try_from(row.integer(1)?)?))).collect()
}
