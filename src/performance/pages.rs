//! Whether pages became slower, from the recorded daily checks.

use crate::config::PerformanceConfig;
use crate::state::Point;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use crate::units::Percent;
use jiff::SignedDuration;
use jiff::Timestamp;
use std::time::Duration;

/// Records in a stretch of time below which nothing is said of it.
const FEWEST: usize = 3;

/// Differences below this are not felt: 50 ms.
const UNFELT: f64 = 0.05;

/// Medians of a measurement in two stretches of time, one after the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// Of the stretch before, where it has enough records.
    pub before: Option<f64>,
    pub now: f64,
    /// Records of the newer stretch.
    pub records: usize,
}

/// The medians of the last `days` and of as many before them; nothing where there are too few records.
pub fn trend(history: &[Point], days: u32, now: Timestamp) -> Option<Trend> {
    let turn = now - SignedDuration::from_hours(24 * i64::from(days));
    let of = |newer: bool| {
        let mut values: Vec<f64> =
            history.iter().filter(|point| (point.at >= turn) == newer).map(|point| point.value).collect();
        values.sort_by(f64::total_cmp);
        (values.len() >= FEWEST)
            .then(|| values.get(values.len() / 2).copied())
            .flatten()
            .map(|it| (it, values.len()))
    };
    let (value, records) = of(true)?;
    Some(Trend { before: of(false).map(|(value, _)| value), now: value, records })
}

/// Judges the times of the pages; each history with its subject: `home`, `half of the requests`.
pub fn check_pages(
    histories: &[(&str, Vec<Point>)],
    settings: &PerformanceConfig,
    slow: Duration,
    now: Timestamp,
) -> Check {
    let kind = &kinds::PERFORMANCE_PAGES;
    let mut check = Check::default();
    for (subject, history) in histories {
        let Some(trend) = trend(history, settings.days, now) else {
            let message =
                format!("fewer than {FEWEST} daily checks of the last {} days are recorded", settings.days);
            check.add(
                Finding::unknown(kind, *subject, message)
                    .remedy("sitekeep daily, once a day (guide: Quotidienne)"),
            );
            continue;
        };
        let told = milliseconds(trend.now);
        let (message, is_slower) = match trend.before {
            Some(before) if before > 0.0 => {
                let change = (trend.now / before - 1.0) * 100.0;
                let is_slower = change > settings.slower.0 && trend.now - before > UNFELT;
                let words = if change.abs() < 1.0 {
                    "as before".to_owned()
                } else {
                    let word = if change > 0.0 { "slower" } else { "faster" };
                    format!("{} before: {} {word}", milliseconds(before), Percent(change.abs()))
                };
                (format!("{told} in the last {} days, {words}", settings.days), is_slower)
            }
            _ => (format!("{told} in the last {} days; nothing to compare with yet", settings.days), false),
        };
        let finding = if trend.now >= slow.as_secs_f64() || is_slower {
            Finding::warning(kind, *subject, message)
                .remedy("sitekeep database optimize; sitekeep images optimize; sitekeep health resources")
        } else {
            Finding::ok(kind, *subject, message)
        };
        check.add(
            finding
                .with("median_seconds", trend.now)
                .with("before_seconds", trend.before)
                .with("records", trend.records),
        );
    }
    check
}

/// A time as people read it.
pub(super) fn milliseconds(seconds: f64) -> String {
    if seconds >= 10.0 { format!("{seconds:.1} s") } else { format!("{:.0} ms", seconds * 1e3) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::Status;

    fn history(values: &[(i64, f64)], now: Timestamp) -> Vec<Point> {
        values
            .iter()
            .map(|(days, value)| Point { at: now - SignedDuration::from_hours(24 * days), value: *value })
            .collect()
    }

    #[test]
    fn pages_are_compared_with_what_they_were() {
        let now: Timestamp = "2026-11-23T08:00:00Z".parse().expect("a time");
        let settings = PerformanceConfig::default();
        let judge = |values: &[(i64, f64)]| {
            let check =
                check_pages(&[("home", history(values, now))], &settings, Duration::from_secs(2), now);
            check.findings.first().map(|finding| (finding.status, finding.message.clone())).expect("one")
        };
        assert_eq!(judge(&[(1, 0.1), (2, 0.1)]).0, Status::Unknown, "two records say nothing");
        let same = [(50, 0.1), (49, 0.1), (48, 0.1), (3, 0.1), (2, 0.101), (1, 0.1)];
        assert_eq!(judge(&same).0, Status::Ok);
        let slower = [(50, 0.1), (49, 0.1), (48, 0.1), (3, 0.3), (2, 0.3), (1, 0.3)];
        assert_eq!(
            judge(&slower),
            (Status::Warning, "300 ms in the last 30 days, 100 ms before: 200% slower".into())
        );
        let unfelt = [(50, 0.01), (49, 0.01), (48, 0.01), (3, 0.03), (2, 0.03), (1, 0.03)];
        assert_eq!(judge(&unfelt).0, Status::Ok, "20 ms are not felt");
        let slow = [(3, 2.5), (2, 2.5), (1, 2.5)];
        assert_eq!(judge(&slow).0, Status::Warning, "slow, whatever it was");
    }
}
