//! The figures of the catalogue (guide: Analyser les Statistiques): how much there is of what, at which prices, with
//! which pictures, and how that grew.
//!
//! All products count, as they do for the application's own `Product.objects`, also those that visitors do not see.
//! What a schema lacks is `None`, never 0.

mod categories;
mod check;
mod growth;
mod pictures;

pub use categories::CategoryLine;
pub use categories::main_categories;
pub use check::check;
pub use growth::Growth;
pub use growth::MEASURES;
pub use growth::Measure;
pub use growth::growth;
pub use pictures::OnDisk;
pub use pictures::Pictures;

use crate::config::SiteConfig;
use crate::db::Database;
use crate::db::Price;
use crate::db::Showcase;
use crate::db::statistics;
use crate::db::statistics::Sessions;
use crate::db::statistics::Tally;
use crate::db::statistics::Users;
use anyhow::Result;
use jiff::SignedDuration;
use jiff::Timestamp;
use serde::Serialize;
use serde::Serializer;

/// A user who logged in within so many days is active.
pub const ACTIVE_DAYS: i64 = 30;

/// Brands that are listed; there may be as many as products.
const BRANDS: u32 = 1000;

/// The figures of one moment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Statistics {
    pub products: u64,
    pub in_stock: Option<u64>,
    pub featured: Option<u64>,
    pub categories: Option<u64>,
    /// Products that visitors may see, where the schema can hide some.
    pub visible: Option<u64>,
    pub prices: Prices,
    pub by_category: Option<Vec<CategoryLine>>,
    /// Products in no category.
    pub uncategorized: Option<u64>,
    pub brands: Option<BrandFigures>,
    pub pictures: Option<Pictures>,
    pub sessions: Option<Sessions>,
    pub users: Option<Users>,
    /// What this version of the application's schema has no place for.
    pub not_in_schema: Vec<&'static str>,
}

/// What products cost, in the site's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Prices {
    /// Products whose price is a number.
    pub priced: u64,
    #[serde(serialize_with = "written")]
    pub lowest: Option<Price>,
    #[serde(serialize_with = "written")]
    pub median: Option<Price>,
    #[serde(serialize_with = "written")]
    pub mean: Option<Price>,
    #[serde(serialize_with = "written")]
    pub highest: Option<Price>,
}

/// Products by brand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BrandFigures {
    /// How many brands there are in all.
    pub count: u64,
    pub products_without: u64,
    /// Those with the most products.
    pub largest: Vec<BrandLine>,
}

/// One brand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BrandLine {
    pub name: String,
    pub products: u64,
    pub in_stock: Option<u64>,
}

impl Statistics {
    /// Products that are out of stock.
    pub fn out_of_stock(&self) -> Option<u64> {
        Some(self.products.saturating_sub(self.in_stock?))
    }
}

/// As Django's API writes a price.
#[expect(clippy::ref_option, reason = "serde hands a field over by reference")]
fn written<S: Serializer>(price: &Option<Price>, serializer: S) -> Result<S::Ok, S::Error> {
    match price {
        Some(price) => serializer.collect_str(price),
        None => serializer.serialize_none(),
    }
}

/// Reads the figures: those of the database at one moment, then the pictures on disk.
///
/// # Errors
/// When the database cannot be asked; a media folder that cannot be read is told in the figures.
pub fn read(
    database: &mut dyn Database,
    showcase: &Showcase,
    site: &SiteConfig,
    now: Timestamp,
) -> Result<Statistics> {
    let since = now - SignedDuration::from_hours(24 * ACTIVE_DAYS);
    let mut statistics = statistics::at_one_moment(database, |database| {
        let groups = statistics::groups(database, showcase)?;
        let mut all = Tally::none(showcase);
        for group in &groups {
            all.add(&group.tally);
        }
        let median = statistics::median_price(database, showcase, all.priced)?;
        let names = statistics::category_names(database, showcase)?;
        let has_place = showcase.category_id || showcase.subcategory_id;
        let lines = names.as_deref().filter(|_| has_place).map(|names| categories::lines(names, &groups));
        let uncategorized = has_place.then(|| {
            let loose = groups.iter().filter(|group| group.category_id.or(group.subcategory_id).is_none());
            loose.map(|group| group.tally.products).sum()
        });
        let brands = statistics::brands(database, showcase, BRANDS)?.map(|brands| BrandFigures {
            count: brands.count,
            products_without: all.products.saturating_sub(brands.products),
            largest: brands
                .largest
                .into_iter()
                .map(|brand| BrandLine {
                    name: brand.name,
                    products: brand.products,
                    in_stock: brand.in_stock,
                })
                .collect(),
        });
        let without = statistics::products_without_picture(database, showcase)?;
        Ok(Statistics {
            products: all.products,
            in_stock: all.in_stock,
            featured: all.featured,
            categories: names.as_ref().map(|names| names.len() as u64),
            visible: all.visible,
            prices: Prices {
                priced: all.priced,
                lowest: all.lowest,
                median,
                mean: mean(&all),
                highest: all.highest,
            },
            by_category: lines,
            uncategorized,
            brands,
            pictures: without.map(Pictures::unseen),
            sessions: statistics::sessions(database, showcase, now)?,
            users: statistics::users(database, showcase, since)?,
            not_in_schema: Vec::new(),
        })
    })?;
    if let Some(figures) = &mut statistics.pictures {
        figures.look(database, showcase, site)?;
    }
    statistics.not_in_schema = lacking(&statistics);
    Ok(statistics)
}

/// Rounded to the hundredth.
fn mean(all: &Tally) -> Option<Price> {
    let count = i64::try_from(all.priced).ok().filter(|count| *count > 0)?;
    let half = if all.sum.0 < 0 { -count / 2 } else { count / 2 };
    Some(Price((all.sum.0 + half) / count))
}

fn lacking(figures: &Statistics) -> Vec<&'static str> {
    [
        ("in_stock", figures.in_stock.is_none()),
        ("featured", figures.featured.is_none()),
        ("categories", figures.categories.is_none()),
        ("by_category", figures.by_category.is_none()),
        ("brands", figures.brands.is_none()),
        ("pictures", figures.pictures.is_none()),
        ("sessions", figures.sessions.is_none()),
        ("users", figures.users.is_none()),
    ]
    .into_iter()
    .filter_map(|(name, lacks)| lacks.then_some(name))
    .collect()
}
