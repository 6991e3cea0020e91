//! Expired sessions, removed in batches: `clearsessions` is one statement that locks the site out for its length (H19).

use crate::config::DatabaseConfig;
use crate::db::Access;
use crate::db::Database;
use crate::db::Value;
use crate::db::connect;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;

const TABLE: &str = "django_session";

/// Removes expired sessions batch by batch, each in a transaction of its own.
pub struct SessionBatches {
    database: Box<dyn Database>,
    now: Timestamp,
    batch: u32,
}

/// How many sessions have expired, and how many there are; `None` where the schema has no table of them.
///
/// # Errors
/// When the database cannot be opened or asked.
pub fn count_expired_sessions(settings: &DatabaseConfig, now: Timestamp) -> Result<Option<(u64, u64)>> {
    let mut database = connect(settings, Access::Read)?;
    if !database.schema()?.has(TABLE, "expire_date") {
        return Ok(None);
    }
    let sql = "SELECT count(CASE WHEN expire_date < $1 THEN 1 END), count(*) FROM django_session";
    let rows = database.query(sql, &[Value::Time(now)])?;
    let row = rows.first().context("no answer")?;
    Ok(Some((u64::try_from(row.integer(0)?)?, u64::try_from(row.integer(1)?)?)))
}

impl SessionBatches {
    /// Prepares the work: sessions that expired before `now`, as Django's `clearsessions` has it.
    ///
    /// # Errors
    /// When the database cannot be opened for writing.
    pub fn new(settings: &DatabaseConfig, now: Timestamp, batch: u32) -> Result<Self> {
        Ok(Self { database: connect(settings, Access::Write)?, now, batch: batch.max(1) })
    }

    /// Removes the next batch; 0 when none is left.
    ///
    /// # Errors
    /// When the database is locked for longer than its time-out, or refuses.
    pub fn remove_next(&mut self) -> Result<u64> {
        let sql = format!(
            "DELETE FROM django_session WHERE session_key IN
                (SELECT session_key FROM django_session WHERE expire_date < $1 LIMIT {})
             RETURNING 1",
            self.batch
        );
        Ok(self.database.query(&sql, &[Value::Time(self.now)])?.len() as u64)
    }
}
