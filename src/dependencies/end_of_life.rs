//! Until when the versions that the site runs on get security fixes.

use crate::status::Finding;
use crate::status::kinds;
use anyhow::Context;
use anyhow::Result;
use jiff::civil::Date;
use std::collections::BTreeMap;

const TABLE: &str = include_str!("end_of_life.toml");

/// What has release lines, as the table names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    pub name: String,
    pub version: String,
}

/// Judges versions as of `today`.
///
/// # Errors
/// When the table cannot be read.
pub(super) fn judge(products: &[Product], today: Date, warning_days: u32) -> Result<Vec<Finding>> {
    let table: BTreeMap<String, BTreeMap<String, Date>> =
        toml::from_str(TABLE).context("read the table of release lines")?;
    Ok(products.iter().map(|product| judge_one(product, &table, today, warning_days)).collect())
}

fn judge_one(
    product: &Product,
    table: &BTreeMap<String, BTreeMap<String, Date>>,
    today: Date,
    warning_days: u32,
) -> Finding {
    let kind = &kinds::DEPENDENCY_END_OF_LIFE;
    let Product { name, version } = product;
    let subject = format!("{name} {version}");
    let lines = table.get(name);
    let line = lines.into_iter().flatten().find(|(line, _)| {
        version
            .strip_prefix(line.as_str())
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
    });
    let Some((line, end)) = line else {
        return Finding::unknown(kind, subject, "this version is not in sitekeep's table of release lines")
            .remedy("look at the project's own page on supported versions, or take a later sitekeep");
    };
    let finding = if *end < today {
        let message = format!("{name} {line} gets no security fixes since {end}");
        let next = lines.into_iter().flatten().filter(|(_, end)| **end > today).max_by_key(|(_, end)| **end);
        Finding::critical(kind, subject, message).remedy(match next {
            Some((next, until)) => {
                format!("plan the move to {name} {next}, which is supported until {until}")
            }
            None => format!("plan the move to a later {name}"),
        })
    } else {
        let days = today.until(*end).map_or(0, |span| span.get_days());
        let message = format!("{name} {line} gets security fixes until {end}");
        if i64::from(days) <= i64::from(warning_days) {
            Finding::warning(kind, subject, format!("{message}: {days} days"))
                .remedy("plan the move to a later one")
        } else {
            Finding::ok(kind, subject, message)
        }
    };
    finding.with("line", line.as_str()).with("end", end.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::Status;

    #[test]
    fn a_version_is_judged_by_its_line_and_the_day() {
        let judged = |name: &str, version: &str, today: &str| {
            let product = Product { name: name.into(), version: version.into() };
            let found = judge(&[product], today.parse().expect("a day"), 90).expect("judged");
            (found[0].status, found[0].message.clone())
        };
        assert_eq!(judged("Python", "3.1.4", "2026-11-23").0, Status::Unknown);
        assert_eq!(judged("Python", "3.11.7", "2026-11-23").0, Status::Ok);
        assert_eq!(judged("Django", "4.2.1", "2026-04-07").0, Status::Warning);
        assert_eq!(judged("Django", "4.2", "2026-04-08").0, Status::Critical);
        assert_eq!(judged("Node", "20.20.2", "2026-11-23").0, Status::Critical);
        assert_eq!(judged("Node", "2.0.0", "2026-11-23").0, Status::Unknown);
        // A line that came after the table is not taken for a good one.
        for (name, later) in
            [("Python", "3.99.0"), ("Django", "9.0"), ("Node", "99.1.0"), ("PostgreSQL", "99")]
        {
            assert_eq!(judged(name, later, "2026-11-23").0, Status::Unknown, "{name}");
        }
        let (status, message) = judged("PostgreSQL", "15", "2027-09-01");
        assert_eq!((status, message.ends_with("2027-11-11: 71 days")), (Status::Warning, true), "{message}");
    }
}
