//! From what somebody wants to what is going to be written; nothing is written here.

use super::catalogue::Catalogue;
use super::catalogue::Product;
use super::catalogue::text;
use super::draft::Draft;
use super::draft::Picture;
use super::file_name;
use super::layout::FeaturedAt;
use super::layout::Layout;
use super::layout::PictureAt;
use super::plan::Edit;
use super::plan::Plan;
use super::plan::Seen;
use super::plan::Told;
use super::plan::Upload;
use super::plan::What;
use super::slug;
use crate::db::Price;
use crate::db::Value;
use crate::db::rows::Cell;
use crate::db::rows::Column;
use crate::db::rows::Fields;
use crate::error::Error;
use crate::error::Kind;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
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
    setting: Setting<'a>,
    folder: Option<String>,
    uploads: BTreeSet<String>,
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

    /// Checks a picture and finds its place; returns the path that the row names.
    fn picture(&mut self, picture: &Picture, told: &mut Told) -> Result<String> {
        let (source, name) = match picture {
            Picture::Named(path) => {
                let most = self.picture_length();
                if most.is_some_and(|most| path.chars().count() > most) {
                    return Err(Error::new(Kind::Usage, format!("the path `{path}` is too long")).into());
                }
                return Ok(path.clone());
            }
            Picture::File { source, name } => (source, name),
        };
        // Before it is judged; that tells better why there is none.
        let seen = std::fs::metadata(source).map(|metadata| seen(&metadata));
        let warnings = (self.setting.rule)(source)?;
        let seen = seen.with_context(|| format!("look at {}", source.display()))?;
        told.warnings.extend(warnings);
        let name = match name {
            Some(name) => name.clone(),
            None => source
                .file_name()
                .and_then(|name| name.to_str())
                .with_context(|| format!("the name of {} is not UTF-8", source.display()))?
                .to_owned(),
        };
        let name = file_name::valid(&name)?;
        let folder = self.upload_folder();
        let taken = |path: &str| {
            self.uploads.contains(path) || std::fs::symlink_metadata(self.setting.media.join(path)).is_ok()
        };
        let path = file_name::available(&folder, &name, self.picture_length(), &taken)?;
        self.uploads.insert(path.clone());
        self.plan.uploads.push(Upload { source: source.clone(), path: path.clone(), seen });
        Ok(path)
    }

    fn picture_length(&self) -> Option<usize> {
        let layout = &self.catalogue.layout;
        let relation = match layout.picture {
            PictureAt::Gallery => layout.gallery.as_ref()?,
            _ => &layout.product,
        };
        relation.column("image")?.max_length()
    }

    fn upload_folder(&mut self) -> String {
        if let Some(folder) = &self.folder {
            return folder.clone();
        }
        let at = self.catalogue.layout.picture;
        let newest = self.catalogue.products.iter().rev().filter_map(|product| product.image(at));
        let newest: Vec<String> = newest.filter(|path| !path.is_empty()).collect();
        let today = self.now.to_zoned(self.setting.zone.clone());
        let folder = file_name::upload_folder(newest.iter().map(String::as_str), &today);
        self.folder = Some(folder.clone());
        folder
    }

    /// Pictures below the media root that may go when no row names them any more.
    pub(super) fn leave(&mut self, paths: impl IntoIterator<Item = String>) {
        let inside = |path: &String| {
            let parts = Path::new(path).components();
            !path.is_empty() && parts.into_iter().all(|part| matches!(part, std::path::Component::Normal(_)))
        };
        self.plan.left.extend(paths.into_iter().filter(inside));
    }

    fn gallery_row(&self, path: String) -> Result<(String, Fields)> {
        let layout = &self.catalogue.layout;
        let relation = layout.gallery.as_ref().ok_or_else(|| not_in_this_schema("pictures"))?;
        let mut fields = Fields::from([("image".to_owned(), Cell::Text(path))]);
        // Its number is given when the product has one.
        fields.insert("product_id".to_owned(), Cell::Null);
        layout.complete(relation, &mut fields, self.now)?;
        Ok((relation.name.clone(), fields))
    }

    fn status_row(&self) -> Result<(String, Fields)> {
        let layout = &self.catalogue.layout;
        let relation = layout.status.as_ref().ok_or_else(|| not_in_this_schema("featured products"))?;
        let mut fields = Fields::from([("is_featured".to_owned(), layout.cell(&Value::Boolean(true)))]);
        fields.insert("product_id".to_owned(), Cell::Null);
        layout.complete(relation, &mut fields, self.now)?;
        Ok((relation.name.clone(), fields))
    }

    /// A row that belongs to a product that is there.
    fn own_row(&self, product: &Product, (table, mut fields): (String, Fields)) -> Edit {
        fields.insert("product_id".to_owned(), self.catalogue.layout.cell(&Value::Integer(product.id)));
        Edit::Insert { table, fields, own: Vec::new() }
    }

    fn feature(&self, product: &Product, featured: bool, told: &mut Told) -> Result<Option<Edit>> {
        let layout = &self.catalogue.layout;
        let relation = layout.status.as_ref().ok_or_else(|| not_in_this_schema("featured products"))?;
        let wanted = layout.cell(&Value::Boolean(featured));
        let edit = match &product.status {
            Some(row) if row.get("is_featured").and_then(Cell::boolean) == Some(featured) => None,
            None if !featured => None,
            Some(row) => {
                let mut changed = Fields::from([("is_featured".to_owned(), wanted)]);
                for column in ["updated_at", "last_updated_at"] {
                    if relation.column(column).is_some() {
                        changed.insert(column.to_owned(), layout.cell(&Value::Time(self.now)));
                    }
                }
                Some(Edit::Update { table: relation.name.clone(), before: row.clone(), changed })
            }
            None => Some(self.own_row(product, self.status_row()?)),
        };
        if edit.is_some() {
            told.values.push(("featured", yes(!featured).to_owned(), yes(featured).to_owned()));
        }
        Ok(edit)
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

fn yes(truth: bool) -> &'static str {
    if truth { "yes" } else { "no" }
}

/// A text as Django's forms take it: without spaces around it, neither empty nor too long.
pub(super) fn fitting(column: &Column, value: &str) -> Result<String> {
    let name = &column.name;
    // A form strips a line; what has several keeps its own.
    let value = if column.max_length().is_some() { value.trim() } else { value };
    let wrong = |message: String, hint: &str| Error::new(Kind::Usage, message).hint(hint).into();
    if value.trim().is_empty() && !column.nullable {
        return Err(wrong(format!("the {name} is empty"), "the application's forms want one"));
    }
    if value.contains('\0') {
        return Err(wrong(format!("the {name} has a zero byte in it"), "write it as text"));
    }
    let length = value.chars().count();
    match column.max_length() {
        Some(most) if length > most => {
            Err(wrong(format!("the {name} has {length} characters"), &format!("{most} fit")))
        }
        _ => Ok(value.to_owned()),
    }
}

/// A slug that was given, when it can be one.
pub(super) fn fitting_slug(given: &str, most: usize, is_taken: bool) -> Result<String> {
    let wrong = |message: String, hint: &str| Error::new(Kind::Usage, message).hint(hint).into();
    if !slug::is_slug(given) {
        let hint = "letters without accents, digits, - and _ may stand in it";
        return Err(wrong(format!("`{given}` is no slug"), hint));
    }
    if given.len() > most {
        return Err(wrong(format!("the slug `{given}` is too long"), &format!("{most} characters fit")));
    }
    if is_taken {
        return Err(wrong(format!("the slug `{given}` is taken"), "choose another, or update what has it"));
    }
    Ok(given.to_owned())
}

pub(super) fn seen(metadata: &std::fs::Metadata) -> Seen {
    (metadata.len(), metadata.mtime(), metadata.mtime_nsec())
}

/// Whether two files have one content; what cannot be read is told elsewhere.
fn holds_the_same(one: &Path, other: &Path) -> bool {
    let length =
        |path: &Path| std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map(|it| it.len());
    length(one).is_some_and(|bytes| length(other) == Some(bytes))
        && matches!((std::fs::read(one), std::fs::read(other)), (Ok(one), Ok(other)) if one == other)
}

/// Whether a row holds the wanted value already, however its database spells it.
fn is_equal(column: &str, now: Option<&Cell>, wanted: &Cell) -> bool {
    let Some(now) = now else { return false };
    if column == "price" {
        let (now, wanted) = (Price::parse(&now.text()), Price::parse(&wanted.text()));
        return now.ok().is_some_and(|now| wanted.ok() == Some(now));
    }
    match (now.boolean(), wanted.boolean()) {
        (Some(now), Some(wanted)) if column.contains("stock") || column.contains("featured") => now == wanted,
        _ => now == wanted,
    }
}

/// What Django's form would not let be left out.
fn require(layout: &Layout, draft: &Draft) -> Result<()> {
    let given = [
        ("name", "name", draft.name.is_some()),
        ("price", "price", draft.price.is_some()),
        ("brand", "brand", draft.brand.is_some()),
        ("description", "description", draft.description.is_some()),
        ("category_id", "category", draft.category.is_some()),
        ("image", "image", draft.picture.is_some()),
    ];
    let missing: Vec<&str> = given
        .into_iter()
        .filter(|(column, _, is_given)| layout.requires(column) && !is_given)
        .map(|(_, name, _)| name)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let flags: Vec<String> = missing.iter().map(|name| format!("--{name}")).collect();
    Err(Error::new(Kind::Usage, format!("the {} of the product is missing", missing.join(", ")))
        .hint(format!("give {}", flags.join(" ")))
        .into())
}

/// The price when its column can hold it.
fn fitting_price(layout: &Layout, price: Price) -> Result<Price> {
    let kind = layout.product.column("price").map(|column| column.kind.as_str()).unwrap_or_default();
    // Django's decimal(10, 2) where the database does not tell, as SQLite.
    let digits = kind
        .split_once('(')
        .and_then(|(_, rest)| {
            let (digits, places) = rest.trim_end_matches(')').split_once(',')?;
            digits.trim().parse::<u32>().ok()?.checked_sub(places.trim().parse::<u32>().ok()?)
        })
        .unwrap_or(8);
    let most = 10_i64.checked_pow(digits + 2).unwrap_or(i64::MAX);
    if price.0 < 0 || price.0 >= most {
        let message = format!("the price {price} does not fit");
        return Err(Error::new(Kind::Usage, message)
            .hint(format!("write a number from 0 to {}", Price(most - 1)))
            .into());
    }
    Ok(price)
}

fn gallery_name(layout: &Layout) -> Result<String> {
    layout.gallery.as_ref().map(|it| it.name.clone()).ok_or_else(|| not_in_this_schema("pictures"))
}

pub(super) fn not_in_this_schema(what: &str) -> anyhow::Error {
    Error::new(Kind::Failed, format!("this version of the application has no {what}"))
        .hint("leave it out: sitekeep config show tells which database this is")
        .into()
}
