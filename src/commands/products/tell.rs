//! What happened to products, as findings.

use crate::output::ItemReport;
use crate::products::Plan;
use crate::products::Told;
use crate::products::What;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use crate::units::count;
use jiff::SignedDuration;
use std::time::Instant;

/// So many products are told one by one; the rest is counted.
const NAMED: usize = 20;
/// Characters of a value that is told.
const SHOWN: usize = 40;

pub(super) fn item(begin: Instant, check: Check) -> ItemReport {
    ItemReport {
        id: "products",
        title: "Products",
        line: "Gestion des Produits",
        duration: SignedDuration::try_from(begin.elapsed()).unwrap_or(SignedDuration::MAX),
        findings: check.findings,
        metrics: check.metrics,
    }
}

/// The command as the record of the change has it: with the product, or how many.
pub(super) fn command(command: &str, plan: &Plan) -> String {
    let mut touched = plan.told.iter().filter(|told| told.what != What::Unchanged);
    match (touched.next(), touched.count()) {
        (Some(one), 0) => format!("{command} {}", one.slug),
        (Some(_), more) => format!("{command}: {} rows", more + 1),
        (None, _) => command.to_owned(),
    }
}

/// One finding for each of the first changes, and one for the rest and for what was as wanted already.
pub(super) fn tell(plan: &Plan, is_only_shown: bool, check: &mut Check) {
    let would = if is_only_shown { "would be " } else { "" };
    let touched: Vec<&Told> = plan.told.iter().filter(|told| told.what != What::Unchanged).collect();
    for told in touched.iter().take(NAMED) {
        let message = match told.what {
            What::Added => format!("{would}added"),
            What::Deleted => format!("{would}deleted"),
            What::Changed | What::Unchanged => format!("{would}changed: {}", values(told)),
        };
        let mut finding = Finding::ok(&kinds::PRODUCT, &told.slug, message).with("change", word(told.what));
        for (name, before, after) in &told.values {
            finding = finding.with(name, serde_json::json!([before, after]));
        }
        check.add(finding);
    }
    if let Some(rest) = touched.get(NAMED..).filter(|rest| !rest.is_empty()) {
        let of = |what: What| rest.iter().filter(|told| told.what == what).count() as u64;
        let parts: Vec<String> = [What::Added, What::Changed, What::Deleted]
            .into_iter()
            .filter(|what| of(*what) > 0)
            .map(|what| format!("{} {would}{}", of(what), word(what)))
            .collect();
        let slugs: Vec<&str> = rest.iter().map(|told| told.slug.as_str()).collect();
        let message = format!("besides, {}", parts.join(", "));
        check.add(Finding::ok(&kinds::PRODUCT, "others", message).with("slugs", slugs));
    }
    for told in plan.told.iter().filter(|told| !told.warnings.is_empty()).take(NAMED) {
        let message = format!("its new picture: {}", told.warnings.join(", "));
        check.add(
            Finding::warning(&kinds::PRODUCT_PICTURE, &told.slug, message)
                .remedy("give it a better one when you have it: sitekeep products image SLUG FILE"),
        );
    }
    match plan.count(What::Unchanged) {
        0 => {}
        unchanged if touched.is_empty() || unchanged > 1 => {
            let message = format!("{} as wanted already", count(unchanged, "row"));
            check.add(Finding::ok(&kinds::PRODUCT, "unchanged", message).with("unchanged", unchanged));
        }
        _ => check.add(Finding::ok(&kinds::PRODUCT, "unchanged", "1 row as wanted already")),
    }
}

fn values(told: &Told) -> String {
    let values = told
        .values
        .iter()
        .map(|(name, before, after)| format!("{name} {} → {}", shortened(before), shortened(after)));
    values.collect::<Vec<_>>().join("; ")
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
