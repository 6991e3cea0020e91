//! How an artefact appears: aside, then all at once; and what is left of a run that died is taken away.

use super::Manifest;
use super::Name;
use super::Sha256;
use super::checksums::Checksums;
use super::checksums::checksums_name;
use super::checksums::manifest_name;
use super::manifest::Unread;
use crate::system::fs;
use anyhow::Context;
use anyhow::Result;
use std::fs::File;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::path::PathBuf;

const PREFIX: &str = ".sitekeep-";
const SUFFIX: &str = ".partial";

/// A file that is not yet visible under its name; dropped, it is gone.
#[derive(Debug)]
pub(super) struct Partial {
    pub(super) path: PathBuf,
}

/// Where a file stands while it is written.
pub(super) fn partial_path(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{PREFIX}{name}{SUFFIX}"))
}

/// Where the caller puts its copy of the database: the next run removes it if this one cannot.
pub fn scratch_path(folder: &Path, extension: &str) -> PathBuf {
    partial_path(folder, &format!("database.{extension}"))
}

impl Partial {
    /// Creates the file, for this user alone.
    pub(super) fn create(folder: &Path, name: &str) -> Result<(Self, File)> {
        let path = partial_path(folder, name);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .with_context(|| format!("create {}", path.display()))?;
        let partial = Self { path };
        fs::give_to_owner_of(folder, &file)?;
        Ok((partial, file))
    }

    /// Creates the file as one more name of an existing one.
    pub(super) fn link(folder: &Path, name: &str, existing: &Path) -> std::io::Result<Self> {
        let path = partial_path(folder, name);
        std::fs::hard_link(existing, &path)?;
        Ok(Self { path })
    }

    fn write(folder: &Path, name: &str, content: &[u8]) -> Result<Self> {
        let (partial, mut file) = Self::create(folder, name)?;
        file.write_all(content)
            .and_then(|()| file.sync_all())
            .with_context(|| format!("write {}", partial.path.display()))?;
        Ok(partial)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // Renamed, or to be removed by the next run.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The first of the names of this second that nothing in the folder has.
pub(super) fn free_name(folder: &Path, mut name: Name) -> Name {
    let taken = |name: &Name| {
        let name = name.to_string();
        [manifest_name(&name), checksums_name(&name), name]
            .iter()
            .any(|name| std::fs::symlink_metadata(folder.join(name)).is_ok())
    };
    while taken(&name) {
        name = name.next();
    }
    name
}

/// Makes a finished and synced file visible as an artefact, its sidecars first.
///
/// # Errors
/// When the folder cannot be written to; nothing is visible then.
pub(super) fn publish(folder: &Path, artefact: &Partial, manifest: &Manifest, sha256: Sha256) -> Result<()> {
    let name = &manifest.artefact;
    let text = manifest.to_json()?;
    let checksums = Checksums { artefact: sha256, manifest: Sha256::of(&text) };
    let sidecars = [
        (manifest_name(name), Partial::write(folder, &manifest_name(name), &text)?),
        (
            checksums_name(name),
            Partial::write(folder, &checksums_name(name), checksums.render(name).as_bytes())?,
        ),
    ];
    let mut visible = Vec::new();
    let mut show = || -> Result<()> {
        for (name, partial) in &sidecars {
            fs::rename_new(&partial.path, &folder.join(name))?;
            visible.push(folder.join(name));
        }
        // The sidecars must be there after a power failure in which the artefact is.
        fs::sync_folder(folder)?;
        fs::rename_new(&artefact.path, &folder.join(name))
    };
    if let Err(error) = show() {
        for path in visible {
            // What cannot be removed now has no artefact, and goes at the next run.
            let _ = std::fs::remove_file(path);
        }
        return Err(error);
    }
    fs::sync_folder(folder)
}

/// Removes what runs left that died: partial files, and sidecars of ours without an artefact. The caller holds the
/// site's lock, so that no run is under way. Returns the names.
///
/// # Errors
/// When the folder cannot be read, or a file in it cannot be removed.
pub fn clean(folder: &Path) -> Result<Vec<String>> {
    let names = unfinished(folder)?;
    // The checksum file is known as ours by the manifest beside it or by its own two lines: either may go first.
    for name in &names {
        std::fs::remove_file(folder.join(name))
            .with_context(|| format!("remove {}", folder.join(name).display()))?;
    }
    if !names.is_empty() {
        fs::sync_folder(folder)?;
    }
    Ok(names)
}

/// Names of partial files and of sidecars of ours without an artefact: of a run that is under way, or that died.
///
/// # Errors
/// When the folder cannot be read.
pub(super) fn unfinished(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(names),
        Err(error) => return Err(error).with_context(|| format!("read folder {}", folder.display())),
    };
    for entry in entries {
        let entry = entry.with_context(|| format!("read folder {}", folder.display()))?;
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if let Some(name) = entry.file_name().to_str()
            && is_file
            && (is_partial(name) || is_orphan(folder, name))
        {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn is_partial(name: &str) -> bool {
    let main = ["-journal", "-wal", "-shm"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    main.starts_with(PREFIX) && main.ends_with(SUFFIX)
}

/// Whether a file is a sidecar that sitekeep wrote and whose artefact is not there.
fn is_orphan(folder: &Path, name: &str) -> bool {
    let gone = |artefact: &str| {
        Name::parse(artefact).is_some()
            && std::fs::symlink_metadata(folder.join(artefact))
                .is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
    };
    if let Some(artefact) = name.strip_suffix(".manifest.json") {
        gone(artefact)
            && std::fs::read(folder.join(name))
                .ok()
                .and_then(|bytes| Manifest::<Unread>::parse(&bytes).ok())
                .is_some_and(|manifest| manifest.artefact == artefact)
    } else if let Some(artefact) = name.strip_suffix(".sha256") {
        gone(artefact) && Checksums::read(&folder.join(artefact), artefact).is_ok()
    } else {
        false
    }
}
