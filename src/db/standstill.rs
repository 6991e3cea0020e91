//! The moment in which nobody reads or writes the live database, so that it can be exchanged.
//!
//! SQLite: transactions that a crash left half done are finished as the site itself would, the `-wal` is brought home,
//! and a lock on the whole file (and so on every byte that SQLite locks, <https://www.sqlite.org/lockingv3.html>) shows
//! that no transaction is under way, and in WAL mode that no connection is open. PostgreSQL: the server itself ends the
//! connections ([`super::exchange`]).

use super::Access;
use super::sqlite;
use crate::config::DatabaseConfig;
use crate::config::DatabaseSource;
use crate::error::Error;
use crate::error::Kind;
use crate::system::process;
use anyhow::Context;
use anyhow::Result;
use rustix::fs::FlockOperation;
use rustix::io::Errno;
use std::fs::File;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

/// What SQLite keeps beside a database, by what its name ends with.
pub const SIDECARS: [&str; 3] = ["-wal", "-shm", "-journal"];

const PAUSE: Duration = Duration::from_millis(20);

/// Held while the database is exchanged; the file that was live must not be opened before it is dropped, since closing
/// any handle of a file ends this process's locks on it.
#[derive(Debug)]
pub struct Standstill {
    _lock: Option<File>,
    /// Whether it is known that nobody was at work: a file system without locks does not tell.
    pub is_sure: bool,
}

impl Standstill {
    const SURE: Self = Self { _lock: None, is_sure: true };
}

/// Waits for the moment, up to the database's time-out.
///
/// # Errors
/// When the database stays in use; says by whom, as far as this user may see. A database that is missing or damaged
/// beyond opening stands still.
pub fn hold_still(settings: &DatabaseConfig) -> Result<Standstill> {
    let DatabaseSource::Sqlite(path) = settings.source() else { return Ok(Standstill::SURE) };
    bring_home(path, settings.timeout);
    let file = match File::options().read(true).write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Standstill::SURE),
        Err(error) => return Err(error).with_context(|| format!("open {}", path.display())),
    };
    let deadline = Instant::now() + settings.timeout;
    loop {
        match rustix::fs::fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(Standstill { _lock: Some(file), is_sure: true }),
            Err(Errno::AGAIN | Errno::ACCESS) if Instant::now() < deadline => std::thread::sleep(PAUSE),
            Err(Errno::AGAIN | Errno::ACCESS) => return Err(in_use(path)),
            Err(Errno::NOLCK | Errno::NOTSUP | Errno::INVAL) => {
                return Ok(Standstill { _lock: None, is_sure: false });
            }
            Err(error) => return Err(error).with_context(|| format!("lock {}", path.display())),
        }
    }
}

/// Rolls back or brings home what stands beside the file. What cannot be is exchanged with it.
fn bring_home(path: &Path, timeout: Duration) {
    if !SIDECARS.iter().any(|suffix| beside(path, suffix).exists()) {
        return;
    }
    if let Ok(database) = sqlite::open(path, Access::Write, timeout) {
        // Closing the last connection takes -wal and -shm away; one that is busy shows in the lock.
        let _ = database.connection().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    }
}

/// The file of SQLite's own beside a database: `db.sqlite3-wal`.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}

fn in_use(path: &Path) -> anyhow::Error {
    let holders = process::holders(path);
    let who = if holders.is_empty() { "another program".to_owned() } else { holders.join(", ") };
    Error::new(Kind::Failed, format!("database {} stays in use by {who}", path.display()))
        .hint("stop the site: set [restore] stop and start (or units) so that sitekeep does it, or stop it by hand")
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::Connection;
    use std::process::Stdio;

    fn settings(path: &Path) -> DatabaseConfig {
        DatabaseConfig {
            path: path.to_owned(),
            timeout: Duration::from_millis(50),
            ..DatabaseConfig::default()
        }
    }

    #[test]
    fn a_wal_that_a_crash_left_is_brought_home() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, crashed) = (folder.path().join("db.sqlite3"), folder.path().join("crashed.sqlite3"));
        let writer = Connection::open(&path).expect("create");
        writer.pragma_update(None, "journal_mode", "WAL").expect("wal");
        writer.execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (7)").expect("rows");
        for suffix in ["", "-wal"] {
            std::fs::copy(beside(&path, suffix), beside(&crashed, suffix)).expect("copy");
        }
        drop(hold_still(&settings(&crashed)).expect("still"));
        assert!(!beside(&crashed, "-wal").exists() && !beside(&crashed, "-shm").exists());
        let rows: i64 = Connection::open(&crashed)
            .and_then(|connection| connection.query_row("SELECT a FROM t", [], |row| row.get(0)))
            .expect("rows");
        assert_eq!(rows, 7);
    }

    #[test]
    fn a_database_in_use_does_not_stand_still() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("db.sqlite3");
        Connection::open(&path).expect("create").execute_batch("CREATE TABLE t (a)").expect("table");
        // Another process: a process's own locks do not bar it.
        let script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); \
                      c.execute('BEGIN'); c.execute('SELECT * FROM sqlite_schema').fetchall(); \
                      print('reads', flush=True); sys.stdin.read()";
        let mut reader = process::command("python3")
            .args(["-c", script])
            .arg(&path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3");
        let mut line = String::new();
        std::io::BufRead::read_line(
            &mut std::io::BufReader::new(reader.stdout.take().expect("its output")),
            &mut line,
        )
        .expect("a line");
        let error = hold_still(&settings(&path)).expect_err("in use");
        assert!(error.to_string().contains(&format!("process {}", reader.id())), "{error}");
        drop(reader.stdin.take());
        reader.wait().expect("its end");
        hold_still(&settings(&path)).expect("still");
        hold_still(&settings(&folder.path().join("none"))).expect("nothing is still");
    }
}
