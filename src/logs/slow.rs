//! Requests that took long, where the access log tells the time of a request.

use super::lines::visible;
use serde::Serialize;
use std::collections::HashMap;

/// Paths that are told apart; those that come later are counted together.
const MOST: usize = 10_000;

/// Bytes of a path that are compared.
const LONGEST: usize = 200;

/// Paths in a report.
pub(super) const TOP: usize = 20;

const OTHER: &[u8] = b"(other paths)";

/// A path and how often it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PathCount {
    pub path: String,
    pub count: u64,
}

/// How long the requests of a log took.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SlowRequests {
    /// Requests whose time is known; 0 where the log does not tell times.
    pub timed: u64,
    /// Requests that took `[logs] slow_request` or longer.
    pub slow: u64,
    pub mean_seconds: f64,
    /// Paths with slow requests, most time spent first.
    pub paths: Vec<SlowPath>,
}

/// The slow requests of one path.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SlowPath {
    pub path: String,
    pub count: u64,
    pub mean_seconds: f64,
    pub slowest_seconds: f64,
}

/// Something summed up per path, in bounded memory.
#[derive(Debug)]
pub(super) struct PerPath<T> {
    paths: HashMap<Vec<u8>, T>,
}

impl<T: Default> PerPath<T> {
    pub(super) fn new() -> Self {
        Self { paths: HashMap::new() }
    }

    pub(super) fn entry(&mut self, path: &[u8]) -> &mut T {
        let path = &path[..path.len().min(LONGEST)];
        let path = if self.paths.len() < MOST || self.paths.contains_key(path) { path } else { OTHER };
        self.paths.entry(path.to_vec()).or_default()
    }

    /// The paths with the largest key.
    fn top<K: Ord>(self, key: impl Fn(&T) -> K) -> Vec<(String, T)> {
        let mut paths: Vec<(Vec<u8>, T)> = self.paths.into_iter().collect();
        paths.sort_by(|(one_path, one), (other_path, other)| {
            key(other).cmp(&key(one)).then_with(|| one_path.cmp(other_path))
        });
        paths.truncate(TOP);
        paths.into_iter().map(|(path, value)| (visible(&path), value)).collect()
    }
}

impl PerPath<u64> {
    pub(super) fn most(self) -> Vec<PathCount> {
        self.top(|count| *count).into_iter().map(|(path, count)| PathCount { path, count }).collect()
    }
}

/// Count, sum and maximum of times, in microseconds.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Times {
    count: u64,
    sum: u64,
    most: u64,
}

impl Times {
    pub(super) fn add(&mut self, microseconds: u64) {
        self.count += 1;
        self.sum = self.sum.saturating_add(microseconds);
        self.most = self.most.max(microseconds);
    }
}

#[expect(clippy::cast_precision_loss, reason = "a time needs no 53 bits")]
fn seconds(microseconds: u64) -> f64 {
    microseconds as f64 / 1e6
}

/// Collects the times of one log.
#[derive(Debug)]
pub(super) struct Slow {
    threshold: u64,
    all: Times,
    above: u64,
    paths: PerPath<Times>,
}

impl Slow {
    pub(super) fn new(threshold: std::time::Duration) -> Self {
        let threshold = u64::try_from(threshold.as_micros()).unwrap_or(u64::MAX);
        Self { threshold, all: Times::default(), above: 0, paths: PerPath::new() }
    }

    pub(super) fn add(&mut self, path: &[u8], microseconds: u64) {
        self.all.add(microseconds);
        if microseconds >= self.threshold {
            self.above += 1;
            self.paths.entry(path).add(microseconds);
        }
    }

    pub(super) fn finish(self) -> SlowRequests {
        let path = |(path, times): (String, Times)| SlowPath {
            path,
            count: times.count,
            mean_seconds: seconds(times.sum / times.count.max(1)),
            slowest_seconds: seconds(times.most),
        };
        SlowRequests {
            timed: self.all.count,
            slow: self.above,
            mean_seconds: seconds(self.all.sum / self.all.count.max(1)),
            paths: self.paths.top(|times| times.sum).into_iter().map(path).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_paths_with_most_time_come_first() {
        let mut slow = Slow::new(std::time::Duration::from_secs(1));
        for (path, microseconds) in [("/a", 2_000_000), ("/b", 1_500_000), ("/b", 1_500_000), ("/a", 10)] {
            slow.add(path.as_bytes(), microseconds);
        }
        let slow = slow.finish();
        assert_eq!((slow.timed, slow.slow), (4, 3));
        let path = SlowPath { path: "/b".into(), count: 2, mean_seconds: 1.5, slowest_seconds: 1.5 };
        assert_eq!(slow.paths[0], path);
    }

    #[test]
    fn a_scanner_with_endless_paths_stays_in_bounded_memory() {
        let mut paths: PerPath<u64> = PerPath::new();
        for number in 0..MOST + 500 {
            *paths.entry(number.to_string().as_bytes()) += 1;
        }
        assert!(paths.paths.len() <= MOST + 1);
        assert_eq!(paths.most()[0], PathCount { path: "(other paths)".into(), count: 500 });
    }
}
