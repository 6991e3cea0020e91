//! The products and categories as they are in the database, those too that visitors do not see.

use super::layout::FeaturedAt;
use super::layout::Layout;
use super::layout::PictureAt;
use crate::db::Database;
use crate::db::Price;
use crate::db::rows;
use crate::db::rows::Cell;
use crate::db::rows::Fields;
use crate::error::Error;
use crate::error::Kind;
use anyhow::Context;
use anyhow::Result;
use sha2::Digest;
use sha2::Sha256;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// So many names are offered in the place of one that is not known.
const OFFERED: usize = 3;

/// All of it, in the order of the numbers.
#[derive(Debug, Clone)]
pub struct Catalogue {
    pub layout: Layout,
    pub products: Vec<Product>,
    pub categories: Vec<Category>,
    by_slug: BTreeMap<String, usize>,
}

/// A product with the rows that belong to it alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    pub id: i64,
    pub slug: String,
    pub(super) row: Fields,
    pub(super) gallery: Vec<Fields>,
    pub(super) status: Option<Fields>,
}

/// A category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    pub id: i64,
    pub slug: String,
    pub name: String,
    pub parent: Option<i64>,
    /// Products directly in it, as category or sub-category.
    pub products: u64,
    pub(super) row: Fields,
}

/// What a product is, as people speak of it; `None` where this version of the application has no such thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    pub name: String,
    pub slug: String,
    pub brand: Option<String>,
    /// Nothing for what SQLite holds and is no number.
    pub price: Option<Price>,
    pub price_text: String,
    /// Slugs.
    pub category: Option<String>,
    pub subcategory: Option<String>,
    pub in_stock: Option<bool>,
    pub featured: Option<bool>,
    pub description: Option<String>,
    /// Below the media root, or an address; empty where there is none.
    pub image: Option<String>,
    pub gallery: Vec<String>,
}

impl Catalogue {
    /// Reads all of it.
    ///
    /// # Errors
    /// When the database cannot be asked, or holds no products.
    pub fn read(database: &mut dyn Database, app: &str) -> Result<Self> {
        let layout = Layout::read(database, app)?;
        let mut products = Vec::new();
        let mut by_id = BTreeMap::new();
        let mut by_slug = BTreeMap::new();
        for row in rows::all(database, &layout.product)? {
            let id = row.get("id").and_then(Cell::integer).context("a product has no id")?;
            let slug = text(&row, "slug");
            by_id.insert(id, products.len());
            by_slug.insert(slug.clone(), products.len());
            products.push(Product { id, slug, row, gallery: Vec::new(), status: None });
        }
        let mut owned = |relation: &Option<rows::Relation>| -> Result<Vec<(usize, Fields)>> {
            let Some(relation) = relation else { return Ok(Vec::new()) };
            let rows = rows::all(database, relation)?.into_iter();
            Ok(rows
                .filter_map(|row| {
                    let owner = row.get("product_id").and_then(Cell::integer)?;
                    Some((*by_id.get(&owner)?, row))
                })
                .collect())
        };
        for (position, row) in owned(&layout.gallery)? {
            if let Some(product) = products.get_mut(position) {
                product.gallery.push(row);
            }
        }
        for (position, row) in owned(&layout.status)? {
            if let Some(product) = products.get_mut(position) {
                product.status = Some(row);
            }
        }
        let categories = match &layout.category {
            Some(relation) => categories(rows::all(database, relation)?, &products)?,
            None => Vec::new(),
        };
        Ok(Self { layout, products, categories, by_slug })
    }

    pub fn find(&self, slug: &str) -> Option<&Product> {
        self.by_slug.get(slug).and_then(|position| self.products.get(*position))
    }

    /// A product by its slug.
    ///
    /// # Errors
    /// A usage error that names the nearest ones.
    pub fn product(&self, slug: &str) -> Result<&Product> {
        self.find(slug).ok_or_else(|| {
            let slugs = self.products.iter().map(|product| product.slug.as_str());
            unknown("product", slug, slugs, "sitekeep products list shows them all")
        })
    }

    /// A category by its slug, or by its name where one alone has it.
    ///
    /// # Errors
    /// A usage error that names the nearest ones.
    pub fn category(&self, given: &str) -> Result<&Category> {
        if let Some(category) = self.categories.iter().find(|category| category.slug == given) {
            return Ok(category);
        }
        let mut named = self.categories.iter().filter(|category| category.name == given);
        match (named.next(), named.next()) {
            (Some(one), None) => Ok(one),
            (Some(one), Some(other)) => {
                Err(Error::new(Kind::Usage, format!("more than one category is called `{given}`"))
                    .hint(format!("say which by its slug: {}, {}…", one.slug, other.slug))
                    .into())
            }
            _ => {
                let known = self.categories.iter().map(|it| it.slug.as_str());
                Err(unknown("category", given, known, "sitekeep categories list shows them all"))
            }
        }
    }

    /// Numbers of a category and all below it; a loop among parents ends where it began.
    pub fn with_descendants(&self, id: i64) -> BTreeSet<i64> {
        let mut found = BTreeSet::from([id]);
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            for category in self.categories.iter().filter(|category| category.parent == Some(id)) {
                if found.insert(category.id) {
                    open.push(category.id);
                }
            }
        }
        found
    }

    /// The products of some categories, as category or sub-category.
    pub fn in_categories<'a>(&'a self, ids: &'a BTreeSet<i64>) -> impl Iterator<Item = &'a Product> {
        self.products.iter().filter(|product| product.categories().any(|id| ids.contains(&id)))
    }

    /// Whether this version of the application has a value of this name.
    pub fn has(&self, value: &str) -> bool {
        match value {
            "category" => self.layout.has("category_id"),
            "subcategory" => self.layout.has("subcategory_id"),
            "in_stock" => self.layout.stock.is_some(),
            "featured" => self.layout.featured != FeaturedAt::Nowhere,
            "image" => self.layout.picture != PictureAt::Nowhere,
            column => self.layout.has(column),
        }
    }

    /// Whether Django's forms want this value of every product.
    pub fn requires(&self, value: &str) -> bool {
        match value {
            "category" => self.layout.requires("category_id"),
            "subcategory" => self.layout.requires("subcategory_id"),
            column => self.layout.requires(column),
        }
    }

    /// What a product is, in words.
    pub fn facts(&self, product: &Product) -> Facts {
        let layout = &self.layout;
        let if_there = |column: &str| layout.has(column).then(|| text(&product.row, column));
        let slug_of = |column: &str| {
            let id = product.row.get(column)?.integer()?;
            self.categories.iter().find(|category| category.id == id).map(|category| category.slug.clone())
        };
        let price_text = text(&product.row, "price");
        let gallery = product.gallery.iter().map(|row| text(row, "image"));
        Facts {
            name: text(&product.row, "name"),
            slug: product.slug.clone(),
            brand: if_there("brand"),
            price: Price::parse(&price_text).ok(),
            price_text,
            category: slug_of("category_id"),
            subcategory: slug_of("subcategory_id"),
            in_stock: layout.stock.and_then(|column| product.row.get(column)?.boolean()),
            featured: match layout.featured {
                FeaturedAt::Product(column) => product.row.get(column).and_then(Cell::boolean),
                FeaturedAt::Status => Some(product.is_featured_by_status()),
                FeaturedAt::Nowhere => None,
            },
            description: if_there("description"),
            image: product.image(layout.picture),
            gallery: gallery.skip(usize::from(layout.picture == PictureAt::Gallery)).collect(),
        }
    }
}

impl Product {
    /// The picture as the row names it; empty where it names none.
    pub(super) fn image(&self, at: PictureAt) -> Option<String> {
        match at {
            PictureAt::Product => Some(text(&self.row, "image")),
            PictureAt::Gallery => {
                Some(self.gallery.first().map_or_else(String::new, |row| text(row, "image")))
            }
            PictureAt::Nowhere => None,
        }
    }

    /// Tells two states of a product apart, whichever of its rows was written to.
    pub fn version(&self) -> String {
        let mut digest = Sha256::new();
        for row in std::iter::once(&self.row).chain(&self.gallery).chain(&self.status) {
            for (name, cell) in row {
                digest.update(format!("{}:{name}={:?};", name.len(), cell).as_bytes());
            }
        }
        digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
    }

    /// Every picture that its rows name.
    pub(super) fn images(&self) -> impl Iterator<Item = String> {
        let own = self.row.get("image").map(Cell::text);
        own.into_iter()
            .chain(self.gallery.iter().map(|row| text(row, "image")))
            .filter(|path| !path.is_empty())
    }

    pub(super) fn categories(&self) -> impl Iterator<Item = i64> {
        ["category_id", "subcategory_id"].into_iter().filter_map(|column| self.row.get(column)?.integer())
    }

    fn is_featured_by_status(&self) -> bool {
        self.status.as_ref().and_then(|row| row.get("is_featured")?.boolean()) == Some(true)
    }
}

fn categories(rows: Vec<Fields>, products: &[Product]) -> Result<Vec<Category>> {
    let mut counts: BTreeMap<i64, u64> = BTreeMap::new();
    for product in products {
        for id in product.categories().collect::<BTreeSet<_>>() {
            *counts.entry(id).or_default() += 1;
        }
    }
    rows.into_iter()
        .map(|row| {
            let id = row.get("id").and_then(Cell::integer).context("a category has no id")?;
            Ok(Category {
                id,
                slug: text(&row, "slug"),
                name: text(&row, "name"),
                parent: row.get("parent_id").and_then(Cell::integer),
                products: counts.get(&id).copied().unwrap_or_default(),
                row,
            })
        })
        .collect()
}

pub(super) fn text(row: &Fields, column: &str) -> String {
    row.get(column).map(Cell::text).unwrap_or_default()
}

/// The refusal of a name that nothing has, with the nearest that are.
fn unknown<'a>(
    what: &str,
    given: &str,
    known: impl Iterator<Item = &'a str>,
    otherwise: &str,
) -> anyhow::Error {
    let typed = given.to_lowercase();
    let mut near: Vec<(usize, &str)> = known
        .map(|name| {
            let lower = name.to_lowercase();
            let distance = strsim::damerau_levenshtein(&typed, &lower);
            (if lower.contains(&typed) && !typed.is_empty() { distance.min(2) } else { distance }, name)
        })
        .filter(|(distance, name)| *distance <= 2.max(name.chars().count() / 3))
        .collect();
    near.sort_unstable();
    near.dedup();
    let names: Vec<&str> = near.into_iter().take(OFFERED).map(|(_, name)| name).collect();
    let hint =
        if names.is_empty() { otherwise.to_owned() } else { format!("did you mean {}?", names.join(", ")) };
    Error::new(Kind::Usage, format!("there is no {what} `{given}`")).hint(hint).into()
}
