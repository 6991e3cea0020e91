//! Whether anything was written to the database since one looked, asked for much less than an answer costs.

use super::Database;
use super::Engine;
use super::sqlite::uri;
use super::sqlite_refusal::explain;
use anyhow::Result;
use rusqlite::Connection;
use rusqlite::OpenFlags;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

/// A connection to a SQLite file that only looks for commits of others; it never waits for a lock.
pub struct Watch {
    connection: Connection,
    path: PathBuf,
}

impl Watch {
    /// Opens the file, whose changes are told from now on.
    ///
    /// # Errors
    /// When it cannot be read with locks: without them nobody tells what changed.
    pub fn open(path: &Path) -> Result<Self> {
        let flags =
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
        let open = || -> rusqlite::Result<Connection> {
            let connection = Connection::open_with_flags(uri(path), flags)?;
            connection.busy_timeout(Duration::ZERO)?;
            Ok(connection)
        };
        let connection = open().map_err(|error| explain(path, &error))?;
        let mut watch = Self { connection, path: path.to_owned() };
        watch.commits()?;
        Ok(watch)
    }

    /// A number that is another one after each commit, whoever made it.
    ///
    /// # Errors
    /// When a writer holds the file just now, or it cannot be read.
    pub fn commits(&mut self) -> Result<i64> {
        let ask = || self.connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0));
        ask().map_err(|error| explain(&self.path, &error))
    }
}

/// What a PostgreSQL server shows to whoever asks now: equal texts show the same rows. Nothing on SQLite, where each
/// connection counts for itself.
///
/// The snapshot names the transactions that are over; the start of the server tells it from one whose counting began
/// anew.
///
/// # Errors
/// When the server cannot be asked.
pub fn snapshot_shown(database: &mut dyn Database) -> Result<Option<String>> {
    if database.engine() == Engine::Sqlite {
        return Ok(None);
    }
    let sql = "SELECT txid_current_snapshot()::text || ' ' || pg_postmaster_start_time()::text";
    database.query(sql, &[])?.first().map(|row| row.text(0)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database(journal: &str) -> (tempfile::TempDir, PathBuf, Connection) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("db.sqlite3");
        let writer = Connection::open(&path).expect("create");
        writer.pragma_update(None, "journal_mode", journal).expect("journal");
        writer.execute_batch("CREATE TABLE t (a)").expect("table");
        (folder, path, writer)
    }

    #[test]
    fn each_commit_is_told_and_nothing_else() {
        for journal in ["DELETE", "WAL"] {
            let (_folder, path, writer) = database(journal);
            let mut watch = Watch::open(&path).expect("open");
            let mut commits = watch.commits().expect("commits");
            for _ in 0..3 {
                assert_eq!(watch.commits().expect("commits"), commits, "{journal}");
                writer.execute_batch("BEGIN; INSERT INTO t VALUES (1)").expect("insert");
                assert_eq!(watch.commits().expect("not yet committed"), commits, "{journal}");
                writer.execute_batch("COMMIT").expect("commit");
                let before = std::mem::replace(&mut commits, watch.commits().expect("commits"));
                assert_ne!(before, commits, "{journal}");
            }
            writer.execute_batch("BEGIN; INSERT INTO t VALUES (1); ROLLBACK").expect("roll back");
            assert_eq!(watch.commits().expect("commits"), commits, "{journal}");
        }
    }

    #[test]
    fn a_writer_at_work_is_not_waited_for() {
        let (_folder, path, writer) = database("DELETE");
        let mut watch = Watch::open(&path).expect("open");
        writer.execute_batch("BEGIN EXCLUSIVE").expect("lock");
        assert_eq!(crate::error::exit_code(&watch.commits().expect_err("locked")), 3);
        writer.execute_batch("ROLLBACK").expect("unlock");
        assert!(watch.commits().is_ok());
    }
}
