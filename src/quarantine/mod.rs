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
//! | they change back (`reverting`) | some parts new, some old | takes the rest back |
//! | a change is removed | a record without its folders | removes the record |

mod change;
mod check;
mod growth;
mod place;
mod recover;

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
            // Others are the rest of a write that was cut off.
            if path.extension().is_some_and(|extension| extension == "json") {
                changes.push(read(&path)?);
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
        let Err(problem) = applied else { return Ok(()) };
        self.take_back(change)
            .with_context(|| format!("take back what was exchanged before: {problem:#}"))?;
        Err(problem)
    }

    /// Says that the change is whole and looked at: from now on it is only taken back on demand. Of one that was growing,
    /// what was prepared and not used is removed.
    ///
    /// # Errors
    /// When the record cannot be written, or something cannot be removed.
    pub fn commit(&self, change: &mut Change) -> Result<()> {
        growth::end(change)?;
        self.enter(change, Phase::Applied)
    }

    /// Brings the former state back; what the change had put in place is kept where the former state was.
    ///
    /// # Errors
    /// When a part cannot be exchanged; [`Quarantine::recover`] goes on with it.
    pub fn revert(&self, change: &mut Change) -> Result<()> {
        self.look(&mut change.parts)?;
        self.enter(change, Phase::Reverting)?;
        for part in change.parts.iter().rev() {
            self.exchange(part)?;
        }
        sync(&change.parts)?;
        self.enter(change, Phase::Reverted)
    }

    /// Takes the parts out of a change whose live place holds something else by now than what the change put there;
    /// of a change that is one whole, none: all that is live is kept when it is taken back.
    ///
    /// # Errors
    /// When a place cannot be looked at.
    pub fn set_taken_aside(&self, change: &mut Change) -> Result<Vec<Part>> {
        if !change.independent {
            return Ok(Vec::new());
        }
        let mut taken = Vec::new();
        for part in std::mem::take(&mut change.parts) {
            let (live, _) = self.identities(&part.place)?;
            // What was beside when the part was last looked at is live since; a change that was given up is as it was.
            let given_up = change.phase != Phase::Applied && live == part.live;
            if live == part.beside || given_up { change.parts.push(part) } else { taken.push(part) }
        }
        Ok(taken)
    }

    /// Removes what a change keeps, and its record.
    ///
    /// # Errors
    /// When something cannot be removed; the record stays then.
    pub fn discard(&self, change: &Change) -> Result<()> {
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
        let path = self.path(change);
        std::fs::remove_file(&path).with_context(|| format!("remove {}", path.display()))?;
        fs::sync_folder(&self.folder)
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

    /// Writes the phase down before what it says begins.
    fn enter(&self, change: &mut Change, phase: Phase) -> Result<()> {
        change.phase = phase;
        self.write(change)
    }

    fn write(&self, change: &Change) -> Result<()> {
        let text = serde_json::to_vec_pretty(change).context("write the record of a change")?;
        fs::write_atomic(&self.path(change), &text, 0o600)
    }

    fn path(&self, change: &Change) -> PathBuf {
        self.folder.join(format!("{}.json", change.run))
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

    fn take_back(&self, change: &mut Change) -> Result<()> {
        for part in change.parts.iter().rev() {
            if self.is_exchanged(part)? {
                self.exchange(part)?;
            }
        }
        sync(&change.parts)?;
        self.enter(change, Phase::Reverted)
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
