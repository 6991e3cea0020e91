//! What the pictures of a page weigh together: what a telephone has to fetch before the page is whole.

use crate::config::PerformanceConfig;
use crate::config::SiteConfig;
use crate::db;
use crate::db::Database;
use crate::db::ProductFilter;
use crate::db::Showcase;
use crate::media;
use crate::media::Place;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Metric;
use crate::status::Unit;
use crate::status::kinds;
use crate::units::ByteSize;
use crate::units::count;
use anyhow::Result;
use std::fmt::Write as _;

/// Weighs the pictures of the first page of the listing, and of the products on the home page.
///
/// # Errors
/// When the products cannot be read.
pub fn check_pictures(
    database: &mut dyn Database,
    showcase: &Showcase,
    site: &SiteConfig,
    (settings, page_size): (&PerformanceConfig, u32),
) -> Result<Check> {
    let kind = &kinds::PERFORMANCE_PICTURES;
    let mut check = Check::default();
    let page = ProductFilter { limit: u64::from(page_size), ..ProductFilter::default() };
    let featured = ProductFilter { featured: true, ..page.clone() };
    for (subject, filter) in [("first page of the listing", page), ("featured products", featured)] {
        let products = db::products(database, showcase, &filter)?.items;
        let mut names: Vec<&str> = products.iter().filter_map(|product| product.image.as_deref()).collect();
        names.sort_unstable();
        names.dedup();
        let (mut bytes, mut elsewhere, mut missing) = (0, 0_u64, 0_u64);
        let mut heaviest: Option<(u64, &str)> = None;
        for name in names {
            let Some(Place::Inside(path)) = media::place(&site.media_url, name) else {
                elsewhere += 1;
                continue;
            };
            match std::fs::metadata(site.media.join(path)) {
                Ok(metadata) => {
                    bytes += metadata.len();
                    heaviest = heaviest.max(Some((metadata.len(), name)));
                }
                Err(_) => missing += 1,
            }
        }
        if products.is_empty() {
            continue;
        }
        let mut message =
            format!("pictures of {}: {}", count(products.len() as u64, "product"), ByteSize(bytes));
        for (number, what) in [(elsewhere, "of another site"), (missing, "not there")] {
            if number > 0 {
                // Writing to a string cannot fail.
                let _ = write!(message, ", {number} {what} and not weighed");
            }
        }
        check.measure(Metric::new("page_pictures_bytes", subject, ByteSize(bytes).as_f64(), Unit::Bytes));
        check.add(if bytes > settings.picture_budget.0 {
            let worst =
                heaviest.map(|(size, name)| format!("; {name} alone {}", ByteSize(size))).unwrap_or_default();
            Finding::warning(
                kind,
                subject,
                format!("{message}, more than {}{worst}", settings.picture_budget),
            )
            .with("bytes", bytes)
            .remedy("sitekeep images optimize, then sitekeep images check")
        } else {
            Finding::ok(kind, subject, message).with("bytes", bytes)
        });
    }
    if check.findings.is_empty() {
        check.add(Finding::ok(kind, "first page of the listing", "there is no product"));
    }
    Ok(check)
}
