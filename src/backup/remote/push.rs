//! A push: the stage is filled, restic sends what changed, and what it took is held against the manifest.

use super::Remote;
use super::answer::Message;
use super::answer::Node;
use super::answer::TAG;
use super::stage;
use super::stage::MEDIA;
use super::stage::Stage;
use crate::backup::Manifest;
use crate::backup::Order;
use crate::backup::order::Contents;
use crate::quarantine::PREFIX;
use crate::system::fs;
use anyhow::Context;
use anyhow::Result;
use anyhow::ensure;
use jiff::SignedDuration;
use std::collections::HashMap;
use std::path::Path;
use std::path::PathBuf;

/// How often a copy is made again because media changed while they were read.
const ROUNDS: i64 = 3;
/// What the last push knew of every file, so that the next one need not read them all.
const KNOWN: &str = "remote/last-manifest.json";

/// A copy that is in the repository.
#[derive(Debug, Clone, PartialEq)]
pub struct Pushed {
    pub snapshot: String,
    pub manifest: Manifest,
    /// Bytes that the repository grew by; before compression where restic does not tell more.
    pub added: u64,
    /// Files that changed each time while they were read, and are not as the manifest has them.
    pub moving: Vec<String>,
}

impl Remote<'_> {
    /// Makes an empty folder for the copy of the database: where [`Remote::push`] looks for it.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn prepare(&self) -> Result<PathBuf> {
        stage::prepare(&self.state_folder)
    }

    /// Pushes the site. The caller holds the site's lock, and has made the copy of the database in [`Remote::prepare`]'s
    /// folder; with `dry_run` nothing is sent.
    ///
    /// # Errors
    /// When anything but single media files cannot be read, or restic does not come to an end; no copy counts then.
    pub fn push(&self, order: &Order<'_>, contents: Contents<'_>, dry_run: bool) -> Result<Pushed> {
        let pushed = self.push_staged(order, contents, dry_run);
        // It holds the site's secrets; the next push makes it anew either way.
        stage::clear(&self.state_folder)?;
        pushed
    }

    fn push_staged(&self, order: &Order<'_>, contents: Contents<'_>, dry_run: bool) -> Result<Pushed> {
        if let (Some(folder), Some(media)) = (self.settings.folder(), contents.media()) {
            ensure!(!folder.starts_with(media), "the repository {} lies within the media", folder.display());
        }
        let progress = self.restic.progress;
        let known_path = self.state_folder.join(KNOWN);
        let known = std::fs::read(&known_path).ok().and_then(|bytes| Manifest::parse(&bytes).ok());
        let mut stage = Stage::fill(order, &contents, &self.state_folder, known.as_ref(), progress)?;
        let mut added = 0;
        for round in 0..ROUNDS {
            // Of two copies of one push the second is the newer one.
            let time = order.now + SignedDuration::from_secs(round);
            let (snapshot, more) = self.send(&stage, time, dry_run)?;
            added += more;
            if dry_run {
                return Ok(Pushed { snapshot, manifest: stage.manifest, added, moving: Vec::new() });
            }
            let moving = self.differences(&snapshot, &stage)?;
            if moving.is_empty() || round + 1 == ROUNDS {
                fs::write_atomic(&known_path, &stage.manifest.to_json()?, 0o600)?;
                return Ok(Pushed { snapshot, manifest: stage.manifest, added, moving });
            }
            stage.refresh(&contents, progress)?;
        }
        anyhow::bail!("no round of the push took place")
    }

    fn send(&self, stage: &Stage, time: jiff::Timestamp, dry_run: bool) -> Result<(String, u64)> {
        let totals = stage.manifest.totals;
        let time = time.strftime("%Y-%m-%d %H:%M:%S").to_string();
        let tags = [TAG.to_owned(), format!("bytes={}", totals.bytes), format!("files={}", totals.files)];
        let mut arguments: Vec<String> =
            ["backup", "--json", "--host", &stage.manifest.site, "--time", &time]
                .map(ToOwned::to_owned)
                .into();
        for tag in tags {
            arguments.extend(["--tag".to_owned(), tag]);
        }
        if let Some(media) = &stage.media {
            // What is kept for undo on the mount of the media is not the site's.
            let kept = format!("{}/{PREFIX}*", super::literal(media));
            arguments.extend(["--exclude".to_owned(), kept]);
        }
        if dry_run {
            arguments.push("--dry-run".to_owned());
        }
        arguments.push("--".to_owned());
        arguments.extend(stage.paths().map(|path| path.display().to_string()));
        let progress = self.restic.progress;
        progress.start("push", totals.bytes);
        let (mut done, mut summary) = (0, None);
        let told = self.restic.work(&arguments, &mut |line| match serde_json::from_str(line) {
            Ok(Message::Status { bytes_done }) => {
                progress.advance(bytes_done.saturating_sub(done));
                done = done.max(bytes_done);
            }
            Ok(Message::Summary { data_added, data_added_packed, snapshot_id }) => {
                summary = Some((snapshot_id, data_added_packed.unwrap_or(data_added)));
            }
            Ok(Message::Other) | Err(_) => {}
        });
        progress.finish();
        told?.map_err(|refusal| self.restic.error(&refusal))?;
        let (id, added) = summary.context("hear from restic which snapshot it made")?;
        Ok((id.get(..8).unwrap_or(&id).to_owned(), added))
    }

    /// The files of a snapshot that are not as the manifest has them: other, missing, or not in it.
    fn differences(&self, snapshot: &str, stage: &Stage) -> Result<Vec<String>> {
        let mut expected: HashMap<PathBuf, (u64, jiff::Timestamp)> = HashMap::new();
        for entry in &stage.manifest.entries {
            let place = match (entry.path.as_path().strip_prefix(MEDIA), &stage.media) {
                (Ok(rest), Some(media)) => media.join(rest),
                _ => stage.folder.join(entry.path.as_path()),
            };
            // A name that is no UTF-8 comes back from restic's JSON as another one: its digest is compared when it is
            // brought back.
            if place.to_str().is_some() {
                expected.insert(place, (entry.size, entry.mtime));
            }
        }
        let mut other = Vec::new();
        let media = stage.media.as_deref();
        let refused: Vec<&str> =
            stage.manifest.problems.iter().map(|problem| problem.path.as_str()).collect();
        let mut compare = |line: &str| {
            let Some(node) = Node::of_line(line).filter(|node| node.kind == "file") else { return };
            match expected.remove(&node.path) {
                Some(known) if known == (node.size, node.mtime) => {}
                Some(_) => other.push(shown(&node.path, media)),
                None => {
                    let is_new = media.is_some_and(|media| node.path.starts_with(media))
                        && !node.path.to_string_lossy().contains('\u{fffd}')
                        && !refused.contains(&node.path.display().to_string().as_str());
                    other.extend(is_new.then(|| shown(&node.path, media)));
                }
            }
        };
        let arguments = ["ls", "--json", "--no-lock", snapshot].map(ToOwned::to_owned);
        let told = self.restic.work(&arguments, &mut compare)?;
        told.map_err(|refusal| self.restic.error(&refusal))?;
        other.extend(expected.keys().map(|path| shown(path, media)));
        other.sort();
        Ok(other)
    }
}

fn shown(path: &Path, media: Option<&Path>) -> String {
    let inner = media.and_then(|media| path.strip_prefix(media).ok());
    inner.map_or_else(|| path.to_owned(), |inner| Path::new(MEDIA).join(inner)).display().to_string()
}
