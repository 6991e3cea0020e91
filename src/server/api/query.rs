//! The query of an address, read and written as Django does.

use percent_encoding::AsciiSet;
use percent_encoding::NON_ALPHANUMERIC;
use percent_encoding::percent_decode;
use percent_encoding::utf8_percent_encode;
use std::collections::BTreeMap;

/// Most parameters that Django reads.
const MOST: usize = 1000;

/// What `urlencode` leaves as it is; a blank becomes `+`.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b' ');

/// Parameters by name, each with its values in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Query(BTreeMap<String, Vec<String>>);

impl Query {
    /// Nothing where there are more parameters than Django reads.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut query = Self::default();
        if text.is_empty() {
            return Some(query);
        }
        if text.bytes().filter(|byte| *byte == b'&').count() >= MOST {
            return None;
        }
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            query.0.entry(decode(name)).or_default().push(decode(value));
        }
        Some(query)
    }

    /// The last value of a parameter.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.last().map(String::as_str)
    }

    /// The query with another page; without one for the first.
    pub(super) fn at_page(&self, page: u64) -> String {
        let mut parameters = self.0.clone();
        parameters.remove("page");
        if page > 1 {
            parameters.insert("page".to_owned(), vec![page.to_string()]);
        }
        Self(parameters).text()
    }

    /// The query written anew: one text for all ways of asking the same.
    pub(super) fn text(&self) -> String {
        let pair = |name: &str, value: &str| format!("{}={}", encode(name), encode(value));
        let pairs =
            self.0.iter().flat_map(|(name, values)| values.iter().map(move |value| pair(name, value)));
        pairs.collect::<Vec<_>>().join("&")
    }
}

fn decode(text: &str) -> String {
    let bytes: Vec<u8> = text.bytes().map(|byte| if byte == b'+' { b' ' } else { byte }).collect();
    percent_decode(&bytes).decode_utf8_lossy().into_owned()
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string().replace(' ', "+")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Query {
        Query::parse(text).expect("few parameters")
    }

    #[test]
    fn the_last_of_several_values_counts() {
        let query = parse("page=1&&search=h%00p+%2B&page=2&x");
        assert_eq!((query.get("page"), query.get("search")), (Some("2"), Some("h\0p +")));
        assert_eq!((query.get("x"), query.get("y")), (Some(""), None));
    }

    #[test]
    fn other_pages_keep_every_parameter_in_the_order_of_their_names() {
        let query = parse("page=2&a=1&b=%20x%2B%C3%A9&a=3&z=%FF&%3Bx=");
        assert_eq!(query.at_page(1), "%3Bx=&a=1&a=3&b=+x%2B%C3%A9&z=%EF%BF%BD");
        assert_eq!(query.at_page(3), "%3Bx=&a=1&a=3&b=+x%2B%C3%A9&page=3&z=%EF%BF%BD");
        assert_eq!(parse("").at_page(1), "");
    }

    #[test]
    fn equal_queries_have_one_text_and_others_another() {
        assert_eq!(parse("&b=%41&a=1&&a=2").text(), "a=1&a=2&b=A");
        assert_eq!(parse("a=1&a=2&b=%41").text(), parse("b=A&a=1&a=2").text());
        assert_ne!(parse("a=1&a=2").text(), parse("a=2&a=1").text());
        assert_ne!(parse("a=1%26b=2").text(), parse("a=1&b=2").text());
    }

    #[test]
    fn a_flood_of_parameters_is_none() {
        assert!(Query::parse(&"a=1&".repeat(999)).is_some());
        assert!(Query::parse(&"a=1&".repeat(1000)).is_none());
    }
}
