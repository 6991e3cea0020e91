//! How long a drill took against the ones before: recovery that grows slow is found before the day it counts.

use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use crate::units::Age;
use jiff::SignedDuration;

/// Earlier drills that are looked at, and how many there must be for a judgement.
const LOOKED_AT: usize = 5;
const NEEDED: usize = 3;
/// Less than this is the noise of the machine and no trend.
const NOISE_SECONDS: f64 = 1.0;

/// One drill's time beside the middle of the last ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Trend {
    seconds: f64,
    earlier: usize,
    median: Option<f64>,
}

impl Trend {
    /// Compares with the last of the earlier drills, which stand oldest first.
    pub(super) fn new(seconds: f64, earlier: &[f64]) -> Self {
        let mut last = earlier.iter().rev().take(LOOKED_AT).copied().collect::<Vec<_>>();
        last.sort_by(f64::total_cmp);
        let middle = last.len().saturating_sub(1) / 2;
        Self { seconds, earlier: last.len(), median: last.get(middle).copied() }
    }

    fn status(self) -> Status {
        let doubled = self
            .median
            .is_some_and(|median| self.seconds >= 2.0 * median && self.seconds - median >= NOISE_SECONDS);
        if doubled && self.earlier >= NEEDED { Status::Warning } else { Status::Ok }
    }

    pub(super) fn finding(self, subject: &str) -> Finding {
        let mut message = format!("restored and looked at: took {}", age(self.seconds));
        if let Some(median) = self.median {
            let which = if self.earlier == 1 {
                "the one before".to_owned()
            } else {
                format!("median of the last {}", self.earlier)
            };
            message = format!("{message} ({which}: {})", age(median));
        }
        let mut finding = Finding::new(&kinds::BACKUP_DRILL, self.status(), subject, message)
            .with("seconds", self.seconds)
            .with("earlier_drills", self.earlier);
        if let Some(median) = self.median {
            finding = finding.with("median_seconds", median);
        }
        if finding.status == Status::Ok {
            return finding;
        }
        finding.message.push_str(": at least twice as long");
        finding.remedy(
            "see what grew (sitekeep backup list) or what slows the disk down, while nothing hangs on it",
        )
    }
}

fn age(seconds: f64) -> Age {
    Age(SignedDuration::try_from_secs_f64(seconds).unwrap_or(SignedDuration::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(seconds: f64, earlier: &[f64]) -> (Status, String) {
        let finding = Trend::new(seconds, earlier).finding("backup");
        (finding.status, finding.message)
    }

    #[test]
    fn the_last_five_are_what_a_drill_is_compared_with() {
        let (status, message) = told(4.1, &[90.0, 4.0, 3.8, 3.9, 4.2, 3.7]);
        assert_eq!(status, Status::Ok);
        assert!(message.ends_with("took 4.1 s (median of the last 5: 3.9 s)"), "{message}");
        assert!(told(4.1, &[]).1.ends_with("took 4.1 s"));
        assert!(told(4.1, &[4.0]).1.ends_with("(the one before: 4.0 s)"));
    }

    #[test]
    fn twice_as_long_is_a_warning_once_three_are_known() {
        assert_eq!(told(8.0, &[4.0, 4.0, 4.0]).0, Status::Warning);
        assert_eq!(told(7.9, &[4.0, 4.0, 4.0]).0, Status::Ok);
        assert_eq!(told(8.0, &[4.0, 4.0]).0, Status::Ok);
        // A second and less is what the machine does besides.
        assert_eq!(told(0.9, &[0.1, 0.1, 0.1]).0, Status::Ok);
    }
}
