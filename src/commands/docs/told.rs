//! The words and figures that the report on the products has in every form.

use crate::config::Config;
use crate::docs::Changes;
use crate::docs::Field;
use crate::docs::FieldChange;
use crate::docs::FieldValue;
use crate::language::Language;
use crate::state::CatalogueProduct;
use jiff::Timestamp;

/// What is told, and how it is written.
pub(super) struct Told<'a> {
    pub(super) config: &'a Config,
    pub(super) changes: &'a Changes,
    pub(super) language: Language,
    pub(super) now: Timestamp,
}

impl Told<'_> {
    pub(super) fn title(&self) -> &'static str {
        self.language.pick("Changes of the catalogue", "Évolution du catalogue")
    }

    pub(super) fn added(&self) -> &'static str {
        self.language.pick("Added", "Ajoutés")
    }

    pub(super) fn changed(&self) -> &'static str {
        self.language.pick("Changed", "Modifiés")
    }

    pub(super) fn removed(&self) -> &'static str {
        self.language.pick("Removed", "Retirés")
    }

    /// From when to when, and how many products there are.
    pub(super) fn summary(&self) -> String {
        let (changes, language) = (self.changes, self.language);
        let products = language.number(changes.products);
        let Some(since) = changes.since else {
            return match language {
                Language::English => format!(
                    "The first report: {products} products, and nothing yet to compare them with. \
                     The next one tells what changed since today."
                ),
                Language::French => format!(
                    "Premier rapport : {products} produits, et rien encore à quoi les comparer. \
                     Le prochain dira ce qui aura changé depuis aujourd'hui."
                ),
            };
        };
        let (before, date) = (language.number(changes.products_before), self.date(since));
        match language {
            Language::English => format!("Since {date}: from {before} to {products} products."),
            Language::French => format!("Depuis le {date} : de {before} à {products} produits."),
        }
    }

    /// What is told when nothing changed; nothing in a first report.
    pub(super) fn nothing(&self) -> Option<&'static str> {
        let words = self.language.pick("Nothing changed.", "Rien n'a changé.");
        (self.changes.since.is_some() && self.changes.is_empty()).then_some(words)
    }

    /// What could not be compared.
    pub(super) fn not_compared(&self) -> Option<String> {
        if self.changes.not_compared.is_empty() {
            return None;
        }
        let fields: Vec<&str> = self.changes.not_compared.iter().map(|field| self.field(*field)).collect();
        let words = self.language.pick(
            "Not compared, because only one of both database schemas has it:",
            "Non comparé, car un seul des deux schémas de la base le connaît :",
        );
        Some(format!("{words} {}.", fields.join(", ")))
    }

    pub(super) fn date(&self, at: Timestamp) -> String {
        self.language.date(at.to_zoned(self.config.time_zone()).date())
    }

    pub(super) fn made(&self) -> String {
        let now = self.now.to_zoned(self.config.time_zone());
        format!("{}, {}", self.language.date(now.date()), now.strftime("%H:%M (%Q)"))
    }

    /// Name of a field for people.
    pub(super) fn field(&self, field: Field) -> &'static str {
        let (english, french) = match field {
            Field::Slug => ("address", "adresse"),
            Field::Name => ("name", "nom"),
            Field::Brand => ("brand", "marque"),
            Field::Price => ("price", "prix"),
            Field::InStock => ("in stock", "en stock"),
            Field::Featured => ("featured", "vedette"),
            Field::Category => ("category", "catégorie"),
            Field::Description => ("description", "description"),
            Field::Picture => ("picture", "image"),
        };
        self.language.pick(english, french)
    }

    /// A value for people.
    pub(super) fn value(&self, value: &FieldValue) -> String {
        match value {
            FieldValue::None => "–".to_owned(),
            FieldValue::Text(text) => text.clone(),
            FieldValue::Price(price) => self.language.price(price.0, &self.config.site.currency),
            FieldValue::Truth(true) => self.language.pick("yes", "oui").to_owned(),
            FieldValue::Truth(false) => self.language.pick("no", "non").to_owned(),
            FieldValue::Digest(_) => self.language.pick("another text", "un autre texte").to_owned(),
        }
    }

    /// Before and after; nothing before where only the new text can be told of.
    pub(super) fn both(&self, change: &FieldChange) -> (Option<String>, String) {
        let is_text =
            matches!(change.after, FieldValue::Digest(_)) && matches!(change.before, FieldValue::Digest(_));
        ((!is_text).then(|| self.value(&change.before)), self.value(&change.after))
    }

    /// A product's price, as far as it has one.
    pub(super) fn price(&self, product: &CatalogueProduct) -> String {
        product
            .price
            .map_or_else(|| "–".to_owned(), |price| self.language.price(price, &self.config.site.currency))
    }

    /// Whether it is in stock; a dash where that is not known.
    pub(super) fn stock(&self, product: &CatalogueProduct) -> String {
        product.in_stock.map_or_else(|| "–".to_owned(), |truth| self.value(&FieldValue::Truth(truth)))
    }

    /// Headings of the lists of products that came or went.
    pub(super) fn columns(&self) -> [&'static str; 5] {
        [
            self.language.pick("Product", "Produit"),
            self.language.pick("Brand", "Marque"),
            self.language.pick("Category", "Catégorie"),
            self.language.pick("Price", "Prix"),
            self.language.pick("In stock", "En stock"),
        ]
    }
}
