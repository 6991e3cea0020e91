//! Makes an artefact: looks at what there is, links what is unchanged, asks for room, and writes.

use super::Artefact;
use super::KeyFingerprint;
use super::Kind;
use super::Manifest;
use super::Name;
use super::Order;
use super::Problem;
use super::ProblemKind;
use super::Sha256;
use super::artefact;
use super::checksums::Checksums;
use super::order::Contents;
use super::publish;
use super::publish::Partial;
use super::space;
use super::tree;
use super::tree::Tree;
use super::unchanged;
use super::write::write;
use crate::progress::Progress;
use crate::system::fs;
use crate::system::mounts;
use anyhow::Context;
use anyhow::Result;
use anyhow::ensure;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;

/// An artefact that is now visible under its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Created {
    pub path: PathBuf,
    pub size: u64,
    pub sha256: Sha256,
    /// What it holds, what could not be taken, and what it is a link to.
    pub manifest: Manifest,
}

/// Makes an artefact. The caller holds the site's lock, and has run [`super::clean`].
///
/// # Errors
/// When the folder cannot be written to, has no room, or the database copy or the media folder cannot be read at all.
/// Nothing is visible then, nor when the work is given up. What single files refuse is in the manifest's problems.
pub fn create(order: &Order<'_>, contents: Contents<'_>, progress: &dyn Progress) -> Result<Created> {
    ensure!(order.folder.is_absolute(), "{} is not an absolute path", order.folder.display());
    fs::create_private_folder(order.folder)?;
    let mut problems = Vec::new();
    problems.extend(exposed(order.folder)?);
    let tree = match contents.media() {
        Some(media) => look_at_media(order, media, contents.kind(), &mut problems)?,
        None => Tree::default(),
    };
    let artefacts = artefact::list(order.folder, order.zone)?;
    let mut fingerprint = None;
    if let Some((same, mut manifest)) = unchanged::find(&artefacts, &contents, &tree, order)? {
        let is_same = match contents.database() {
            Some(database) => {
                let (print, is_same) = unchanged::prove(database, &manifest)?;
                manifest.fingerprint = Some(print.clone());
                fingerprint = Some(print);
                is_same
            }
            None => true,
        };
        if is_same && let Some(created) = link(order, &same, manifest, &tree, &problems)? {
            return Ok(created);
        }
    }
    // The copy is checked once.
    let contents = fingerprint.as_ref().map_or(contents, |fingerprint| contents.proven(fingerprint));
    let database_size = match contents.database() {
        Some(database) => size_of(database.path)?,
        None => 0,
    };
    let (bytes, files) = (tree.bytes() + database_size, tree.files.len() as u64 + 4);
    let needed = space::estimate(contents.kind(), bytes, files, &artefacts);
    space::require(order.folder, needed, mounts::space(order.folder)?)?;
    progress.start("back up", bytes);
    let created = write(order, contents, tree, problems, progress);
    progress.finish();
    created
}

/// Tells of a folder that is open to others; it may hold more than backups, so it is left as it is.
fn exposed(folder: &Path) -> Result<Option<Problem>> {
    let metadata = std::fs::metadata(folder).with_context(|| format!("look at {}", folder.display()))?;
    let mode = metadata.permissions().mode() & 0o7777;
    let open = mode & 0o077 != 0;
    Ok(open.then(|| {
        let detail = format!("is open to others (mode {mode:04o}); the backups in it are not");
        Problem::new(ProblemKind::Exposed, folder, detail)
    }))
}

fn look_at_media(order: &Order<'_>, media: &Path, kind: Kind, problems: &mut Vec<Problem>) -> Result<Tree> {
    ensure!(
        !order.folder.starts_with(media),
        "the folder of the backups {} lies within the media {}",
        order.folder.display(),
        media.display()
    );
    match std::fs::read_dir(media) {
        Ok(_) => Ok(tree::walk(media)),
        Err(error) if kind == Kind::Media => {
            Err(error).with_context(|| format!("read folder {}", media.display()))
        }
        Err(error) => {
            problems.push(Problem::new(
                ProblemKind::Missing,
                media,
                format!("is not in the backup: {error}"),
            ));
            Ok(Tree::default())
        }
    }
}

fn size_of(path: &Path) -> Result<u64> {
    let size = std::fs::metadata(path).with_context(|| format!("look at {}", path.display()))?.len();
    ensure!(size > 0, "the copy of the database {} is empty", path.display());
    Ok(size)
}

/// Publishes one more name of an artefact that holds the same; `None` where no link can be made and its sidecars do
/// not allow a copy: then all is read anew.
fn link(
    order: &Order<'_>,
    same: &Artefact,
    manifest: Manifest,
    tree: &Tree,
    problems: &[Problem],
) -> Result<Option<Created>> {
    let Ok(checksums) = Checksums::read(&same.path, &same.name) else { return Ok(None) };
    let name =
        publish::free_name(order.folder, Name::new(manifest.kind, None, order.now, order.zone)).to_string();
    // Without links (FAT, some network file systems) all is copied from the live site, not from the artefact.
    let Ok(partial) = Partial::link(order.folder, &name, &same.path) else { return Ok(None) };
    let manifest = Manifest {
        artefact: name.clone(),
        created_at: order.now,
        same_as: Some(manifest.same_as.clone().unwrap_or_else(|| same.name.clone())),
        before_restore: order.before_restore,
        artefact_size: Some(same.size),
        secret_key_fingerprint: order.secret_key.map(KeyFingerprint::of).transpose()?,
        problems: problems.iter().chain(&tree.problems).cloned().collect(),
        ..manifest
    };
    publish::publish(order.folder, &partial, &manifest, checksums.artefact)?;
    let path = order.folder.join(name);
    Ok(Some(Created { path, size: same.size, sha256: checksums.artefact, manifest }))
}
