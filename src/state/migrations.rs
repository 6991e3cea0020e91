//! The tables of the state, one step per version; steps are only ever added. Times are microseconds since 1970, UTC.

use crate::error::Error;
use crate::error::Kind;
use anyhow::Context;
use anyhow::Result;
use rusqlite::Connection;
use rusqlite::TransactionBehavior;

const STEPS: &[&str] = &[
    "CREATE TABLE run (
         id TEXT PRIMARY KEY, command TEXT NOT NULL, started_at INTEGER NOT NULL, finished_at INTEGER NOT NULL,
         status TEXT NOT NULL) STRICT;
     CREATE INDEX run_by_command ON run (command, started_at);
     CREATE TABLE finding (
         run_id TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE,
         item TEXT NOT NULL, id TEXT NOT NULL, status TEXT NOT NULL, subject TEXT NOT NULL, message TEXT NOT NULL,
         data TEXT NOT NULL) STRICT;
     CREATE INDEX finding_by_run ON finding (run_id);
     CREATE TABLE measurement (
         name TEXT NOT NULL, subject TEXT NOT NULL, at INTEGER NOT NULL, value REAL NOT NULL,
         PRIMARY KEY (name, subject, at)) STRICT, WITHOUT ROWID;",
    "CREATE TABLE log_checkpoint (
         log TEXT NOT NULL, at INTEGER NOT NULL, head_length INTEGER NOT NULL, head TEXT NOT NULL,
         finished INTEGER NOT NULL, resume INTEGER NOT NULL, PRIMARY KEY (log, at)) STRICT, WITHOUT ROWID;
     CREATE TABLE log_group (
         fingerprint TEXT PRIMARY KEY, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
         total INTEGER NOT NULL) STRICT, WITHOUT ROWID;",
    "CREATE TABLE artefact_verified (name TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
     CREATE TABLE artefact_drilled (name TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;",
    "CREATE TABLE artefact_damaged (name TEXT PRIMARY KEY, at INTEGER NOT NULL, damage TEXT NOT NULL) STRICT, WITHOUT ROWID;
     CREATE TABLE drill (
         name TEXT NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL, status TEXT NOT NULL, message TEXT NOT NULL,
         seconds REAL NOT NULL, PRIMARY KEY (name, at)) STRICT, WITHOUT ROWID;
     ALTER TABLE run ADD COLUMN partial INTEGER NOT NULL DEFAULT 0;",
    "CREATE TABLE image_file (
         path BLOB PRIMARY KEY, size INTEGER NOT NULL, modified INTEGER NOT NULL, inode INTEGER NOT NULL,
         settings TEXT NOT NULL, outcome TEXT NOT NULL, reason TEXT NOT NULL) STRICT, WITHOUT ROWID;
     CREATE TABLE image_content (
         settings TEXT NOT NULL, content BLOB NOT NULL, at INTEGER NOT NULL, outcome TEXT NOT NULL,
         reason TEXT NOT NULL, PRIMARY KEY (settings, content)) STRICT, WITHOUT ROWID;",
    "CREATE TABLE notification (
         number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, channel TEXT NOT NULL, subject TEXT NOT NULL,
         message TEXT NOT NULL, attempts INTEGER NOT NULL, problem TEXT NOT NULL,
         claimed_until INTEGER NOT NULL) STRICT;
     CREATE TABLE told (command TEXT PRIMARY KEY, problems TEXT NOT NULL) STRICT, WITHOUT ROWID;",
    "CREATE TABLE catalogue_record (at INTEGER PRIMARY KEY, products INTEGER NOT NULL, fields TEXT NOT NULL) STRICT;
     CREATE TABLE catalogue_product (
         slug TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER, id INTEGER NOT NULL, name TEXT NOT NULL, brand TEXT,
         price INTEGER, in_stock INTEGER, featured INTEGER, category TEXT, description BLOB, picture TEXT,
         PRIMARY KEY (slug, since)) STRICT, WITHOUT ROWID;",
    // What the rounds so far did counts; an item's status is the worst of its findings.
    "CREATE TABLE item_run (
         item TEXT NOT NULL, at INTEGER NOT NULL, run_id TEXT NOT NULL, status TEXT NOT NULL,
         PRIMARY KEY (item, at, run_id)) STRICT, WITHOUT ROWID;
     CREATE TABLE signature (
         item TEXT NOT NULL, at INTEGER NOT NULL, signer TEXT NOT NULL, note TEXT NOT NULL,
         PRIMARY KEY (item, at)) STRICT, WITHOUT ROWID;
     INSERT INTO item_run
         SELECT item, started_at, run_id, CASE MAX(CASE finding.status
                 WHEN 'OK' THEN 0 WHEN 'WARNING' THEN 1 WHEN 'UNKNOWN' THEN 2 ELSE 3 END)
             WHEN 0 THEN 'OK' WHEN 1 THEN 'WARNING' WHEN 2 THEN 'UNKNOWN' ELSE 'CRITICAL' END
         FROM finding JOIN run ON run.id = finding.run_id
         WHERE command IN ('daily', 'weekly', 'monthly') GROUP BY run_id, item;",
];

/// Brings the tables up to date in one transaction per step.
///
/// # Errors
/// When the database was written by a later version, or is damaged.
pub(super) fn apply(connection: &mut Connection) -> Result<()> {
    for _ in 0..=STEPS.len() {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let version: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let position = usize::try_from(version)?;
        if position > STEPS.len() {
            let message = format!(
                "the state is of version {version}, this sitekeep knows versions up to {}",
                STEPS.len()
            );
            return Err(Error::new(Kind::Failed, message)
                .hint("use the sitekeep that wrote it, or set [state] directory to another folder")
                .into());
        }
        let Some(step) = STEPS.get(position) else { return Ok(()) };
        transaction.execute_batch(step).with_context(|| format!("state step {}", version + 1))?;
        transaction.pragma_update(None, "user_version", version + 1)?;
        transaction.commit()?;
    }
    Ok(())
}
