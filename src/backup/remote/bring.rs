//! A snapshot brought back into a folder of its own, every file held against the manifest that came with it.

use super::Remote;
use super::Snapshot;
use super::stage;
use super::stage::MEDIA;
use crate::backup::Manifest;
use crate::backup::Problem;
use crate::backup::ProblemKind;
use crate::backup::Role;
use crate::backup::restore_note::NOTE_NAME;
use crate::backup::source;
use crate::backup::tree::Facts;
use crate::backup::unchanged;
use crate::error::Error;
use crate::error::Kind;
use crate::system::fs;
use crate::system::mounts;
use crate::system::random;
use crate::units::ByteSize;
use anyhow::Context;
use anyhow::Result;
use anyhow::bail;
use std::path::Path;
use std::path::PathBuf;

/// How the folders begin that snapshots are brought back into.
const PREFIX: &str = ".sitekeep-remote-";
/// What the disk keeps free.
const RESERVE: u64 = 64 << 20;

/// A snapshot on this machine; dropped, it is gone.
#[derive(Debug)]
pub struct Brought {
    scratch: PathBuf,
    stage: PathBuf,
    media: Option<PathBuf>,
    /// As it was pushed; its problems also tell which files changed while they were.
    pub manifest: Manifest,
}

impl Brought {
    /// Where a part of the site is now.
    pub fn part(&self, role: Role) -> Option<PathBuf> {
        let archived = self.manifest.archived(role)?;
        match role {
            Role::Media => self.media.clone(),
            _ => Some(self.stage.join(archived.as_path())),
        }
    }

    /// The note for those who have restic alone.
    pub fn note(&self) -> PathBuf {
        self.stage.join(NOTE_NAME)
    }

    /// The folder that it is in, and that goes away with it.
    pub fn folder(&self) -> &Path {
        &self.scratch
    }
}

impl Drop for Brought {
    fn drop(&mut self) {
        // What cannot be removed now, the next one removes.
        let _ = std::fs::remove_dir_all(&self.scratch);
    }
}

/// Removes what runs that were cut off brought into a folder.
///
/// # Errors
/// When the folder cannot be read or something in it cannot be removed.
pub fn clean(folder: &Path) -> Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries.with_context(|| format!("read folder {}", folder.display()))?,
    };
    for entry in entries {
        let entry = entry.with_context(|| format!("read folder {}", folder.display()))?;
        if entry.file_name().as_encoded_bytes().starts_with(PREFIX.as_bytes()) {
            let path = entry.path();
            std::fs::remove_dir_all(&path).with_context(|| format!("remove {}", path.display()))?;
        }
    }
    Ok(())
}

impl Remote<'_> {
    /// The manifest of a snapshot.
    ///
    /// # Errors
    /// When it cannot be read, or sitekeep did not make the snapshot.
    pub fn manifest(&self, snapshot: &Snapshot) -> Result<Manifest> {
        let path = stage_of(snapshot)?.join(stage::MANIFEST).display().to_string();
        let text = self.restic.ask(&["dump", "--no-lock", &snapshot.id, &path])?;
        Manifest::parse(text.as_bytes()).with_context(|| format!("read the manifest of {}", snapshot.short()))
    }

    /// Brings a snapshot back into a new folder within `folder`, which needs room for `copies` of it.
    ///
    /// # Errors
    /// When it cannot be read whole, or a file is not what its manifest says.
    pub fn bring(&self, snapshot: &Snapshot, folder: &Path, copies: u64) -> Result<Brought> {
        let manifest = self.manifest(snapshot)?;
        let stage = stage_of(snapshot)?;
        let media = snapshot.paths.iter().find(|path| path.as_path() != stage);
        let needed = manifest.totals.bytes.saturating_mul(copies) + RESERVE;
        let free = mounts::space(folder)?.free;
        if free < needed {
            let (free, needed) = (ByteSize(free), ByteSize(needed));
            let message = format!("{} has {free} free, the copy needs {needed}", folder.display());
            return Err(Error::new(Kind::Failed, message)
                .hint("free some space there, or name another folder with --to")
                .into());
        }
        let scratch = folder.join(format!("{PREFIX}{:016x}", random::number()));
        fs::create_private_folder(&scratch)?;
        let within = |path: &Path| scratch.join(path.strip_prefix("/").unwrap_or(path));
        let mut brought = Brought {
            stage: within(stage),
            media: media.map(|path| within(path)),
            scratch: scratch.clone(),
            manifest,
        };
        self.restore(snapshot, &[], &scratch, brought.manifest.totals.bytes)?;
        self.restic.progress.start("compare", brought.manifest.totals.bytes);
        let moving = self.compare(&brought);
        self.restic.progress.finish();
        brought.manifest.problems.extend(moving?);
        Ok(brought)
    }

    /// Has restic write a snapshot, or some of it, below a folder.
    pub(super) fn restore(
        &self,
        snapshot: &Snapshot,
        only: &[String],
        target: &Path,
        bytes: u64,
    ) -> Result<()> {
        let mut arguments = vec!["restore".to_owned(), "--target".to_owned(), target.display().to_string()];
        for path in only {
            arguments.extend(["--include".to_owned(), path.clone()]);
        }
        arguments.push(snapshot.id.clone());
        self.restic.progress.start("bring back", bytes);
        let told = self.restic.work(&arguments, &mut |_| {});
        self.restic.progress.finish();
        told?.map(|_| ()).map_err(|refusal| self.restic.error(&refusal))
    }

    /// Compares every file with the manifest; returns those that changed while they were pushed.
    fn compare(&self, brought: &Brought) -> Result<Vec<Problem>> {
        let mut moving = Vec::new();
        for entry in &brought.manifest.entries {
            self.restic.progress.go_on()?;
            let path = match (entry.path.as_path().strip_prefix(MEDIA), &brought.media) {
                (Ok(rest), Some(media)) => media.join(rest),
                _ => brought.stage.join(entry.path.as_path()),
            };
            let is_media = entry.path.as_path().starts_with(MEDIA);
            let facts = match source::open(&path).and_then(|file| file.metadata()) {
                Ok(metadata) => Facts::of(&metadata),
                Err(error) if is_media && error.kind() == std::io::ErrorKind::NotFound => {
                    let detail = "went away while it was pushed";
                    moving.push(Problem::new(ProblemKind::Vanished, entry.path.as_path(), detail));
                    continue;
                }
                Err(error) => return Err(error).with_context(|| format!("read {}", path.display())),
            };
            if is_media && (facts.size, facts.mtime) != (entry.size, entry.mtime) {
                let detail = "changed while it was pushed; it is as restic read it";
                moving.push(Problem::new(ProblemKind::Changed, entry.path.as_path(), detail));
                continue;
            }
            let sha256 = unchanged::hash(&path).with_context(|| format!("read {}", path.display()))?;
            if sha256 != entry.sha256 {
                bail!("{} is not what the manifest of the copy says: its digest is another one", entry.path);
            }
            self.restic.progress.advance(entry.size);
        }
        Ok(moving)
    }
}

/// The folder of the manifest in a snapshot.
pub(super) fn stage_of(snapshot: &Snapshot) -> Result<&Path> {
    let path = snapshot.paths.iter().find(|path| path.ends_with(stage::NAME));
    Ok(path.map(PathBuf::as_path).ok_or_else(|| {
        Error::new(Kind::Failed, format!("{} is no copy that sitekeep made", snapshot.short()))
            .hint("sitekeep backup list --remote shows those; restic alone restores others")
    })?)
}
