//! What took place, from the record of runs: which hour passed without its run, and which runs are in each other's way.

use super::Period;
use super::cron::LOCK_WAIT;
use crate::config::ScheduleConfig;
use crate::state::State;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Metric;
use crate::status::Status;
use crate::status::Unit;
use crate::status::kinds;
use crate::system::lock;
use crate::system::time;
use crate::units::Age;
use anyhow::Result;
use jiff::SignedDuration;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// How long after its hour a run is still awaited: it may wait for another one, and is recorded at its end.
const PATIENCE: SignedDuration = SignedDuration::from_hours(3);
/// [`LOCK_WAIT`] as a time.
const WAIT: SignedDuration = SignedDuration::from_hours(2);
/// All hours come round within so many days.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 100);

/// The last whole run of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    pub period: Period,
    pub started_at: Timestamp,
    pub finished_at: Timestamp,
}

impl Record {
    /// The last runs that are on record.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub fn read(state: &State) -> Result<Vec<Self>> {
        let mut records = Vec::new();
        for period in Period::ALL {
            let runs = state.runs_since(Timestamp::UNIX_EPOCH, period.word())?;
            if let Some(run) = runs.iter().find(|run| !run.partial && run.command == period.word()) {
                records.push(Self { period, started_at: run.started_at, finished_at: run.finished_at });
            }
        }
        Ok(records)
    }

    fn took(&self) -> SignedDuration {
        self.finished_at.duration_since(self.started_at)
    }
}

/// The hours, since when they are installed, and the zone in which they are meant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hours<'a> {
    pub(super) config: &'a ScheduleConfig,
    pub(super) zone: &'a TimeZone,
    pub(super) since: Timestamp,
}

/// Whether a run holds the site's lock right now.
pub(super) fn is_at_work(state: &State) -> Result<bool> {
    lock::is_held(&state.folder().join("lock"))
}

/// Judges each period: its last hour must have had its run.
///
/// # Errors
/// At the end of time.
pub(super) fn took_place(
    records: &[Record],
    hours: Hours<'_>,
    is_at_work: bool,
    now: Timestamp,
    check: &mut Check,
) -> Result<()> {
    let delay = SignedDuration::try_from(hours.config.delay)?;
    for period in Period::ALL {
        let due = period.last(hours.config, hours.zone, now - delay - PATIENCE)?;
        let record = records.iter().find(|record| record.period == period);
        let told =
            |moment: Timestamp| moment.to_zoned(hours.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
        let ran = record.map_or_else(
            || "no run is on record".to_owned(),
            |record| format!("the last run began {} ago", Age(time::age(now, record.started_at))),
        );
        let next = period.next(hours.config, hours.zone, now)?;
        let finding = if due < hours.since || record.is_some_and(|record| record.started_at >= due) {
            Finding::ok(
                &kinds::SCHEDULE_RUN,
                period.word(),
                format!("{ran}; the next hour is {}", told(next)),
            )
        } else if period.changes() && is_at_work {
            let message = format!("the hour of {} has no run yet; a run is at work right now", told(due));
            Finding::ok(&kinds::SCHEDULE_RUN, period.word(), message)
        } else {
            let before = period.last(hours.config, hours.zone, due - SignedDuration::from_secs(1))?;
            let twice = before >= hours.since && record.is_none_or(|record| record.started_at < before);
            let (status, how) =
                if twice { (Status::Critical, "not for the first time") } else { (Status::Warning, "once") };
            let message = format!("the hour of {} passed without a run, {how}; {ran}", told(due));
            Finding::new(&kinds::SCHEDULE_RUN, status, period.word(), message).remedy(format!(
                "see why (journalctl -u sitekeep-{word}, or cron's mail), then run it: sitekeep {word}",
                word = period.word()
            ))
        };
        check.add(finding.with("due_at", due.to_string()).with("next_at", next.to_string()));
        if let Some(record) = record {
            let took = record.took().as_secs_f64().max(0.0);
            check.measure(Metric::new("run_duration_seconds", period.word(), took, Unit::Seconds));
        }
    }
    Ok(())
}

/// Judges whether each run, as long as the last one took, ends before the next that needs the site's lock begins.
///
/// # Errors
/// At the end of time.
pub(super) fn windows(records: &[Record], hours: Hours<'_>, now: Timestamp, check: &mut Check) -> Result<()> {
    let mut begins = Vec::new();
    for period in Period::ALL.into_iter().filter(|period| period.changes()) {
        let mut moment = period.next(hours.config, hours.zone, now)?;
        while moment < now + AHEAD {
            begins.push((moment, period));
            moment = period.next(hours.config, hours.zone, moment)?;
        }
    }
    begins.sort_by_key(|(moment, _)| *moment);
    let before = check.findings.len();
    for record in records.iter().filter(|record| record.period.changes()) {
        let narrowest = begins
            .windows(2)
            .filter_map(|pair| match pair {
                [(begin, period), (next, other)] if *period == record.period => {
                    Some((next.duration_since(*begin), *begin, *other))
                }
                _ => None,
            })
            .min_by_key(|(gap, ..)| *gap);
        let Some((gap, begin, other)) = narrowest else { continue };
        let took = record.took();
        if took <= gap {
            continue;
        }
        let date = begin.to_zoned(hours.zone.clone()).date();
        let (status, then) = if took > gap + WAIT {
            (Status::Critical, format!("gives up after {LOCK_WAIT}"))
        } else {
            (Status::Warning, "has to wait".to_owned())
        };
        let message =
            format!("took {}; on {date} {} begins {} after it and {then}", Age(took), other.word(), Age(gap));
        check.add(
            Finding::new(&kinds::SCHEDULE_WINDOW, status, record.period.word(), message)
                .with("took_seconds", took.as_secs())
                .with("window_seconds", gap.as_secs())
                .remedy("move the hours apart in [schedule], then: sitekeep schedule install"),
        );
    }
    if check.findings.len() == before && records.iter().any(|record| record.period.changes()) {
        let message = "as long as the last ones took, no run meets the next";
        check.add(Finding::ok(&kinds::SCHEDULE_WINDOW, "hours", message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn run(period: Period, started: &str, minutes: i64) -> Record {
        let started_at = at(started);
        Record { period, started_at, finished_at: started_at + SignedDuration::from_mins(minutes) }
    }

    fn judged(records: &[Record], since: &str, at_work: bool, now: &str) -> Vec<Status> {
        let hours = Hours { config: &ScheduleConfig::default(), zone: &TimeZone::UTC, since: at(since) };
        let mut check = Check::default();
        took_place(records, hours, at_work, at(now), &mut check).expect("judged");
        check.findings.iter().map(|finding| finding.status).collect()
    }

    #[test]
    fn an_hour_that_passed_without_its_run_is_told() {
        use Status::Critical;
        use Status::Ok;
        use Status::Warning;
        let now = "2026-11-23T12:00:00Z";
        let daily = run(Period::Daily, "2026-11-23T07:01:00Z", 1);
        let weekly = run(Period::Weekly, "2026-11-22T02:03:00Z", 20);
        let monthly = run(Period::Monthly, "2026-11-01T03:00:00Z", 60);
        // Installed this morning: nothing was due yet.
        assert_eq!(judged(&[], "2026-11-23T11:00:00Z", false, now), [Ok; 4]);
        assert_eq!(judged(&[daily, weekly, monthly], "2026-10-15T00:00:00Z", false, now), [Ok; 4]);
        let late = [run(Period::Daily, "2026-11-22T07:00:00Z", 1), weekly, monthly];
        assert_eq!(judged(&late, "2026-10-15T00:00:00Z", false, now), [Warning, Ok, Ok, Ok]);
        // Within three hours of its hour it may still be under way.
        assert_eq!(judged(&late, "2026-10-15T00:00:00Z", false, "2026-11-23T09:59:00Z"), [Ok; 4]);
        let never = judged(&[], "2026-01-02T00:00:00Z", false, now);
        assert_eq!(never, [Critical; 4]);
        assert_eq!(judged(&[], "2026-01-02T00:00:00Z", true, now), [Critical, Ok, Ok, Ok]);
    }

    #[test]
    fn a_run_that_lasts_into_the_next_is_told() {
        let hours =
            Hours { config: &ScheduleConfig::default(), zone: &TimeZone::UTC, since: Timestamp::UNIX_EPOCH };
        let judged = |minutes| {
            let mut check = Check::default();
            let records = [run(Period::Weekly, "2026-11-22T02:00:00Z", minutes)];
            // Sunday, 31 January 2027 at 2:00, and the monthly run 25 hours after it.
            windows(&records, hours, at("2026-12-23T12:00:00Z"), &mut check).expect("judged");
            check.findings.iter().map(|finding| (finding.status, finding.message.clone())).collect::<Vec<_>>()
        };
        assert_eq!(judged(20)[0].0, Status::Ok);
        assert_eq!(judged(60 * 24).first().map(|found| found.0), Some(Status::Ok));
        assert_eq!(judged(60 * 26)[0].0, Status::Warning);
        let (status, message) = &judged(60 * 28)[0];
        assert_eq!(*status, Status::Critical);
        assert!(
            message.contains("on 2027-01-31 monthly begins") && message.contains("gives up"),
            "{message}"
        );
    }
}
