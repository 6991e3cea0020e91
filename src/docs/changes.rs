//! What changed among the products: added, changed field by field, removed.

use crate::db;
use crate::db::Database;
use crate::db::Price;
use crate::db::Showcase;
use crate::db::statistics;
use crate::state::CatalogueDifference;
use crate::state::CatalogueProduct;
use crate::state::CatalogueRecord;
use crate::state::State;
use anyhow::Result;
use jiff::Timestamp;
use sha2::Digest;
use sha2::Sha256;
use std::collections::HashMap;

/// Bytes of a digest that are remembered: enough to tell texts apart.
const DIGEST: usize = 16;

/// What is compared of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Slug,
    Name,
    Brand,
    Price,
    InStock,
    Featured,
    Category,
    Description,
    Picture,
}

impl Field {
    const ALL: [Self; 9] = [
        Self::Slug,
        Self::Name,
        Self::Brand,
        Self::Price,
        Self::InStock,
        Self::Featured,
        Self::Category,
        Self::Description,
        Self::Picture,
    ];

    /// Its word in records and for programs.
    pub fn key(self) -> &'static str {
        match self {
            Self::Slug => "slug",
            Self::Name => "name",
            Self::Brand => "brand",
            Self::Price => "price",
            Self::InStock => "in_stock",
            Self::Featured => "featured",
            Self::Category => "category",
            Self::Description => "description",
            Self::Picture => "picture",
        }
    }

    /// What a product has there.
    fn of(self, product: &CatalogueProduct) -> FieldValue {
        let text = |text: &Option<String>| text.clone().map_or(FieldValue::None, FieldValue::Text);
        match self {
            Self::Slug => FieldValue::Text(product.slug.clone()),
            Self::Name => FieldValue::Text(product.name.clone()),
            Self::Brand => text(&product.brand),
            Self::Price => product.price.map_or(FieldValue::None, |price| FieldValue::Price(Price(price))),
            Self::InStock => product.in_stock.map_or(FieldValue::None, FieldValue::Truth),
            Self::Featured => product.featured.map_or(FieldValue::None, FieldValue::Truth),
            Self::Category => text(&product.category),
            Self::Description => product.description.clone().map_or(FieldValue::None, FieldValue::Digest),
            Self::Picture => text(&product.picture),
        }
    }
}

/// A value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldValue {
    None,
    Text(String),
    Price(Price),
    Truth(bool),
    /// Of a text that is only told to be another.
    Digest(Vec<u8>),
}

/// A field before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    pub field: Field,
    pub before: FieldValue,
    pub after: FieldValue,
}

/// A product that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub product: CatalogueProduct,
    pub fields: Vec<FieldChange>,
}

/// What changed since a report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Time of the report that is compared with; missing when there never was one.
    pub since: Option<Timestamp>,
    pub products_before: u64,
    pub products: u64,
    pub added: Vec<CatalogueProduct>,
    pub changed: Vec<Change>,
    pub removed: Vec<CatalogueProduct>,
    /// What the schema of one of both days has no place for.
    pub not_compared: Vec<Field>,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.removed.is_empty()
    }
}

/// What this schema can tell of a product.
pub fn known_fields(showcase: &Showcase) -> Vec<&'static str> {
    let is_known = |field: &Field| match field {
        Field::Slug | Field::Name | Field::Price => true,
        Field::Brand => showcase.brand,
        Field::InStock => showcase.stock.is_some(),
        Field::Featured => showcase.featured.is_some(),
        Field::Category => showcase.category_id || showcase.subcategory_id,
        Field::Description => showcase.description,
        Field::Picture => showcase.image || showcase.gallery.is_some(),
    };
    Field::ALL.iter().filter(|field| is_known(field)).map(|field| field.key()).collect()
}

/// Reads the catalogue of now into the state, where it can be compared and recorded; returns how many products it has.
///
/// # Errors
/// When the database cannot be read, or the state has no room.
pub fn take(database: &mut dyn Database, showcase: &Showcase, state: &mut State) -> Result<u64> {
    let names: HashMap<i64, String> = statistics::category_names(database, showcase)?
        .unwrap_or_default()
        .into_iter()
        .map(|category| (category.id, category.name))
        .collect();
    state.take_catalogue(|visit| {
        db::each_product(database, showcase, &mut |product, description| {
            let places = [product.category_id, product.subcategory_id].into_iter().flatten();
            let places: Vec<&str> = places.filter_map(|id| names.get(&id).map(String::as_str)).collect();
            visit(&CatalogueProduct {
                slug: product.slug.clone(),
                id: product.id,
                name: product.name.clone(),
                brand: product.brand.clone().filter(|brand| !brand.is_empty()),
                price: product.price.map(|price| price.0),
                in_stock: product.in_stock,
                featured: product.featured,
                category: (!places.is_empty()).then(|| places.join(" / ")),
                description: description.map(|text| Sha256::digest(text.as_bytes())[..DIGEST].to_vec()),
                picture: product.image.clone(),
            })
        })
    })
}

/// What changed between a report and the catalogue that was taken in, of `products` products and these fields.
///
/// # Errors
/// When the state cannot be read.
pub fn changes(
    state: &State,
    base: Option<&CatalogueRecord>,
    products: u64,
    fields: &[&str],
) -> Result<Changes> {
    let Some(base) = base else { return Ok(Changes { products, ..Changes::default() }) };
    let (compared, not_compared): (Vec<Field>, Vec<Field>) = Field::ALL.iter().partition(|field| {
        fields.contains(&field.key()) && base.fields.iter().any(|known| known == field.key())
    });
    let before_or_now =
        |field: &Field| fields.contains(&field.key()) || base.fields.iter().any(|known| known == field.key());
    let mut found = Changes {
        since: Some(base.at),
        products_before: base.products,
        products,
        not_compared: not_compared.into_iter().filter(before_or_now).collect(),
        ..Changes::default()
    };
    state.compare_catalogue(base, &mut |difference| {
        match difference {
            CatalogueDifference::Added(product) => found.added.push(product),
            CatalogueDifference::Removed(product) => found.removed.push(product),
            CatalogueDifference::Changed { before, after } => {
                found.changed.extend(change(&compared, &before, after));
            }
        }
        Ok(())
    })?;
    rename(&mut found, &compared);
    Ok(found)
}

fn change(compared: &[Field], before: &CatalogueProduct, after: CatalogueProduct) -> Option<Change> {
    let fields: Vec<FieldChange> = compared
        .iter()
        .map(|field| FieldChange { field: *field, before: field.of(before), after: field.of(&after) })
        .filter(|change| change.before != change.after)
        .collect();
    (!fields.is_empty()).then_some(Change { product: after, fields })
}

/// A product that went and one that came with the same number and the same name or picture are one with another slug.
fn rename(found: &mut Changes, compared: &[Field]) {
    let mut gone: HashMap<i64, CatalogueProduct> =
        found.removed.drain(..).map(|product| (product.id, product)).collect();
    let mut added = Vec::new();
    for product in found.added.drain(..) {
        let is_same = |before: &CatalogueProduct| {
            before.name == product.name || (before.picture.is_some() && before.picture == product.picture)
        };
        match gone.get(&product.id).filter(|before| is_same(before)).cloned() {
            Some(before) => {
                gone.remove(&product.id);
                found.changed.extend(change(compared, &before, product));
            }
            None => added.push(product),
        }
    }
    found.added = added;
    found.removed = gone.into_values().collect();
    found.removed.sort_by(|one, other| one.slug.cmp(&other.slug));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(id: i64, slug: &str, name: &str) -> CatalogueProduct {
        CatalogueProduct { id, slug: slug.into(), name: name.into(), ..CatalogueProduct::default() }
    }

    #[test]
    fn another_slug_is_a_change_and_another_product_is_not() {
        let mut found = Changes {
            added: vec![product(1, "new-slug", "Atlas"), product(2, "other", "Other")],
            removed: vec![product(1, "old-slug", "Atlas"), product(2, "gone", "Gone")],
            ..Changes::default()
        };
        rename(&mut found, &Field::ALL);
        assert_eq!(found.added, [product(2, "other", "Other")]);
        assert_eq!(found.removed, [product(2, "gone", "Gone")]);
        let change = &found.changed[0];
        assert_eq!(change.product.slug, "new-slug");
        assert_eq!(change.fields.len(), 1);
        assert_eq!(change.fields[0].before, FieldValue::Text("old-slug".into()));
    }
}
