//! Every product's own page names the product, and its WhatsApp button leads to the right number.

use super::client::Answer;
use super::facts::sample;
use super::html;
use super::shop::Shop;
use super::shop::json;
use super::visit::Visit;
use super::whatsapp;
use crate::db::ProductSummary;
use crate::status::Finding;
use crate::status::kinds;
use serde_json::Value;

/// So many bad pages get a finding of their own; the rest is counted in one.
const NAMED: usize = 5;

/// Visits the products, or a sample of them that turns with the day; the first also shows its WhatsApp button.
pub(super) fn check(shop: &Shop<'_>, visit: &mut Visit<'_>, day: i64) {
    let kind = &kinds::PRODUCT_PAGE;
    let products = &shop.facts.products;
    if products.is_empty() {
        visit.check.add(
            Finding::unknown(kind, "products", "the database has no product to look for")
                .remedy("if there were products, restore the latest good backup"),
        );
        return;
    }
    let mut bad = Vec::new();
    let mut button = false;
    for product in sample(products, shop.pages.products, day).filter(|product| !product.slug.is_empty()) {
        let path = shop.product_path(&product.slug);
        let subject = format!("product {}", product.slug);
        let Some(answer) = visit.ask(kind, &path, &subject) else { continue };
        if answer.status != 200 {
            bad.push((subject, format!("{path} answers {}", answer.status)));
        } else if names(&answer, product) {
            visit.check.add(Finding::ok(kind, subject, format!("{path} names it")));
        } else {
            bad.push((subject, format!("{path} does not name `{}`", product.name)));
        }
        if answer.status == 200 && !button {
            button = true;
            let finding = whatsapp_button(shop, visit, &answer, &product.slug);
            visit.check.add(finding);
        }
    }
    let remedy = "open the page: it may be an error page, or an empty application shell that answers 200";
    for (subject, problem) in bad.iter().take(NAMED) {
        visit.check.add(Finding::critical(kind, subject, problem).remedy(remedy));
    }
    if let Some(rest) = bad.get(NAMED..).filter(|rest| !rest.is_empty()) {
        let subjects: Vec<&str> = rest.iter().map(|(subject, _)| subject.as_str()).collect();
        let message = format!("{} more pages are not their product's", rest.len());
        visit.check.add(
            Finding::critical(kind, "further products", message).with("products", subjects).remedy(remedy),
        );
    }
}

fn names(answer: &Answer, product: &ProductSummary) -> bool {
    match json(answer) {
        Some(document) => document["name"] == product.name.as_str(),
        None => squeeze(&html::unescape(&answer.text())).contains(&squeeze(&product.name)),
    }
}

/// Judges the button of a product's page, or the `whatsapp_link` of an API; where an API has none, its settings' number.
fn whatsapp_button(shop: &Shop<'_>, visit: &mut Visit<'_>, answer: &Answer, slug: &str) -> Finding {
    let expected = shop.facts.whatsapp_number.as_deref();
    let Some(document) = json(answer) else {
        let page = html::unescape(&answer.text());
        return whatsapp::judge(slug, html::links(&page), expected);
    };
    match document.get("whatsapp_link") {
        Some(Value::String(link)) => whatsapp::judge(slug, std::iter::once(link.as_str()), expected),
        Some(_) => whatsapp::judge(slug, std::iter::empty(), expected),
        None => {
            let settings =
                visit.ask(&kinds::WHATSAPP, "/api/settings/", "settings").and_then(|answer| json(&answer));
            let number = settings.as_ref().and_then(|settings| settings["whatsapp_number"].as_str());
            whatsapp::judge_number(number, expected)
        }
    }
}

/// Text with each run of white space as one blank, as a browser shows it.
fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
