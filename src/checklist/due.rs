//! When an item is due: a period after it was last done, in the site's time zone.
//!
//! Done is what was carried out, however it ended; an item that could not run is not done.

use super::Item;
use super::Period;
use crate::config::ChecklistConfig;
use crate::state::Done;
use crate::state::State;
use anyhow::Result;
use jiff::SignedDuration;
use jiff::Span;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// How much sooner an item may be taken: a timer that fires some seconds earlier than yesterday must not wait a whole
/// period more.
const EARLY: SignedDuration = SignedDuration::from_hours(1);

/// Whether an item wants doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Due {
    Not,
    Due,
    /// Due for longer than its period's grace.
    Overdue,
}

impl Due {
    pub fn word(self) -> &'static str {
        match self {
            Self::Not => "done",
            Self::Due => "due",
            Self::Overdue => "overdue",
        }
    }
}

/// How an item stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub item: &'static Item,
    /// When it was last done, if it ever was.
    pub last: Option<Done>,
    /// When a try after that could not be carried out.
    pub failed: Option<Timestamp>,
    pub due_at: Timestamp,
    pub due: Due,
}

impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Item {}

/// How each of the items stands.
///
/// # Errors
/// When the state cannot be read.
pub fn standings(
    items: impl Iterator<Item = &'static Item>,
    state: &State,
    config: &ChecklistConfig,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<Vec<Standing>> {
    let first = state.first_recorded()?.unwrap_or(now);
    items
        .map(|item| {
            let last = state.last_done(item.id)?;
            let since = last.as_ref().map(|done| done.at);
            let failed = state.last_failed(item.id)?.filter(|failed| since.is_none_or(|at| at < *failed));
            let due_at = since.map_or(first, |at| item.period.after(at, zone));
            let due = judge(item.period, due_at, config, zone, now);
            Ok(Standing { item, last, failed, due_at, due })
        })
        .collect()
}

/// Whether what is due at a time is due now.
fn judge(
    period: Period,
    due_at: Timestamp,
    config: &ChecklistConfig,
    zone: &TimeZone,
    now: Timestamp,
) -> Due {
    let days = |days: u32| Span::new().try_days(i64::from(days)).unwrap_or_default();
    let grace = match period {
        Period::Daily => Span::new().try_hours(i64::from(config.daily_grace_hours)).unwrap_or_default(),
        Period::Weekly => days(config.weekly_grace_days),
        Period::Monthly => days(config.monthly_grace_days),
        Period::Quarterly => days(config.quarterly_grace_days),
    };
    if now > add(due_at, grace, zone) {
        Due::Overdue
    } else if now + EARLY >= due_at {
        Due::Due
    } else {
        Due::Not
    }
}

impl Period {
    /// One period later: a day is 24 hours, a week seven days of the calendar, a month goes from the 31st to the last
    /// day of a shorter one.
    pub(super) fn after(self, at: Timestamp, zone: &TimeZone) -> Timestamp {
        add(at, self.span(), zone)
    }

    fn span(self) -> Span {
        match self {
            Self::Daily => Span::new().hours(24),
            Self::Weekly => Span::new().days(7),
            Self::Monthly => Span::new().months(1),
            Self::Quarterly => Span::new().months(3),
        }
    }

    /// One period earlier.
    pub(super) fn before(self, at: Timestamp, zone: &TimeZone) -> Timestamp {
        add(at, -self.span(), zone)
    }
}

fn add(at: Timestamp, span: Span, zone: &TimeZone) -> Timestamp {
    at.to_zoned(zone.clone()).saturating_add(span).timestamp()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).expect("a zone")
    }

    #[test]
    fn periods_are_those_of_the_calendar_in_the_sites_zone() {
        let cotonou = zone("Africa/Porto-Novo");
        for (period, done, due) in [
            (Period::Daily, "2026-11-23T08:00:00Z", "2026-11-24T08:00:00Z"),
            (Period::Weekly, "2026-11-22T01:00:00Z", "2026-11-29T01:00:00Z"),
            (Period::Monthly, "2027-01-31T12:00:00Z", "2027-02-28T12:00:00Z"),
            (Period::Quarterly, "2026-11-30T12:00:00Z", "2027-02-28T12:00:00Z"),
            // 23:30 UTC on 31 December is 1 January in Cotonou.
            (Period::Monthly, "2026-12-31T23:30:00Z", "2027-01-31T23:30:00Z"),
        ] {
            assert_eq!(period.after(at(done), &cotonou), at(due), "{period:?} after {done}");
        }
        // The night of 29 March 2026 has 23 hours in Paris: a week later it is still two o'clock there.
        let paris = zone("Europe/Paris");
        assert_eq!(Period::Weekly.after(at("2026-03-28T01:00:00Z"), &paris), at("2026-04-04T00:00:00Z"));
        assert_eq!(Period::Daily.after(at("2026-03-28T12:00:00Z"), &paris), at("2026-03-29T12:00:00Z"));
    }

    #[test]
    fn due_comes_an_hour_early_and_overdue_after_the_grace() {
        let config = ChecklistConfig::default();
        let due_at = at("2026-11-24T08:00:00Z");
        for (now, due) in [
            ("2026-11-24T06:59:59Z", Due::Not),
            ("2026-11-24T07:00:00Z", Due::Due),
            ("2026-11-24T10:00:00Z", Due::Due),
            ("2026-11-24T10:00:01Z", Due::Overdue),
        ] {
            assert_eq!(judge(Period::Daily, due_at, &config, &TimeZone::UTC, at(now)), due, "{now}");
        }
    }
}
