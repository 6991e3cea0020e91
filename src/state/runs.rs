//! The journal of runs and what each found.

use super::State;
use crate::status::Finding;
use crate::status::Status;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;
use rusqlite::OptionalExtension;
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
    /// Saves a run with its findings; each finding comes with the item of the checklist that found it.
    ///
    /// # Errors
    /// When the state cannot be written; then nothing of the run is saved.
    pub fn record_run<'a>(
        &mut self,
        run: &Run,
        findings: impl Iterator<Item = (&'static str, &'a Finding)>,
    ) -> Result<()> {
        self.transaction(|transaction| {
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

    /// When the last run of a command began.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub fn last_run(&self, command: &str) -> Result<Option<Timestamp>> {
        let started: Option<i64> = self
            .connection
            .query_row(
                "SELECT started_at FROM run WHERE command = ?1 ORDER BY started_at DESC LIMIT 1",
                [command],
                |row| row.get(0),
            )
            .optional()
            .context("read the last run")?;
        Ok(started.map(Timestamp::from_microsecond).transpose()?)
    }
}
