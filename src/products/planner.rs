//! From what somebody wants to what is going to be written; nothing is written here.

use super::catalogue::Catalogue;
use super::catalogue::text;
use super::draft::Draft;
use super::draft::Picture;
use super::fitting::fitting;
use super::fitting::fitting_price;
use super::fitting::fitting_slug;
use super::fitting::is_equal;
use super::fitting::require;
use super::layout::FeaturedAt;
use super::layout::Layout;
use super::layout::PictureAt;
use super::picture::holds_the_same;
use super::plan::Edit;
use super::plan::Plan;
use super::plan::Told;
use super::plan::What;
use super::slug;
use crate::db::Price;
use crate::db::Value;
use crate::db::rows::Cell;
use crate::db::rows::Column;
use crate::db::rows::Fields;
use crate::error::Error;
use crate::error::Kind;
use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;
use std::path::Path;

/// Slugs of a column that says nothing else.
pub(super) const SLUG_LENGTH: usize = 50;

/// Says what the shop thinks of a picture: warnings, or an error when it must not become one.
pub type PictureRule<'a> = &'a dyn Fn(&Path) -> Result<Vec<String>>;

/// Surroundings of a plan.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    pub media: &'a Path,
    pub now: Timestamp,
    pub zone: &'a TimeZone,
    pub rule: PictureRule<'a>,
}

/// Collects changes, each against the catalogue and those before it.
pub struct Planner<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) now: Timestamp,
    pub(super) slugs: BTreeSet<String>,
    pub(super) plan: Plan,
    pub(super) setting: Setting<'a>,
    pub(super) folder: Option<String>,
    pub(super) uploads: BTreeSet<String>,
}

impl<'a> Planner<'a> {
    pub fn new(catalogue: &'a Catalogue, setting: Setting<'a>) -> Self {
        let slugs = catalogue.products.iter().map(|product| product.slug.clone()).collect();
        // As Django keeps times: to the microsecond.
        let now = Timestamp::from_microsecond(setting.now.as_microsecond()).unwrap_or(setting.now);
        Self { catalogue, now, slugs, plan: Plan::default(), setting, folder: None, uploads: BTreeSet::new() }
    }

    pub fn finish(self) -> Plan {
        self.plan
    }

    pub(super) fn media(&self) -> &'a Path {
        self.setting.media
    }

    /// Slugs of the products of a category and those below it.
    ///
    /// # Errors
    /// When the category is not known.
    pub fn slugs_in(&self, category: &str) -> Result<Vec<String>> {
        let ids = self.catalogue.with_descendants(self.catalogue.category(category)?.id);
        Ok(self.catalogue.in_categories(&ids).map(|product| product.slug.clone()).collect())
    }

    /// The slug that a product of this name and brand has in the application.
    pub fn usual_slug(name: &str, brand: Option<&str>) -> String {
        slug::slugify(&brand.map_or_else(|| name.to_owned(), |brand| format!("{name}-{brand}")))
    }

    /// A new product.
    ///
    /// # Errors
    /// When something is missing, unknown or against the rules.
    pub fn add(&mut self, draft: &Draft) -> Result<()> {
        let layout = &self.catalogue.layout;
        require(layout, draft)?;
        let slug = self.new_slug(draft)?;
        let mut told =
            Told { slug: slug.clone(), what: What::Added, values: Vec::new(), warnings: Vec::new() };
        let mut fields = Fields::new();
        fields.insert("slug".to_owned(), Cell::Text(slug.clone()));
        if let Some(column) = layout.stock {
            fields.insert(column.to_owned(), layout.cell(&Value::Boolean(true)));
        }
        if let FeaturedAt::Product(column) = layout.featured {
            fields.insert(column.to_owned(), layout.cell(&Value::Boolean(false)));
        }
        if let Some(column) = layout.visible {
            fields.insert(column.to_owned(), layout.cell(&Value::Boolean(true)));
        }
        self.values(draft, &mut fields)?;
        let mut own = Vec::new();
        if let Some(picture) = &draft.picture {
            let path = self.picture(picture, &mut told)?;
            match layout.picture {
                PictureAt::Product => drop(fields.insert("image".to_owned(), Cell::Text(path))),
                PictureAt::Gallery => own.push(self.gallery_row(path)?),
                PictureAt::Nowhere => return Err(not_in_this_schema("pictures")),
            }
        }
        if draft.featured == Some(true) && layout.featured == FeaturedAt::Status {
            own.push(self.status_row()?);
        }
        let layout = &self.catalogue.layout;
        layout.complete(&layout.product, &mut fields, self.now)?;
        for (name, column) in NAMED {
            if let Some(cell) = fields.get(column) {
                told.values.push((name, String::new(), self.in_words(column, cell)));
            }
        }
        self.slugs.insert(slug);
        self.plan.edits.push(Edit::Insert { table: layout.product.name.clone(), fields, own });
        self.plan.told.push(told);
        Ok(())
    }

    /// Changes of a product; what is as wanted already is not written.
    ///
    /// # Errors
    /// When the product or a category is not known, or a value is against the rules.
    pub fn update(&mut self, slug: &str, draft: &Draft) -> Result<()> {
        let product = self.catalogue.product(slug)?;
        let layout = &self.catalogue.layout;
        let mut told =
            Told { slug: slug.to_owned(), what: What::Unchanged, values: Vec::new(), warnings: Vec::new() };
        let mut fields = Fields::new();
        if let Some(new) = draft.slug.as_ref().filter(|new| *new != slug) {
            let fitting = self.given_slug(new)?;
            fields.insert("slug".to_owned(), Cell::Text(fitting));
        }
        self.values(draft, &mut fields)?;
        let mut edits = Vec::new();
        if let Some(featured) = draft.featured
            && layout.featured == FeaturedAt::Status
        {
            edits.extend(self.feature(product, featured, &mut told)?);
        }
        let current = product.image(layout.picture).unwrap_or_default();
        let is_same = |picture: &Picture| match picture {
            Picture::Named(path) => *path == current,
            Picture::File { source, .. } => {
                !current.is_empty() && holds_the_same(source, &self.media().join(&current))
            }
        };
        if let Some(picture) = draft.picture.as_ref().filter(|picture| !is_same(picture)) {
            let path = self.picture(picture, &mut told)?;
            told.values.push(("image", current.clone(), path.clone()));
            self.leave([current]);
            match (layout.picture, product.gallery.first()) {
                (PictureAt::Product, _) => drop(fields.insert("image".to_owned(), Cell::Text(path))),
                (PictureAt::Gallery, Some(row)) => {
                    let changed = Fields::from([("image".to_owned(), Cell::Text(path))]);
                    let table = gallery_name(layout)?;
                    edits.push(Edit::Update { table, before: row.clone(), changed });
                }
                (PictureAt::Gallery, None) => edits.push(self.own_row(product, self.gallery_row(path)?)),
                (PictureAt::Nowhere, _) => return Err(not_in_this_schema("pictures")),
            }
        }
        fields.retain(|column, cell| !is_equal(column, product.row.get(column), cell));
        for (name, column) in NAMED.into_iter().filter(|(name, _)| *name != "image") {
            if let Some(cell) = fields.get(column) {
                let before =
                    product.row.get(column).map(|cell| self.in_words(column, cell)).unwrap_or_default();
                told.values.push((name, before, self.in_words(column, cell)));
            }
        }
        if !fields.is_empty() || !edits.is_empty() {
            told.what = What::Changed;
            let layout = &self.catalogue.layout;
            if layout.has("updated_at") && !fields.is_empty() {
                fields.insert("updated_at".to_owned(), layout.cell(&Value::Time(self.now)));
            }
            if let Some(Cell::Text(new)) = fields.get("slug") {
                self.slugs.insert(new.clone());
            }
            let (table, before) = (layout.product.name.clone(), product.row.clone());
            if !fields.is_empty() {
                self.plan.edits.push(Edit::Update { table, before, changed: fields });
            }
            self.plan.edits.extend(edits);
        }
        self.plan.told.push(told);
        Ok(())
    }

    /// A product that is to go, with its gallery and its pictures.
    ///
    /// # Errors
    /// When it is not known.
    pub fn delete(&mut self, slug: &str) -> Result<()> {
        let product = self.catalogue.product(slug)?;
        let layout = &self.catalogue.layout;
        for row in &product.gallery {
            self.plan.edits.push(Edit::Delete { table: gallery_name(layout)?, before: row.clone() });
        }
        if let (Some(row), Some(status)) = (&product.status, &layout.status) {
            self.plan.edits.push(Edit::Delete { table: status.name.clone(), before: row.clone() });
        }
        let (table, before) = (layout.product.name.clone(), product.row.clone());
        self.plan.edits.push(Edit::Delete { table, before });
        self.leave(product.images());
        let values = vec![("name", text(&product.row, "name"), String::new())];
        let told = Told { slug: slug.to_owned(), what: What::Deleted, values, warnings: Vec::new() };
        self.plan.told.push(told);
        Ok(())
    }

    /// The columns of the product row that the draft gives values for.
    fn values(&self, draft: &Draft, fields: &mut Fields) -> Result<()> {
        let layout = &self.catalogue.layout;
        let texts = [("name", &draft.name), ("brand", &draft.brand), ("description", &draft.description)];
        for (column, value) in texts {
            if let Some(value) = value {
                fields.insert(column.to_owned(), Cell::Text(self.fitting(column, value)?));
            }
        }
        if let Some(price) = draft.price {
            fields.insert("price".to_owned(), Cell::Text(fitting_price(layout, price)?.to_string()));
        }
        for (column, given) in [("category_id", &draft.category), ("subcategory_id", &draft.subcategory)] {
            let Some(given) = given else { continue };
            if !layout.has(column) {
                return Err(not_in_this_schema(column.trim_end_matches("_id")));
            }
            let cell = if given.is_empty() && !layout.requires(column) {
                Cell::Null
            } else {
                layout.cell(&Value::Integer(self.catalogue.category(given)?.id))
            };
            fields.insert(column.to_owned(), cell);
        }
        if let Some(in_stock) = draft.in_stock {
            let column = layout.stock.ok_or_else(|| not_in_this_schema("stock"))?;
            fields.insert(column.to_owned(), layout.cell(&Value::Boolean(in_stock)));
        }
        match (draft.featured, layout.featured) {
            (Some(featured), FeaturedAt::Product(column)) => {
                fields.insert(column.to_owned(), layout.cell(&Value::Boolean(featured)));
            }
            (Some(true), FeaturedAt::Nowhere) => return Err(not_in_this_schema("featured products")),
            _ => {}
        }
        Ok(())
    }

    fn fitting(&self, column: &'static str, value: &str) -> Result<String> {
        let declared = self.catalogue.layout.product.column(column);
        fitting(declared.ok_or_else(|| not_in_this_schema(column))?, value)
    }

    fn slug_length(&self) -> usize {
        self.catalogue.layout.product.column("slug").and_then(Column::max_length).unwrap_or(SLUG_LENGTH)
    }

    fn new_slug(&self, draft: &Draft) -> Result<String> {
        if let Some(given) = draft.slug.as_ref().filter(|given| !given.is_empty()) {
            return self.given_slug(given);
        }
        let name = draft.name.as_deref().unwrap_or_default();
        let made = Self::usual_slug(name, draft.brand.as_deref());
        if made.is_empty() {
            return Err(Error::new(Kind::Usage, format!("no letter of `{name}` can stand in an address"))
                .hint("choose the slug yourself: --slug")
                .into());
        }
        Ok(slug::free(&made, &self.slugs, self.slug_length()))
    }

    fn given_slug(&self, given: &str) -> Result<String> {
        fitting_slug(given, self.slug_length(), self.slugs.contains(given))
    }

    /// A cell as people read it: prices with two decimals, categories by their slug, truths as yes and no.
    fn in_words(&self, column: &str, cell: &Cell) -> String {
        let layout = &self.catalogue.layout;
        let is_truth = layout.stock == Some(column)
            || layout.featured
                == FeaturedAt::Product(match column {
                    "featured" => "featured",
                    _ => "is_featured",
                });
        match column {
            "price" => Price::parse(&cell.text()).map_or_else(|_| cell.text(), |price| price.to_string()),
            "category_id" | "subcategory_id" => {
                let id = cell.integer();
                let known = self.catalogue.categories.iter().find(|category| Some(category.id) == id);
                known.map_or_else(|| cell.text(), |category| category.slug.clone())
            }
            _ if is_truth => cell.boolean().map_or_else(|| cell.text(), |truth| yes(truth).to_owned()),
            _ => cell.text(),
        }
    }
}

/// Values that are told, and their columns.
const NAMED: [(&str, &str); 12] = [
    ("slug", "slug"),
    ("name", "name"),
    ("brand", "brand"),
    ("price", "price"),
    ("category", "category_id"),
    ("subcategory", "subcategory_id"),
    ("in_stock", "in_stock"),
    ("in_stock", "is_in_stock"),
    ("featured", "featured"),
    ("featured", "is_featured"),
    ("description", "description"),
    ("image", "image"),
];

pub(super) fn yes(truth: bool) -> &'static str {
    if truth { "yes" } else { "no" }
}

pub(super) fn gallery_name(layout: &Layout) -> Result<String> {
    layout.gallery.as_ref().map(|it| it.name.clone()).ok_or_else(|| not_in_this_schema("pictures"))
}

pub(super) fn not_in_this_schema(what: &str) -> anyhow::Error {
    Error::new(Kind::Failed, format!("this version of the application has no {what}"))
        .hint("leave it out: sitekeep config show tells which database this is")
        .into()
}
