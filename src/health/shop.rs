//! The catalogue as visitors see it: in HTML that the server renders, or in the JSON of an API.

use super::client::Answer;
use super::facts::Facts;
use super::facts::sample;
use super::html;
use super::pages::loads;
use super::visit::Visit;
use super::whatsapp;
use crate::config::PageStyle;
use crate::config::PagesConfig;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use serde_json::Value;
use url::Url;

/// A word that no product can have.
const NONSENSE: &str = "zqxjkvwpb";

/// The catalogue as visitors see it, in either style.
pub(super) struct Shop<'a> {
    pages: &'a PagesConfig,
    facts: &'a Facts,
    style: PageStyle,
}

impl<'a> Shop<'a> {
    /// Finds out in which style the site is made.
    pub(super) fn enter(visit: &mut Visit<'_>, pages: &'a PagesConfig, facts: &'a Facts) -> Self {
        Self { pages, facts, style: style(visit, pages) }
    }

    fn product_path(&self, slug: &str) -> String {
        let default = if self.style == PageStyle::Api { "/api/products/{slug}/" } else { "/products/{slug}" };
        self.pages.product.as_deref().unwrap_or(default).replace("{slug}", slug)
    }

    fn search_path(&self, words: &str) -> String {
        let default = if self.style == PageStyle::Api {
            "/api/products/?search={query}"
        } else {
            "/products?search={query}"
        };
        let query: String = url::form_urlencoded::byte_serialize(words.as_bytes()).collect();
        self.pages.search.as_deref().unwrap_or(default).replace("{query}", &query)
    }

    /// How many of the database's products an answer shows, by link or slug.
    fn shown(&self, answer: &Answer) -> Vec<&str> {
        let slugs = self.facts.products.iter().map(|product| product.slug.as_str());
        if self.style == PageStyle::Api {
            let listed = json(answer).unwrap_or_default();
            let results = listed["results"].as_array().or(listed.as_array()).cloned().unwrap_or_default();
            slugs.filter(|slug| results.iter().any(|product| product["slug"] == *slug)).collect()
        } else {
            let text = html::unescape(&answer.text());
            let paths: std::collections::HashSet<String> = html::links(&text).map(path_of).collect();
            slugs.filter(|slug| paths.contains(path_of(&self.product_path(slug)).as_str())).collect()
        }
    }

    pub(super) fn listing(&self, visit: &mut Visit<'_>) {
        let pages = self.pages;
        let subject = "listing";
        if self.style == PageStyle::Api {
            let path = "/api/products/";
            let Some(answer) = visit.get(&kinds::PAGE, path, subject) else { return };
            let listed = json(&answer).and_then(|document| document["count"].as_u64());
            let stored = self.facts.products.len() as u64;
            visit.check.add(match listed {
                Some(count) if count == stored => {
                    Finding::ok(&kinds::PAGE, subject, format!("{path} lists {count} products"))
                }
                Some(count) => Finding::warning(
                    &kinds::PAGE,
                    subject,
                    format!("{path} counts {count} products, the database has {stored}"),
                )
                .remedy("check that the site uses the database of [database], and its caches"),
                None => {
                    Finding::critical(&kinds::PAGE, subject, format!("{path} answers no list of products"))
                        .remedy("check the routes: the frontend's catch-all may have taken the API's place")
                }
            });
            return;
        }
        let Some(answer) = visit.get(&kinds::PAGE, &pages.listing, subject) else { return };
        let loaded = loads(&answer, subject, &pages.listing);
        let shown = self.shown(&answer).len();
        visit.check.add(if loaded.status != Status::Ok || self.facts.products.is_empty() || shown > 0 {
            loaded.with("products", shown)
        } else {
            Finding::critical(&kinds::PAGE, subject, format!("{} shows none of the products", pages.listing))
                .remedy("check that the site uses the database of [database]; for a single-page application set [health.pages] style = \"api\"")
        });
    }

    /// Every product's page (or a sample of them) names its product; the first also has the WhatsApp button.
    pub(super) fn products(&self, visit: &mut Visit<'_>, day: i64) {
        if self.facts.products.is_empty() {
            visit.check.add(Finding::unknown(
                &kinds::PRODUCT_PAGE,
                "products",
                "the database has no product to look for",
            ));
            return;
        }
        for (position, product) in sample(&self.facts.products, self.pages.products, day).enumerate() {
            let path = self.product_path(&product.slug);
            let subject = format!("product {}", product.slug);
            let Some(answer) = visit.get(&kinds::PRODUCT_PAGE, &path, &subject) else { continue };
            let text = answer.text();
            let document = json(&answer);
            let named = match &document {
                Some(document) => document["name"] == product.name.as_str(),
                None => squeeze(&html::unescape(&text)).contains(&squeeze(&product.name)),
            };
            visit.check.add(if named {
                Finding::ok(&kinds::PRODUCT_PAGE, &subject, format!("{path} names it"))
            } else {
                Finding::critical(
                    &kinds::PRODUCT_PAGE,
                    &subject,
                    format!("{path} does not name `{}`", product.name),
                )
                .with("path", path.as_str())
                .remedy(
                    "open the page: it may be an error page or an empty application shell that answers 200",
                )
            });
            if position == 0 {
                let page = html::unescape(&text);
                let link = match &document {
                    Some(document) => document["whatsapp_link"].as_str().map(ToOwned::to_owned),
                    None => {
                        html::links(&page).find(|link| whatsapp::is_whatsapp(link)).map(ToOwned::to_owned)
                    }
                };
                let expected = self.facts.whatsapp_number.as_deref();
                visit.check.add(whatsapp::judge(&product.slug, link.as_deref(), expected));
            }
        }
    }

    /// A word of a product finds that product; a nonsense word finds nothing.
    pub(super) fn search(&self, visit: &mut Visit<'_>) {
        let kind = &kinds::SEARCH;
        match &self.facts.search {
            None => visit.check.add(Finding::unknown(
                kind,
                "search",
                "no word of a product's name leads to few enough products to be searched for",
            )),
            Some(probe) => {
                if let Some(answer) = visit.get(kind, &self.search_path(&probe.word), "search") {
                    let found = self.shown(&answer).contains(&probe.slug.as_str());
                    visit.check.add(if found {
                        Finding::ok(kind, "search", format!("`{}` finds {}", probe.word, probe.name))
                    } else {
                        Finding::critical(
                            kind,
                            "search",
                            format!("`{}` does not find {}", probe.word, probe.name),
                        )
                        .with("query", probe.word.as_str())
                        .remedy("check the search of the site, and that it uses the database of [database]")
                    });
                }
            }
        }
        if let Some(answer) = visit.ask(kind, &self.search_path(NONSENSE), "search for nonsense") {
            let found = self.shown(&answer).len();
            let subject = "search for nonsense";
            visit.check.add(if answer.status >= 500 {
                Finding::critical(kind, subject, format!("`{NONSENSE}` answers {}", answer.status))
                    .remedy("read the traceback: sitekeep logs errors")
            } else if found == 0 {
                Finding::ok(kind, subject, format!("`{NONSENSE}` finds nothing"))
            } else {
                Finding::critical(
                    kind,
                    subject,
                    format!("`{NONSENSE}` finds {found} products: the search does not filter"),
                )
                .remedy("check the search of the site: it shows everything whatever is asked")
            });
        }
    }
}

/// Resolves `auto`: an application with an API answers JSON with `results` on it.
fn style(visit: &mut Visit<'_>, pages: &PagesConfig) -> PageStyle {
    if pages.style != PageStyle::Auto {
        return pages.style;
    }
    let answer = visit.ask(&kinds::PAGE, "/api/products/", "API");
    match answer.and_then(|answer| json(&answer)) {
        Some(document) if document.get("results").is_some() => PageStyle::Api,
        _ => PageStyle::Html,
    }
}

fn json(answer: &Answer) -> Option<Value> {
    if answer.status == 200 { serde_json::from_slice(&answer.body).ok() } else { None }
}

/// Path of a link without address, query and trailing slash.
fn path_of(link: &str) -> String {
    let path = Url::parse(link).map_or_else(|_| link.to_owned(), |url| url.path().to_owned());
    path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/').to_owned()
}

/// Text with each run of white space as one blank, as a browser shows it.
fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_compared_by_path() {
        assert_eq!(path_of("https://shop.example.org/products/hp/?ref=1"), "/products/hp");
        assert_eq!(path_of("/products/hp#top"), "/products/hp");
    }
}
