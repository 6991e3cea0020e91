//! After a run that was cut off: every part old, or every part new.

use super::Change;
use super::PREFIX;
use super::Phase;
use super::Place;
use super::Quarantine;
use crate::db;
use crate::system::swap;
use anyhow::Context;
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
            !matches!(change.phase, Phase::Applied | Phase::Reverted) || change.stopped.is_some()
        };
        Ok(self.list()?.into_iter().filter(open).collect())
    }

    /// Finishes what runs that were killed left half done, and starts what they had stopped. The caller holds the
    /// site's lock, so that no run is under way.
    ///
    /// # Errors
    /// When a part cannot be put in its place or the service does not start; it is tried again next time.
    pub fn recover(&self) -> Result<Vec<Recovered>> {
        self.remove_cut_writes()?;
        let mut recovered = Vec::new();
        for mut change in self.unfinished()? {
            if change.phase == Phase::Removing {
                // The site has nothing to do with it any more: what cannot go now is told by the next purge.
                let _ = self.discard(&change);
                continue;
            }
            if let Err(problem) = self.finish(&mut change) {
                // A database that cannot be asked must not keep a restore of it from the lock: rows are written whole or
                // not at all, and the files wait.
                if change.rows.is_some() {
                    continue;
                }
                return Err(problem);
            }
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

    /// Removes what a kill left of records that were being written.
    fn remove_cut_writes(&self) -> Result<()> {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return Ok(()) };
        for entry in entries.flatten() {
            if entry.file_name().to_string_lossy().starts_with(PREFIX) {
                let path = entry.path();
                std::fs::remove_file(&path).with_context(|| format!("remove {}", path.display()))?;
            }
        }
        Ok(())
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
        if change.rows.is_some() {
            return self.finish_rows(change);
        }
        if change.phase == Phase::Reverting && change.independent {
            self.go_on_giving_back(change, &|_| true)?;
            if change.parts.is_empty() && change.bytes() == 0 {
                // Nothing is kept any more: it is removed like one that was only prepared.
                self.enter(change, Phase::Staging)?;
            }
            return Ok(());
        }
        if change.independent {
            self.drop_unexchanged(change)?;
            super::growth::end(change)?;
            super::sync(&change.parts)?;
            // Without a part it was never more than prepared, and is removed as such.
            let phase = if change.parts.is_empty() { Phase::Staging } else { Phase::Applied };
            return self.enter(change, phase);
        }
        let mut exchanged = 0;
        let moving = change.parts.iter().filter(|part| part.has_effect()).count();
        for part in change.parts.iter().filter(|part| part.has_effect()) {
            exchanged += usize::from(self.is_exchanged(part)?);
        }
        let is_whole = exchanged == moving;
        // The site may have been started meanwhile: its database is not exchanged under it, nor left with another's -wal.
        let changes_database = !is_whole && change.parts.iter().any(|part| part.name == "database");
        let _still = if changes_database { Some(db::hold_still(self.database)?) } else { None };
        match change.phase {
            Phase::Applying if is_whole => {
                super::sync(&change.parts)?;
                self.enter(change, Phase::Applied)
            }
            Phase::Applying => self.take_back(change),
            _ => {
                for part in change.parts.iter().rev().filter(|part| part.has_effect()) {
                    if !self.is_exchanged(part)? {
                        self.exchange(part)?;
                    }
                }
                super::sync(&change.parts)?;
                change.phase = Phase::Reverted;
                // A disk that is full does not keep the site from its lock; it is written next time.
                let _ = self.write(change);
                Ok(())
            }
        }
    }
}
