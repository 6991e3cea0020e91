//! Since when a finding is known, which tells what is new from what everybody knows.

use super::State;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;

impl State {
    /// When a run first found this of this subject and it was not OK; runs are kept for 400 days.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub fn first_seen(&self, id: &str, subject: &str) -> Result<Option<Timestamp>> {
        let read = || -> Result<Option<Timestamp>> {
            let first: Option<i64> = self.connection.query_row(
                "SELECT MIN(run.started_at) FROM finding JOIN run ON run.id = finding.run_id
                 WHERE finding.id = ?1 AND finding.subject = ?2 AND finding.status <> 'OK'",
                [id, subject],
                |row| row.get(0),
            )?;
            first.map(Timestamp::from_microsecond).transpose().map_err(Into::into)
        };
        read().with_context(|| format!("read since when {id} of {subject} is known"))
    }
}
