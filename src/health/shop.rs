//! The catalogue as visitors see it: in HTML that the server renders, or in the JSON of an API.

use super::client::Answer;
use super::client::Client;
use super::facts::Facts;
use super::html;
use super::pages::loads;
use super::visit::Visit;
use crate::config::PageStyle;
use crate::config::PagesConfig;
use crate::media::segment;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use std::collections::HashSet;
use url::Url;

/// A word that no product can have.
const NONSENSE: &str = "zqxjkvwpb";

/// Where an API lists its products.
const API: &str = "/api/products/";

/// The site's pages in the style that it is made in, and what they must agree with.
pub(super) struct Shop<'a> {
    pub(super) pages: &'a PagesConfig,
    pub(super) facts: &'a Facts,
    style: PageStyle,
}

impl<'a> Shop<'a> {
    /// Finds out in which style the site is made: an application with an API answers JSON with a list of products.
    pub(super) fn enter(visit: &mut Visit<'_>, pages: &'a PagesConfig, facts: &'a Facts) -> Self {
        let style = match pages.style {
            PageStyle::Auto => match visit.ask(&kinds::PAGE, API, "API").and_then(|answer| json(&answer)) {
                Some(document) if results(&document).is_some() => PageStyle::Api,
                _ => PageStyle::Html,
            },
            style => style,
        };
        Self { pages, facts, style }
    }

    pub(super) fn product_path(&self, slug: &str) -> String {
        let default = if self.style == PageStyle::Api { "/api/products/{slug}/" } else { "/products/{slug}" };
        self.pages.product.as_deref().unwrap_or(default).replace("{slug}", &segment(slug))
    }

    fn search_path(&self, words: &str) -> String {
        let default = if self.style == PageStyle::Api {
            "/api/products/?search={query}"
        } else {
            "/products?search={query}"
        };
        self.pages.search.as_deref().unwrap_or(default).replace("{query}", &segment(words))
    }

    /// Slugs of the database's products that an answer shows, by link or by slug; nothing when it is no list at all.
    fn shown(&self, client: &Client, answer: &Answer) -> Option<Vec<&str>> {
        let slugs =
            self.facts.products.iter().map(|product| product.slug.as_str()).filter(|slug| !slug.is_empty());
        if self.style == PageStyle::Api {
            let document = json(answer)?;
            let listed: HashSet<&str> =
                results(&document)?.iter().filter_map(|product| product["slug"].as_str()).collect();
            return Some(slugs.filter(|slug| listed.contains(slug)).collect());
        }
        if !answer.is_html() {
            return None;
        }
        let text = html::unescape(&answer.text());
        let linked: HashSet<String> = html::links(&text)
            .filter_map(|link| answer.url.join(link).ok())
            .map(|url| path_of(&url))
            .collect();
        let path = |slug: &str| client.url(&self.product_path(slug)).ok().map(|url| path_of(&url));
        Some(slugs.filter(|slug| path(slug).is_some_and(|path| linked.contains(&path))).collect())
    }

    /// The list of products loads and shows some of them, or counts them all.
    pub(super) fn listing(&self, visit: &mut Visit<'_>) {
        let (kind, subject) = (&kinds::PAGE, "listing");
        if self.style == PageStyle::Api {
            let Some(answer) = visit.get(kind, API, subject) else { return };
            let document = json(&answer).unwrap_or_default();
            let whole = document.as_array().map(|all| all.len() as u64);
            let stored = self.facts.products.len() as u64;
            visit.check.add(match document["count"].as_u64().or(whole) {
                Some(count) if count == stored => {
                    Finding::ok(kind, subject, format!("{API} lists {count} products"))
                }
                Some(count) => Finding::warning(
                    kind,
                    subject,
                    format!("{API} counts {count} products, the database has {stored}"),
                )
                .remedy("check that the site uses the database of [database], and its caches"),
                None => Finding::critical(kind, subject, format!("{API} answers no list of products"))
                    .remedy("check the routes: the frontend's catch-all may have taken the API's place"),
            });
            return;
        }
        let path = &self.pages.listing;
        let Some(answer) = visit.get(kind, path, subject) else { return };
        let loaded = loads(&answer, subject, path);
        let shown = self.shown(visit.client(), &answer).map_or(0, |slugs| slugs.len());
        visit.check.add(if loaded.status != Status::Ok || self.facts.products.is_empty() || shown > 0 {
            loaded.with("products", shown)
        } else {
            Finding::critical(kind, subject, format!("{path} links to none of the products")).remedy(
                "check that the site uses the database of [database]; for a single-page application set [health.pages] style = \"api\"",
            )
        });
    }

    /// A word of a product finds that product; a nonsense word finds nothing.
    pub(super) fn search(&self, visit: &mut Visit<'_>) {
        let kind = &kinds::SEARCH;
        let Some(probe) = &self.facts.search else {
            visit.check.add(
                Finding::unknown(
                    kind,
                    "search",
                    "no product's name leads to few enough products to be searched for",
                )
                .remedy("search by hand, and leave the item out with --skip if the names must be so"),
            );
            return;
        };
        let Some(answer) = visit.get(kind, &self.search_path(&probe.words), "search") else { return };
        let Some(shown) = self.shown(visit.client(), &answer) else {
            visit.check.add(
                Finding::critical(kind, "search", "the search answers no list of products")
                    .remedy("check the routes: the frontend's catch-all may have taken the search's place"),
            );
            return;
        };
        visit.check.add(if shown.contains(&probe.slug.as_str()) {
            Finding::ok(kind, "search", format!("`{}` finds {}", probe.words, probe.name))
        } else {
            Finding::critical(kind, "search", format!("`{}` does not find {}", probe.words, probe.name))
                .with("query", probe.words.as_str())
                .remedy("check the search of the site, and that it uses the database of [database]")
        });
        self.nonsense(visit);
    }

    fn nonsense(&self, visit: &mut Visit<'_>) {
        let (kind, subject) = (&kinds::SEARCH, "search for nonsense");
        let Some(answer) = visit.ask(kind, &self.search_path(NONSENSE), subject) else { return };
        // A page that says "nothing found" may be a 404 of its own.
        let sensible = answer.status == 200 || (answer.status == 404 && self.style != PageStyle::Api);
        let shown = if sensible { self.shown(visit.client(), &answer) } else { None };
        visit.check.add(match shown.map(|slugs| slugs.len()) {
            None if answer.status >= 500 => {
                Finding::critical(kind, subject, format!("`{NONSENSE}` answers {}", answer.status))
                    .remedy("read the traceback: sitekeep logs errors -v")
            }
            None => Finding::unknown(
                kind,
                subject,
                format!(
                    "`{NONSENSE}` answers {} with `{}`, which is no list of products",
                    answer.status, answer.content_type
                ),
            )
            .remedy("open the address of the search in a browser"),
            Some(0) => Finding::ok(kind, subject, format!("`{NONSENSE}` finds nothing")),
            Some(found) => Finding::critical(
                kind,
                subject,
                format!("`{NONSENSE}` finds {found} products: the search does not filter"),
            )
            .remedy("check the search of the site: it shows everything whatever is asked"),
        });
    }
}

/// The body of an answer as JSON, where it is that.
pub(super) fn json(answer: &Answer) -> Option<Value> {
    if answer.status == 200 { serde_json::from_slice(&answer.body).ok() } else { None }
}

/// Products of a list, whether it comes in pages or whole.
fn results(document: &Value) -> Option<&Vec<Value>> {
    document.as_array().or_else(|| document.get("results")?.as_array())
}

/// Path of an address without its encoding and a slash at the end, so that spellings of one page are equal.
fn path_of(url: &Url) -> String {
    percent_decode_str(url.path()).decode_utf8_lossy().trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_page_are_equal() {
        for link in [
            "https://shop.example.org/products/m%C3%A9moire/?ref=1",
            "https://shop.example.org/products/mémoire#top",
        ] {
            assert_eq!(path_of(&Url::parse(link).expect("an address")), "/products/mémoire");
        }
    }
}
