//! When the media folder and the database reach their limits, from the sizes that the daily checks recorded.

use crate::disk::growth;
use crate::state::Point;
use crate::status::Finding;
use crate::status::kinds;
use crate::units::ByteSize;

/// Until the next review.
const HORIZON_DAYS: f64 = 92.0;

/// Records that span less say nothing of a quarter: 7 days.
const SPAN_TO_JUDGE: f64 = 7.0 * DAY;

const DAY: f64 = 86400.0;

/// Judges the sizes recorded of one thing, oldest first, against its limit (guide: 5 GB of media, 2 GB of database).
pub fn check_growth(subject: &'static str, history: &[Point], limit: ByteSize) -> Finding {
    let kind = &kinds::PERFORMANCE_GROWTH;
    let growth = growth(history).filter(|growth| growth.span >= SPAN_TO_JUDGE);
    let (Some(growth), Some(last)) = (growth, history.last()) else {
        return Finding::unknown(kind, subject, "its size is not recorded over a week yet")
            .remedy("sitekeep daily, once a day (guide: Quotidienne)");
    };
    let daily = growth.bytes_per_second * DAY;
    let left = limit.as_f64() - last.value;
    let (message, is_near) = if left <= 0.0 {
        (format!("it is beyond its limit of {limit} already"), true)
    } else if daily < 1.0 {
        (format!("it does not grow; its limit is {limit}"), false)
    } else {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a positive rate, far below 2^53"
        )]
        let rate = ByteSize(daily as u64);
        let days = (left / daily).floor();
        let when =
            if days > 3650.0 { "in more than ten years".to_owned() } else { format!("in {days} days") };
        (format!("grows by {rate} a day: reaches its limit of {limit} {when}"), days < HORIZON_DAYS)
    };
    let finding = if is_near {
        Finding::warning(kind, subject, message)
            .remedy("make room before: sitekeep images optimize, images orphans, database optimize; or a larger limit in [disk]")
    } else {
        Finding::ok(kind, subject, message)
    };
    finding.with("bytes_per_day", daily.round()).with("bytes_left", left.max(0.0).round())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::Status;
    use jiff::SignedDuration;
    use jiff::Timestamp;

    fn judged(sizes: &[f64], days_between: i64) -> (Status, String) {
        let begin: Timestamp = "2026-09-01T00:00:00Z".parse().expect("a time");
        let history: Vec<Point> = sizes
            .iter()
            .zip(0..)
            .map(|(value, step)| Point {
                at: begin + SignedDuration::from_hours(24 * days_between * step),
                value: *value,
            })
            .collect();
        let finding = check_growth("media folder", &history, ByteSize(1_000_000));
        (finding.status, finding.message)
    }

    #[test]
    fn a_limit_that_comes_before_the_next_review_is_told() {
        let (status, message) = judged(&[100_000.0, 200_000.0, 300_000.0], 10);
        assert_eq!(status, Status::Warning, "{message}");
        assert!(message.contains("in 70 days"), "{message}");
        assert_eq!(judged(&[100_000.0, 150_000.0, 200_000.0], 10).0, Status::Ok, "160 days are beyond it");
        assert_eq!(judged(&[300_000.0, 200_000.0], 10).0, Status::Ok);
        assert_eq!(
            judged(&[2_000_000.0, 1_500_000.0], 10).0,
            Status::Warning,
            "it shrinks, and is too large"
        );
    }

    #[test]
    fn a_week_without_records_tells_nothing() {
        assert_eq!(judged(&[], 1).0, Status::Unknown);
        assert_eq!(judged(&[1.0], 1).0, Status::Unknown);
        assert_eq!(judged(&[1.0, 2.0, 3.0], 3).0, Status::Unknown, "six days");
        assert_eq!(judged(&[1.0, 2.0, 3.0], 4).0, Status::Ok);
    }
}
