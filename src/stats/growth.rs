//! How the figures grew: what earlier runs recorded, and the one that today is compared with.

use super::Statistics;
use crate::state::Point;
use anyhow::Result;
use jiff::SignedDuration;
use jiff::Timestamp;

/// A figure is compared with the last one that is at least so old, for a month between two monthly runs…
const MONTH: SignedDuration = SignedDuration::from_hours(24 * 27);

/// …else with the oldest there is, if it is at least so old.
const DAY: SignedDuration = SignedDuration::from_hours(20);

/// A figure that is recorded by each run.
#[derive(Debug, Clone, Copy)]
pub struct Measure {
    /// Its key among the figures: `products`.
    pub key: &'static str,
    /// Its name among the measurements.
    pub metric: &'static str,
    pub of: fn(&Statistics) -> Option<u64>,
}

/// What is recorded.
pub const MEASURES: &[Measure] = &[
    Measure { key: "products", metric: "catalogue_products", of: |figures| Some(figures.products) },
    Measure { key: "in_stock", metric: "catalogue_in_stock", of: |figures| figures.in_stock },
    Measure { key: "featured", metric: "catalogue_featured", of: |figures| figures.featured },
    Measure { key: "categories", metric: "catalogue_categories", of: |figures| figures.categories },
    Measure {
        key: "brands",
        metric: "catalogue_brands",
        of: |figures| figures.brands.as_ref().map(|brands| brands.count),
    },
    Measure {
        key: "pictures",
        metric: "catalogue_pictures",
        of: |figures| figures.pictures.as_ref()?.on_disk.map(|found| found.files),
    },
    Measure {
        key: "picture_bytes",
        metric: "catalogue_picture_bytes",
        of: |figures| figures.pictures.as_ref()?.on_disk.map(|found| found.bytes),
    },
    Measure {
        key: "pictures_missing",
        metric: "catalogue_pictures_missing",
        of: |figures| figures.pictures.as_ref()?.on_disk.map(|found| found.missing),
    },
    Measure {
        key: "sessions",
        metric: "catalogue_sessions",
        of: |figures| figures.sessions.map(|sessions| sessions.all),
    },
    Measure { key: "users", metric: "catalogue_users", of: |figures| figures.users.map(|users| users.all) },
];

/// One figure and its past.
#[derive(Debug, Clone, PartialEq)]
pub struct Growth {
    pub key: &'static str,
    pub now: u64,
    /// What it is compared with; missing when nothing old enough is recorded.
    pub before: Option<Point>,
    /// All that is recorded, oldest first, and the figure of now.
    pub points: Vec<Point>,
}

impl Growth {
    /// By how much it grew since [`Self::before`].
    pub fn change(&self) -> Option<i64> {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "counts were recorded as whole numbers below 2^53"
        )]
        let before = self.before?.value.round() as i64;
        Some(i64::try_from(self.now).ok()?.saturating_sub(before))
    }
}

/// The past of every figure that this schema has; `history` answers by the name of the measurement.
///
/// # Errors
/// As `history`.
pub fn growth(
    figures: &Statistics,
    now: Timestamp,
    history: &mut dyn FnMut(&str) -> Result<Vec<Point>>,
) -> Result<Vec<Growth>> {
    MEASURES
        .iter()
        .filter_map(|measure| Some((measure, (measure.of)(figures)?)))
        .map(|(measure, value)| {
            let mut points = history(measure.metric)?;
            points.retain(|point| point.at < now);
            let before = before(&points, now);
            #[expect(clippy::cast_precision_loss, reason = "a point is a float; exact up to 2^53")]
            points.push(Point { at: now, value: value as f64 });
            Ok(Growth { key: measure.key, now: value, before, points })
        })
        .collect()
}

fn before(points: &[Point], now: Timestamp) -> Option<Point> {
    let age = |point: &&Point| now.duration_since(point.at);
    let month = points.iter().rfind(|point| age(point) >= MONTH);
    month.or_else(|| points.first().filter(|point| age(point) >= DAY)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_figure_that_is_a_month_old_is_compared_with() {
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * 1000);
        let past = |days: &[i64]| {
            let points: Vec<Point> = days
                .iter()
                .map(|day| Point { at: now - SignedDuration::from_hours(24 * day), value: 0.0 })
                .collect();
            before(&points, now).map(|point| now.duration_since(point.at).as_hours() / 24)
        };
        assert_eq!(past(&[90, 58, 28, 2]), Some(28));
        assert_eq!(past(&[12, 2]), Some(12));
        assert_eq!(past(&[0]), None);
        assert_eq!(past(&[]), None);
    }
}
