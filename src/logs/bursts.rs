//! Short stretches with unusually many 5xx answers, which a day's share hides.

use crate::config::LogsConfig;
use crate::units::Percent;
use jiff::Timestamp;
use serde::Serialize;

/// Minutes that are counted one by one; a longer window is counted in longer steps.
const MOST_STEPS: i64 = 50_000;

const MINUTE: i64 = 60_000_000;

/// The worst stretch of a log.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Burst {
    pub from: Timestamp,
    pub to: Timestamp,
    pub requests: u64,
    /// 5xx answers within the stretch.
    pub errors: u64,
}

impl Burst {
    /// Share of the stretch's requests that failed.
    pub fn share(&self) -> Percent {
        Percent::of(self.errors, self.requests)
    }
}

/// Counts requests and failures per minute.
#[derive(Debug)]
pub(super) struct Bursts {
    start: i64,
    step: i64,
    counts: Vec<(u64, u64)>,
    /// Steps of one stretch.
    width: usize,
    least: u64,
}

impl Bursts {
    pub(super) fn new(config: &LogsConfig, start: i64, end: i64) -> Self {
        let step = (end.saturating_sub(start) / MOST_STEPS).max(MINUTE);
        let width = i64::try_from(config.burst_window.as_micros()).unwrap_or(i64::MAX) / step;
        let width = usize::try_from(width.clamp(1, MOST_STEPS)).unwrap_or(1);
        Self { start, step, counts: Vec::new(), width, least: config.burst_errors.max(1) }
    }

    #[inline]
    pub(super) fn count(&mut self, time: i64, failed: bool) {
        // What lies in the future, by a wrong clock, falls into the last step.
        let step = (time.saturating_sub(self.start) / self.step).clamp(0, MOST_STEPS + 1);
        let step = usize::try_from(step).unwrap_or_default();
        if step >= self.counts.len() {
            self.counts.resize(step + 1, (0, 0));
        }
        self.counts[step].0 += 1;
        self.counts[step].1 += u64::from(failed);
    }

    /// The stretch with most failures, if they are more than chance makes of the failures of the other times.
    #[expect(clippy::cast_precision_loss, reason = "an expectation needs no 53 bits")]
    pub(super) fn worst(&self) -> Option<Burst> {
        let (requests, errors) = sum(&self.counts);
        let width = self.width.min(self.counts.len());
        let stretches = self.counts.windows(width.max(1)).enumerate();
        let (position, inside) = stretches
            .map(|(position, stretch)| (position, sum(stretch)))
            .max_by_key(|(position, (_, errors))| (*errors, std::cmp::Reverse(*position)))?;
        let outside = (requests - inside.0, errors - inside.1);
        let rate = if outside.0 == 0 { 0.0 } else { outside.1 as f64 / outside.0 as f64 };
        let expected = rate * inside.0 as f64;
        // Six standard deviations of a Poisson count: once in many years, at 288 stretches a day.
        let unusual = inside.1 >= self.least && inside.1 as f64 >= expected + 6.0 * expected.sqrt();
        let at = |step: usize| {
            let offset = i64::try_from(step).ok()?.checked_mul(self.step)?;
            Timestamp::from_microsecond(self.start.checked_add(offset)?).ok()
        };
        let burst =
            Burst { from: at(position)?, to: at(position + width)?, requests: inside.0, errors: inside.1 };
        unusual.then_some(burst)
    }
}

fn sum(counts: &[(u64, u64)]) -> (u64, u64) {
    counts.iter().fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worst(requests: impl Iterator<Item = (i64, bool)>) -> Option<(u64, u64)> {
        let mut bursts = Bursts::new(&LogsConfig::default(), 0, 86_400_000_000);
        requests.for_each(|(second, failed)| bursts.count(second * 1_000_000, failed));
        bursts.worst().map(|burst| (burst.requests, burst.errors))
    }

    #[test]
    fn a_burst_is_found_in_a_day_with_a_low_share() {
        // A request a second, and 20 failures within three minutes: 0.02 % of the day.
        let day = (0..86_400).map(|second| (second, (40_020..40_200).contains(&second) && second % 9 == 0));
        assert_eq!(worst(day), Some((300, 20)));
    }

    #[test]
    fn failures_all_day_long_are_no_burst() {
        assert_eq!(worst((0..86_400).map(|second| (second, second % 50 == 0))), None);
        assert_eq!(worst((0..86_400).map(|second| (second, second % 20_000 == 0))), None);
    }

    #[test]
    fn a_wrong_clock_does_not_cost_memory() {
        let mut bursts = Bursts::new(&LogsConfig::default(), 0, i64::MAX);
        for time in [i64::MIN, -5, 0, i64::MAX] {
            bursts.count(time, true);
        }
        assert!(bursts.counts.len() <= 50_002);
        bursts.worst();
    }
}
