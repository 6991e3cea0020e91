//! Messages that wait to be delivered: written down before the first attempt, gone when it succeeded.

use super::State;
use anyhow::Context;
use anyhow::Result;
use jiff::SignedDuration;
use jiff::Timestamp;
use rusqlite::OptionalExtension;
use rusqlite::params;

/// How long a message that another run is delivering is left to that run.
const CLAIM: SignedDuration = SignedDuration::from_mins(5);

/// A message for one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub number: i64,
    pub at: Timestamp,
    /// `email`, `webhook`, `ping`.
    pub channel: String,
    /// The message as JSON.
    pub message: String,
    pub attempts: u32,
    /// Why the last attempt failed; empty before the first.
    pub problem: String,
}

impl State {
    /// Writes a message down for a channel. One that makes the older ones pointless (`replaces`) removes those of the
    /// same subject.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub fn queue_message(
        &mut self,
        (at, channel): (Timestamp, &str),
        subject: &str,
        message: &str,
        replaces: bool,
    ) -> Result<()> {
        self.transaction(|transaction| {
            if replaces {
                let sql = "DELETE FROM notification WHERE channel = ?1 AND subject = ?2";
                transaction.execute(sql, params![channel, subject])?;
            }
            transaction.execute(
                "INSERT INTO notification (at, channel, subject, message, attempts, problem, claimed_until)
                 VALUES (?1, ?2, ?3, ?4, 0, '', 0)",
                params![at.as_microsecond(), channel, subject, message],
            )?;
            Ok(())
        })
        .context("queue a notification")
    }

    /// What was not OK when a command last ended, as [`State::note_told`] wrote it.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub fn last_told(&self, command: &str) -> Result<Option<String>> {
        let sql = "SELECT problems FROM told WHERE command = ?1";
        let found = self.connection.query_row(sql, [command], |row| row.get(0));
        found.optional().context("read what was told last")
    }

    /// Notes what was not OK at the end of a command.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub fn note_told(&mut self, command: &str, problems: &str) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO told (command, problems) VALUES (?1, ?2)";
        self.connection.execute(sql, params![command, problems]).context("note what is told")?;
        Ok(())
    }

    /// Every message that waits, oldest first.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub fn waiting_messages(&self) -> Result<Vec<Waiting>> {
        let read = || -> Result<Vec<Waiting>> {
            let mut query = self.connection.prepare(
                "SELECT number, at, channel, message, attempts, problem FROM notification ORDER BY number",
            )?;
            let rows = query.query_map([], |row| {
                Ok((row.get::<_, i64>(1)?, (row.get(0)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?)))
            })?;
            rows.map(|row| {
                let (at, (number, channel, message, attempts, problem)) = row?;
                let at = Timestamp::from_microsecond(at)?;
                Ok(Waiting { number, at, channel, message, attempts, problem })
            })
            .collect()
        };
        read().context("read the notifications that wait")
    }

    /// Takes a message for this run to deliver; false when another run has it, or has delivered it.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub fn claim_message(&mut self, number: i64, now: Timestamp) -> Result<bool> {
        let claimed = self.connection.execute(
            "UPDATE notification SET claimed_until = ?2, attempts = attempts + 1
             WHERE number = ?1 AND claimed_until <= ?3",
            params![number, (now + CLAIM).as_microsecond(), now.as_microsecond()],
        );
        Ok(claimed.context("take a notification")? == 1)
    }

    /// Notes that a message could not be delivered.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub fn keep_message(&mut self, number: i64, problem: &str) -> Result<()> {
        let sql = "UPDATE notification SET claimed_until = 0, problem = ?2 WHERE number = ?1";
        self.connection.execute(sql, params![number, problem]).context("note why a notification waits")?;
        Ok(())
    }

    /// Removes a message that was delivered or given up.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub fn drop_message(&mut self, number: i64) -> Result<()> {
        let sql = "DELETE FROM notification WHERE number = ?1";
        self.connection.execute(sql, [number]).context("remove a notification")?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_waits_until_it_is_delivered_and_is_one_runs_at_a_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut state = State::open(folder.path()).expect("state");
        let now: Timestamp = "2026-11-23T08:00:00Z".parse().expect("a time");
        for (channel, subject, replaces) in [
            ("ping", "daily", true),
            ("email", "daily", false),
            ("ping", "weekly", true),
            ("ping", "daily", true),
        ] {
            state.queue_message((now, channel), subject, "{}", replaces).expect("queue");
        }
        let waiting = state.waiting_messages().expect("read");
        let channels: Vec<_> = waiting.iter().map(|one| one.channel.as_str()).collect();
        assert_eq!(channels, ["email", "ping", "ping"], "a newer ping makes the older one pointless");
        let number = waiting.first().expect("one").number;
        assert!(state.claim_message(number, now).expect("claim"));
        assert!(!state.claim_message(number, now).expect("claim"), "it is another run's");
        assert!(state.claim_message(number, now + CLAIM).expect("claim"), "that run is dead");
        state.keep_message(number, "refused").expect("keep");
        let kept = state.waiting_messages().expect("read").into_iter().next().expect("one");
        assert_eq!((kept.attempts, kept.problem.as_str()), (2, "refused"));
        assert!(state.claim_message(number, now).expect("claim"));
        state.drop_message(number).expect("drop");
        assert_eq!(state.waiting_messages().expect("read").len(), 2);
    }
}
