//! When each item of the checklists was run, and by whom those that a person does were signed.

use super::KEPT_DAYS;
use super::State;
use crate::status::Status;
use anyhow::Context;
use anyhow::Result;
use jiff::SignedDuration;
use jiff::Timestamp;
use rusqlite::OptionalExtension;
use rusqlite::params;

/// An item was done, or tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    pub item: String,
    pub at: Timestamp,
    pub manner: Manner,
}

/// How an item was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manner {
    Ran { run_id: String, status: Status },
    Signed { by: String, note: String },
}

/// Runs and signatures alike: item, time, status or none, run or signer, note.
const EVENTS: &str = "
    SELECT item, at, status, run_id AS who, '' AS note FROM item_run
    UNION ALL SELECT item, at, NULL, signer, note FROM signature";

impl State {
    /// Saves that items were run, and forgets runs older than 400 days; signatures are kept.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub fn record_items<'a>(
        &mut self,
        run_id: &str,
        at: Timestamp,
        items: impl Iterator<Item = (&'a str, Status)>,
    ) -> Result<()> {
        let oldest = at - SignedDuration::from_hours(24 * KEPT_DAYS);
        self.transaction(|transaction| {
            transaction.execute("DELETE FROM item_run WHERE at < ?1", [oldest.as_microsecond()])?;
            let mut insert = transaction.prepare(
                "INSERT OR REPLACE INTO item_run (item, at, run_id, status) VALUES (?1, ?2, ?3, ?4)",
            )?;
            for (item, status) in items {
                insert.execute(params![item, at.as_microsecond(), run_id, status.label()])?;
            }
            Ok(())
        })
        .context("record the items that were run")
    }

    /// Saves that somebody has done an item.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub fn sign(&mut self, item: &str, at: Timestamp, by: &str, note: &str) -> Result<()> {
        self.transaction(|transaction| {
            transaction.execute(
                "INSERT OR REPLACE INTO signature (item, at, signer, note) VALUES (?1, ?2, ?3, ?4)",
                params![item, at.as_microsecond(), by, note],
            )?;
            Ok(())
        })
        .with_context(|| format!("record the signature of {item}"))
    }

    /// When sitekeep first recorded anything of this site.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub fn first_recorded(&self) -> Result<Option<Timestamp>> {
        let first: Option<i64> = self
            .connection
            .query_row(
                "SELECT MIN(at) FROM (SELECT MIN(started_at) AS at FROM run UNION ALL SELECT MIN(at) FROM signature)",
                [],
                |row| row.get(0),
            )
            .context("read when the record begins")?;
        Ok(first.map(Timestamp::from_microsecond).transpose()?)
    }

    /// When an item was last done; a run that could not look (UNKNOWN) has not done it.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub fn last_done(&self, item: &str) -> Result<Option<Done>> {
        let question = format!(
            "SELECT * FROM ({EVENTS}) WHERE item = ?1 AND status IS NOT 'UNKNOWN' ORDER BY at DESC LIMIT 1"
        );
        self.events(&question, params![item]).map(|found| found.into_iter().next())
    }

    /// When an item was last tried and could not be done.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub fn last_failed(&self, item: &str) -> Result<Option<Timestamp>> {
        let last: Option<Option<i64>> = self
            .connection
            .query_row("SELECT MAX(at) FROM item_run WHERE item = ?1 AND status = 'UNKNOWN'", [item], |row| {
                row.get(0)
            })
            .optional()
            .with_context(|| format!("read the record of {item}"))?;
        Ok(last.flatten().map(Timestamp::from_microsecond).transpose()?)
    }

    /// What was done since a time, newest first; of one item, or of all.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub fn done_since(&self, item: Option<&str>, since: Timestamp, most: usize) -> Result<Vec<Done>> {
        let question = format!(
            "SELECT * FROM ({EVENTS}) WHERE (?1 IS NULL OR item = ?1) AND at >= ?2 ORDER BY at DESC, item LIMIT ?3"
        );
        self.events(&question, params![item, since.as_microsecond(), i64::try_from(most).unwrap_or(i64::MAX)])
    }

    fn events(&self, question: &str, values: impl rusqlite::Params) -> Result<Vec<Done>> {
        let read = || -> Result<Vec<Done>> {
            let mut query = self.connection.prepare_cached(question)?;
            let rows = query.query_map(values, |row| {
                let (item, at): (String, i64) = (row.get(0)?, row.get(1)?);
                let status: Option<String> = row.get(2)?;
                Ok((item, at, status, row.get::<_, String>(3)?, row.get::<_, String>(4)?))
            })?;
            rows.map(|row| {
                let (item, at, status, who, note) = row?;
                let manner = match status {
                    Some(status) => Manner::Ran { run_id: who, status: Status::named(&status)? },
                    None => Manner::Signed { by: who, note },
                };
                Ok(Done { item, at: Timestamp::from_microsecond(at)?, manner })
            })
            .collect()
        };
        read().context("read what was done")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hour)
    }

    #[test]
    fn what_could_not_look_is_not_done_and_what_ended_badly_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut state = State::open(folder.path()).expect("state");
        assert_eq!(state.first_recorded().expect("read"), None);
        for (hour, status) in [(1, Status::Ok), (2, Status::Critical), (3, Status::Unknown)] {
            let items = [("disk.space", status)];
            state.record_items(&hour.to_string(), at(hour), items.into_iter()).expect("record");
        }
        let last = state.last_done("disk.space").expect("read").expect("done");
        assert_eq!(
            (last.at, last.manner),
            (at(2), Manner::Ran { run_id: "2".into(), status: Status::Critical })
        );
        assert_eq!(state.last_failed("disk.space").expect("read"), Some(at(3)));
        assert_eq!(state.last_done("disk").expect("read"), None);
        state.sign("docs", at(4), "Awa", "the guide").expect("sign");
        assert_eq!(state.first_recorded().expect("read"), Some(at(4)), "item runs come with runs");
        let all = state.done_since(None, at(2), 9).expect("read");
        let told: Vec<_> = all.iter().map(|done| done.item.as_str()).collect();
        assert_eq!(told, ["docs", "disk.space", "disk.space"]);
        assert_eq!(state.done_since(Some("docs"), at(0), 9).expect("read").len(), 1);
    }
}
