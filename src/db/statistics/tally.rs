//! How many products there are of a sort, and what they cost.

use crate::db::Database;
use crate::db::Engine;
use crate::db::Price;
use crate::db::Row;
use crate::db::Showcase;
use crate::db::products::featured;
use anyhow::Context;
use anyhow::Result;

/// Figures of some products; `None` is "not in this schema".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    pub products: u64,
    pub in_stock: Option<u64>,
    pub featured: Option<u64>,
    /// Products that visitors may see, where the schema can hide some.
    pub visible: Option<u64>,
    /// Products whose price is a number.
    pub priced: u64,
    pub sum: Price,
    pub lowest: Option<Price>,
    pub highest: Option<Price>,
}

impl Tally {
    /// No product, in a schema that can tell of it what this one can.
    pub fn none(showcase: &Showcase) -> Self {
        Self {
            products: 0,
            in_stock: showcase.stock.map(|_| 0),
            featured: showcase.featured.as_ref().map(|_| 0),
            visible: showcase.visible.map(|_| 0),
            priced: 0,
            sum: Price(0),
            lowest: None,
            highest: None,
        }
    }

    /// Takes other products in.
    pub fn add(&mut self, other: &Self) {
        let both = |one: Option<u64>, other: Option<u64>| Some(one? + other?);
        self.products += other.products;
        self.in_stock = both(self.in_stock, other.in_stock);
        self.featured = both(self.featured, other.featured);
        self.visible = both(self.visible, other.visible);
        self.priced += other.priced;
        self.sum = Price(self.sum.0.saturating_add(other.sum.0));
        self.lowest = [self.lowest, other.lowest].into_iter().flatten().min();
        self.highest = self.highest.max(other.highest);
    }
}

/// Products of one category and sub-category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub category_id: Option<i64>,
    pub subcategory_id: Option<i64>,
    pub tally: Tally,
}

/// A category's name and place in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryName {
    pub id: i64,
    pub name: String,
    pub parent_id: Option<i64>,
}

/// The brands with the most products.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brands {
    /// How many brands there are in all.
    pub count: u64,
    /// How many products have one.
    pub products: u64,
    pub largest: Vec<Brand>,
}

/// One brand; `None` is "not in this schema".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brand {
    pub name: String,
    pub products: u64,
    pub in_stock: Option<u64>,
}

/// All products by category and sub-category; one group where the schema knows neither, none without products.
///
/// # Errors
/// When the database cannot be asked.
pub fn groups(database: &mut dyn Database, showcase: &Showcase) -> Result<Vec<Group>> {
    let place = |there: bool, column: &str| {
        if there { format!("p.{column}") } else { "CAST(NULL AS BIGINT)".to_owned() }
    };
    let sql = format!(
        "SELECT {}, {}, {} FROM \"{}\" AS p GROUP BY 1, 2 ORDER BY 1, 2",
        place(showcase.category_id, "category_id"),
        place(showcase.subcategory_id, "subcategory_id"),
        columns(database.engine(), showcase),
        showcase.product
    );
    let rows = database.query(&sql, &[]).context("count the products")?;
    rows.iter()
        .map(|row| {
            Ok(Group {
                category_id: row.optional_integer(0)?,
                subcategory_id: row.optional_integer(1)?,
                tally: tally(row, 2)?,
            })
        })
        .collect()
}

/// The brands with the most products, so many at most; `None` where the schema has none.
///
/// # Errors
/// When the database cannot be asked.
pub fn brands(database: &mut dyn Database, showcase: &Showcase, most: u32) -> Result<Option<Brands>> {
    if !showcase.brand {
        return Ok(None);
    }
    // Over groups, a window sees one row for each.
    let sql = format!(
        "SELECT p.brand, count(*) OVER (), CAST(sum(count(*)) OVER () AS BIGINT), count(*), {} FROM \"{}\" AS p
         WHERE p.brand <> '' GROUP BY p.brand ORDER BY count(*) DESC, p.brand LIMIT {most}",
        counted(showcase.stock.map(|column| format!("p.{column}"))),
        showcase.product
    );
    let rows = database.query(&sql, &[]).context("count the products by brand")?;
    let mut found = Brands::default();
    for row in &rows {
        found.count = u64::try_from(row.integer(1)?)?;
        found.products = u64::try_from(row.integer(2)?)?;
        found.largest.push(Brand {
            name: row.text(0)?,
            products: u64::try_from(row.integer(3)?)?,
            in_stock: row.optional_integer(4)?.map(u64::try_from).transpose()?,
        });
    }
    Ok(Some(found))
}

/// The price in the middle of so many; between two, half way. Nothing where there is none.
///
/// # Errors
/// When the database cannot be asked.
pub fn median_price(database: &mut dyn Database, showcase: &Showcase, priced: u64) -> Result<Option<Price>> {
    let (before, taken) = (priced.saturating_sub(1) / 2, 2 - priced % 2);
    let price = hundredths(database.engine());
    let sql = format!(
        "SELECT {price} FROM \"{}\" AS p WHERE {price} IS NOT NULL ORDER BY 1 LIMIT {taken} OFFSET {before}",
        showcase.product
    );
    let rows = database.query(&sql, &[]).context("find the median price")?;
    let middle = rows.iter().map(|row| row.integer(0)).collect::<Result<Vec<_>>>()?;
    let count = i64::try_from(middle.len())?;
    Ok((count > 0).then(|| Price(middle.iter().sum::<i64>() / count)))
}

/// All categories; `None` where this schema has no such table.
///
/// # Errors
/// When the database cannot be asked.
pub fn category_names(database: &mut dyn Database, showcase: &Showcase) -> Result<Option<Vec<CategoryName>>> {
    let Some(table) = &showcase.category else { return Ok(None) };
    let parent = if showcase.category_parent { "parent_id" } else { "CAST(NULL AS BIGINT)" };
    let sql = format!("SELECT id, name, {parent} FROM \"{table}\" ORDER BY name, id");
    let rows = database.query(&sql, &[]).with_context(|| format!("read {table}"))?;
    let names = rows.iter().map(|row| {
        Ok(CategoryName { id: row.integer(0)?, name: row.text(1)?, parent_id: row.optional_integer(2)? })
    });
    names.collect::<Result<_>>().map(Some)
}

/// SQL for the columns that [`tally`] reads.
fn columns(engine: Engine, showcase: &Showcase) -> String {
    let price = hundredths(engine);
    [
        "count(*)".to_owned(),
        counted(showcase.stock.map(|column| format!("p.{column}"))),
        counted(featured(showcase)),
        counted(showcase.visible.map(|column| format!("p.{column}"))),
        format!("count({price})"),
        format!("CAST(sum({price}) AS BIGINT)"),
        format!("min({price})"),
        format!("max({price})"),
    ]
    .join(", ")
}

/// SQL for how many rows fulfil a condition; NULL where the schema has none.
fn counted(condition: Option<String>) -> String {
    condition.map_or_else(
        || "CAST(NULL AS BIGINT)".to_owned(),
        |condition| format!("count(CASE WHEN {condition} THEN 1 END)"),
    )
}

/// SQL for a price in whole hundredths; NULL for what is no price that the application could have written.
fn hundredths(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => {
            "CASE WHEN typeof(p.price) IN ('integer', 'real') AND abs(p.price) < 1e11
                THEN CAST(round(p.price * 100) AS INTEGER) END"
        }
        Engine::Postgres => {
            "CASE WHEN abs(CAST(p.price AS numeric)) < 1e11
                THEN CAST(round(CAST(p.price AS numeric) * 100) AS BIGINT) END"
        }
    }
}

fn tally(row: &Row, first: usize) -> Result<Tally> {
    let count = |position: usize| -> Result<Option<u64>> {
        Ok(row.optional_integer(first + position)?.map(u64::try_from).transpose()?)
    };
    let price =
        |position: usize| -> Result<Option<Price>> { Ok(row.optional_integer(first + position)?.map(Price)) };
    Ok(Tally {
        products: count(0)?.unwrap_or_default(),
        in_stock: count(1)?,
        featured: count(2)?,
        visible: count(3)?,
        priced: count(4)?.unwrap_or_default(),
        sum: price(5)?.unwrap_or(Price(0)),
        lowest: price(6)?,
        highest: price(7)?,
    })
}
