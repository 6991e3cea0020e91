//! Where everything goes that was replaced or removed, and how it comes back.
//!
//! A [`Change`] exchanges each live part of the site with one beside it, on the same file system or in the same
//! database server. So nothing is copied and nothing destroyed: what was live lies where the new state lay, and
//! exchanging once more takes the change back. The record of a change is one file in the state folder, on disk before
//! anything moves. What a kill leaves:
//!
//! | while | is left | and [`Quarantine::recover`] |
//! | --- | --- | --- |
//! | the new state is prepared (`staging`) | the folders and databases that the record names | removes them |
//! | the parts change places (`applying`) | some parts new, some old | completes the record when all are new, else takes them back; parts that stand for themselves stay as they are |
//! | more pictures are prepared (`applying`, growing) | those exchanged so far, and prepared ones | keeps those, removes these |
//! | rows are written (`applying`, with rows) | new files that nothing names, or files that nothing names any more | looks into the database whether the transaction took place, and moves these or those to the quarantine |
//! | they change back (`reverting`) | some parts new, some old | takes the rest back; of parts that stand for themselves, none over what came since |
//! | a change is removed (`removing`) | some of its folders and databases | removes the rest |
//!
//! A disk that is full may refuse a record that is to say more than before. So the parts go back without one
//! (`applying` with nothing exchanged is the former state), and a removal is noted by renaming the record.

mod change;
mod check;
mod give_back;
mod growth;
mod place;
mod recover;
mod rows;

pub use change::Change;
pub use change::Part;
pub use change::Phase;
pub use change::Place;
pub use check::check;
pub use place::container;
pub use place::folder_in;
pub use recover::Recovered;

use crate::config::DatabaseConfig;
use crate::config::QuarantineConfig;
use crate::db;
use crate::system::fs;
use crate::system::swap;
use anyhow::Context;
use anyhow::Result;
use anyhow::ensure;
use jiff::Timestamp;
use std::path::Path;
use std::path::PathBuf;

/// How the names of our folders beside the site's begin.
pub const PREFIX: &str = ".sitekeep-";
/// Extensions of a record, and of one whose change is being removed.
const RECORD: &str = "json";
const REMOVING: &str = "removing";

/// The changes of one site that can be taken back.
#[derive(Debug)]
pub struct Quarantine<'a> {
    /// Where the records lie.
    folder: PathBuf,
    database: &'a DatabaseConfig,
}

impl<'a> Quarantine<'a> {
    pub fn new(state_folder: &Path, database: &'a DatabaseConfig) -> Self {
        Self { folder: state_folder.join("quarantine"), database }
    }

    /// All changes, oldest first.
    ///
    /// # Errors
    /// When the records cannot be read.
    pub fn list(&self) -> Result<Vec<Change>> {
        let entries = match std::fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => {
                return Err(error).with_context(|| format!("read folder {}", self.folder.display()));
            }
        };
        let mut changes = Vec::new();
        for entry in entries {
            let path = entry.with_context(|| format!("read folder {}", self.folder.display()))?.path();
            match path.extension().and_then(|extension| extension.to_str()) {
                Some(RECORD) => changes.push(read(&path)?),
                Some(REMOVING) => changes.push(Change { phase: Phase::Removing, ..read(&path)? }),
                // The rest of a write that was cut off.
                _ => {}
            }
        }
        changes.sort_by(|one: &Change, other| (one.at, &one.run).cmp(&(other.at, &other.run)));
        Ok(changes)
    }

    /// Records a change whose new state is about to be prepared.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub fn begin(&self, change: &Change) -> Result<()> {
        fs::create_private_folder(&self.folder)?;
        self.write(change)?;
        // The folders themselves, of which a power failure must not take the record along.
        fs::sync_folder(self.folder.parent().unwrap_or(Path::new("/")))
    }

    /// Puts the prepared parts in the live places. The caller holds the site's lock and the database still.
    ///
    /// # Errors
    /// When a part cannot be exchanged; those before it are back in their places then.
    pub fn apply(&self, change: &mut Change) -> Result<()> {
        self.look(&mut change.parts)?;
        self.enter(change, Phase::Applying)?;
        let applied =
            change.parts.iter().try_for_each(|part| self.exchange(part)).and_then(|()| sync(&change.parts));
        applied.map_err(|problem| self.back_out(change, problem))
    }

    /// Says that the change is whole and looked at: from now on it is only taken back on demand. Of one that was growing,
    /// what was prepared and not used is removed.
    ///
    /// # Errors
    /// When the record cannot be written, or something cannot be removed; the change is to be given back then.
    pub fn commit(&self, change: &mut Change) -> Result<()> {
        growth::end(change)?;
        self.enter(change, Phase::Applied)
    }

    /// Takes an [`Quarantine::apply`] back because of a problem, and returns that. The caller holds the database still.
    pub fn back_out(&self, change: &mut Change, problem: anyhow::Error) -> anyhow::Error {
        match self.take_back(change) {
            Ok(()) => problem,
            Err(worse) => problem
                .context(format!("what was exchanged is not back yet ({worse:#}); the next run goes on")),
        }
    }

    /// Brings the former state back; what the change had put in place is kept where the former state was.
    ///
    /// # Errors
    /// When a part cannot be exchanged; what was live is live again then, or [`Quarantine::recover`] goes on.
    pub fn revert(&self, change: &mut Change) -> Result<()> {
        self.look(&mut change.parts)?;
        self.enter(change, Phase::Reverting)?;
        let reverted = change
            .parts
            .iter()
            .rev()
            .try_for_each(|part| self.exchange(part))
            .and_then(|()| sync(&change.parts));
        if let Err(problem) = reverted {
            // Where the disk refuses this too, the record says how to go on.
            if self.exchange_back(change).is_ok() {
                let _ = self.enter(change, Phase::Applied);
            }
            return Err(problem);
        }
        change.phase = Phase::Reverted;
        // The state is the former one whole; a record that still says `reverting` comes to the same.
        let _ = self.write(change);
        Ok(())
    }

    /// Removes what a change keeps, and its record.
    ///
    /// # Errors
    /// When something cannot be removed; the record stays then, and [`Quarantine::recover`] tries again.
    pub fn discard(&self, change: &Change) -> Result<()> {
        let record = self.mark_removing(change)?;
        for part in &change.parts {
            if let Place::Postgres(aside) = &part.place {
                aside.drop(self.database)?;
            }
        }
        for folder in &change.folders {
            let ours = folder
                .file_name()
                .and_then(|name| name.to_str())
                .is_some_and(|name| name.starts_with(PREFIX) && name.contains(change.run.as_str()));
            ensure!(ours && folder.is_absolute(), "{} is no folder of the quarantine", folder.display());
            match remove_tree(folder) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("remove {}", folder.display()));
                }
                _ => {}
            }
        }
        match std::fs::remove_file(&record) {
            // What failed at its very beginning has none.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error).with_context(|| format!("remove {}", record.display())),
            Ok(()) => fs::sync_folder(&self.folder),
        }
    }

    /// Notes that a change is going, so that what is left of it after a kill is never put in place. A staged one was
    /// never whole, and is known to go by its phase.
    fn mark_removing(&self, change: &Change) -> Result<PathBuf> {
        let path = self.path(change);
        if matches!(change.phase, Phase::Staging | Phase::Removing) {
            return Ok(path);
        }
        let marked = path.with_extension(REMOVING);
        std::fs::rename(&path, &marked)
            .and_then(|()| std::fs::File::open(&self.folder)?.sync_all())
            .with_context(|| format!("rename {} to {}", path.display(), marked.display()))?;
        Ok(marked)
    }

    /// The changes whose time is over, and the oldest of those that are too much together; the newest is none of them.
    ///
    /// # Errors
    /// When the records cannot be read.
    pub fn expired(&self, settings: &QuarantineConfig, now: Timestamp) -> Result<Vec<Change>> {
        let mut kept = 0_u64;
        let mut expired = Vec::new();
        for (position, change) in self.list()?.into_iter().rev().enumerate() {
            let bytes = change.bytes();
            let too_much = position > 0 && kept.saturating_add(bytes) > settings.max_size.0;
            if change.keep_until <= now || too_much {
                expired.push(change);
            } else {
                kept += bytes;
            }
        }
        expired.reverse();
        Ok(expired)
    }

    /// Writes the phase down before what it says begins; it begins only when that succeeds.
    fn enter(&self, change: &mut Change, phase: Phase) -> Result<()> {
        let former = std::mem::replace(&mut change.phase, phase);
        let written = self.write(change);
        if written.is_err() {
            change.phase = former;
            // It may stand there although the disk did not confirm it.
            if read(&self.path(change)).is_ok_and(|written| written.phase == phase) {
                let _ = self.write(change);
            }
        }
        written
    }

    fn write(&self, change: &Change) -> Result<()> {
        let text = serde_json::to_vec_pretty(change).context("write the record of a change")?;
        fs::write_atomic(&self.path(change), &text, 0o600)
    }

    fn path(&self, change: &Change) -> PathBuf {
        let extension = if change.phase == Phase::Removing { REMOVING } else { RECORD };
        self.folder.join(format!("{}.{extension}", change.run))
    }

    /// Notes what stands where before anything moves, by which [`Quarantine::is_exchanged`] tells later.
    fn look(&self, parts: &mut [Part]) -> Result<()> {
        for part in parts {
            let (live, beside) = self.identities(&part.place)?;
            part.live = live;
            part.beside = beside;
        }
        Ok(())
    }

    fn identities(&self, place: &Place) -> Result<(Option<String>, Option<String>)> {
        match place {
            Place::Path { live, kept } => Ok((swap::identity(live)?, swap::identity(kept)?)),
            Place::Postgres(aside) => aside.identities(self.database),
        }
    }

    fn exchange(&self, part: &Part) -> Result<()> {
        match &part.place {
            Place::Path { live, kept } => swap::swap(live, kept),
            Place::Postgres(aside) => db::exchange(self.database, aside),
        }
    }

    /// Whether the part was exchanged since [`Quarantine::look`].
    fn is_exchanged(&self, part: &Part) -> Result<bool> {
        let (live, _) = self.identities(&part.place)?;
        Ok(part.has_effect() && live == part.beside)
    }

    /// Ends an `applying` with the former state.
    fn take_back(&self, change: &mut Change) -> Result<()> {
        self.exchange_back(change)?;
        change.phase = Phase::Reverted;
        // A record that still says `applying`, with nothing exchanged, comes to the same.
        let _ = self.write(change);
        Ok(())
    }

    /// Exchanges once more what was exchanged since [`Quarantine::look`], each part whatever becomes of the others.
    fn exchange_back(&self, change: &Change) -> Result<()> {
        let mut first = Ok(());
        for part in change.parts.iter().rev() {
            let back = self.is_exchanged(part).and_then(
                |exchanged| {
                    if exchanged { self.exchange(part) } else { Ok(()) }
                },
            );
            first = first.and(back);
        }
        first.and(sync(&change.parts))
    }

    fn drop_unexchanged(&self, change: &mut Change) -> Result<()> {
        for part in std::mem::take(&mut change.parts) {
            if self.is_exchanged(&part)? {
                change.parts.push(part);
            }
        }
        Ok(())
    }
}

/// Waits until the disk knows where the parts stand; a database server sees to it itself.
fn sync(parts: &[Part]) -> Result<()> {
    swap::sync(parts.iter().flat_map(|part| match &part.place {
        Place::Path { live, kept } => vec![live.as_path(), kept.as_path()],
        Place::Postgres(_) => Vec::new(),
    }))
}

fn read(path: &Path) -> Result<Change> {
    let bytes = std::fs::read(path).with_context(|| format!("read {}", path.display()))?;
    serde_json::from_slice(&bytes).with_context(|| format!("read the record {}", path.display()))
}

/// Removes a tree whose folders may be closed to their owner.
fn remove_tree(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let first = std::fs::remove_dir_all(folder);
    if first.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied) {
        for entry in walkdir::WalkDir::new(folder).into_iter().flatten().filter(|it| it.file_type().is_dir())
        {
            // The second attempt tells what still cannot be removed.
            let _ = std::fs::set_permissions(entry.path(), std::fs::Permissions::from_mode(0o700));
        }
        return std::fs::remove_dir_all(folder);
    }
    first
}
