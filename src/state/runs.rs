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

/// One finished run of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub id: String,
    pub command: String,
    pub started_at: Timestamp,
    pub finished_at: Timestamp,
    pub status: Status,
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
                "INSERT INTO run (id, command, started_at, finished_at, status) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    run.id,
                    run.command,
                    run.started_at.as_microsecond(),
                    run.finished_at.as_microsecond(),
                    run.status.label()
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
            let run = Run { id, command, started_at: at, finished_at: at, status: Status::Ok };
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
}
