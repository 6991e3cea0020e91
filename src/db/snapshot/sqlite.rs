//! The copy of a SQLite database: the online backup API, all pages in one step.
//!
//! In one step, because in several it begins anew whenever another connection writes and never ends under a writer
//! that does not pause (H1). One step holds one read transaction: in WAL mode nobody notices; with a rollback journal
//! writers wait while the pages are copied, 0.5 s for 270 MB, and go on by themselves within Django's 5 s time-out.
//!
//! Not `VACUUM INTO`, which is as consistent: it took 0.70-0.87 s against 0.50-0.54 s for 277 MB, it leaves WAL mode
//! behind, may renumber rows without an INTEGER PRIMARY KEY, and rebuilds each index, so that a damaged index of the
//! live database would go unnoticed. The backup API copies pages: page size, `application_id`, `user_version`,
//! `auto_vacuum`, WAL mode and damage are those of the source, and `quick_check` of the copy speaks for both.

use super::Checked;
use super::Copied;
use super::Origin;
use super::unfinished::Unfinished;
use crate::config::DatabaseConfig;
use crate::db::Access;
use crate::db::Engine;
use crate::db::fingerprint;
use crate::db::integrity;
use crate::db::sqlite;
use crate::db::sqlite::Sqlite;
use crate::error::Error;
use crate::error::Kind;
use crate::progress::Progress;
use anyhow::Context;
use anyhow::Result;
use rusqlite::Connection;
use rusqlite::OpenFlags;
use rusqlite::backup::Backup;
use rusqlite::backup::StepResult;
use std::path::Path;
use std::time::Duration;
use std::time::Instant;

/// How long one look for a moment without a writer's lock waits for the next.
const PAUSE: Duration = Duration::from_millis(1);
/// So often as long as a single statement waits for a lock may the copy wait for its one.
const PATIENCE: u32 = 12;

pub(super) fn take(
    path: &Path,
    settings: &DatabaseConfig,
    target: &Path,
    progress: &dyn Progress,
) -> Result<Copied> {
    let source = sqlite::open(path, Access::Read, settings.timeout)?;
    progress.start("copy the database", sqlite::size(path)?);
    let unfinished = Unfinished::create(target)?;
    copy(&source, target, settings.timeout * PATIENCE)?;
    drop(source);
    let bytes = unfinished.size()?;
    progress.advance(bytes);
    progress.finish();
    Ok(Copied { file: unfinished, engine: Engine::Sqlite, bytes, program: None, origin: Origin::Sqlite })
}

fn copy(source: &Sqlite, target: &Path, patience: Duration) -> Result<()> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let explain = |error: rusqlite::Error| source.explain(&error);
    let mut copy = Connection::open_with_flags(sqlite::uri(target), flags)
        .with_context(|| format!("open {}", target.display()))?;
    // A copy that is interrupted is thrown away, and a finished one that stays is synced once.
    copy.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
        .with_context(|| format!("prepare {}", target.display()))?;
    // SQLite's own waiting sleeps up to 100 ms at a time and can miss every gap of a busy writer.
    source.connection().busy_timeout(Duration::ZERO).map_err(explain)?;
    let backup = Backup::new(source.connection(), &mut copy).map_err(explain)?;
    let deadline = Instant::now() + patience;
    loop {
        match backup.step(-1).map_err(explain)? {
            StepResult::Done => break,
            _ if Instant::now() < deadline => std::thread::sleep(PAUSE),
            _ => {
                return Err(Error::new(
                    Kind::Undetermined,
                    format!("the database stays locked by another program for {} s", patience.as_secs()),
                )
                .hint("find it with `fuser -v` on the file, or wait longer with [database] timeout")
                .into());
            }
        }
    }
    drop(backup);
    copy.close().map_err(|(_, error)| error).with_context(|| format!("close {}", target.display()))
}

/// Reads the copy twice at the same time: for its soundness and for its fingerprint.
pub(super) fn check(target: &Path) -> Result<Checked> {
    std::thread::scope(|scope| {
        let soundness = scope.spawn(|| -> Result<Vec<String>> {
            let mut copy = sqlite::open_alone(target)?;
            let damage = integrity::sqlite_damage(&mut copy, false)?;
            if let Some(first) = damage.first() {
                return Err(Error::new(
                    Kind::Failed,
                    format!("the database is damaged ({} problems): {first}", damage.len()),
                )
                .hint("keep the last good backups, stop the site and restore; a copy of damage is no backup")
                .into());
            }
            integrity::sqlite_references(&mut copy)
        });
        let print = sqlite::open_alone(target).and_then(|mut copy| fingerprint::of_sqlite(&mut copy));
        let problems = soundness.join().map_err(|_| anyhow::anyhow!("the check of the copy broke off"))??;
        Ok(Checked { fingerprint: print?, problems })
    })
}
