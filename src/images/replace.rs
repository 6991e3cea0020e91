//! Smaller files in the places of pictures: prepared beside the media folder, exchanged some at a time, taken back by
//! `sitekeep undo`.

use super::survey::Job;
use super::walk::Entry;
use super::walk::stamp;
use crate::config::QuarantineConfig;
use crate::error::Error;
use crate::error::Kind;
use crate::error::one_line;
use crate::quarantine::Change;
use crate::quarantine::Part;
use crate::quarantine::Place;
use crate::quarantine::Quarantine;
use crate::quarantine::container;
use crate::quarantine::folder_in;
use crate::state::Stamp;
use crate::system::fs;
use crate::system::mounts;
use crate::system::swap;
use crate::units::ByteSize;
use anyhow::Context;
use anyhow::Result;
use anyhow::bail;
use anyhow::ensure;
use jiff::Timestamp;
use sha2::Digest;
use std::collections::HashMap;
use std::fs::File;
use std::fs::FileTimes;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;

/// What the disk keeps free beside the new files.
const RESERVE: u64 = 64 << 20;
/// Files, and bytes of them, that are exchanged at a time; more when the record of the change has grown long.
const FILES_AT_ONCE: usize = 64;
const BYTES_AT_ONCE: u64 = 256 << 20;

/// Puts new files in the places of old ones.
pub(super) struct Replacer<'a> {
    media: &'a Path,
    keep_times: bool,
    quarantine: &'a Quarantine<'a>,
    change: Change,
    begun: bool,
    number: u64,
    prepared: Vec<Prepared>,
    prepared_bytes: u64,
    /// Whether a folder can be renamed into.
    reachable: HashMap<PathBuf, bool>,
}

/// A file that is ready to take a picture's place.
struct Prepared {
    entry: Entry,
    after: [u8; 32],
    live: PathBuf,
    ready: PathBuf,
    stamp: Stamp,
    similarity: Option<f64>,
}

/// What became of a picture that was to be replaced.
pub(super) struct Replaced {
    pub(super) entry: Entry,
    /// SHA-256 of the new content.
    pub(super) after: [u8; 32],
    pub(super) similarity: Option<f64>,
    /// The new file, or why the old one stays.
    pub(super) result: Result<Stamp, String>,
}

impl<'a> Replacer<'a> {
    pub(super) fn new(
        media: &'a Path,
        keep_times: bool,
        quarantine: &'a Quarantine<'a>,
        keep: &QuarantineConfig,
        (run, command, now): (&str, String, Timestamp),
    ) -> Self {
        Self {
            media,
            keep_times,
            quarantine,
            change: Change::growing(run, command, now, keep),
            begun: false,
            number: 0,
            prepared: Vec::new(),
            prepared_bytes: 0,
            reachable: HashMap::new(),
        }
    }

    /// Prepares new content for every file of a job; returns those that are finished now, one way or the other.
    ///
    /// # Errors
    /// When there is no room, or what is prepared cannot be recorded.
    pub(super) fn add(&mut self, job: &Job, bytes: &[u8], similarity: Option<f64>) -> Result<Vec<Replaced>> {
        let folder = self.begin()?;
        let after: [u8; 32] = sha2::Sha256::digest(bytes).into();
        let mut done = Vec::new();
        for entry in &job.entries {
            let free = mounts::space(&folder)?.free;
            let length = bytes.len() as u64;
            if free < length.saturating_add(RESERVE) {
                let message = format!("{} has only {} free", folder.display(), ByteSize(free));
                return Err(Error::new(Kind::Failed, message)
                    .hint("the originals are kept for undo: free some space, and run it again for the rest")
                    .into());
            }
            self.number += 1;
            let ready = folder.join(format!("{:06}", self.number));
            let live = self.media.join(&entry.path);
            match self.prepare(entry, &live, &ready, bytes) {
                Ok(stamp) => {
                    let entry = entry.clone();
                    self.prepared.push(Prepared { entry, after, live, ready, stamp, similarity });
                    self.prepared_bytes += length;
                }
                Err(problem) => {
                    let (entry, result) = (entry.clone(), Err(one_line(&problem)));
                    done.push(Replaced { entry, after, similarity, result });
                }
            }
        }
        let many = FILES_AT_ONCE.max(self.change.parts.len() / 8);
        if self.prepared.len() >= many || self.prepared_bytes >= BYTES_AT_ONCE {
            done.extend(self.flush()?);
        }
        Ok(done)
    }

    /// Exchanges what is prepared.
    ///
    /// # Errors
    /// When that cannot be recorded, or the disk refuses.
    pub(super) fn flush(&mut self) -> Result<Vec<Replaced>> {
        let mut done = Vec::new();
        let mut waiting = HashMap::new();
        let mut parts = Vec::new();
        if let Some(folder) = self.change.folders.first().filter(|_| !self.prepared.is_empty()) {
            fs::sync_file_system(folder)?;
        }
        self.prepared_bytes = 0;
        for one in std::mem::take(&mut self.prepared) {
            if let Err(problem) = require_unchanged(&one.live, one.entry.stamp) {
                done.push(one.replaced(Err(one_line(&problem))));
                continue;
            }
            parts.push(Part::path("pictures", one.live.clone(), one.ready.clone()));
            waiting.insert(one.live.clone(), one);
        }
        if parts.is_empty() {
            return Ok(done);
        }
        for (part, problem) in self.quarantine.apply_more(&mut self.change, parts)? {
            if let Place::Path { live, .. } = &part.place
                && let Some(one) = waiting.remove(live)
            {
                done.push(one.replaced(Err(one_line(&problem))));
            }
        }
        done.extend(waiting.into_values().map(|one| {
            let stamp = one.stamp;
            one.replaced(Ok(stamp))
        }));
        Ok(done)
    }

    /// Ends the change: what was prepared and not exchanged is removed, and so is a change of nothing.
    ///
    /// # Errors
    /// When the record cannot be written; the next command that takes the lock does it.
    pub(super) fn end(mut self) -> Result<Option<Change>> {
        if !self.begun {
            return Ok(None);
        }
        if self.change.parts.is_empty() {
            self.quarantine.discard(&self.change)?;
            return Ok(None);
        }
        self.quarantine.commit(&mut self.change)?;
        Ok(Some(self.change))
    }

    /// Makes the private folder beside the media, or in them where the folder that holds them is not ours to write to.
    ///
    /// # Errors
    /// When neither can be written to, or the change cannot be recorded.
    pub(super) fn begin(&mut self) -> Result<PathBuf> {
        if let Some(folder) = self.change.folders.first().filter(|_| self.begun) {
            return Ok(folder.clone());
        }
        let beside = container(self.media)?;
        let may_write = rustix::fs::access(&beside, rustix::fs::Access::WRITE_OK).is_ok();
        let folder = folder_in(if may_write { &beside } else { self.media }, &self.change);
        self.change.folders = vec![folder.clone()];
        self.quarantine.begin(&self.change)?;
        self.begun = true;
        fs::create_private_folder(&folder).map_err(|error| {
            Error::new(Kind::Failed, one_line(&error)).hint("run as the user of the site, or as root")
        })?;
        Ok(folder)
    }

    /// Writes the new content with the owner, mode and time of the old file.
    fn prepare(&mut self, entry: &Entry, live: &Path, ready: &Path, bytes: &[u8]) -> Result<Stamp> {
        let old = require_unchanged(live, entry.stamp)?;
        ensure!(
            old.nlink() == 1,
            "it has {} names (hard links), of which one alone would be replaced",
            old.nlink()
        );
        let parent = live.parent().unwrap_or(self.media).to_owned();
        let reachable = match self.reachable.get(&parent) {
            Some(known) => *known,
            None => swap::on_one_mount(&parent, ready.parent().unwrap_or(self.media))?,
        };
        self.reachable.insert(parent, reachable);
        ensure!(reachable, "it lies on another file system than the media folder");
        let mut file = File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(ready)
            .with_context(|| format!("write {}", ready.display()))?;
        file.write_all(bytes).with_context(|| format!("write {}", ready.display()))?;
        let new = file.metadata()?;
        if (new.uid(), new.gid()) != (old.uid(), old.gid())
            && let Err(error) = std::os::unix::fs::fchown(&file, Some(old.uid()), Some(old.gid()))
        {
            // What is not exchanged goes with the rest at the end of the change.
            if new.uid() == old.uid() {
                bail!(
                    "its group has number {}, and this user is not in it ({error}): run as root, or give it another group",
                    old.gid()
                );
            }
            bail!("it belongs to another user ({error}): run as root, or as the user of the site");
        }
        file.set_permissions(std::fs::Permissions::from_mode(old.mode() & 0o777))?;
        fs::copy_attributes(live, &file)?;
        if self.keep_times {
            file.set_times(FileTimes::new().set_modified(old.modified()?))?;
        }
        Ok(stamp(&file.metadata()?))
    }
}

impl Prepared {
    fn replaced(self, result: Result<Stamp, String>) -> Replaced {
        Replaced { entry: self.entry, after: self.after, similarity: self.similarity, result }
    }
}

/// The file is still the one that was read.
fn require_unchanged(live: &Path, known: Stamp) -> Result<std::fs::Metadata> {
    let metadata = std::fs::symlink_metadata(live).context("look at it")?;
    ensure!(metadata.is_file() && stamp(&metadata) == known, "it was changed meanwhile");
    Ok(metadata)
}
