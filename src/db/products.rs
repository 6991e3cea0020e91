//! Products: the listing with its filters, and one product with its gallery.

use super::Database;
use super::Engine;
use super::Price;
use super::Row;
use super::Showcase;
use super::Value;
use super::images;
use super::search;
use super::showcase::Featured;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// A product as a listing shows it; `None` where the schema or the row has no such thing, or nothing that makes sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductSummary {
    pub id: i64,
    pub name: String,
    pub slug: String,
    pub price: Option<Price>,
    pub brand: Option<String>,
    /// Path below the media root, or a URL.
    pub image: Option<String>,
    pub category_id: Option<i64>,
    pub subcategory_id: Option<i64>,
    pub in_stock: Option<bool>,
    pub featured: Option<bool>,
    pub created_at: Option<Timestamp>,
}

/// A product with what only its own page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    pub summary: ProductSummary,
    pub description: String,
    /// Further pictures, in the order of their upload.
    pub gallery: Vec<String>,
}

/// Which products, in which order, and which stretch of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductFilter {
    /// Products in any of these, as category or sub-category.
    pub categories: Option<BTreeSet<i64>>,
    /// Words that must all be in the name, brand or description.
    pub words: Vec<String>,
    pub brand: Option<String>,
    /// Bounds belong to the range.
    pub price_min: Option<Price>,
    pub price_max: Option<Price>,
    /// Only what is in stock.
    pub in_stock: bool,
    pub featured: bool,
    pub order: ProductOrder,
    pub offset: u64,
    pub limit: u64,
}

impl Default for ProductFilter {
    fn default() -> Self {
        Self {
            categories: None,
            words: Vec::new(),
            brand: None,
            price_min: None,
            price_max: None,
            in_stock: false,
            featured: false,
            order: ProductOrder::Newest,
            offset: 0,
            limit: u64::try_from(i64::MAX).unwrap_or_default(),
        }
    }
}

/// Order of a listing; ties are broken by the identifier, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProductOrder {
    Newest,
    Name,
    PriceUp,
    PriceDown,
}

/// A stretch of a longer list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// How many there are in all.
    pub total: u64,
}

/// Products that pass the filter, and how many pass in all.
///
/// # Errors
/// When the database cannot be asked or answers something that is no product.
pub fn products(
    database: &mut dyn Database,
    showcase: &Showcase,
    filter: &ProductFilter,
) -> Result<Page<ProductSummary>> {
    let (condition, parameters) = condition(showcase, filter);
    let newest = if showcase.created_at { "p.created_at DESC, p.id DESC" } else { "p.id DESC" };
    let order = match filter.order {
        ProductOrder::Newest => newest.to_owned(),
        ProductOrder::Name => format!("p.name, {newest}"),
        ProductOrder::PriceUp => format!("p.price, {newest}"),
        ProductOrder::PriceDown => format!("p.price DESC, {newest}"),
    };
    // A stretch beyond the end is told from the count: an OFFSET walks over all that it leaves out.
    let counted = if filter.offset == 0 {
        None
    } else {
        let total = count(database, showcase, &condition, &parameters)?;
        if filter.offset >= total {
            return Ok(Page { items: Vec::new(), total });
        }
        Some(total)
    };
    let sql = format!(
        "SELECT {} FROM \"{}\" AS p WHERE {condition} ORDER BY {order} LIMIT ${} OFFSET ${}",
        columns(database.engine(), showcase),
        showcase.product,
        parameters.len() + 1,
        parameters.len() + 2,
    );
    let stretch =
        [filter.limit, filter.offset].map(|number| i64::try_from(number).unwrap_or(i64::MAX).into());
    let rows = database.query(&sql, &[&parameters[..], &stretch].concat()).context("read the products")?;
    let items = rows.iter().map(summary).collect::<Result<Vec<_>>>()?;
    let here = u64::try_from(items.len())?;
    let total = match counted {
        Some(total) => total,
        None if here < filter.limit => here,
        None => count(database, showcase, &condition, &parameters)?,
    };
    Ok(Page { items, total })
}

/// How many products there are.
///
/// # Errors
/// When the database cannot be asked.
pub fn product_count(database: &mut dyn Database, showcase: &Showcase) -> Result<u64> {
    count(database, showcase, &visible(showcase), &[])
}

/// One product by its slug.
///
/// # Errors
/// When the database cannot be asked or answers something that is no product.
pub fn product(database: &mut dyn Database, showcase: &Showcase, slug: &str) -> Result<Option<Product>> {
    let description = if showcase.description { "p.description" } else { "CAST(NULL AS TEXT)" };
    let sql = format!(
        "SELECT {}, {description} FROM \"{}\" AS p WHERE p.slug = $1 AND {}",
        columns(database.engine(), showcase),
        showcase.product,
        visible(showcase),
    );
    let rows = database.query(&sql, &[slug.into()]).with_context(|| format!("read the product `{slug}`"))?;
    let Some(row) = rows.first() else { return Ok(None) };
    let summary = summary(row)?;
    let mut gallery = Vec::new();
    if let Some(table) = &showcase.gallery {
        let path = images::path(database.engine(), "image");
        let sql =
            format!("SELECT {path} FROM \"{table}\" WHERE product_id = $1 AND {path} <> '' ORDER BY id");
        for row in database.query(&sql, &[summary.id.into()]).context("read the gallery")? {
            gallery.push(row.text(0)?);
        }
    }
    if !showcase.image {
        // The first picture of the gallery is the product's own.
        gallery.drain(..gallery.len().min(1));
    }
    let description =
        row.optional_text(SUMMARY_COLUMNS).with_context(|| format!("read the description of `{slug}`"))?;
    Ok(Some(Product { summary, description: description.unwrap_or_default(), gallery }))
}

pub(super) const SUMMARY_COLUMNS: usize = 11;

pub(super) fn columns(engine: Engine, showcase: &Showcase) -> String {
    let or_null = |there: bool, sql: &str, kind: &str| {
        if there { sql.to_owned() } else { format!("CAST(NULL AS {kind})") }
    };
    let image = match &showcase.gallery {
        Some(table) if !showcase.image => {
            let path = images::path(engine, "g.image");
            format!("(SELECT {path} FROM \"{table}\" AS g WHERE g.product_id = p.id ORDER BY g.id LIMIT 1)")
        }
        _ => or_null(showcase.image, &images::path(engine, "p.image"), "TEXT"),
    };
    let stock = showcase.stock.map_or("CAST(NULL AS INTEGER)".to_owned(), |column| format!("p.{column}"));
    [
        "p.id".to_owned(),
        "p.name".to_owned(),
        "p.slug".to_owned(),
        "CAST(p.price AS TEXT)".to_owned(),
        or_null(showcase.brand, "p.brand", "TEXT"),
        image,
        or_null(showcase.category_id, "p.category_id", "INTEGER"),
        or_null(showcase.subcategory_id, "p.subcategory_id", "INTEGER"),
        stock,
        featured(showcase).unwrap_or_else(|| "CAST(NULL AS INTEGER)".to_owned()),
        or_null(showcase.created_at, "p.created_at", "TEXT"),
    ]
    .join(", ")
}

pub(super) fn featured(showcase: &Showcase) -> Option<String> {
    showcase.featured.as_ref().map(|place| match place {
        Featured::Product(column) => format!("p.{column}"),
        Featured::Status(table) => {
            format!("EXISTS (SELECT 1 FROM \"{table}\" AS s WHERE s.product_id = p.id AND s.is_featured)")
        }
    })
}

/// Condition under which visitors may see a product.
pub(super) fn visible(showcase: &Showcase) -> String {
    showcase.visible.map_or_else(|| "1 = 1".to_owned(), |column| format!("p.{column}"))
}

pub(super) fn condition(showcase: &Showcase, filter: &ProductFilter) -> (String, Vec<Value>) {
    let mut parts = vec![visible(showcase)];
    let mut parameters = Vec::new();
    if let Some(categories) = &filter.categories {
        // As parameters: a connection keeps each text that it was asked, prepared.
        parameters.extend(categories.iter().map(|id| Value::Integer(*id)));
        let ids = (1..=parameters.len()).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ");
        let places: Vec<String> =
            [(showcase.category_id, "category_id"), (showcase.subcategory_id, "subcategory_id")]
                .into_iter()
                .filter(|(there, _)| *there && !ids.is_empty())
                .map(|(_, column)| format!("p.{column} IN ({ids})"))
                .collect();
        parts.push(if places.is_empty() { "1 = 0".to_owned() } else { format!("({})", places.join(" OR ")) });
    }
    for word in &filter.words {
        parameters.push(search::contains(word));
        let number = parameters.len();
        let fields: Vec<String> =
            [(true, "name"), (showcase.brand, "brand"), (showcase.description, "description")]
                .into_iter()
                .filter(|(there, _)| *there)
                .map(|(_, column)| format!("UPPER(p.{column}) LIKE UPPER(${number}) ESCAPE '\\'"))
                .collect();
        parts.push(format!("({})", fields.join(" OR ")));
    }
    if let Some(brand) = &filter.brand {
        if showcase.brand {
            parameters.push(brand.as_str().into());
            parts.push(format!("p.brand = ${}", parameters.len()));
        } else {
            parts.push("1 = 0".to_owned());
        }
    }
    for (bound, relation) in [(filter.price_min, ">="), (filter.price_max, "<=")] {
        if let Some(price) = bound {
            parameters.push(price.to_string().into());
            let number = parameters.len();
            parts.push(format!("p.price {relation} CAST(CAST(${number} AS TEXT) AS NUMERIC)"));
        }
    }
    if filter.in_stock {
        parts.push(showcase.stock.map_or_else(|| "1 = 0".to_owned(), |column| format!("p.{column}")));
    }
    if filter.featured {
        parts.push(featured(showcase).unwrap_or_else(|| "1 = 0".to_owned()));
    }
    (parts.join(" AND "), parameters)
}

fn count(
    database: &mut dyn Database,
    showcase: &Showcase,
    condition: &str,
    parameters: &[Value],
) -> Result<u64> {
    let sql = format!("SELECT count(*) FROM \"{}\" AS p WHERE {condition}", showcase.product);
    let rows = database.query(&sql, parameters).context("count the products")?;
    Ok(u64::try_from(rows.first().context("no count")?.integer(0)?)?)
}

pub(super) fn summary(row: &Row) -> Result<ProductSummary> {
    let slug = row.text(2)?;
    let read = || -> Result<ProductSummary> {
        Ok(ProductSummary {
            id: row.integer(0)?,
            name: row.text(1)?,
            slug: slug.clone(),
            // SQLite takes any text for a number: one odd row must not take the catalogue down.
            price: row.optional_text(3)?.and_then(|text| Price::parse(&text).ok()),
            brand: row.optional_text(4)?,
            image: row.optional_text(5)?.filter(|path| !path.is_empty()),
            category_id: row.optional_integer(6)?,
            subcategory_id: row.optional_integer(7)?,
            in_stock: row.optional_boolean(8).ok().flatten(),
            featured: row.optional_boolean(9).ok().flatten(),
            created_at: row.time(10).ok(),
        })
    };
    read().with_context(|| format!("read the product `{slug}`"))
}
