//! Measurements over time: what growth and trends are read from.

use super::KEPT_DAYS;
use super::State;
use crate::status::Metric;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;
use rusqlite::params;

/// One recorded value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub at: Timestamp,
    pub value: f64,
}

impl State {
    /// Records metrics as of `now`, and forgets those older than 400 days.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub fn record_metrics<'a>(
        &mut self,
        now: Timestamp,
        metrics: impl Iterator<Item = &'a Metric>,
    ) -> Result<()> {
        let oldest = now - jiff::SignedDuration::from_hours(24 * KEPT_DAYS);
        self.transaction(|transaction| {
            let mut insert = transaction.prepare(
                "INSERT OR REPLACE INTO measurement (name, subject, at, value) VALUES (?1, ?2, ?3, ?4)",
            )?;
            for metric in metrics {
                insert.execute(params![metric.name, metric.subject, now.as_microsecond(), metric.value])?;
            }
            transaction.execute("DELETE FROM measurement WHERE at < ?1", [oldest.as_microsecond()])?;
            Ok(())
        })
        .context("record measurements")
    }

    /// Recorded values of one metric since a time, oldest first.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub fn history(&self, name: &str, subject: &str, since: Timestamp) -> Result<Vec<Point>> {
        let read = || -> Result<Vec<Point>> {
            let mut query = self.connection.prepare_cached(
                "SELECT at, value FROM measurement WHERE name = ?1 AND subject = ?2 AND at >= ?3 ORDER BY at",
            )?;
            let rows = query.query_map(params![name, subject, since.as_microsecond()], |row| {
                Ok((row.get::<_, i64>(0)?, row.get(1)?))
            })?;
            rows.map(|row| {
                let (at, value) = row?;
                Ok(Point { at: Timestamp::from_microsecond(at)?, value })
            })
            .collect()
        };
        read().with_context(|| format!("read the history of {name}"))
    }
}
