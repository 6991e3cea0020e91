//! A backup takes the place of what is live, and what was live is kept.
//!
//! Verify and plan ([`plan`]) → prepare beside the live site (`stage`) → stop the site → exchange by rename
//! ([`crate::quarantine`]) → look → start the site → visit it (`smoke`); the former state comes back when any step
//! fails. Nothing live is written to or removed at any step.

mod plan;
mod smoke;
mod stage;
mod switch;

pub use plan::Item;
pub use plan::Plan;
pub use plan::Target;
pub use plan::plan;

use crate::config::Config;
use crate::progress::Progress;
use crate::quarantine::Change;
use crate::quarantine::Phase;
use crate::quarantine::Quarantine;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use crate::system::interrupt::Interrupt;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;
use std::path::Path;

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
            self.give_up(&quarantine, &change)?;
            return Err(problem);
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
                self.give_up(&quarantine, &change)?;
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
        let direction = match change.phase {
            Phase::Reverted => switch::Direction::Forth,
            _ => switch::Direction::Back,
        };
        if change.independent {
            return self.undo_each(&quarantine, change, direction, check);
        }
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

    /// The same for parts that stand for themselves, as pictures do: the site goes on meanwhile, and what has been
    /// replaced since stays.
    fn undo_each(
        &self,
        quarantine: &Quarantine<'_>,
        mut change: Change,
        direction: switch::Direction,
        check: &mut Check,
    ) -> Result<()> {
        for part in quarantine.set_taken_aside(&mut change)? {
            check.add(
                Finding::warning(&kinds::UNDO, part.place.to_string(), "it was replaced since, and stays as it is")
                    .remedy("the one of before goes when the quarantine is purged; copy it from its folder if it is wanted"),
            );
        }
        self.interrupt.check()?;
        let state = match direction {
            switch::Direction::Back => {
                quarantine.revert(&mut change)?;
                "former state is"
            }
            switch::Direction::Forth => {
                quarantine.apply(&mut change)?;
                quarantine.commit(&mut change)?;
                "new state is"
            }
        };
        let mut numbers = std::collections::BTreeMap::new();
        for part in &change.parts {
            *numbers.entry(part.name.as_str()).or_insert(0_usize) += 1;
        }
        for (name, number) in numbers {
            let message = format!("the {state} live, of {number} of them ({})", change.command);
            check.add(Finding::ok(&kinds::UNDO, name, message));
        }
        Ok(())
    }

    fn give_up(&self, quarantine: &Quarantine<'_>, change: &Change) -> Result<()> {
        quarantine
            .discard(change)
            .with_context(|| format!("remove what run {} had prepared; the next run tries again", self.run))
    }
}
