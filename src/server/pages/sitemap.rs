//! `/sitemap.xml`: every page that search engines should know, and since when it is as it is.

use super::Answer;
use super::card::product_path;
use crate::catalogue::Listing;
use crate::catalogue::absolute;
use crate::db;
use crate::db::public;
use crate::server::site::Site;
use crate::server::store::Store;
use askama::filters::Escaper;
use askama::filters::Html;
use jiff::Timestamp;
use std::fmt::Write as _;
use std::ops::Range;

/// Most addresses that one file may have (sitemaps.org).
const MOST: u64 = 50_000;

/// The whole map; or, of a large site, the list of its parts, each of which is asked for by `?part=N`.
pub(super) fn render(site: &Site, store: &mut Store, query: Option<&str>) -> Answer {
    let categories = public::categories(&mut *store.database, &store.showcase)?;
    let products = db::product_count(&mut *store.database, &store.showcase)?;
    let mut head: Vec<(String, Option<Timestamp>)> =
        ["/", "/products", "/contact"].map(|path| (path.to_owned(), None)).into();
    head.extend(
        categories
            .into_iter()
            .map(|found| (Listing::default().in_category(&found.category.slug).address(), found.updated_at)),
    );
    let total = head.len() as u64 + products;
    let parts = total.div_ceil(MOST);
    let part = match query.and_then(|query| query.strip_prefix("part=")) {
        Some(number) => match number.parse() {
            Ok(number) if (1..=parts).contains(&number) => number,
            _ => return Ok(None),
        },
        None if parts > 1 => return Ok(Some(index(&site.url, parts))),
        None => 1,
    };
    let (of_head, offset, limit) = stretch(part, head.len(), MOST);
    let mut xml = Xml::new("urlset");
    for (path, changed) in &head[of_head] {
        xml.entry("url", &absolute(&site.url, path), *changed);
    }
    for (slug, changed) in db::product_slugs(&mut *store.database, &store.showcase, offset, limit)? {
        xml.entry("url", &absolute(&site.url, &product_path(&slug)), changed);
    }
    Ok(Some(xml.end()))
}

/// What a part holds: which of the first addresses, and which stretch of the products that follow them.
fn stretch(part: u64, head: usize, most: u64) -> (Range<usize>, u64, u64) {
    let start = (part - 1) * most;
    let within = |position: u64| usize::try_from(position).unwrap_or(usize::MAX).min(head);
    let of_head = within(start)..within(start + most);
    let limit = most - of_head.len() as u64;
    (of_head, start.saturating_sub(head as u64), limit)
}

fn index(site_url: &str, parts: u64) -> String {
    let mut xml = Xml::new("sitemapindex");
    for part in 1..=parts {
        xml.entry("sitemap", &format!("{site_url}/sitemap.xml?part={part}"), None);
    }
    xml.end()
}

/// A file of the protocol, being written.
struct Xml {
    root: &'static str,
    text: String,
}

impl Xml {
    fn new(root: &'static str) -> Self {
        let text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <{root} xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"
        );
        Self { root, text }
    }

    fn entry(&mut self, element: &str, address: &str, changed: Option<Timestamp>) {
        // Writing to a string cannot fail.
        let _ = write!(self.text, "<{element}><loc>");
        let _ = Html.write_escaped_str(&mut self.text, address);
        self.text.push_str("</loc>");
        if let Some(changed) = changed {
            let _ = write!(self.text, "<lastmod>{}</lastmod>", changed.strftime("%Y-%m-%dT%H:%M:%SZ"));
        }
        let _ = writeln!(self.text, "</{element}>");
    }

    fn end(mut self) -> String {
        let _ = writeln!(self.text, "</{}>", self.root);
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_one_another_without_a_gap() {
        // Three addresses and then products, four in a part.
        assert_eq!(stretch(1, 3, 4), (0..3, 0, 1));
        assert_eq!(stretch(2, 3, 4), (3..3, 1, 4));
        assert_eq!(stretch(3, 3, 4), (3..3, 5, 4));
        assert_eq!(stretch(1, 6, 4), (0..4, 0, 0));
        assert_eq!(stretch(2, 6, 4), (4..6, 0, 2));
        assert_eq!(stretch(3, 6, 4), (6..6, 2, 4));
    }

    #[test]
    fn an_address_is_text_of_the_file() {
        let mut xml = Xml::new("urlset");
        xml.entry("url", "https://shop.example/products?a=1&b=<", None);
        assert!(xml.end().contains("<loc>https://shop.example/products?a=1&#38;b=&#60;</loc>"));
    }
}
