//! What stands in the fields of a product's form, and the draft that is made of it.

use super::form::Form;
use crate::db::Price;
use crate::products::Catalogue;
use crate::products::Draft;
use crate::products::Facts;
use crate::products::read_price;

/// A field that is wrong, and why.
pub(super) type Mistake = (&'static str, String);

/// What stands in the fields.
#[derive(Debug, Clone, Default)]
pub(super) struct Values {
    pub(super) name: String,
    pub(super) brand: String,
    pub(super) price: String,
    pub(super) category: String,
    pub(super) subcategory: String,
    pub(super) description: String,
    pub(super) in_stock: bool,
    pub(super) featured: bool,
    pub(super) version: String,
}

/// Which values this version of the application has.
#[expect(clippy::struct_excessive_bools, reason = "one for each value of a product")]
pub(super) struct Has {
    pub(super) brand: bool,
    pub(super) category: bool,
    pub(super) subcategory: bool,
    pub(super) description: bool,
    pub(super) in_stock: bool,
    pub(super) featured: bool,
    pub(super) image: bool,
}

impl Has {
    pub(super) fn of(catalogue: &Catalogue) -> Self {
        Self {
            brand: catalogue.has("brand"),
            category: catalogue.has("category"),
            subcategory: catalogue.has("subcategory"),
            description: catalogue.has("description"),
            in_stock: catalogue.has("in_stock"),
            featured: catalogue.has("featured"),
            image: catalogue.has("image"),
        }
    }
}

impl Values {
    pub(super) fn of(facts: &Facts, version: String) -> Self {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let price = facts.price.map_or_else(|| facts.price_text.clone(), |price: Price| price.to_string());
        Self {
            name: facts.name.clone(),
            brand: text(&facts.brand),
            price: price.strip_suffix(".00").map(str::to_owned).unwrap_or(price),
            category: text(&facts.category),
            subcategory: text(&facts.subcategory),
            description: text(&facts.description),
            in_stock: facts.in_stock == Some(true),
            featured: facts.featured == Some(true),
            version,
        }
    }

    pub(super) fn sent(form: &Form) -> Self {
        let text = |name: &str| form.get(name).trim().to_owned();
        Self {
            name: text("name"),
            brand: text("brand"),
            price: text("price"),
            category: text("category"),
            subcategory: text("subcategory"),
            // Browsers send the end of a line as two characters.
            description: form.get("description").replace("\r\n", "\n"),
            in_stock: form.has("in_stock"),
            featured: form.has("featured"),
            version: text("version"),
        }
    }

    /// As a draft; each field that is wrong with the reason.
    pub(super) fn draft(
        &self,
        catalogue: &Catalogue,
        currency: &str,
        former: Option<&Facts>,
    ) -> Result<Draft, Vec<Mistake>> {
        let mut errors = Vec::new();
        let texts = [("name", &self.name), ("brand", &self.brand), ("description", &self.description)];
        for (field, value) in texts {
            if value.trim().is_empty() && catalogue.requires(field) {
                errors.push((field, "Ce champ est obligatoire.".to_owned()));
            }
        }
        let price = read_price(&self.price, currency);
        if price.is_err() {
            errors.push(("price", "Écrivez un nombre, par exemple 450000 ou 1250,50.".to_owned()));
        }
        for (field, value) in [("category", &self.category), ("subcategory", &self.subcategory)] {
            if value.is_empty() && catalogue.requires(field) {
                errors.push((field, "Choisissez une catégorie.".to_owned()));
            } else if !value.is_empty() && catalogue.category(value).is_err() {
                errors.push((field, "Cette catégorie n'existe plus.".to_owned()));
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let some = |field: &str, value: &String| catalogue.has(field).then(|| value.clone());
        // A description whose ends of lines alone differ is left as it is.
        let is_same = former
            .and_then(|facts| facts.description.as_ref())
            .is_some_and(|text| text.replace("\r\n", "\n") == self.description);
        Ok(Draft {
            slug: None,
            name: Some(self.name.clone()),
            brand: some("brand", &self.brand),
            price: price.ok(),
            category: some("category", &self.category),
            subcategory: some("subcategory", &self.subcategory),
            description: some("description", &self.description).filter(|_| !is_same),
            in_stock: catalogue.has("in_stock").then_some(self.in_stock),
            featured: catalogue.has("featured").then_some(self.featured),
            picture: None,
        })
    }
}
