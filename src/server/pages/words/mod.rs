//! Every text of the pages, one file per language; a text that a language lacks does not compile.

mod english;
mod french;

use crate::language::Language;

/// The texts in one language.
pub(super) struct Words {
    pub(super) language: Language,
    /// As Open Graph has it.
    pub(super) locale: &'static str,

    pub(super) skip: &'static str,
    pub(super) navigation: &'static str,
    pub(super) home: &'static str,
    pub(super) products: &'static str,
    pub(super) contact: &'static str,
    pub(super) search: &'static str,
    pub(super) search_product: &'static str,
    pub(super) suggestions: &'static str,
    pub(super) categories: &'static str,
    pub(super) whatsapp: &'static str,
    pub(super) contact_us: &'static str,

    pub(super) no_picture: &'static str,
    pub(super) in_stock: &'static str,
    pub(super) out_of_stock: &'static str,
    pub(super) featured: &'static str,
    pub(super) price_on_request: &'static str,

    pub(super) see_products: &'static str,
    pub(super) featured_products: &'static str,
    pub(super) newest: &'static str,
    pub(super) see_all: &'static str,
    pub(super) empty_catalogue: &'static str,

    pub(super) trail: &'static str,
    pub(super) choose_category: &'static str,
    pub(super) all_products: &'static str,
    pub(super) all_categories: &'static str,
    pub(super) category: &'static str,
    pub(super) filters: &'static str,
    pub(super) brand: &'static str,
    pub(super) all_brands: &'static str,
    pub(super) price_min: &'static str,
    pub(super) price_max: &'static str,
    pub(super) only_in_stock: &'static str,
    pub(super) sort: &'static str,
    /// In the order of `Listing::ORDERS`.
    pub(super) orders: [&'static str; 4],
    pub(super) apply: &'static str,
    pub(super) chosen: &'static str,
    pub(super) remove: &'static str,
    pub(super) clear: &'static str,
    pub(super) results: &'static str,
    pub(super) none_found: &'static str,
    pub(super) none_found_help: &'static str,
    pub(super) see_all_products: &'static str,
    pub(super) pages: &'static str,
    pub(super) page: &'static str,
    pub(super) previous: &'static str,
    pub(super) next: &'static str,

    pub(super) photo: &'static str,
    pub(super) photos: &'static str,
    pub(super) order_on_whatsapp: &'static str,
    pub(super) description: &'static str,
    pub(super) related: &'static str,

    pub(super) contact_invitation: &'static str,
    pub(super) phone: &'static str,
    pub(super) email: &'static str,
    pub(super) address: &'static str,
    pub(super) no_contact: &'static str,

    pub(super) not_found: Notice,
    pub(super) method_not_allowed: Notice,
    pub(super) crashed: Notice,
    pub(super) unavailable: Notice,
    pub(super) back_home: &'static str,
}

/// What went wrong, in one line and in a sentence.
#[derive(Clone, Copy)]
pub(super) struct Notice {
    pub(super) heading: &'static str,
    pub(super) text: &'static str,
}

impl Words {
    pub(super) fn of(language: Language) -> &'static Self {
        language.pick(&english::WORDS, &french::WORDS)
    }

    /// `Aucun produit`, `1 produit`, `1 250 produits`.
    pub(super) fn count(&self, products: u64) -> String {
        match (self.language, products) {
            (Language::French, 0) => "Aucun produit".to_owned(),
            (Language::French, 1) => "1 produit".to_owned(),
            (Language::French, _) => format!("{} produits", self.language.number(products)),
            (Language::English, 0) => "No products".to_owned(),
            (Language::English, 1) => "1 product".to_owned(),
            (Language::English, _) => format!("{} products", self.language.number(products)),
        }
    }

    /// `page 2 sur 9`.
    pub(super) fn page_of(&self, page: u64, last: u64) -> String {
        let (page, last) = (self.language.number(page), self.language.number(last));
        match self.language {
            Language::French => format!("page {page} sur {last}"),
            Language::English => format!("page {page} of {last}"),
        }
    }

    /// A text as it is quoted in this language.
    pub(super) fn quoted(&self, text: &str) -> String {
        match self.language {
            Language::French => format!("«\u{a0}{text}\u{a0}»"),
            Language::English => format!("“{text}”"),
        }
    }

    /// What was searched for, in one category.
    pub(super) fn found_in(&self, search: &str, category: &str) -> String {
        let preposition = self.language.pick("in", "dans");
        format!("{} {preposition} {category}", self.quoted(search))
    }

    /// A bound of prices: `dès 5 000 FCFA`.
    pub(super) fn from(&self, price: &str) -> String {
        format!("{} {price}", self.language.pick("from", "dès"))
    }

    /// A bound of prices: `jusqu'à 5 000 FCFA`.
    pub(super) fn up_to(&self, price: &str) -> String {
        format!("{} {price}", self.language.pick("up to", "jusqu’à"))
    }
}
