//! The journal of runs and what each found.

use super::KEPT_DAYS;
use super::State;
use crate::status::Finding;
use crate::status::Status;
use anyhow::Context;
use anyhow::Result;
use jiff::SignedDuration;
use jiff::Timestamp;
use rusqlite::params;

/// Command of the run that does whatever is due on any list.
pub const CATCH_UP: &str = "checklist";

const COLUMNS: &str = "id, command, started_at, finished_at, status, partial";

/// One finished run of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub id: String,
    pub command: String,
    pub started_at: Timestamp,
    pub finished_at: Timestamp,
    pub status: Status,
    /// Whether it was of some items only, by `--only`.
    pub partial: bool,
}

/// What a recorded run found and was not OK.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenFinding {
    /// Item of the checklist: `disk.space`.
    pub item: String,
    pub id: String,
    pub status: Status,
    pub subject: String,
    pub message: String,
}

impl State {
    /// Saves a run with its findings, and forgets those older than 400 days; each finding comes with the item of the
    /// checklist that found it.
    ///
    /// # Errors
    /// When the state cannot be written; then nothing of the run is saved.
    pub fn record_run<'a>(
        &mut self,
        run: &Run,
        findings: impl Iterator<Item = (&'static str, &'a Finding)>,
    ) -> Result<()> {
        let oldest = (run.started_at - SignedDuration::from_hours(24 * KEPT_DAYS)).as_microsecond();
        self.transaction(|transaction| {
            transaction.execute(
                "DELETE FROM finding WHERE run_id IN (SELECT id FROM run WHERE started_at < ?1)",
                [oldest],
            )?;
            transaction.execute("DELETE FROM run WHERE started_at < ?1", [oldest])?;
            transaction.execute(
                "INSERT INTO run (id, command, started_at, finished_at, status, partial)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    run.id,
                    run.command,
                    run.started_at.as_microsecond(),
                    run.finished_at.as_microsecond(),
                    run.status.label(),
                    run.partial
                ],
            )?;
            let mut insert = transaction.prepare(
                "INSERT INTO finding (run_id, item, id, status, subject, message, data)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?;
            for (item, finding) in findings {
                insert.execute(params![
                    run.id,
                    item,
                    finding.id,
                    finding.status.label(),
                    finding.subject,
                    finding.message,
                    serde_json::to_string(&finding.data)?
                ])?;
            }
            Ok(())
        })
        .with_context(|| format!("record the run of {}", run.command))
    }

    /// The last whole run of the daily list; those of some items only do not count, and a catch-up over all lists does
    /// when every daily item was in it.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub fn last_daily(&self) -> Result<Option<Run>> {
        let question = format!(
            "SELECT {COLUMNS} FROM run WHERE command IN ('daily', '{CATCH_UP}') AND NOT partial
             ORDER BY started_at DESC, id DESC LIMIT 1"
        );
        let runs = self.runs(&question, []).context("read the last daily run")?;
        Ok(runs.into_iter().next())
    }

    /// Runs of a list since a time, newest first, and those that caught up on all lists.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub fn runs_since(&self, since: Timestamp, command: &str) -> Result<Vec<Run>> {
        let question = format!(
            "SELECT {COLUMNS} FROM run WHERE command IN (?1, '{CATCH_UP}') AND started_at >= ?2
             ORDER BY started_at DESC, id DESC"
        );
        self.runs(&question, params![command, since.as_microsecond()])
            .with_context(|| format!("read the runs of {command}"))
    }

    fn runs(&self, question: &str, values: impl rusqlite::Params) -> Result<Vec<Run>> {
        let mut query = self.connection.prepare(question)?;
        let mut rows = query.query(values)?;
        let mut runs = Vec::new();
        while let Some(row) = rows.next()? {
            runs.push(Run {
                id: row.get(0)?,
                command: row.get(1)?,
                started_at: Timestamp::from_microsecond(row.get(2)?)?,
                finished_at: Timestamp::from_microsecond(row.get(3)?)?,
                status: Status::named(&row.get::<_, String>(4)?)?,
                partial: row.get(5)?,
            });
        }
        Ok(runs)
    }

    /// What a run found and was not OK, in the order of its report.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub fn open_findings(&self, run_id: &str) -> Result<Vec<OpenFinding>> {
        let read = || -> Result<Vec<OpenFinding>> {
            let mut query = self.connection.prepare(
                "SELECT item, id, status, subject, message FROM finding WHERE run_id = ?1 AND status <> 'OK'
                 ORDER BY rowid",
            )?;
            let rows = query.query_map([run_id], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?, row.get(3)?, row.get(4)?))
            })?;
            rows.map(|row| {
                let (item, id, status, subject, message) = row?;
                Ok(OpenFinding { item, id, status: Status::named(&status)?, subject, message })
            })
            .collect()
        };
        read().with_context(|| format!("read what run {run_id} found"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::kinds;

    #[test]
    fn runs_and_their_findings_are_kept_for_four_hundred_days() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut state = State::open(folder.path()).expect("state");
        let begin: Timestamp = "2026-11-23T08:00:00Z".parse().expect("a time");
        for (id, day) in [("a", 0), ("b", 1), ("c", 401)] {
            let at = begin + SignedDuration::from_hours(24 * day);
            let (id, command) = (id.to_owned(), "daily".to_owned());
            let run =
                Run { id, command, started_at: at, finished_at: at, status: Status::Ok, partial: false };
            let finding = Finding::ok(&kinds::PORT, "x", "listens");
            state.record_run(&run, [("health.ports", &finding)].into_iter()).expect("record");
        }
        for question in ["SELECT id FROM run ORDER BY 1", "SELECT run_id FROM finding ORDER BY 1"] {
            let mut query = state.connection.prepare(question).expect("prepare");
            let rows = query.query_map([], |row| row.get(0)).expect("query");
            let kept: Vec<String> = rows.collect::<Result<_, _>>().expect("rows");
            assert_eq!(kept, ["b", "c"], "{question}");
        }
    }

    #[test]
    fn the_last_whole_run_is_found_with_what_is_open() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut state = State::open(folder.path()).expect("state");
        assert_eq!(state.last_daily().expect("read"), None);
        let at: Timestamp = "2026-11-23T08:00:00Z".parse().expect("a time");
        let run = |id: &str, command: &str, hour: i64, partial| {
            let at = at + SignedDuration::from_hours(hour);
            let (id, command) = (id.to_owned(), command.to_owned());
            Run { id, command, started_at: at, finished_at: at, status: Status::Critical, partial }
        };
        let findings = [
            Finding::ok(&kinds::PORT, "x", "listens"),
            Finding::critical(&kinds::PORT, "y", "does not listen"),
        ];
        for run in [run("a", "daily", 0, false), run("b", "daily", 1, true), run("c", "disk", 2, false)] {
            let found = findings.iter().map(|finding| ("health.ports", finding));
            state.record_run(&run, found).expect("record");
        }
        assert_eq!(state.last_daily().expect("read"), Some(run("a", "daily", 0, false)));
        let since = |hour| at + SignedDuration::from_hours(hour);
        let ids = |since| -> Vec<String> {
            state.runs_since(since, "daily").expect("read").into_iter().map(|run| run.id).collect()
        };
        assert_eq!((ids(since(0)), ids(since(1))), (vec!["b".into(), "a".into()], vec!["b".into()]));
        let open = state.open_findings("a").expect("read");
        let told: Vec<_> = open.iter().map(|finding| (finding.status, finding.subject.as_str())).collect();
        assert_eq!(told, [(Status::Critical, "y")]);
    }
}
