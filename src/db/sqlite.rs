//! SQLite through rusqlite.

use super::Access;
use super::Database;
use super::Engine;
use super::Row;
use super::Schema;
use super::Value;
use super::sqlite_refusal::code;
use super::sqlite_refusal::explain;
use super::sqlite_refusal::is_cut_off;
use super::sqlite_refusal::recognise;
use super::standstill::beside;
use crate::error::Error;
use crate::error::Kind;
use anyhow::Context;
use anyhow::Result;
use rusqlite::Connection;
use rusqlite::OpenFlags;
use rusqlite::types::ToSqlOutput;
use rusqlite::types::ValueRef;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

/// How long a file read as one that nobody changes is believed to be such: no lock tells when somebody does.
const IMMUTABLE_AGE: Duration = Duration::from_secs(1);

pub(super) struct Sqlite {
    connection: Connection,
    path: PathBuf,
    /// Since when the file is read without locks, as one that nobody changes.
    immutable_since: Option<Instant>,
}

/// Opens an existing database file; one that is missing is never created.
pub(super) fn open(path: &Path, access: Access, timeout: Duration) -> Result<Sqlite> {
    recognise(path)?;
    let attempt = |name: &str, access: Access| -> rusqlite::Result<Connection> {
        let flags = match access {
            Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
            Access::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
        } | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_URI;
        let connection = Connection::open_with_flags(name, flags)?;
        connection.busy_timeout(timeout)?;
        // The first read shows whether the file, its journal and its lock let us in.
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(connection)
    };
    let uri = uri(path);
    let mut opened = attempt(&uri, access);
    // What a crash cut off is rolled back by the first who opens the file and may write to it, as the site would.
    if opened.as_ref().is_err_and(is_cut_off) && attempt(&uri, Access::Write).is_ok() {
        opened = attempt(&uri, access);
    }
    let refused = match opened {
        Ok(connection) => return Ok(Sqlite { connection, path: path.to_owned(), immutable_since: None }),
        Err(error) => error,
    };
    // To read a database in WAL mode, SQLite writes beside it, which a reader of a read-only folder cannot. While
    // there is no -wal nobody has it open, and the file alone is the whole database.
    let barred =
        matches!(code(&refused), Some(rusqlite::ErrorCode::CannotOpen | rusqlite::ErrorCode::ReadOnly));
    // A -journal that a crash left holds what must be rolled back first: the file alone is then half of a change.
    let alone = ["-wal", "-journal"].iter().all(|suffix| !beside(path, suffix).exists());
    if access == Access::Read && barred && alone {
        let since = Some(Instant::now());
        let connection =
            attempt(&format!("{uri}?immutable=1"), access).map_err(|error| explain(path, &error))?;
        return Ok(Sqlite { connection, path: path.to_owned(), immutable_since: since });
    }
    Err(explain(path, &refused))
}

/// Opens a copy that nobody else has: read without a lock, and without -wal or -shm beside it.
pub(super) fn open_alone(path: &Path) -> Result<Sqlite> {
    recognise(path)?;
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(format!("{}?immutable=1", uri(path)), flags)
        .map_err(|error| explain(path, &error))?;
    // Nobody changes it while it is read, however long that takes.
    Ok(Sqlite { connection, path: path.to_owned(), immutable_since: None })
}

impl Sqlite {
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// SQLite's error about this file, with the way out.
    pub(super) fn explain(&self, error: &rusqlite::Error) -> anyhow::Error {
        explain(&self.path, error)
    }
}

/// The path as a `file:` URI, so that a name with `?` or `%` is a name.
pub(super) fn uri(path: &Path) -> String {
    use std::fmt::Write as _;
    use std::os::unix::ffi::OsStrExt;
    let mut text = String::from("file:");
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => {
                text.push(char::from(*byte));
            }
            other => {
                // Writing to a string cannot fail.
                let _ = write!(text, "%{other:02X}");
            }
        }
    }
    text
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Self::Boolean(truth) => ToSqlOutput::from(*truth),
            Self::Integer(number) => ToSqlOutput::from(*number),
            Self::Real(number) => ToSqlOutput::from(*number),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Self::Time(time) => ToSqlOutput::from(django_time(*time)),
        })
    }
}

/// Writes a time as Django does on SQLite: UTC, microseconds left out when they are zero.
pub(super) fn django_time(time: jiff::Timestamp) -> String {
    let seconds = time.strftime("%Y-%m-%d %H:%M:%S");
    let micros = time.subsec_microsecond();
    if micros == 0 { seconds.to_string() } else { format!("{seconds}.{micros:06}") }
}

impl Database for Sqlite {
    fn engine(&self) -> Engine {
        Engine::Sqlite
    }

    fn query(&mut self, sql: &str, parameters: &[Value]) -> Result<Vec<Row>> {
        let read = || -> rusqlite::Result<Vec<Row>> {
            let mut statement = self.connection.prepare_cached(sql)?;
            let columns = statement.column_count();
            let mut rows = statement.query(rusqlite::params_from_iter(parameters))?;
            let mut answer = Vec::new();
            while let Some(row) = rows.next()? {
                let values =
                    (0..columns).map(|position| row.get_ref(position).map(own)).collect::<Result<_, _>>()?;
                answer.push(Row(values));
            }
            Ok(answer)
        };
        read().map_err(|error| explain(&self.path, &error))
    }

    fn schema(&mut self) -> Result<Schema> {
        let rows = self.query(
            "SELECT t.name, c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table'",
            &[],
        )?;
        let pairs = rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?))).collect::<Result<Vec<_>>>()?;
        Ok(Schema::from_pairs(pairs))
    }

    fn size(&mut self) -> Result<u64> {
        size(&self.path)
    }

    fn quick_check(&mut self, limit: Duration) -> Result<Vec<String>> {
        let deadline = Instant::now() + limit;
        self.connection.progress_handler(10_000, Some(move || Instant::now() > deadline))?;
        let answer = self.query("PRAGMA quick_check(20)", &[]);
        self.connection.progress_handler(0, None::<fn() -> bool>)?;
        let rows = match answer {
            Err(_) if Instant::now() > deadline => {
                return Err(Error::new(
                    Kind::Undetermined,
                    format!(
                        "database {} is too large to be read through in {} s",
                        self.path.display(),
                        limit.as_secs()
                    ),
                )
                .hint("read it through by hand: sqlite3 FILE 'PRAGMA quick_check'")
                .into());
            }
            other => other?,
        };
        let lines = rows.iter().map(|row| row.text(0)).collect::<Result<Vec<_>>>()?;
        Ok(lines.into_iter().filter(|line| line != "ok").collect())
    }

    fn is_closed(&self) -> bool {
        self.immutable_since.is_some_and(|since| since.elapsed() >= IMMUTABLE_AGE)
    }
}

/// Bytes of the file and of its `-wal`, whether or not the database can be opened.
///
/// # Errors
/// When the file is not there or its folder may not be entered.
pub fn size(path: &Path) -> Result<u64> {
    let mut bytes = std::fs::metadata(path).with_context(|| format!("look at {}", path.display()))?.len();
    match std::fs::metadata(beside(path, "-wal")) {
        Ok(metadata) => bytes += metadata.len(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("look at the -wal of {}", path.display())),
    }
    Ok(bytes)
}

fn own(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_django_writes_them() {
        for (time, text) in [
            ("2026-11-22T23:23:18.739559Z", "2026-11-22 23:23:18.739559"),
            ("2026-11-22T23:23:18Z", "2026-11-22 23:23:18"),
            ("2026-11-22T23:23:18.000007Z", "2026-11-22 23:23:18.000007"),
        ] {
            assert_eq!(django_time(time.parse().expect("a time")), text);
        }
    }

    #[test]
    fn a_name_with_uri_characters_is_a_name() {
        assert_eq!(uri(Path::new("/a b/é?.db")), "file:/a%20b/%C3%A9%3F.db");
    }

    #[test]
    fn what_is_no_database_is_told_apart() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("db.sqlite3");
        let told = |path: &Path| match open(path, Access::Read, Duration::ZERO) {
            Ok(_) => "opened".to_owned(),
            Err(error) => crate::error::one_line(&error),
        };
        assert!(told(&path).contains("No such file"));
        assert!(told(folder.path()).contains("is a folder"));
        crate::system::fs::write_atomic(&path, b"", 0o600).expect("write");
        assert!(told(&path).contains("is empty"));
        crate::system::fs::write_atomic(&path, b"<html>not a database</html>", 0o600).expect("write");
        assert!(told(&path).contains("is not a SQLite database"));
        let mut damaged = b"SQLite format 3\0".to_vec();
        damaged.extend([7; 4096]);
        crate::system::fs::write_atomic(&path, &damaged, 0o600).expect("write");
        assert!(told(&path).contains("is damaged"), "{}", told(&path));
    }

    #[test]
    fn a_locked_database_is_undetermined() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("db.sqlite3");
        let writer = Connection::open(&path).expect("create");
        writer.execute_batch("CREATE TABLE t (a); BEGIN EXCLUSIVE;").expect("lock");
        let Err(error) = open(&path, Access::Read, Duration::from_millis(10)) else { panic!("opened") };
        assert_eq!(crate::error::exit_code(&error), 3);
    }

    #[test]
    fn an_idle_wal_database_opens() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("db.sqlite3");
        let writer = Connection::open(&path).expect("create");
        writer.pragma_update(None, "journal_mode", "WAL").expect("wal");
        writer.execute_batch("CREATE TABLE t (a)").expect("table");
        drop(writer);
        let mut database = open(&path, Access::Read, Duration::ZERO).expect("open");
        assert!(database.schema().expect("schema").has("t", "a"));
    }

    #[test]
    fn a_file_read_without_locks_is_not_believed_for_long() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("db.sqlite3");
        let connection = Connection::open(&path).expect("create");
        let mut database = Sqlite { connection, path, immutable_since: None };
        assert!(!database.is_closed());
        database.immutable_since = Some(Instant::now());
        assert!(!database.is_closed());
        database.immutable_since = Instant::now().checked_sub(IMMUTABLE_AGE);
        assert!(database.is_closed());
    }
}
