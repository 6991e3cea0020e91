//! A site that did not change since its last artefact: the new artefact is then one more name of that one.
//!
//! So are those of the media and full ones. Those of the database alone are always written: they are small, and each
//! is one more copy of what changes most.

use super::ArchivePath;
use super::Artefact;
use super::DatabaseCopy;
use super::Entry;
use super::Manifest;
use super::Order;
use super::Role;
use super::Sha256;
use super::digest::Hasher;
use super::order::Contents;
use super::tree::Facts;
use super::tree::Found;
use super::tree::Tree;
use anyhow::Context;
use anyhow::Result;
use anyhow::anyhow;
use jiff::SignedDuration;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// What the clock of a file system may be behind the one that stamped the manifest.
const SLACK: SignedDuration = SignedDuration::from_secs(3);

/// Finds the newest artefact of this kind, if it was written within the order's days and all that it holds is as the
/// site is now; whether the database is, [`prove`] tells.
///
/// A path, size, mode and mtime that agree are believed only where the inode did not change since the artefact was
/// made; of any other file the content is hashed again.
///
/// # Errors
/// When the artefact's manifest cannot be read.
pub(super) fn find(
    artefacts: &[Artefact],
    contents: &Contents<'_>,
    tree: &Tree,
    order: &Order<'_>,
) -> Result<Option<(Artefact, Manifest)>> {
    let Some(media) = contents.media() else { return Ok(None) };
    let newest = artefacts.iter().rev().find(|artefact| artefact.kind == contents.kind());
    let Some(artefact) = newest.filter(|artefact| artefact.is_ours()) else { return Ok(None) };
    let Some(manifest) = artefact.manifest()? else { return Ok(None) };
    let age = order.now.duration_since(manifest.written_at);
    let days = SignedDuration::from_hours(24 * i64::from(order.fresh_copy_days));
    let fresh = age >= SignedDuration::ZERO && age < days;
    let whole = !manifest.problems.iter().any(|problem| problem.kind.is_loss());
    let same = fresh
        && whole
        && same_sources(&manifest, contents)
        && holds(&manifest, media, tree)
        && contents.configuration().into_iter().all(|(role, path)| same_file(&manifest, role, path));
    Ok(same.then(|| (artefact.clone(), manifest)))
}

/// Takes the fingerprint of the copy of the database, and tells whether the artefact holds these very bytes.
///
/// # Errors
/// When the copy is not sound, or cannot be read.
pub(super) fn prove(database: DatabaseCopy<'_>, manifest: &Manifest) -> Result<(serde_json::Value, bool)> {
    std::thread::scope(|scope| {
        let hashing = scope.spawn(|| hash(database.path));
        let fingerprint = database.fingerprint.fingerprint();
        let sha256 = hashing.join().map_err(|_| anyhow!("the hashing of the database has stopped"))?;
        let sha256 = sha256.with_context(|| format!("read {}", database.path.display()))?;
        let entry = entry_of(manifest, Role::Database);
        Ok((fingerprint?, entry.is_some_and(|entry| entry.sha256 == sha256)))
    })
}

/// Whether the same parts of the site stood in the same places.
fn same_sources(manifest: &Manifest, contents: &Contents<'_>) -> bool {
    let shown = |path: &Path| path.display().to_string();
    let mut now = Vec::new();
    now.extend(contents.database().map(|database| (Role::Database, database.original.to_owned())));
    now.extend(contents.configuration().into_iter().map(|(role, path)| (role, shown(path))));
    now.extend(contents.media().map(|media| (Role::Media, shown(media))));
    let then = manifest.sources.iter().map(|source| (source.role, source.original.clone()));
    then.eq(now)
}

fn entry_of(manifest: &Manifest, role: Role) -> Option<&Entry> {
    let place = manifest.archived(role)?;
    manifest.entries.iter().find(|entry| entry.path == *place)
}

/// Whether a single file of the site is the one in the artefact; these are small, and always hashed.
fn same_file(manifest: &Manifest, role: Role, path: &Path) -> bool {
    let Ok(metadata) = std::fs::metadata(path) else { return false };
    let facts = Facts::of(&metadata);
    entry_of(manifest, role).is_some_and(|entry| {
        (entry.mode, entry.mtime) == (facts.mode, facts.mtime)
            && metadata.is_file()
            && hash(path).is_ok_and(|sha256| sha256 == entry.sha256)
    })
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
    // A file that cannot be read is told by the copy that is made then.
    hash(&root.join(&found.path)).is_ok_and(|sha256| sha256 == entry.sha256)
}

pub(super) fn hash(path: &Path) -> std::io::Result<Sha256> {
    let mut file = File::open(path)?;
    let mut hasher = Hasher::default();
    let mut buffer = vec![0; 1 << 18];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finish()),
            count => hasher.update(&buffer[..count]),
        }
    }
}
