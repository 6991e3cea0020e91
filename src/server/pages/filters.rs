//! What a listing is narrowed by: the brands to choose from, and what was chosen, each with the way back.

use super::words::Words;
use crate::catalogue::Listing;
use crate::server::site::Site;

/// A brand on offer.
pub(super) struct Brand {
    pub(super) name: String,
    pub(super) count: String,
    pub(super) chosen: bool,
}

/// Something chosen, and the listing without it.
pub(super) struct Chosen {
    pub(super) name: String,
    pub(super) without: String,
}

/// The brands to choose from; the one chosen is among them even where it has nothing to show.
pub(super) fn brands(words: &Words, wish: &Listing, found: &[(String, u64)]) -> Vec<Brand> {
    let missing = !wish.brand.is_empty() && found.iter().all(|(name, _)| *name != wish.brand);
    let missing = missing.then(|| (wish.brand.clone(), 0));
    found
        .iter()
        .chain(missing.as_ref())
        .map(|(name, products)| Brand {
            name: name.clone(),
            count: words.language.number(*products),
            chosen: *name == wish.brand,
        })
        .collect()
}

/// All that narrows the listing besides its category.
pub(super) fn chosen(site: &Site, words: &Words, wish: &Listing) -> Vec<Chosen> {
    let first = wish.at_page(1);
    let mut list = Vec::new();
    let mut add = |name: String, without: Listing| {
        list.push(Chosen { name, without: without.address() });
    };
    if !wish.search.is_empty() {
        add(words.quoted(&wish.search), Listing { search: String::new(), ..first.clone() });
    }
    if !wish.brand.is_empty() {
        add(wish.brand.clone(), Listing { brand: String::new(), ..first.clone() });
    }
    let price = |price: crate::db::Price| site.language.price(price.0, &site.currency);
    if let Some(bound) = wish.price_min {
        add(words.from(&price(bound)), Listing { price_min: None, ..first.clone() });
    }
    if let Some(bound) = wish.price_max {
        add(words.up_to(&price(bound)), Listing { price_max: None, ..first.clone() });
    }
    if wish.in_stock {
        add(words.in_stock.to_owned(), Listing { in_stock: false, ..first });
    }
    list
}
