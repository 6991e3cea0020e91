//! What happened to products, for people and as findings.

use crate::output::ItemReport;
use crate::products::Plan;
use crate::products::Told;
use crate::products::What;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use crate::units::count;
use std::time::Instant;

/// So many products are told one by one; the rest is counted.
const NAMED: usize = 20;
/// Characters of a value that is told, and of a line.
const SHOWN: usize = 30;
const WIDTH: usize = 80;

pub(super) fn item(begin: Instant, check: Check) -> ItemReport {
    ItemReport::timed("products", "Products", "Gestion des Produits", begin, check)
}

/// The command as the record of the change has it: with the product, or how many.
pub(super) fn command(command: &str, plan: &Plan) -> String {
    let mut touched = touched(plan);
    match (touched.next(), touched.count()) {
        (Some(one), 0) => format!("{command} {}", one.slug),
        (Some(_), more) => format!("{command}: {} rows", more + 1),
        (None, _) => command.to_owned(),
    }
}

/// The changes for people, a line or a few for each of the first ones.
pub(super) fn summary(plan: &Plan, is_only_shown: bool) -> String {
    let would = if is_only_shown { "would be " } else { "" };
    let mut lines = Vec::new();
    for told in touched(plan).take(NAMED) {
        let line = format!("{}: {would}{}", told.slug, word(told.what));
        let values: Vec<String> = match told.what {
            What::Changed => told.values.iter().map(value).collect(),
            _ => Vec::new(),
        };
        let whole = if values.is_empty() { line.clone() } else { format!("{line}: {}", values.join("; ")) };
        if whole.chars().count() <= WIDTH {
            lines.push(whole);
            continue;
        }
        lines.push(format!("{line}:"));
        lines.extend(values.into_iter().map(|value| format!("  {value}")));
    }
    match touched(plan).count().saturating_sub(NAMED) {
        0 => {}
        more => lines.push(format!("and {more} more; --format json has them all")),
    }
    lines.into_iter().map(|line| line + "\n").collect()
}

/// One finding with every change for machines, and one for each picture that deserves a look.
pub(super) fn tell(plan: &Plan, is_only_shown: bool, check: &mut Check) {
    let would = if is_only_shown { "would be " } else { "" };
    let mut parts: Vec<String> = [What::Added, What::Changed, What::Deleted]
        .into_iter()
        .filter(|what| plan.count(*what) > 0)
        .map(|what| format!("{} {would}{}", count(plan.count(what), "row"), word(what)))
        .collect();
    if plan.count(What::Unchanged) > 0 {
        parts.push(format!("{} as wanted already", count(plan.count(What::Unchanged), "row")));
    }
    if !parts.is_empty() {
        let changes: Vec<serde_json::Value> = touched(plan).map(document).collect();
        check.add(
            Finding::ok(&kinds::PRODUCT, "rows", parts.join(", "))
                .with("changes", changes)
                .with("unchanged", plan.count(What::Unchanged)),
        );
    }
    for told in plan.told.iter().filter(|told| !told.warnings.is_empty()).take(NAMED) {
        let message = format!("its new picture: {}", told.warnings.join(", "));
        check.add(
            Finding::warning(&kinds::PRODUCT_PICTURE, &told.slug, message)
                .remedy("give it a better one when you have it: sitekeep products image SLUG FILE"),
        );
    }
}

/// Pictures of deleted or changed products that are not moved away.
pub(super) fn staying(paths: &[String], check: &mut Check) {
    for path in paths.iter().take(NAMED) {
        check.add(Finding::ok(
            &kinds::PRODUCT_PICTURE,
            path,
            "stays: something else in the database names it",
        ));
    }
    if paths.len() > NAMED {
        let message = format!("{} more pictures stay: something else names them", paths.len() - NAMED);
        check.add(Finding::ok(&kinds::PRODUCT_PICTURE, "others", message));
    }
}

fn touched(plan: &Plan) -> impl Iterator<Item = &Told> {
    plan.told.iter().filter(|told| told.what != What::Unchanged)
}

/// A change for machines: each value with what it was and what it is.
fn document(told: &Told) -> serde_json::Value {
    let mut document = serde_json::Map::new();
    document.insert("slug".to_owned(), told.slug.clone().into());
    document.insert("change".to_owned(), word(told.what).into());
    for (name, before, after) in &told.values {
        document.insert((*name).to_owned(), serde_json::json!([before, after]));
    }
    document.into()
}

fn value((name, before, after): &(&str, String, String)) -> String {
    format!("{name} {} → {}", shortened(before), shortened(after))
}

/// A value on one line, and never a long one.
fn shortened(value: &str) -> String {
    let plain: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match plain.char_indices().nth(SHOWN) {
        _ if plain.is_empty() => "(none)".to_owned(),
        Some((end, _)) => format!("{}…", plain.get(..end).unwrap_or(&plain)),
        None => plain,
    }
}

fn word(what: What) -> &'static str {
    match what {
        What::Added => "added",
        What::Changed => "changed",
        What::Deleted => "deleted",
        What::Unchanged => "unchanged",
    }
}
