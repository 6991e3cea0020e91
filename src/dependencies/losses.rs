//! What the site's database lost while the project was tried: a test that reaches the live data shows here.

use crate::config::DatabaseConfig;
use crate::config::DatabaseSource;
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

/// Says that the tests wrote to the database of the settings, where they did: to a copy, this time.
pub(super) fn of_tests(before: &Fingerprint, after: Result<Fingerprint>, check: &mut Check) {
    let (kind, subject) = (&kinds::DEPENDENCY_DATA, "the project's tests");
    let change = match after {
        Ok(after) => before.differences(&after).into_iter().find(|one| !one.is_volatile()),
        Err(problem) => {
            let message = format!("what they wrote is not known: {}", error::one_line(&problem));
            return check.add(Finding::unknown(kind, subject, message).remedy("sitekeep health database"));
        }
    };
    if let Some(change) = change {
        let message = format!("write to the site's own database, of which they had a copy: {change}");
        check.add(Finding::warning(kind, subject, message).remedy("never run them by hand beside live data"));
    }
}

/// Says that there was no copy of the database for the tests.
pub(super) fn without_copy(problem: &anyhow::Error, settings: &DatabaseConfig, check: &mut Check) {
    let message = format!("there is no copy of it, the tests had the live one: {}", problem.root_cause());
    let usual = match settings.source() {
        DatabaseSource::Sqlite(_) => "make room for a copy",
        DatabaseSource::Postgres(_) => "let the site's role make a copy on its server: ALTER ROLE … CREATEDB",
    };
    let remedy = error::hints(problem).first().copied().unwrap_or(usual);
    check.add(Finding::warning(&kinds::DEPENDENCY_DATA, "database", message).remedy(remedy));
}

/// Says what migrations that were tried on a copy made of it, by what it held before and after.
pub(super) fn of_migrations(tried: Result<(Fingerprint, Fingerprint)>, check: &mut Check) {
    let kind = &kinds::DEPENDENCY_DATA;
    let subject = "migrations, on a copy";
    let (before, after) = match tried {
        Ok(both) => both,
        Err(problem) => {
            let message = format!("what they make of the data is not known: {}", error::one_line(&problem));
            return check.add(Finding::unknown(kind, subject, message).remedy("try them on a copy by hand"));
        }
    };
    let losses: Vec<Difference> =
        before.differences(&after).into_iter().filter(|one| !one.is_volatile() && is_loss(one)).collect();
    if losses.is_empty() {
        return check.add(Finding::ok(kind, subject, "they lose no row, no sum and no text"));
    }
    for one in losses {
        check.add(
            Finding::critical(kind, subject, format!("they would lose data: {one}"))
                .remedy("read the migrations that wait, and mend them before they run on the live database"),
        );
    }
}

fn is_loss(difference: &Difference) -> bool {
    // What cannot be compared is taken for a loss: the update waits then, and a person looks.
    let less = |one: &str, other: &str| match (one.parse::<f64>(), other.parse::<f64>()) {
        (Ok(one), Ok(other)) => one < other || one.to_bits() == other.to_bits(),
        _ => true,
    };
    match difference {
        Difference::TableMissing { .. }
        | Difference::ColumnMissing { .. }
        | Difference::Aggregate { what: "kind", .. } => true,
        Difference::Rows { before, after, .. } => after < before,
        Difference::Aggregate { what: "nulls", before, after, .. } => less(before, after),
        Difference::Aggregate { what: "trues" | "characters" | "sum" | "bytes", before, after, .. } => {
            less(after, before)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(before: &str, after: &str) -> Difference {
        Difference::Aggregate {
            table: "product".into(),
            column: "price".into(),
            what: "sum",
            before: before.into(),
            after: after.into(),
        }
    }

    #[test]
    fn a_sum_is_lost_unless_it_surely_grew() {
        assert!(is_loss(&sum("20.5", "20.25")));
        assert!(!is_loss(&sum("20.25", "20.5")));
        assert!(
            is_loss(&sum("90071992547409931", "90071992547409930")),
            "beyond what a fraction tells apart"
        );
        assert!(is_loss(&sum("20", "a lot")));
    }
}
