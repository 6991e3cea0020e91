//! Media that did not change since the last media artefact: the new artefact is then one more name of that one.

use super::ArchivePath;
use super::Artefact;
use super::Entry;
use super::Kind;
use super::Manifest;
use super::Role;
use super::digest::Hasher;
use super::tree::Found;
use super::tree::Tree;
use anyhow::Result;
use jiff::SignedDuration;
use jiff::Timestamp;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// What the clock of a file system may be behind the one that stamped the manifest.
const SLACK: SignedDuration = SignedDuration::from_secs(3);

/// Finds the newest media artefact, if it holds exactly this tree and was written within `fresh_copy_days`.
///
/// A path, size, mode and mtime that agree are believed only where the inode did not change since the artefact was
/// made; of any other file the content is hashed again.
///
/// # Errors
/// When the artefact's manifest cannot be read.
pub(super) fn find(
    artefacts: &[Artefact],
    root: &Path,
    tree: &Tree,
    now: Timestamp,
    fresh_copy_days: u32,
) -> Result<Option<(Artefact, Manifest)>> {
    let newest = artefacts.iter().rev().find(|artefact| artefact.kind == Kind::Media);
    let Some(artefact) = newest.filter(|artefact| artefact.is_ours()) else { return Ok(None) };
    let Some(manifest) = artefact.manifest()? else { return Ok(None) };
    let age = now.duration_since(manifest.written_at);
    let fresh =
        age >= SignedDuration::ZERO && age < SignedDuration::from_hours(24 * i64::from(fresh_copy_days));
    let whole = !manifest.problems.iter().any(|problem| problem.kind.is_loss());
    let same_root = manifest
        .sources
        .iter()
        .any(|source| source.role == Role::Media && source.original == root.display().to_string());
    let same = fresh && whole && same_root && holds(&manifest, root, tree);
    Ok(same.then(|| (artefact.clone(), manifest)))
}

fn holds(manifest: &Manifest, root: &Path, tree: &Tree) -> bool {
    let Some(top) = manifest.archived(Role::Media) else { return false };
    let entries: Vec<&Entry> =
        manifest.entries.iter().filter(|entry| entry.path.as_path().starts_with(top.as_path())).collect();
    let archived = |path: &Path| ArchivePath::new(top.as_path().join(path));
    let folders: Vec<_> = tree.folders.iter().map(|(path, mode)| (archived(path), *mode)).collect();
    let known: Vec<_> =
        manifest.folders.iter().skip(1).map(|folder| (folder.path.clone(), folder.mode)).collect();
    entries.len() == tree.files.len()
        && folders == known
        && entries.iter().zip(&tree.files).all(|(entry, found)| {
            let facts = found.facts;
            entry.path == archived(&found.path)
                && (entry.size, entry.mode, entry.mtime) == (facts.size, facts.mode, facts.mtime)
        })
        && entries.iter().zip(&tree.files).all(|(entry, found)| {
            found.facts.ctime + SLACK < manifest.created_at || content_is(root, found, entry)
        })
}

fn content_is(root: &Path, found: &Found, entry: &Entry) -> bool {
    let hash = || -> std::io::Result<_> {
        let mut file = File::open(root.join(&found.path))?;
        let mut hasher = Hasher::default();
        let mut buffer = vec![0; 1 << 18];
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok(hasher.finish()),
                count => hasher.update(&buffer[..count]),
            }
        }
    };
    // A file that cannot be read is told by the copy that is made then.
    hash().is_ok_and(|sha256| sha256 == entry.sha256)
}
