//! Which earlier report a new one starts from.

use crate::error::Error;
use crate::error::Kind;
use crate::state::CatalogueRecord;
use anyhow::Result;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::str::FromStr;

/// Since when changes are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Since {
    /// Since the last report.
    #[default]
    Last,
    /// Since the last report of this day or of one before it.
    Date(Date),
}

impl FromStr for Since {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "last" {
            return Ok(Self::Last);
        }
        text.parse().map(Self::Date).map_err(|_| "write last, or a date as 2026-11-23".to_owned())
    }
}

/// The report to compare with; nothing when there never was one.
///
/// # Errors
/// A usage error for a date before which nothing is recorded.
pub fn base<'a>(
    records: &'a [CatalogueRecord],
    since: Since,
    zone: &TimeZone,
) -> Result<Option<&'a CatalogueRecord>> {
    let date = match since {
        Since::Last => return Ok(records.last()),
        Since::Date(date) => date,
    };
    let day = |record: &CatalogueRecord| record.at.to_zoned(zone.clone()).date();
    let found = records.iter().rfind(|record| day(record) <= date);
    if found.is_some() {
        return Ok(found);
    }
    let hint = match records.first() {
        Some(first) => format!("the oldest report is of {}", day(first)),
        None => "no report was delivered yet: make the first with `sitekeep docs report`".to_owned(),
    };
    Err(Error::new(Kind::Usage, format!("the catalogue of {date} is not recorded")).hint(hint).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_means_the_last_report_until_its_end() {
        let record =
            |at: &str| CatalogueRecord { at: at.parse().expect("a time"), products: 0, fields: Vec::new() };
        let records = [record("2026-10-01T23:30:00Z"), record("2026-11-01T08:00:00Z")];
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        let found = |since: &str| {
            let found = base(&records, since.parse().expect("since"), &zone);
            found.map(|record| record.map(|record| record.at.to_string()))
        };
        assert_eq!(found("last").expect("one").as_deref(), Some("2026-11-01T08:00:00Z"));
        assert_eq!(found("2026-10-02").expect("one").as_deref(), Some("2026-10-01T23:30:00Z"));
        assert_eq!(found("2026-11-01").expect("one").as_deref(), Some("2026-11-01T08:00:00Z"));
        let error = found("2026-10-01").expect_err("too early");
        assert_eq!(crate::error::hints(&error), ["the oldest report is of 2026-10-02"]);
        assert!(base(&[], Since::Last, &zone).expect("none").is_none());
        assert!("yesterday".parse::<Since>().is_err());
    }
}
