//! The moment of a restore in which the site changes: stopped, exchanged, looked at, started, visited.

use super::Restore;
use super::smoke;
use crate::db;
use crate::db::Access;
use crate::error::Error;
use crate::error::Kind as ErrorKind;
use crate::error::one_line;
use crate::quarantine::Change;
use crate::quarantine::Phase;
use crate::quarantine::Place;
use crate::quarantine::Quarantine;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use crate::system::process;
use anyhow::Context;
use anyhow::Result;

/// Which state is to be live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// The one that was prepared.
    Forth,
    /// The former one.
    Back,
}

/// Puts the other state in place; when the site does not work with it, or anything fails, everything is as before.
///
/// # Errors
/// When a step fails.
pub(super) fn switch(
    order: &Restore<'_>,
    quarantine: &Quarantine<'_>,
    change: &mut Change,
    direction: Direction,
    check: &mut Check,
) -> Result<()> {
    let answered = smoke::answers(order.config);
    stop(order, quarantine, change)?;
    let stopped = change.stopped.is_some();
    if let Err(problem) = exchange(order, quarantine, change, direction, check) {
        start(quarantine, change).with_context(|| format!("start the site again after: {problem:#}"))?;
        return Err(problem);
    }
    let started = start(quarantine, change);
    let mut visit = Check::default();
    let works = match started {
        Ok(()) => smoke::visit(order, stopped || answered, &mut visit),
        Err(problem) => Err(problem),
    };
    let problem = match works {
        Ok(()) => {
            check.absorb(visit);
            tell_running(change, stopped, answered, check);
            return Ok(());
        }
        Err(problem) => problem,
    };
    if order.keep_failed || direction == Direction::Back {
        let message = format!("the site does not work with it: {}", one_line(&problem));
        let undo = "look at the site; to change back: sitekeep undo";
        check.add(Finding::critical(&kinds::RESTORE_SITE, &order.config.site.url, message).remedy(undo));
        return Ok(());
    }
    let why = one_line(&problem);
    stop(order, quarantine, change)
        .and_then(|()| exchange(order, quarantine, change, Direction::Back, check))
        .and_then(|()| start(quarantine, change))
        .with_context(|| format!("bring the former state back, because {why}"))?;
    Err(Error::new(ErrorKind::Failed, format!("{why}; the former state is live again"))
        .hint("look at it with `sitekeep backup drill BACKUP`; --keep-failed leaves the restored state in place")
        .into())
}

/// Stops what runs, and writes down beforehand that it is to be started again.
fn stop(order: &Restore<'_>, quarantine: &Quarantine<'_>, change: &mut Change) -> Result<()> {
    order.interrupt.check().or_else(|stopped| {
        // On the way back nothing is given up any more.
        if change.phase == Phase::Applied { Ok(()) } else { Err(stopped) }
    })?;
    let config = order.config;
    let Some(service) = config.restore.service(&config.site.unit()) else { return Ok(()) };
    let Some(running) = service.running()? else { return Ok(()) };
    change.stopped = Some(running.clone());
    quarantine.begin(change)?;
    order.progress.start("stop the site", 0);
    let stopped = running.stop();
    order.progress.finish();
    if stopped.is_err() {
        // Part of it may be stopped.
        start(quarantine, change).context("start again what was stopped")?;
    }
    stopped
}

fn start(quarantine: &Quarantine<'_>, change: &mut Change) -> Result<()> {
    let Some(service) = &change.stopped else { return Ok(()) };
    service.start()?;
    change.stopped = None;
    quarantine.begin(change)
}

fn exchange(
    order: &Restore<'_>,
    quarantine: &Quarantine<'_>,
    change: &mut Change,
    direction: Direction,
    check: &mut Check,
) -> Result<()> {
    if change.phase != Phase::Applied {
        // The last moment at which giving up costs nothing.
        order.interrupt.check()?;
    }
    let database = &order.config.database;
    let changes_database = change.parts.iter().any(|part| part.name == "database");
    let still = if changes_database { Some(db::hold_still(database)?) } else { None };
    if still.as_ref().is_some_and(|still| !still.is_sure) {
        let message = "its file system has no locks: whether somebody wrote to it meanwhile is not known";
        check.add(
            Finding::warning(&kinds::RESTORE_SITE, "database", message)
                .remedy("compare the latest orders and changes; next time stop the site: [restore] units, or stop and start"),
        );
    }
    match direction {
        Direction::Forth => quarantine.apply(change)?,
        Direction::Back => quarantine.revert(change)?,
    }
    drop(still);
    if direction == Direction::Back {
        return Ok(());
    }
    let looked = if changes_database {
        let live = db::connect(database, Access::Read).and_then(|mut live| live.schema());
        live.map(|_| ()).context("open the restored database in its place")
    } else {
        Ok(())
    };
    let Err(problem) = looked.and_then(|()| quarantine.commit(change)) else { return Ok(()) };
    let still = if changes_database { db::hold_still(database).map(Some) } else { Ok(None) };
    Err(match still {
        Ok(_still) => quarantine.back_out(change, problem),
        Err(busy) => problem.context(format!("the restored state stays live ({})", one_line(&busy))),
    })
}

/// Says what was not stopped and so may still work with the former state.
fn tell_running(change: &Change, stopped: bool, answered: bool, check: &mut Check) {
    if stopped {
        return;
    }
    let remedy = "restart the site; [restore] units, or stop and start, let sitekeep do it";
    for part in &change.parts {
        let Place::Path { kept, .. } = &part.place else { continue };
        if part.name == "database"
            && let Some(holder) = process::holders(kept).first()
        {
            let message = format!("{holder} still has the former database open");
            check.add(Finding::warning(&kinds::RESTORE_SITE, "database", message).remedy(remedy));
        }
    }
    let configured = change.parts.iter().any(|part| part.name == "settings" || part.name == ".env");
    if answered && configured {
        check.add(
            Finding::warning(&kinds::RESTORE_SITE, "settings", "the running site has not read them yet")
                .remedy(remedy),
        );
    }
}
