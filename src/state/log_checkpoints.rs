//! How far each log had been written at earlier runs, so that a run need not read what is older than its window.

use super::State;
use anyhow::Context;
use anyhow::Result;
use jiff::SignedDuration;
use jiff::Timestamp;
use rusqlite::params;

/// Checkpoints older than this are forgotten: a longer window reads its logs from the start.
const KEPT_HOURS: i64 = 24 * 35;

/// Where the current file of a log stood at one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogCheckpoint {
    pub at: Timestamp,
    /// Number of first bytes that `head` was made from; the file is known by its content, not by name or inode.
    pub head_length: u64,
    /// Fingerprint of the first bytes.
    pub head: String,
    /// Offset behind the last line that was whole.
    pub finished: u64,
    /// Offset from which reading can go on: the start of the last event, which may have grown since.
    pub resume: u64,
}

impl State {
    /// Checkpoints of one log, newest first.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub fn log_checkpoints(&self, log: &str) -> Result<Vec<LogCheckpoint>> {
        let read = || -> Result<Vec<LogCheckpoint>> {
            let mut query = self.connection.prepare_cached(
                "SELECT at, head_length, head, finished, resume FROM log_checkpoint WHERE log = ?1 ORDER BY at DESC",
            )?;
            let rows = query.query_map([log], |row| {
                Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
            })?;
            rows.map(|row| {
                let (at, head_length, head, finished, resume): (i64, i64, String, i64, i64) = row?;
                Ok(LogCheckpoint {
                    at: Timestamp::from_microsecond(at)?,
                    head_length: u64::try_from(head_length)?,
                    head,
                    finished: u64::try_from(finished)?,
                    resume: u64::try_from(resume)?,
                })
            })
            .collect()
        };
        read().with_context(|| format!("read how far {log} had been read"))
    }

    /// Adds a checkpoint, and forgets those older than 35 days.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub fn record_log_checkpoint(&mut self, log: &str, checkpoint: &LogCheckpoint) -> Result<()> {
        let oldest = checkpoint.at - SignedDuration::from_hours(KEPT_HOURS);
        self.transaction(|transaction| {
            transaction.execute(
                "INSERT OR REPLACE INTO log_checkpoint (log, at, head_length, head, finished, resume)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    log,
                    checkpoint.at.as_microsecond(),
                    i64::try_from(checkpoint.head_length)?,
                    checkpoint.head,
                    i64::try_from(checkpoint.finished)?,
                    i64::try_from(checkpoint.resume)?
                ],
            )?;
            transaction.execute("DELETE FROM log_checkpoint WHERE at < ?1", [oldest.as_microsecond()])?;
            Ok(())
        })
        .with_context(|| format!("record how far {log} was read"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checkpoints_come_back_newest_first_and_per_log() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut state = State::open(folder.path()).expect("state");
        let at = |second| Timestamp::from_second(second).expect("a time");
        let checkpoint = |second, resume| LogCheckpoint {
            at: at(second),
            head_length: 20,
            head: "abc".into(),
            finished: resume + 5,
            resume,
        };
        state.record_log_checkpoint("a", &checkpoint(1_000, 1)).expect("record");
        state.record_log_checkpoint("a", &checkpoint(2_000, 2)).expect("record");
        state.record_log_checkpoint("b", &checkpoint(3_000, 3)).expect("record");
        assert_eq!(state.log_checkpoints("a").expect("read"), [checkpoint(2_000, 2), checkpoint(1_000, 1)]);
        state.record_log_checkpoint("a", &checkpoint(2_000 + KEPT_HOURS * 3600, 4)).expect("record");
        assert_eq!(state.log_checkpoints("a").expect("read").len(), 2, "the oldest is forgotten");
    }
}
