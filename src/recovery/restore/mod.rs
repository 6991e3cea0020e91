//! A backup takes the place of what is live, and what was live is kept.
//!
//! Verify and plan ([`plan`]) → prepare beside the live site (`stage`) → stop the site → exchange by rename
//! ([`crate::quarantine`]) → look → start the site → visit it (`smoke`); the former state comes back when any step
//! fails. Nothing live is written to or removed at any step.

mod owner;
mod plan;
mod smoke;
mod stage;
mod switch;

pub use plan::Item;
pub use plan::Plan;
pub use plan::Target;
pub use plan::plan;

use crate::config::Config;
use crate::error::Error;
use crate::error::Kind as ErrorKind;
use crate::progress::Progress;
use crate::quarantine::Change;
use crate::quarantine::Phase;
use crate::quarantine::Place;
use crate::quarantine::Quarantine;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use crate::system::interrupt::Interrupt;
use crate::units::count;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;
use std::path::Path;

/// So many files that could not be brought back are named.
const NAMED: usize = 10;

/// A part of the site that a backup may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SitePart {
    Database,
    Media,
    /// Settings and `.env`.
    Config,
}

/// Which parts are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Selection {
    /// Whatever the backup holds.
    #[default]
    All,
    /// These, and one that the backup lacks is an error.
    Only(Vec<SitePart>),
}

impl Selection {
    pub fn wants(&self, part: SitePart) -> bool {
        match self {
            Self::All => true,
            Self::Only(parts) => parts.contains(&part),
        }
    }

    /// Whether that part and no other is wanted.
    pub fn wants_only(&self, part: SitePart) -> bool {
        matches!(self, Self::Only(parts) if parts.iter().all(|one| *one == part))
    }
}

/// Surroundings of a restore or an undo.
#[derive(Clone, Copy)]
pub struct Restore<'a> {
    pub config: &'a Config,
    pub state_folder: &'a Path,
    /// Identifier of the run; also in the names of what is kept.
    pub run: &'a str,
    pub now: Timestamp,
    pub interrupt: &'a Interrupt,
    pub progress: &'a dyn Progress,
    /// Whether the new state stays although the site does not answer with it.
    pub keep_failed: bool,
}

impl<'a> Restore<'a> {
    pub fn quarantine(&self) -> Quarantine<'a> {
        Quarantine::new(self.state_folder, &self.config.database)
    }

    /// Carries out a plan; the caller holds the site's lock.
    ///
    /// What was found on the way is in `check`, also when it fails.
    ///
    /// # Errors
    /// When any step fails; the former state is live then.
    pub fn carry_out(&self, plan: &Plan, check: &mut Check) -> Result<()> {
        let quarantine = self.quarantine();
        let command = format!("restore {}", plan.artefact.name);
        let mut change = Change::new(self.run, command, self.now, &self.config.quarantine);
        if let Err(problem) = stage::stage(self, plan, &quarantine, &mut change, check) {
            return Err(self.give_up_after(problem, &quarantine, &change));
        }
        if change.parts.is_empty() {
            self.give_up(&quarantine, &change)?;
            check.add(Finding::ok(&kinds::RESTORE, "site", "everything is as in the backup already"));
            return Ok(());
        }
        let switched = switch::switch(self, &quarantine, &mut change, switch::Direction::Forth, check);
        if let Err(problem) = switched {
            // The former state is live: the restored one is of no use to anybody.
            if matches!(change.phase, Phase::Staging | Phase::Reverted) && change.stopped.is_none() {
                return Err(self.give_up_after(problem, &quarantine, &change));
            }
            return Err(problem);
        }
        let days = self.config.quarantine.keep_days;
        let message = format!("the former state is kept for {days} days; to bring it back: sitekeep undo");
        check.add(Finding::ok(&kinds::QUARANTINE, self.run, message));
        Ok(())
    }

    /// Brings the state back that a change had replaced, or, the second time, the one that it had put there.
    ///
    /// # Errors
    /// When a part cannot be exchanged; what was live is live again then.
    pub fn undo(&self, mut change: Change, check: &mut Check) -> Result<()> {
        let quarantine = self.quarantine();
        if change.rows.is_some() {
            return turn_rows(&quarantine, change, check);
        }
        if change.independent {
            return give_back(&quarantine, change, check);
        }
        let direction = match change.phase {
            Phase::Reverted => switch::Direction::Forth,
            _ => switch::Direction::Back,
        };
        switch::switch(self, &quarantine, &mut change, direction, check)?;
        let state = if change.phase == Phase::Applied { "restored" } else { "former" };
        for name in change.names() {
            check.add(Finding::ok(
                &kinds::UNDO,
                name,
                format!("the {state} state is live ({})", change.command),
            ));
        }
        Ok(())
    }

    /// Removes what was prepared; what cannot be is told beside the problem, and goes with the next run.
    fn give_up_after(
        &self,
        problem: anyhow::Error,
        quarantine: &Quarantine<'_>,
        change: &Change,
    ) -> anyhow::Error {
        match self.give_up(quarantine, change) {
            Ok(()) => problem,
            Err(left) => problem.context(format!("{left:#}, after")),
        }
    }

    fn give_up(&self, quarantine: &Quarantine<'_>, change: &Change) -> Result<()> {
        quarantine
            .discard(change)
            .with_context(|| format!("remove what run {} had prepared; the next run tries again", self.run))
    }
}

/// Brings rows and their pictures back; the site goes on meanwhile.
fn turn_rows(quarantine: &Quarantine<'_>, mut change: Change, check: &mut Check) -> Result<()> {
    quarantine.turn_rows(&mut change)?;
    let rows = count(quarantine.rows(&change)?.len() as u64, "row");
    let how = if change.phase == Phase::Applied { "written again" } else { "as before" };
    let message = format!("{rows} {how} ({})", change.command);
    check.add(Finding::ok(&kinds::UNDO, "rows", message));
    Ok(())
}

/// Brings back what stands for itself, as pictures do: the site goes on meanwhile.
fn give_back(quarantine: &Quarantine<'_>, mut change: Change, check: &mut Check) -> Result<()> {
    if change.phase == Phase::Reverted {
        let message = format!("`{}` was undone already", change.command);
        return Err(Error::new(ErrorKind::Usage, message)
            .hint("to do it again, run that command again: it looks at the site as it is now")
            .into());
    }
    let all = change.parts.len();
    let left = quarantine.give_back(&mut change, &|_| true)?;
    for (part, why) in left.iter().take(NAMED) {
        let Place::Path { kept, .. } = &part.place else { continue };
        let message = format!("not brought back: {why}; it lies in {}", kept.display());
        let remedy = "see to what stands there and undo again, or take the kept one by hand";
        check.add(Finding::warning(&kinds::UNDO, part.place.to_string(), message).remedy(remedy));
    }
    if left.len() > NAMED {
        let message = format!("{} more were not brought back", left.len() - NAMED);
        check.add(Finding::warning(&kinds::UNDO, "files", message));
    }
    let back = count((all - left.len()) as u64, "file");
    if change.parts.is_empty() && change.bytes() == 0 {
        quarantine.discard(&change)?;
    }
    if all > left.len() || left.is_empty() {
        check.add(Finding::ok(&kinds::UNDO, "files", format!("{back} as before ({})", change.command)));
    }
    Ok(())
}
