//! Pages that mean what they should (guide: "Visiter le site web", "Tester la recherche de produits", "Vérifier que
//! les images s'affichent", "Tester le bouton WhatsApp").
//!
//! A status of 200 proves nothing: the application's catch-all route answers 200 with an HTML page for a missing
//! picture and for an unknown API path. What is compared is the content, with the database.

use super::client::Answer;
use super::client::Client;
use super::facts::Facts;
use super::facts::sample;
use super::html;
use super::visit::Visit;
use super::whatsapp;
use crate::config::Config;
use crate::config::PageStyle;
use crate::config::PagesConfig;
use crate::db::ImageReference;
use crate::picture;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Limits;
use crate::status::Metric;
use crate::status::Status;
use crate::status::Unit;
use crate::status::kinds;
use crate::units::Age;
use anyhow::Result;
use jiff::SignedDuration;
use serde_json::Value;
use url::Url;

/// A word that no product can have.
const NONSENSE: &str = "zqxjkvwpb";

/// Visits the site and compares what it shows with the database's facts; `day` turns the samples.
///
/// # Errors
/// When the configured address is none.
pub fn check(config: &Config, facts: Option<&Facts>, day: i64) -> Result<Check> {
    let client = Client::new(config)?;
    let mut visit = Visit::new(&client);
    let pages = &config.health.pages;
    home(&mut visit, pages);
    if let Some(facts) = facts {
        let style = style(&mut visit, pages);
        let shop = Shop { pages, facts, style };
        shop.listing(&mut visit);
        shop.products(&mut visit, day);
        shop.search(&mut visit);
        images(&mut visit, config, facts, day);
    } else {
        visit.check.add(
            Finding::unknown(
                &kinds::PRODUCT_PAGE,
                "pages",
                "without the database the pages' content cannot be judged",
            )
            .remedy("see the finding on the database"),
        );
    }
    if visit.given_up() {
        visit.check.add(Finding::unknown(
            &kinds::PAGE,
            config.site.url.clone(),
            "the site does not answer; the other pages were not visited",
        ));
    }
    times(&mut visit, pages);
    Ok(visit.check)
}

fn home(visit: &mut Visit<'_>, pages: &PagesConfig) {
    let Some(answer) = visit.get(&kinds::PAGE, &pages.home, "home") else { return };
    visit.check.add(loads(&answer, "home", &pages.home));
}

/// A page that is HTML and not empty.
fn loads(answer: &Answer, subject: &str, path: &str) -> Finding {
    let kind = &kinds::PAGE;
    let text = answer.text();
    if !answer.is_html() {
        Finding::critical(kind, subject, format!("{path} is no HTML page but `{}`", answer.content_type))
    } else if !text.to_ascii_lowercase().contains("<html") {
        Finding::critical(
            kind,
            subject,
            format!("{path} answers a page without content ({} bytes)", text.len()),
        )
    } else {
        Finding::ok(kind, subject, format!("{path} loads ({} bytes)", text.len()))
    }
    .with("path", path)
    .with("seconds", answer.elapsed.as_secs_f64())
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

/// The catalogue as visitors see it, in either style.
struct Shop<'a> {
    pages: &'a PagesConfig,
    facts: &'a Facts,
    style: PageStyle,
}

impl Shop<'_> {
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

    fn listing(&self, visit: &mut Visit<'_>) {
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
    fn products(&self, visit: &mut Visit<'_>, day: i64) {
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
    fn search(&self, visit: &mut Visit<'_>) {
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

/// Fetches a sample of the pictures that the database names, and decodes each.
fn images(visit: &mut Visit<'_>, config: &Config, facts: &Facts, day: i64) {
    if facts.images.is_empty() {
        visit.check.add(Finding::warning(
            &kinds::IMAGE,
            "pictures",
            "no row of the database names a picture",
        ));
        return;
    }
    let mut whole = 0_u64;
    for reference in sample(&facts.images, config.health.pages.images, day) {
        let Some(path) = media_path(reference, &config.site.media_url) else { continue };
        let subject = reference.path.as_str();
        let Some(answer) = visit.ask(&kinds::IMAGE, &path, subject) else { continue };
        let problem = if answer.status != 200 {
            Some(format!("answers {}", answer.status))
        } else if answer.is_html() {
            Some("answers an HTML page in place of a picture".to_owned())
        } else {
            picture::decode(&answer.body).err().map(|error| format!("does not decode: {error:#}"))
        };
        match problem {
            None => whole += 1,
            Some(problem) => visit.check.add(
                Finding::critical(&kinds::IMAGE, subject, problem)
                    .with("table", reference.table.as_str())
                    .with("row", reference.row_id)
                    .with("path", path)
                    .remedy("restore the file below the media folder, and check that the web server serves it from there"),
            ),
        }
    }
    if whole > 0 {
        let all = facts.images.len();
        visit.check.add(
            Finding::ok(&kinds::IMAGE, "pictures", format!("{whole} of {all} fetched and decoded"))
                .with("decoded", whole),
        );
    }
}

/// Path under which the site serves a reference; nothing for one that lies on another site.
fn media_path(reference: &ImageReference, media_url: &str) -> Option<String> {
    if reference.path.contains("://") {
        return None;
    }
    let base = Url::parse("http://site.invalid").ok()?.join(media_url).ok()?;
    let mut url = base;
    url.path_segments_mut().ok()?.pop_if_empty().extend(reference.path.trim_start_matches('/').split('/'));
    Some(url.path().to_owned())
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

fn times(visit: &mut Visit<'_>, pages: &PagesConfig) {
    let Some((_, slowest)) = visit.times.iter().max_by_key(|(_, time)| *time).cloned() else { return };
    let limits = Limits::Above {
        warning: Some(pages.slow_warning.as_secs_f64()),
        critical: Some(pages.slow_critical.as_secs_f64()),
    };
    let shown =
        |time: std::time::Duration| Age(SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX));
    for (path, time) in &visit.times {
        let status = if *time >= pages.slow_critical {
            Status::Critical
        } else if *time >= pages.slow_warning {
            Status::Warning
        } else {
            continue;
        };
        visit.check.add(
            Finding::new(&kinds::RESPONSE_TIME, status, path, format!("took {}", shown(*time)))
                .with("seconds", time.as_secs_f64())
                .remedy("optimise the database and the images, and look at the host's load (guide: Performance dégradée)"),
        );
    }
    visit.check.measure(
        Metric::new("slowest_page_seconds", "", slowest.as_secs_f64(), Unit::Seconds).limits(limits),
    );
    if let Some((_, home)) = visit.times.iter().find(|(path, _)| *path == pages.home) {
        visit
            .check
            .measure(Metric::new("page_seconds", "home", home.as_secs_f64(), Unit::Seconds).limits(limits));
    }
    if slowest < pages.slow_warning {
        let count = visit.times.len();
        visit.check.add(Finding::ok(
            &kinds::RESPONSE_TIME,
            "response time",
            format!("the slowest of {count} requests took {}", shown(slowest)),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_become_encoded_paths() {
        let path = |text: &str, media: &str| {
            let reference =
                ImageReference { table: String::new(), column: "image", row_id: 1, path: text.to_owned() };
            media_path(&reference, media)
        };
        assert_eq!(
            path("products/été 1%.jpg", "/media/").as_deref(),
            Some("/media/products/%C3%A9t%C3%A9%201%25.jpg")
        );
        assert_eq!(path("/a.jpg", "https://cdn.example.org/m").as_deref(), Some("/m/a.jpg"));
        assert_eq!(path("https://cdn.example.org/a.jpg", "/media/"), None);
    }

    #[test]
    fn links_are_compared_by_path() {
        assert_eq!(path_of("https://shop.example.org/products/hp/?ref=1"), "/products/hp");
        assert_eq!(path_of("/products/hp#top"), "/products/hp");
    }
}
