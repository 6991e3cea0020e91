//! What a visitor asks of the listing: the query string, read and written.

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
    /// As in the query; empty for the newest first.
    pub sort: String,
    pub page: u64,
}

impl Listing {
    /// The orders on offer: value in the query, name, order.
    pub const ORDERS: [(&'static str, &'static str, ProductOrder); 4] = [
        ("", "Nouveautés", ProductOrder::Newest),
        ("name", "Nom", ProductOrder::Name),
        ("price", "Prix croissant", ProductOrder::PriceUp),
        ("-price", "Prix décroissant", ProductOrder::PriceDown),
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
                "sort" => {
                    let known = Self::ORDERS.iter().find(|(name, ..)| *name == value);
                    known.map_or("", |(name, ..)| *name).clone_into(&mut listing.sort);
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
            .find(|(name, ..)| *name == self.sort)
            .map_or(ProductOrder::Newest, |(.., order)| *order)
    }

    /// Address of the listing, without the parameters that say nothing.
    pub fn address(&self) -> String {
        let page = if self.page > 1 { self.page.to_string() } else { String::new() };
        let parameters: Vec<String> = [
            ("search", self.search.as_str()),
            ("category", &self.category),
            ("sort", &self.sort),
            ("page", &page),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| format!("{key}={}", segment(value)))
        .collect();
        if parameters.is_empty() { "/products".into() } else { format!("/products?{}", parameters.join("&")) }
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
        let listing = Listing::parse("search=%C3%A9cran+27%22&category=mini-pc&sort=-price&page=3&utm=x")
            .expect("read");
        assert_eq!(listing.search, "écran 27\"");
        assert_eq!(listing.order(), ProductOrder::PriceDown);
        let address = listing.address();
        assert_eq!(address, "/products?search=%C3%A9cran%2027%22&category=mini-pc&sort=-price&page=3");
        assert_eq!(Listing::parse(address.split_once('?').expect("a query").1), Some(listing));
    }

    proptest::proptest! {
        #[test]
        fn any_listing_reads_back_from_its_address(query in "((search|category|sort|page)=\\PC{0,8}&){0,4}") {
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
