//! When a file system will be full, from what was recorded of it.

use crate::config::DiskConfig;
use crate::state::Point;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Metric;
use crate::status::Status;
use crate::status::Unit;
use crate::status::kinds;
use crate::system::mounts::FileSystem;
use crate::units::ByteSize;

/// Records nearer to each other than this say nothing about growth: 1 hour.
const SHORTEST_SPAN: f64 = 3600.0;

/// Records that span less say nothing of days to come, since what an hour brings the night may take away: 20 hours,
/// so that two daily runs will do.
const SPAN_TO_JUDGE: f64 = 20.0 * 3600.0;

const DAY: f64 = 86400.0;

/// Adds the forecast, once there are two records far enough apart.
pub(super) fn add(
    check: &mut Check,
    limits: &DiskConfig,
    system: &FileSystem,
    subject: &str,
    history: &[Point],
) {
    let Some(Growth { bytes_per_second, span }) = growth(history) else { return };
    let daily = bytes_per_second * DAY;
    check.measure(Metric::new("disk_growth_bytes_per_day", subject, daily.round(), Unit::Bytes));
    let kind = &kinds::DISK_GROWTH;
    if daily < 1.0 {
        check.add(Finding::ok(kind, subject, "does not grow").with("bytes_per_day", daily.round()));
        return;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a positive rate, far below 2^53"
    )]
    let rate = ByteSize(daily as u64);
    if span < SPAN_TO_JUDGE {
        let hours = (span / 3600.0).round();
        let message =
            format!("grew at {rate} a day over {hours} h of records: too short to tell when it is full");
        check.add(Finding::ok(kind, subject, message).with("bytes_per_day", daily.round()));
        return;
    }
    let days = (ByteSize(system.space.free).as_f64() / daily).floor();
    let status = if days < f64::from(limits.full_within_days) { Status::Warning } else { Status::Ok };
    let when = if days > 3650.0 { "in more than ten years".to_owned() } else { format!("in {days} days") };
    let finding = Finding::new(kind, status, subject, format!("grows by {rate} a day: full {when}"))
        .with("bytes_per_day", daily.round())
        .with("full_in_days", days);
    check.add(if status == Status::Ok {
        finding
    } else {
        finding.remedy("find what grows before it is full: logs, backups, sessions, uploads")
    });
}

/// What the records say of the past.
pub struct Growth {
    /// Slope of the least-squares line through the records.
    pub bytes_per_second: f64,
    /// Seconds from the first to the last.
    pub span: f64,
}

/// The growth over records, oldest first; nothing where they are too near to each other.
pub fn growth(history: &[Point]) -> Option<Growth> {
    let (first, last) = (history.first()?, history.last()?);
    let seconds = |point: &Point| point.at.duration_since(first.at).as_secs_f64();
    let span = seconds(last);
    if span < SHORTEST_SPAN {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "a count of records")]
    let number = history.len() as f64;
    let mean_time = history.iter().map(seconds).sum::<f64>() / number;
    let mean_value = history.iter().map(|point| point.value).sum::<f64>() / number;
    let spread: f64 = history.iter().map(|point| (seconds(point) - mean_time).powi(2)).sum();
    let together: f64 =
        history.iter().map(|point| (seconds(point) - mean_time) * (point.value - mean_value)).sum();
    Some(Growth { bytes_per_second: together / spread, span })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::mounts::Space;
    use jiff::SignedDuration;
    use jiff::Timestamp;

    fn history(values: &[f64], hours: i64) -> Vec<Point> {
        let begin: Timestamp = "2026-11-01T00:00:00Z".parse().expect("a time");
        values
            .iter()
            .zip(0..)
            .map(|(value, step)| Point {
                at: begin + SignedDuration::from_hours(hours * step),
                value: *value,
            })
            .collect()
    }

    fn forecast(free: u64, history: &[Point]) -> Option<Finding> {
        let system = FileSystem {
            mount_point: "/".into(),
            device: String::new(),
            kind: String::new(),
            read_only: false,
            holds: vec![],
            space: Space { used: 1000, free, inodes: 0, inodes_free: 0 },
        };
        let mut check = Check::default();
        add(&mut check, &DiskConfig::default(), &system, "/", history);
        check.findings.pop()
    }

    #[test]
    fn two_points_a_day_apart_tell_when_it_is_full() {
        let finding = forecast(50, &history(&[100.0, 110.0], 24)).expect("a forecast");
        assert_eq!(
            (finding.status, finding.message.as_str()),
            (Status::Warning, "grows by 10 B a day: full in 5 days")
        );
        assert_eq!(forecast(500, &history(&[100.0, 110.0], 24)).map(|f| f.status), Some(Status::Ok));
    }

    #[test]
    fn less_than_a_day_of_records_tells_the_growth_but_no_day() {
        let finding = forecast(50, &history(&[100.0, 110.0], 1)).expect("a forecast");
        assert_eq!(
            (finding.status, finding.message.as_str()),
            (Status::Ok, "grew at 240 B a day over 1 h of records: too short to tell when it is full")
        );
        assert_eq!(forecast(50, &history(&[100.0, 110.0], 19)).map(|f| f.status), Some(Status::Ok));
        assert_eq!(forecast(50, &history(&[100.0, 110.0], 20)).map(|f| f.status), Some(Status::Warning));
    }

    #[test]
    fn one_point_or_points_too_near_tell_nothing() {
        assert_eq!(forecast(50, &history(&[100.0], 24)), None);
        assert_eq!(forecast(50, &history(&[100.0, 200.0], 0)), None);
    }

    #[test]
    fn a_disk_that_shrinks_never_fills() {
        assert_eq!(
            forecast(50, &history(&[100.0, 90.0], 24)).map(|f| f.message),
            Some("does not grow".into())
        );
    }
}
