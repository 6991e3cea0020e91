//! Why a SQLite file does not open or answer, in words with the way out.

use crate::error::Error;
use crate::error::Kind;
use anyhow::Context;
use anyhow::Result;
use std::io::Read;
use std::path::Path;

const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Looks at the file before SQLite does, for better words than "unable to open database file".
pub(super) fn recognise(path: &Path) -> Result<()> {
    let refuse = |message: String, hint: &str| Error::new(Kind::Failed, message).hint(hint);
    let mut file = std::fs::File::open(path).map_err(|error| {
        let (kind, hint) = match error.kind() {
            std::io::ErrorKind::NotFound => (
                Kind::Failed,
                "set [database] path to the site's db.sqlite3, or [database] url for PostgreSQL",
            ),
            // The site itself may well be let in.
            std::io::ErrorKind::PermissionDenied => {
                (Kind::Undetermined, "run as the user of the site, or as a member of its group")
            }
            _ => (Kind::Failed, "look at the file and its folder"),
        };
        Error::new(kind, format!("open database {}: {error}", path.display())).hint(hint)
    })?;
    let metadata = file.metadata().with_context(|| format!("look at {}", path.display()))?;
    if metadata.is_dir() {
        return Err(refuse(
            format!("{} is a folder, not a database", path.display()),
            "set [database] path to the file db.sqlite3 itself",
        )
        .into());
    }
    if metadata.len() == 0 {
        return Err(refuse(
            format!("database {} is empty (0 bytes)", path.display()),
            "restore the latest good backup, or make a new site's: sitekeep database create",
        )
        .into());
    }
    let mut head = [0; 16];
    let read = file.read(&mut head).with_context(|| format!("read {}", path.display()))?;
    if read < MAGIC.len() || &head != MAGIC {
        return Err(refuse(
            format!("{} is not a SQLite database", path.display()),
            "restore the latest good backup, or set [database] path to the right file",
        )
        .into());
    }
    Ok(())
}

pub(super) fn code(error: &rusqlite::Error) -> Option<rusqlite::ErrorCode> {
    match error {
        rusqlite::Error::SqliteFailure(failure, _) => Some(failure.code),
        _ => None,
    }
}

/// Whether the file holds half of a change, which a crash left there and a reader cannot take back.
pub(super) fn is_cut_off(error: &rusqlite::Error) -> bool {
    let rusqlite::Error::SqliteFailure(failure, _) = error else { return false };
    failure.extended_code == rusqlite::ffi::SQLITE_READONLY_ROLLBACK
}

/// Puts SQLite's error into words with the way out.
pub(super) fn explain(path: &Path, error: &rusqlite::Error) -> anyhow::Error {
    use rusqlite::ErrorCode;
    let (kind, message, hint) = match code(error) {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => (
            Kind::Undetermined,
            format!("database {} stays locked by another program", path.display()),
            "find it with `fuser -v` on the file, or wait longer with [database] timeout",
        ),
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => (
            Kind::Failed,
            format!("database {} is damaged: {error}", path.display()),
            "stop the site and restore the latest good backup",
        ),
        _ if is_cut_off(error) => (
            Kind::Undetermined,
            format!("database {} holds half of a change that a crash cut off", path.display()),
            "run as the user of the site, who may take it back; the site itself does so when it next opens it",
        ),
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => (
            Kind::Undetermined,
            format!("open database {}: {error}", path.display()),
            "SQLite also writes beside the file (-wal, -shm, -journal): run as the user of the site, and see whether the \
             disk is full (sitekeep disk)",
        ),
        // A sync that finds no room is to SQLite an error like any other.
        Some(ErrorCode::SystemIoFailure | ErrorCode::DiskFull) => (
            Kind::Failed,
            format!("database {}: {error}", path.display()),
            "see whether the disk is full or failing: sitekeep disk, and the system's log (dmesg)",
        ),
        _ => return anyhow::anyhow!("database {}: {error}", path.display()),
    };
    Error::new(kind, message).hint(hint).into()
}
