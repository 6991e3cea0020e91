//! Which groups of errors earlier runs have seen: what is new is what a person must look at first.

use super::State;
use anyhow::Context;
use anyhow::Result;
use jiff::SignedDuration;
use jiff::Timestamp;
use rusqlite::OptionalExtension;
use rusqlite::params;

/// Groups that were not seen for so long are new when they come back.
const KEPT_HOURS: i64 = 24 * 400;

/// One group of errors, as far as it is remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogGroup {
    pub fingerprint: String,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    /// Events of all runs together.
    pub total: u64,
}

impl State {
    /// What is remembered of a group; nothing when no run has seen it.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub fn log_group(&self, fingerprint: &str) -> Result<Option<LogGroup>> {
        let read = || -> Result<Option<LogGroup>> {
            let mut query = self.connection.prepare_cached(
                "SELECT first_seen, last_seen, total FROM log_group WHERE fingerprint = ?1",
            )?;
            let row: Option<(i64, i64, i64)> = query
                .query_row([fingerprint], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .optional()?;
            row.map(|(first_seen, last_seen, total)| {
                Ok(LogGroup {
                    fingerprint: fingerprint.to_owned(),
                    first_seen: Timestamp::from_microsecond(first_seen)?,
                    last_seen: Timestamp::from_microsecond(last_seen)?,
                    total: u64::try_from(total)?,
                })
            })
            .transpose()
        };
        read().context("read the remembered groups of errors")
    }

    /// Adds what a run saw: the times are widened, `total` is added; groups not seen for 400 days are forgotten.
    ///
    /// # Errors
    /// When the state cannot be written; then nothing of it is remembered.
    pub fn record_log_groups<'a>(
        &mut self,
        now: Timestamp,
        groups: impl Iterator<Item = &'a LogGroup>,
    ) -> Result<()> {
        let oldest = now - SignedDuration::from_hours(KEPT_HOURS);
        self.transaction(|transaction| {
            let mut insert = transaction.prepare(
                "INSERT INTO log_group (fingerprint, first_seen, last_seen, total) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (fingerprint) DO UPDATE SET first_seen = min(first_seen, excluded.first_seen),
                     last_seen = max(last_seen, excluded.last_seen), total = total + excluded.total",
            )?;
            for group in groups {
                insert.execute(params![
                    group.fingerprint,
                    group.first_seen.as_microsecond(),
                    group.last_seen.as_microsecond(),
                    i64::try_from(group.total)?
                ])?;
            }
            transaction.execute("DELETE FROM log_group WHERE last_seen < ?1", [oldest.as_microsecond()])?;
            Ok(())
        })
        .context("remember the groups of errors")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_remembered_with_its_span_and_sum() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut state = State::open(folder.path()).expect("state");
        let at = |second| Timestamp::from_second(second).expect("a time");
        let group = |first, last, total| LogGroup {
            fingerprint: "f".into(),
            first_seen: at(first),
            last_seen: at(last),
            total,
        };
        assert_eq!(state.log_group("f").expect("read"), None);
        state.record_log_groups(at(50), [group(10, 20, 3)].iter()).expect("record");
        state.record_log_groups(at(50), [group(15, 40, 2)].iter()).expect("record");
        assert_eq!(state.log_group("f").expect("read"), Some(group(10, 40, 5)));
    }
}
