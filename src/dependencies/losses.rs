//! What the site's database lost while the project was tried: a test that reaches the live data shows here.

use crate::db::Difference;
use crate::db::Fingerprint;
use crate::error;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use anyhow::Result;

/// Says what the database lost while the project was tried.
pub(super) fn compare(before: Result<Fingerprint>, after: Result<Fingerprint>, check: &mut Check) {
    let kind = &kinds::DEPENDENCY_DATA;
    let (before, after) = match (before, after) {
        (Ok(before), Ok(after)) => (before, after),
        (Err(problem), _) | (_, Err(problem)) => {
            let message = format!("not compared: {}", error::one_line(&problem));
            return check.add(Finding::unknown(kind, "database", message).remedy("sitekeep health database"));
        }
    };
    let differences: Vec<Difference> =
        before.differences(&after).into_iter().filter(|one| !one.is_volatile()).collect();
    if differences.is_empty() {
        return check.add(Finding::ok(kind, "database", "its rows, sums and texts are as before the tests"));
    }
    for one in differences {
        check.add(if is_loss(&one) {
            Finding::critical(kind, "database", one.to_string())
                .remedy("who did that? sitekeep restore latest --only database brings the last backup back")
        } else {
            Finding::warning(kind, "database", one.to_string()).remedy("was it somebody's work meanwhile?")
        });
    }
}

fn is_loss(difference: &Difference) -> bool {
    let number = |text: &str| text.parse::<f64>().unwrap_or_default();
    match difference {
        Difference::TableMissing { .. }
        | Difference::ColumnMissing { .. }
        | Difference::Aggregate { what: "kind", .. } => true,
        Difference::Rows { before, after, .. } => after < before,
        Difference::Aggregate { what: "nulls", before, after, .. } => number(after) > number(before),
        Difference::Aggregate { what: "trues" | "characters" | "sum" | "bytes", before, after, .. } => {
            number(after) < number(before)
        }
        _ => false,
    }
}
