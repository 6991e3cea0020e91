//! The figures as findings and measurements: what the monthly checklist reports and the record keeps.

use super::Growth;
use super::MEASURES;
use super::Statistics;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Metric;
use crate::status::Unit;
use crate::status::kinds;
use crate::units::ByteSize;
use crate::units::count;
use crate::units::grouped;

/// Tells the guide's four figures and the pictures, and measures everything that is recorded.
///
/// Figures are told, not judged: the daily checklist judges missing pictures. What could not be counted is UNKNOWN.
pub fn check(figures: &Statistics, growth: &[Growth]) -> Check {
    let mut check = Check::default();
    check.add(catalogue(figures, growth));
    check.add(pictures(figures));
    for measure in MEASURES {
        if let Some(value) = (measure.of)(figures) {
            let unit = if measure.key.ends_with("bytes") { Unit::Bytes } else { Unit::Count };
            #[expect(clippy::cast_precision_loss, reason = "a metric is a float; exact up to 2^53")]
            check.measure(Metric::new(measure.metric, "", value as f64, unit));
        }
    }
    check
}

fn catalogue(figures: &Statistics, growth: &[Growth]) -> Finding {
    let grown = |key: &str| {
        let change = growth.iter().find(|growth| growth.key == key).and_then(Growth::change);
        change.filter(|change| *change != 0).map_or_else(String::new, |change| format!(" ({change:+})"))
    };
    let part = |number: Option<u64>, key: &str, words: &str| match number {
        Some(number) => format!("{}{} {words}", grouped(number), grown(key)),
        None => format!("{words}: not in this schema"),
    };
    let categories = figures.categories.map_or_else(
        || "categories: not in this schema".to_owned(),
        |number| {
            format!("{}{}", count(number, "category").replace("categorys", "categories"), grown("categories"))
        },
    );
    let message = format!(
        "{}{}, {}, {}, {categories}",
        count(figures.products, "product"),
        grown("products"),
        part(figures.in_stock, "in_stock", "in stock"),
        part(figures.featured, "featured", "featured"),
    );
    let mut finding = Finding::ok(&kinds::STATS, "catalogue", message).with("products", figures.products);
    let more =
        [("in_stock", figures.in_stock), ("featured", figures.featured), ("categories", figures.categories)];
    for (key, number) in more {
        if let Some(number) = number {
            finding = finding.with(key, number);
        }
    }
    if !figures.not_in_schema.is_empty() {
        finding = finding.with("not_in_schema", figures.not_in_schema.clone());
    }
    finding
}

fn pictures(figures: &Statistics) -> Finding {
    let kind = &kinds::STATS_PICTURES;
    let Some(pictures) = &figures.pictures else {
        return Finding::ok(kind, "pictures", "not in this schema");
    };
    let Some(found) = pictures.on_disk else {
        let problem = pictures.problem.clone().unwrap_or_else(|| "the media folder was not read".to_owned());
        return Finding::unknown(kind, "pictures", problem)
            .remedy("set [site] media to Django's MEDIA_ROOT, or run as a user that may read it");
    };
    let message = format!(
        "{} files of {}, {} missing; {} without a picture",
        grouped(found.files),
        ByteSize(found.bytes),
        grouped(found.missing),
        count(pictures.products_without, "product")
    );
    let finding = if found.unreadable > 0 {
        let message = format!("{message}; {} cannot be looked at", grouped(found.unreadable));
        Finding::unknown(kind, "pictures", message).remedy("sitekeep images permissions tells which and why")
    } else {
        Finding::ok(kind, "pictures", message)
    };
    finding
        .with("files", found.files)
        .with("bytes", found.bytes)
        .with("missing", found.missing)
        .with("unreadable", found.unreadable)
        .with("products_without", pictures.products_without)
}
