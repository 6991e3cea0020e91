//! What a visitor asks of the listing: the query string, read and written.

use crate::db::Price;
use crate::db::ProductOrder;
use crate::db::words;
use crate::media::segment;
use url::form_urlencoded;

/// Longest search that is looked at, in characters, and most words: what is beyond narrows nothing in practice.
const SEARCH_LENGTH: usize = 200;
const SEARCH_WORDS: usize = 10;

/// A wish for a listing; parameters that are not known are ignored, as the application does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    pub search: String,
    /// Slug of a category; empty for all.
    pub category: String,
    /// Empty for all.
    pub brand: String,
    /// Bounds belong to the range.
    pub price_min: Option<Price>,
    pub price_max: Option<Price>,
    /// Only what is in stock.
    pub in_stock: bool,
    /// As in the query; empty for the newest first.
    pub sort: String,
    pub page: u64,
}

impl Listing {
    /// The orders on offer, as in the query.
    pub const ORDERS: [(&'static str, ProductOrder); 4] = [
        ("", ProductOrder::Newest),
        ("name", ProductOrder::Name),
        ("price", ProductOrder::PriceUp),
        ("-price", ProductOrder::PriceDown),
    ];

    /// Reads a query string; nothing when its page is no number from 1 up.
    pub fn parse(query: &str) -> Option<Self> {
        let mut listing = Self { page: 1, ..Self::default() };
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*key {
                "search" => {
                    let value: String = value.replace('\0', "").chars().take(SEARCH_LENGTH).collect();
                    value.trim().clone_into(&mut listing.search);
                }
                "category" => value.trim().clone_into(&mut listing.category),
                "brand" => listing.brand = value.replace('\0', ""),
                "price_min" => listing.price_min = price(&value),
                "price_max" => listing.price_max = price(&value),
                "in_stock" => listing.in_stock = value == "true",
                "sort" => {
                    let known = Self::ORDERS.iter().find(|(name, _)| *name == value);
                    known.map_or("", |(name, _)| *name).clone_into(&mut listing.sort);
                }
                "page" if value.is_empty() => {}
                "page" => listing.page = page(&value)?,
                _ => {}
            }
        }
        Some(listing)
    }

    pub fn words(&self) -> Vec<String> {
        words(&self.search).into_iter().take(SEARCH_WORDS).collect()
    }

    pub fn order(&self) -> ProductOrder {
        Self::ORDERS
            .iter()
            .find(|(name, _)| *name == self.sort)
            .map_or(ProductOrder::Newest, |(_, order)| *order)
    }

    /// Address of the listing, without the parameters that say nothing.
    pub fn address(&self) -> String {
        let [price_min, price_max] =
            [self.price_min, self.price_max].map(|price| price.map(written).unwrap_or_default());
        let page = if self.page > 1 { self.page.to_string() } else { String::new() };
        let parameters: Vec<String> = [
            ("search", self.search.as_str()),
            ("category", &self.category),
            ("brand", &self.brand),
            ("price_min", &price_min),
            ("price_max", &price_max),
            ("in_stock", if self.in_stock { "true" } else { "" }),
            ("sort", &self.sort),
            ("page", &page),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| format!("{key}={}", segment(value)))
        .collect();
        if parameters.is_empty() { "/products".into() } else { format!("/products?{}", parameters.join("&")) }
    }

    /// Whether anything but a category narrows it.
    pub fn is_narrowed(&self) -> bool {
        let Self { search, category: _, brand, price_min, price_max, in_stock, sort: _, page: _ } = self;
        !search.is_empty() || !brand.is_empty() || price_min.is_some() || price_max.is_some() || *in_stock
    }

    /// The listing that search engines are to know: nothing but its category and its page.
    #[must_use]
    pub fn canonical(&self) -> Self {
        Self { category: self.category.clone(), page: self.page, ..Self::default() }
    }

    #[must_use]
    pub fn at_page(&self, page: u64) -> Self {
        Self { page, ..self.clone() }
    }

    #[must_use]
    pub fn in_category(&self, slug: &str) -> Self {
        Self { page: 1, category: slug.to_owned(), ..self.clone() }
    }
}

/// A price as people type it: `150 000`, `1 250,50`; nothing where it is none, or below nothing.
fn price(text: &str) -> Option<Price> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    Price::parse(&plain.replace(',', ".")).ok().filter(|price| price.0 >= 0)
}

/// A price as a field of numbers holds it: `150000`, `1250.50`.
pub fn written(price: Price) -> String {
    let text = price.to_string();
    text.strip_suffix(".00").map(str::to_owned).unwrap_or(text)
}

/// Digits alone, no sign: Rust's own parser would take `+2`.
fn page(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|page| plain && (1..=1_000_000).contains(page))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_reads_back_from_its_address() {
        let listing = Listing::parse("search=%C3%A9cran+27%22&category=mini-pc&price_max=150+000&brand=HP&in_stock=true&sort=-price&page=3&utm=x")
            .expect("read");
        assert_eq!(listing.search, "écran 27\"");
        assert_eq!(listing.order(), ProductOrder::PriceDown);
        let address = listing.address();
        assert_eq!(
            address,
            "/products?search=%C3%A9cran%2027%22&category=mini-pc&brand=HP&price_max=150000&in_stock=true&sort=-price&page=3"
        );
        assert_eq!(Listing::parse(address.split_once('?').expect("a query").1), Some(listing));
    }

    proptest::proptest! {
        #[test]
        fn any_listing_reads_back_from_its_address(query in "((search|category|brand|price_min|price_max|in_stock|sort|page)=\\PC{0,8}&){0,4}") {
            if let Some(listing) = Listing::parse(&query) {
                let address = listing.address();
                let query = address.split_once('?').map_or("", |(_, query)| query);
                proptest::prop_assert_eq!(Listing::parse(query), Some(listing));
            }
        }
    }

    #[test]
    fn garbage_pages_are_none_and_empty_ones_the_first() {
        for query in [
            "page=0",
            "page=-1",
            "page=abc",
            "page=+2",
            "page=2.0",
            "page=99999999999999999999",
            "page=1&page=x",
        ] {
            assert_eq!(Listing::parse(query), None, "{query}");
        }
        for query in ["", "page=", "page=1", "sort=colour", "&&=&", "search=%FF", "category="] {
            assert_eq!(Listing::parse(query).map(|listing| listing.page), Some(1), "{query}");
        }
    }

    #[test]
    fn an_endless_search_is_cut() {
        let listing = Listing::parse(&format!("search={}", "a+".repeat(500))).expect("read");
        assert_eq!(listing.words().len(), SEARCH_WORDS);
    }
}
