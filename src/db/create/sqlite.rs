//! A new SQLite file: written aside, with the owner of its folder, and renamed into place.

use super::Seed;
use super::fill;
use super::fill::Target;
use super::occupied;
use crate::db::Value;
use crate::db::sqlite;
use crate::db::sqlite_refusal::code;
use crate::db::sqlite_refusal::explain;
use crate::db::standstill::beside;
use crate::error;
use crate::error::Error;
use crate::error::Kind;
use crate::system::fs;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;
use rusqlite::Connection;
use rusqlite::ErrorCode;
use rusqlite::OpenFlags;
use rusqlite::Transaction;
use rusqlite::TransactionBehavior;
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

const SCHEMA: &str = include_str!("guide_sqlite.sql");

/// Tables, views and whatever else somebody made.
const OBJECTS: &str = "SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'sqlite~_%' ESCAPE '~'";

/// What stands where the database is to be.
enum Place {
    Free,
    /// A database without tables, as Django makes by merely opening one.
    Empty,
}

pub(super) fn create(path: &Path, timeout: Duration, app: &str, seed: &Seed, now: Timestamp) -> Result<()> {
    match look(path, timeout)? {
        Place::Free => create_at(path, app, seed, now),
        Place::Empty => fill_empty(path, timeout, app, seed, now),
    }
}

pub(super) fn check_vacant(path: &Path, timeout: Duration) -> Result<()> {
    look(path, timeout).map(drop)
}

fn look(path: &Path, timeout: Duration) -> Result<Place> {
    for suffix in ["-wal", "-journal"] {
        let beside = beside(path, suffix);
        // SQLite would play it into the new file.
        if !path.exists() && std::fs::symlink_metadata(&beside).is_ok() {
            return Err(occupied(format_args!("{} is the rest of a database", beside.display())));
        }
    }
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Place::Free),
        Err(error) => return Err(error).with_context(|| format!("look at {}", path.display())),
        Ok(_) => {}
    }
    let objects = || -> Result<i64> {
        let connection = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY, timeout)?;
        Ok(connection.query_row(OBJECTS, [], |row| row.get(0))?)
    };
    let is_locked = |problem: &rusqlite::Error| {
        matches!(code(problem), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
    };
    match objects() {
        Ok(0) => Ok(Place::Empty),
        Ok(_) => Err(occupied(format_args!("database {} holds tables already", path.display()))),
        Err(problem) if problem.downcast_ref().is_some_and(is_locked) => {
            Err(problem.downcast::<rusqlite::Error>().map_or_else(|other| other, |it| explain(path, &it)))
        }
        Err(problem) => Err(occupied(format_args!(
            "{} is there and cannot be read ({})",
            path.display(),
            error::one_line(&problem)
        ))),
    }
}

fn open(path: &Path, access: OpenFlags, timeout: Duration) -> Result<Connection> {
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(sqlite::uri(path), flags)?;
    connection.busy_timeout(timeout)?;
    Ok(connection)
}

/// Creates a database at `path`, where nothing may be yet.
///
/// # Errors
/// When a file is there, the folder cannot be written to, or the seed names a category that is not in it.
pub fn create_at(path: &Path, app: &str, seed: &Seed, now: Timestamp) -> Result<()> {
    let create = || -> Result<()> {
        let folder = path.parent().context("a database is a file in a folder")?;
        let aside = Aside::create(path, folder)?;
        let mut connection = open(&aside.path, OpenFlags::SQLITE_OPEN_READ_WRITE, Duration::ZERO)?;
        write(&mut connection, app, seed, now)?;
        connection.close().map_err(|(_, error)| error)?;
        std::fs::File::open(&aside.path)?.sync_all()?;
        fs::rename_new(&aside.path, path)?;
        fs::sync_folder(folder)
    };
    create().with_context(|| format!("create database {}", path.display()))
}

fn fill_empty(path: &Path, timeout: Duration, app: &str, seed: &Seed, now: Timestamp) -> Result<()> {
    let mut connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE, timeout)
        .with_context(|| format!("open database {}", path.display()))?;
    write(&mut connection, app, seed, now).with_context(|| format!("fill database {}", path.display()))
}

fn write(connection: &mut Connection, app: &str, seed: &Seed, now: Timestamp) -> Result<()> {
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Somebody may have been quicker than the look at it.
    let objects: i64 = transaction.query_row(OBJECTS, [], |row| row.get(0))?;
    if objects > 0 {
        return Err(occupied("it holds tables by now"));
    }
    fill::fill(&mut transaction, SCHEMA, app, seed, now)?;
    transaction.commit()?;
    Ok(())
}

impl Target for Transaction<'_> {
    fn script(&mut self, sql: &str) -> Result<()> {
        Ok(self.execute_batch(sql)?)
    }

    fn insert(&mut self, sql: &str, values: &[Value]) -> Result<()> {
        self.prepare_cached(sql)?.execute(rusqlite::params_from_iter(values))?;
        Ok(())
    }
}

/// The file while it is not whole; dropped before it was renamed, it is gone.
struct Aside {
    path: PathBuf,
}

impl Aside {
    /// Creates it for those who may enter the folder, and with the folder's owner.
    fn create(path: &Path, folder: &Path) -> Result<Self> {
        let name = path.file_name().context("a database is a file in a folder")?;
        let aside = Self { path: folder.join(format!(".sitekeep-{}.partial", name.to_string_lossy())) };
        aside.remove();
        let mode = std::fs::metadata(folder)
            .map_err(|error| {
                Error::new(Kind::Failed, format!("look at folder {}: {error}", folder.display()))
                    .hint("make it, for the user of the site, or set [database] path to the right place")
            })?
            .permissions()
            .mode()
            & 0o666;
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&aside.path)
            .with_context(|| format!("create {}", aside.path.display()))?
            .set_permissions(std::fs::Permissions::from_mode(mode))?;
        fs::inherit_owner(&aside.path)?;
        Ok(aside)
    }

    /// Removes what is there of it: the rest of a run that was killed, or this one's.
    fn remove(&self) {
        for suffix in ["-journal", ""] {
            // What cannot be removed now is in the way when it is created, and told then.
            let _ = std::fs::remove_file(beside(&self.path, suffix));
        }
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        self.remove();
    }
}
