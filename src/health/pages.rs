//! Pages that mean what they should (guide: "Visiter le site web", "Tester la recherche de produits", "Vérifier que
//! les images s'affichent", "Tester le bouton WhatsApp").
//!
//! A status of 200 proves nothing: the application's catch-all route answers 200 with an HTML page for a missing
//! picture and for an unknown API path. What is compared is the content, with the database.

use super::client::Answer;
use super::client::Client;
use super::facts::Facts;
use super::images;
use super::product;
use super::shop::Shop;
use super::visit::Visit;
use crate::config::Config;
use crate::config::PagesConfig;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Limits;
use crate::status::Metric;
use crate::status::Status;
use crate::status::Unit;
use crate::status::kinds;
use crate::units::Age;
use crate::units::count;
use anyhow::Result;
use jiff::SignedDuration;

/// So many slow requests get a finding of their own; the rest is counted in one.
const NAMED: usize = 5;

/// Visits the site and compares what it shows with the database's facts; `day` turns the samples.
///
/// # Errors
/// When the configured address is none.
pub fn check(config: &Config, facts: Option<&Facts>, day: i64) -> Result<Check> {
    let client = Client::new(config)?;
    let pages = &config.health.pages;
    let mut visit = Visit::new(&client, pages.budget);
    home(&mut visit, pages);
    if let Some(facts) = facts {
        let shop = Shop::enter(&mut visit, pages, facts);
        shop.listing(&mut visit);
        product::check(&shop, &mut visit, day);
        shop.search(&mut visit);
        images::check(&mut visit, config, facts, day);
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
    if visit.out_of_time() {
        let visited = visit.times.len();
        visit.check.add(
            Finding::unknown(
                &kinds::PAGE,
                config.site.url.clone(),
                format!("{visited} requests took all the time there is; the other pages were not visited"),
            )
            .remedy("find out why the site is slow, or give it more time with [health.pages] budget"),
        );
    }
    times(&mut visit, pages);
    Ok(visit.check)
}

fn home(visit: &mut Visit<'_>, pages: &PagesConfig) {
    let Some(answer) = visit.get(&kinds::PAGE, &pages.home, "home") else { return };
    visit.check.add(loads(&answer, "home", &pages.home));
}

/// A page that is HTML and not empty.
pub(super) fn loads(answer: &Answer, subject: &str, path: &str) -> Finding {
    let kind = &kinds::PAGE;
    let text = answer.text();
    let lower = text.to_ascii_lowercase();
    let welcome = [
        "<title>welcome to nginx",
        "<title>apache2 debian default page",
        "<title>apache2 ubuntu default page",
    ];
    if !answer.is_html() {
        Finding::critical(kind, subject, format!("{path} is no HTML page but `{}`", answer.content_type))
            .remedy("check the routes: something else than the frontend answers there")
    } else if welcome.iter().any(|title| lower.contains(title)) {
        Finding::critical(kind, subject, format!("{path} is the web server's own welcome page"))
            .remedy("enable the site in the web server, and disable its default site")
    } else if !["<html", "<!doctype", "<head", "<body", "<title"].iter().any(|tag| lower.contains(tag)) {
        Finding::critical(
            kind,
            subject,
            format!("{path} answers a page without content ({} bytes)", text.len()),
        )
        .remedy("read the log: sitekeep logs errors -v")
    } else {
        Finding::ok(kind, subject, format!("{path} loads ({} bytes)", text.len()))
    }
    .with("path", path)
    .with("seconds", answer.elapsed.as_secs_f64())
}

fn times(visit: &mut Visit<'_>, pages: &PagesConfig) {
    let Some((_, slowest)) = visit.times.iter().max_by_key(|(_, time)| *time).cloned() else { return };
    let limits = Limits::Above {
        warning: Some(pages.slow_warning.as_secs_f64()),
        critical: Some(pages.slow_critical.as_secs_f64()),
    };
    let shown =
        |time: std::time::Duration| Age(SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX));
    let mut slow: Vec<_> = visit
        .times
        .iter()
        .filter(|(_, time)| limits.judge(time.as_secs_f64()) != Status::Ok)
        .cloned()
        .collect();
    slow.sort_by_key(|(_, time)| std::cmp::Reverse(*time));
    let remedy =
        "optimise the database and the images, and look at the host's load (guide: Performance dégradée)";
    for (path, time) in slow.iter().take(NAMED) {
        let status = limits.judge(time.as_secs_f64());
        visit.check.add(
            Finding::new(&kinds::RESPONSE_TIME, status, path, format!("took {}", shown(*time)))
                .with("seconds", time.as_secs_f64())
                .remedy(remedy),
        );
    }
    if let Some(rest) = slow.get(NAMED..).filter(|rest| !rest.is_empty()) {
        let message = format!(
            "{} took {} or more",
            count(rest.len() as u64, "further request"),
            shown(pages.slow_warning)
        );
        visit.check.add(Finding::warning(&kinds::RESPONSE_TIME, "further requests", message).remedy(remedy));
    }
    visit.check.measure(
        Metric::new("slowest_page_seconds", "", slowest.as_secs_f64(), Unit::Seconds).limits(limits),
    );
    let mut sorted: Vec<f64> = visit.times.iter().map(|(_, time)| time.as_secs_f64()).collect();
    sorted.sort_by(f64::total_cmp);
    for (subject, hundredths) in [("p50", 50), ("p95", 95)] {
        // The nearest rank: the value that so many in a hundred do not exceed.
        let rank = (sorted.len() * hundredths).div_ceil(100).saturating_sub(1);
        if let Some(seconds) = sorted.get(rank) {
            visit.check.measure(Metric::new("request_seconds", subject, *seconds, Unit::Seconds));
        }
    }
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
