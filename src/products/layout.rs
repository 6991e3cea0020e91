//! Which columns of this version of the application hold what of a product.

use crate::db::Database;
use crate::db::Engine;
use crate::db::Showcase;
use crate::db::Value;
use crate::db::rows::Cell;
use crate::db::rows::Column;
use crate::db::rows::Fields;
use crate::db::rows::Reference;
use crate::db::rows::Relation;
use crate::db::rows::references_to;
use crate::error::Error;
use crate::error::Kind;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;

/// Columns that Django fills with the time of the writing, as their names say.
const TIMES: [&str; 5] = ["created_at", "updated_at", "uploaded_at", "added_at", "last_updated_at"];

/// Where a product's picture is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PictureAt {
    Product,
    /// The first row of the gallery.
    Gallery,
    Nowhere,
}

/// Where it is said whether a product is featured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FeaturedAt {
    Product(&'static str),
    Status,
    Nowhere,
}

/// The tables of the showcase that are written to.
#[derive(Debug, Clone)]
pub struct Layout {
    pub(super) engine: Engine,
    pub(super) product: Relation,
    pub(super) category: Option<Relation>,
    pub(super) gallery: Option<Relation>,
    pub(super) status: Option<Relation>,
    pub(super) stock: Option<&'static str>,
    pub(super) visible: Option<&'static str>,
    pub(super) featured: FeaturedAt,
    pub(super) picture: PictureAt,
    pub(super) parent: bool,
    /// What refers to products, and to categories.
    pub(super) to_product: Vec<Reference>,
    pub(super) to_category: Vec<Reference>,
}

impl Layout {
    /// Looks at the tables of the application.
    ///
    /// # Errors
    /// When the database cannot be asked, or holds no products.
    pub fn read(database: &mut dyn Database, app: &str) -> Result<Self> {
        let showcase = Showcase::resolve(database.schema()?, app)?;
        let mut optional =
            |name: &Option<String>| name.as_ref().map(|name| Relation::read(database, name)).transpose();
        let category = optional(&showcase.category)?;
        let gallery = optional(&showcase.gallery)?;
        let (featured, status) = match &showcase.featured {
            Some(crate::db::Featured::Product(column)) => (FeaturedAt::Product(column), None),
            Some(crate::db::Featured::Status(table)) => (FeaturedAt::Status, optional(&Some(table.clone()))?),
            None => (FeaturedAt::Nowhere, None),
        };
        let picture = match (showcase.image, &gallery) {
            (true, _) => PictureAt::Product,
            (false, Some(_)) => PictureAt::Gallery,
            (false, None) => PictureAt::Nowhere,
        };
        let to_category = match &showcase.category {
            Some(table) => references_to(database, table)?,
            None => Vec::new(),
        };
        Ok(Self {
            engine: database.engine(),
            product: Relation::read(database, &showcase.product)?,
            to_product: references_to(database, &showcase.product)?,
            to_category,
            category,
            gallery,
            status,
            stock: showcase.stock,
            visible: showcase.visible,
            featured,
            picture,
            parent: showcase.category_parent,
        })
    }

    pub(super) fn has(&self, column: &str) -> bool {
        self.product.column(column).is_some()
    }

    /// Whether Django's forms ask for it: the column cannot be left empty.
    pub(super) fn requires(&self, column: &str) -> bool {
        self.product.column(column).is_some_and(|column| !column.nullable)
    }

    pub(super) fn cell(&self, value: &Value) -> Cell {
        Cell::of(self.engine, value)
    }

    pub(super) fn relation(&self, table: &str) -> Result<&Relation> {
        [Some(&self.product), self.category.as_ref(), self.gallery.as_ref(), self.status.as_ref()]
            .into_iter()
            .flatten()
            .find(|relation| relation.name == table)
            .with_context(|| format!("{table} is no table of the showcase"))
    }

    /// Fills in what a new row must have besides: times, and texts that are left empty.
    ///
    /// # Errors
    /// When a column wants a value that only the application knows.
    pub(super) fn complete(&self, relation: &Relation, fields: &mut Fields, now: Timestamp) -> Result<()> {
        for column in &relation.columns {
            if fields.contains_key(&column.name) || column.filled {
                continue;
            }
            let cell = match column {
                column if TIMES.contains(&column.name.as_str()) && is_time(column) => {
                    self.cell(&Value::Time(now))
                }
                column if column.nullable => Cell::Null,
                column if column.is_text() => Cell::Text(String::new()),
                column => {
                    let message = format!(
                        "this version of the application wants a value for {}.{}, which sitekeep does not know",
                        relation.name, column.name
                    );
                    return Err(Error::new(Kind::Failed, message)
                        .hint("do this in the application's admin")
                        .into());
                }
            };
            fields.insert(column.name.clone(), cell);
        }
        Ok(())
    }
}

fn is_time(column: &Column) -> bool {
    let kind = column.kind.to_ascii_lowercase();
    kind.contains("time")
}
