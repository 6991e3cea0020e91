//! Giving dead space back, and telling the planner what is there: only where it pays.

use super::Work;
use crate::config::DatabaseSource;
use crate::db;
use crate::db::upkeep;
use crate::db::upkeep::Space;
use crate::db::upkeep::TableSpace;
use crate::error::Error;
use crate::error::Kind as ErrorKind;
use crate::error::exit_code;
use crate::error::one_line;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use crate::system::mounts;
use crate::units::ByteSize;
use crate::units::Percent;
use crate::units::count;
use anyhow::Result;
use std::path::Path;

/// Share of rows that are dead from which PostgreSQL's own autovacuum would act.
const DEAD_ROWS: f64 = 20.0;
/// And how many there must be at least.
const DEAD_ROWS_AT_LEAST: u64 = 50;
/// Where SQLite puts the temporary copy of a VACUUM.
const TEMPORARY: &str = "/var/tmp";

/// Optimizes the database.
///
/// # Errors
/// When it is damaged, the disk has no room, or the safety backup fails: nothing is changed then.
pub fn optimize(work: &mut Work<'_>) -> Result<Check> {
    // First: reading a PostgreSQL table through tidies its pages, and the dead rows that were counted are fewer then.
    let before = upkeep::space(work.settings)?;
    let soundness = db::check_integrity(work.settings, false)?;
    if let Some(first) = soundness.damage.first() {
        return Err(Error::new(ErrorKind::Failed, format!("the database is damaged: {first}"))
            .hint("it is not rebuilt from damage; restore the latest good backup: sitekeep restore latest")
            .into());
    }
    let mut check = Check::default();
    let changed = match work.settings.source() {
        DatabaseSource::Sqlite(_) => sqlite(work, &before, &mut check)?,
        DatabaseSource::Postgres(_) => server(work, &before, &mut check)?,
    };
    if changed && !work.dry_run {
        let after = upkeep::space(work.settings)?;
        let message = format!(
            "{} before, {} after; {} of dead space before, {} after",
            ByteSize(before.bytes),
            ByteSize(after.bytes),
            ByteSize(before.dead_bytes()),
            ByteSize(after.dead_bytes())
        );
        check.add(
            Finding::ok(&kinds::DATABASE_SPACE, work.settings.label(), message)
                .with("bytes_before", before.bytes)
                .with("bytes_after", after.bytes),
        );
    }
    Ok(check)
}

fn sqlite(work: &mut Work<'_>, before: &Space, check: &mut Check) -> Result<bool> {
    let kind = &kinds::DATABASE_SPACE;
    let label = work.settings.label();
    let share = Percent::of(before.dead_bytes(), before.bytes);
    let limit = work.settings.dead_space;
    if share.0 < limit.0 && !work.force {
        let message = format!("left alone: {share} of it hold nothing, below {limit}");
        check.add(Finding::ok(kind, &label, message).with("dead_bytes", before.dead_bytes()));
        let never = before.tables.iter().any(|table| table.never_analysed);
        if never && !work.dry_run {
            upkeep::analyse(work.settings, None)?;
        }
        if never {
            let verb = if work.dry_run { "would get" } else { "has" };
            check.add(Finding::ok(kind, &label, format!("the planner {verb} fresh statistics")));
        }
        return Ok(false);
    }
    require_room(work, before.bytes.saturating_mul(2), Some(before.bytes))?;
    if work.dry_run {
        let message =
            format!("would be rebuilt: {} of it hold nothing ({share})", ByteSize(before.dead_bytes()));
        check.add(Finding::ok(kind, &label, message));
        return Ok(true);
    }
    (work.safety)()?;
    work.progress.start("rebuild the database", 0);
    let rebuilt = upkeep::rebuild(work.settings, None);
    work.progress.finish();
    rebuilt.map(|()| true)
}

fn server(work: &mut Work<'_>, before: &Space, check: &mut Check) -> Result<bool> {
    let kind = &kinds::DATABASE_SPACE;
    let pays = |table: &&TableSpace| {
        let share = Percent::of(table.dead_rows, table.rows.unwrap_or(0) + table.dead_rows);
        (share.0 >= DEAD_ROWS && table.dead_rows >= DEAD_ROWS_AT_LEAST) || table.never_analysed || work.force
    };
    let vacuumed: Vec<&TableSpace> = before.tables.iter().filter(pays).collect();
    let mut changed = !vacuumed.is_empty();
    if changed {
        if !work.dry_run {
            work.progress.start("vacuum", vacuumed.len() as u64);
            for table in &vacuumed {
                upkeep::analyse(work.settings, Some(&table.name))?;
                work.progress.advance(1);
            }
            work.progress.finish();
        }
        let dead_rows = count(vacuumed.iter().map(|table| table.dead_rows).sum(), "dead row");
        let tables = count(vacuumed.len() as u64, "table");
        let verb = if work.dry_run { "would be cleared" } else { "cleared" };
        let names: Vec<&str> = vacuumed.iter().map(|table| table.name.as_str()).collect();
        let message = format!("{dead_rows} of {tables} {verb}, and their statistics made anew");
        check.add(Finding::ok(kind, work.settings.label(), message).with("tables", names));
    }
    // The estimate of bloat stands on the statistics that were just made.
    let space = if work.dry_run { before.clone() } else { upkeep::space(work.settings)? };
    for table in &space.tables {
        changed |= rebuild(work, table, check)?;
    }
    if !changed {
        let share = Percent::of(space.dead_bytes(), space.bytes);
        let message = format!("left alone: {share} of it hold nothing, and no table has many dead rows");
        check.add(Finding::ok(kind, work.settings.label(), message));
    }
    Ok(changed)
}

/// Rebuilds one table of a server where it pays; the lock is asked for no longer than the database's time-out.
fn rebuild(work: &mut Work<'_>, table: &TableSpace, check: &mut Check) -> Result<bool> {
    let kind = &kinds::DATABASE_SPACE;
    let share = Percent::of(table.dead_bytes, table.table_bytes);
    if table.dead_bytes == 0 || share.0 < work.settings.dead_space.0 {
        return Ok(false);
    }
    let what = format!("{} of {} ({share})", ByteSize(table.dead_bytes), ByteSize(table.table_bytes));
    if work.dry_run {
        check.add(Finding::ok(kind, &table.name, format!("would be rebuilt: about {what} hold nothing")));
        return Ok(true);
    }
    if require_room(work, (table.table_bytes + table.index_bytes).saturating_mul(2), None)?.is_none() {
        let message = "whether the server has room for a rebuild cannot be told from here";
        check.add(Finding::ok(kind, &table.name, message));
    }
    (work.safety)()?;
    work.progress.start(&format!("rebuild {}", table.name), 0);
    let rebuilt = upkeep::rebuild(work.settings, Some(&table.name));
    work.progress.finish();
    match rebuilt {
        Ok(()) => check.add(Finding::ok(kind, &table.name, format!("rebuilt: about {what} held nothing"))),
        // The others are not to wait for this one.
        Err(problem) if exit_code(&problem) == ErrorKind::Undetermined.exit_code() || is_locked(&problem) => {
            check.add(
                Finding::warning(kind, &table.name, format!("not rebuilt: {}", one_line(&problem)))
                    .remedy("do it when the site is quiet, or wait longer with [database] timeout"),
            );
        }
        Err(problem) => return Err(problem),
    }
    Ok(true)
}

fn is_locked(problem: &anyhow::Error) -> bool {
    one_line(problem).contains("lock timeout")
}

/// Asks for room on the disk of the database; `None` where it cannot be told.
fn require_room(work: &Work<'_>, needed: u64, temporary: Option<u64>) -> Result<Option<()>> {
    let Some(folder) = upkeep::data_folder(work.settings)? else { return Ok(None) };
    let mut places = vec![(folder.as_path(), needed)];
    if let Some(bytes) = temporary.filter(|_| Path::new(TEMPORARY).is_dir()) {
        places.push((Path::new(TEMPORARY), bytes));
    }
    for (place, needed) in places {
        let free = mounts::space(place)?.free;
        if free < needed {
            let (free, needed) = (ByteSize(free), ByteSize(needed));
            let message = format!("{} has {free} free, the rebuild takes up to {needed}", place.display());
            return Err(Error::new(ErrorKind::Failed, message).hint("free some space there first").into());
        }
    }
    Ok(Some(()))
}
