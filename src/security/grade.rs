//! One letter for the whole audit, by a formula that is told, and how it was last time.

use crate::state::Point;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Metric;
use crate::status::Status;
use crate::status::Unit;
use crate::status::kinds::SECURITY_GRADE;
use jiff::tz::TimeZone;
use std::fmt::Write as _;

/// The measurement that audits are compared by.
pub const METRIC: &str = "security_score";

/// Points that a finding costs.
const CRITICAL: usize = 15;
const WARNING: usize = 3;
const UNKNOWN: usize = 3;

/// Grades what an audit has found: 100 points, less 15 for each critical finding and 3 for each warning and each unknown
/// one; A from 90, B from 75, C from 60, D from 40. With a critical finding no better than C, with an unknown one than B.
pub fn grade<'a>(findings: impl Iterator<Item = &'a Finding>, last: Option<Point>, zone: &TimeZone) -> Check {
    let (mut critical, mut warning, mut unknown) = (0, 0, 0);
    for finding in findings {
        match finding.status {
            Status::Critical => critical += 1,
            Status::Warning => warning += 1,
            Status::Unknown => unknown += 1,
            Status::Ok => {}
        }
    }
    let score = 100_usize.saturating_sub(CRITICAL * critical + WARNING * warning + UNKNOWN * unknown);
    let by_score = match score {
        90.. => 'A',
        75..90 => 'B',
        60..75 => 'C',
        40..60 => 'D',
        _ => 'F',
    };
    let best = if critical > 0 {
        'C'
    } else if unknown > 0 {
        'B'
    } else {
        'A'
    };
    let letter = by_score.max(best);
    let mut message = format!(
        "{letter}, {score} points of 100: {critical} critical ×{CRITICAL}, {warning} warning ×{WARNING}, {unknown} unknown ×{UNKNOWN}"
    );
    let number = u32::try_from(score).map_or(0.0, f64::from);
    let mut finding_data = None;
    if let Some(last) = last {
        let day = last.at.to_zoned(zone.clone()).strftime("%Y-%m-%d").to_string();
        let change = number - last.value;
        let trend = if change > 0.0 {
            format!("{change} better than")
        } else if change < 0.0 {
            format!("{} worse than", -change)
        } else {
            "as".to_owned()
        };
        let _ = write!(message, "; {trend} on {day}");
        finding_data = Some(change);
    }
    // The findings themselves make the status of the audit; the grade only sums them up.
    let mut finding =
        Finding::ok(&SECURITY_GRADE, "grade", message).with("grade", letter.to_string()).with("score", score);
    if let Some(change) = finding_data {
        finding = finding.with("change", change);
    }
    let mut check = Check::from(finding);
    check.measure(Metric::new(METRIC, "", number, Unit::Count));
    check
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graded(statuses: &[Status], last: Option<f64>) -> String {
        let findings: Vec<Finding> =
            statuses.iter().map(|status| Finding::new(&SECURITY_GRADE, *status, "x", "y")).collect();
        let last = last.map(|value| Point { at: "2026-08-20T10:00:00Z".parse().expect("a time"), value });
        grade(findings.iter(), last, &TimeZone::UTC).findings[0].message.clone()
    }

    #[test]
    fn the_grade_follows_its_formula() {
        use Status::*;
        assert!(graded(&[Ok, Ok], None).starts_with("A, 100 points"));
        assert!(graded(&[Unknown], None).starts_with("B, 97 points"), "what was not looked at is no A");
        assert!(graded(&[Critical], None).starts_with("C, 85 points"));
        assert!(graded(&[Critical; 9], Some(10.0)).ends_with("10 worse than on 2026-08-20"));
        assert!(graded(&[Warning], Some(90.0)).ends_with("7 better than on 2026-08-20"));
    }
}
