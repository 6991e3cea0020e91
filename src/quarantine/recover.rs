//! After a run that was cut off: every part old, or every part new.

use super::Change;
use super::Phase;
use super::Place;
use super::Quarantine;
use crate::db;
use crate::system::swap;
use anyhow::Result;

/// What became of a change that was cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    pub change: Change,
    /// Whether the new state is live; otherwise the former one is.
    pub is_applied: bool,
}

impl Quarantine<'_> {
    /// Whether a change was cut off, without touching it.
    ///
    /// # Errors
    /// When the records cannot be read.
    pub fn unfinished(&self) -> Result<Vec<Change>> {
        let open = |change: &Change| {
            matches!(change.phase, Phase::Staging | Phase::Applying | Phase::Reverting)
                || change.stopped.is_some()
        };
        Ok(self.list()?.into_iter().filter(open).collect())
    }

    /// Finishes what runs that were killed left half done, and starts what they had stopped. The caller holds the
    /// site's lock.
    ///
    /// # Errors
    /// When a part cannot be put in its place or the service does not start; it is tried again next time.
    pub fn recover(&self) -> Result<Vec<Recovered>> {
        let mut recovered = Vec::new();
        for mut change in self.unfinished()? {
            self.finish(&mut change)?;
            let is_applied = change.phase == Phase::Applied;
            if let Some(service) = change.stopped.take() {
                service.start()?;
                self.write(&change)?;
            }
            if change.phase == Phase::Staging {
                self.discard(&change)?;
            }
            recovered.push(Recovered { change, is_applied });
        }
        Ok(recovered)
    }

    fn finish(&self, change: &mut Change) -> Result<()> {
        if !matches!(change.phase, Phase::Applying | Phase::Reverting) {
            return Ok(());
        }
        for part in &change.parts {
            match &part.place {
                Place::Path { live, kept } => swap::settle(live, kept)?,
                Place::Postgres(aside) => db::reopen(self.database, aside)?,
            }
        }
        if change.phase == Phase::Reverting && change.independent {
            self.go_on_giving_back(change, &|_| true)?;
            if change.parts.is_empty() && change.bytes() == 0 {
                // Nothing is kept any more: it is removed like one that was only prepared.
                self.enter(change, Phase::Staging)?;
            }
            return Ok(());
        }
        if change.phase == Phase::Reverting {
            for part in change.parts.iter().rev().filter(|part| part.has_effect()) {
                if !self.is_exchanged(part)? {
                    self.exchange(part)?;
                }
            }
            super::sync(&change.parts)?;
            return self.enter(change, Phase::Reverted);
        }
        if change.independent {
            self.drop_unexchanged(change)?;
            super::growth::end(change)?;
            super::sync(&change.parts)?;
            // Without a part it was never more than prepared, and is removed as such.
            let phase = if change.parts.is_empty() { Phase::Staging } else { Phase::Applied };
            return self.enter(change, phase);
        }
        let mut is_whole = true;
        for part in change.parts.iter().filter(|part| part.has_effect()) {
            is_whole &= self.is_exchanged(part)?;
        }
        if !is_whole {
            return self.take_back(change);
        }
        super::sync(&change.parts)?;
        self.enter(change, Phase::Applied)
    }
}
