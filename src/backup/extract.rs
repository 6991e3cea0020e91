//! Unpacks an artefact into a folder of its own: nothing is written anywhere else, whatever the archive says.
//!
//! The folder must be new or empty, and only this user's: no link can be in it, and none is made. Files are created
//! anew, never opened; they get their permissions (without setuid, setgid and sticky bits) and times. One sync of the
//! file system at the end covers them all.

use super::ArchivePath;
use super::Artefact;
use super::Entry;
use super::Limits;
use super::Manifest;
use super::contents;
use super::contents::Contents;
use super::contents::Depth;
use super::contents::FoundFile;
use super::reader;
use super::reader::Item;
use super::stream;
use crate::progress::Progress;
use crate::system::fs;
use anyhow::Context;
use anyhow::Result;
use anyhow::bail;
use anyhow::ensure;
use jiff::Timestamp;
use std::collections::HashMap;
use std::fs::File;
use std::fs::FileTimes;
use std::fs::OpenOptions;
use std::fs::Permissions;
use std::io::Read;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;
use std::time::SystemTime;

/// What was unpacked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extracted {
    pub files: Vec<Entry>,
    pub bytes: u64,
}

/// Unpacks those files of an artefact that `wanted` names into `target`, compared with `manifest` where there is one.
///
/// Names in the artefact are as in its manifest; that of a single-file database is `db.sqlite3`, `db.dump` or `db.sql`.
///
/// # Errors
/// When the archive is damaged, differs from the manifest or holds what is refused; `target` is then to be discarded.
/// When `target` is not empty.
pub fn extract(
    artefact: &Artefact,
    target: &Path,
    wanted: &dyn Fn(&Path) -> bool,
    manifest: Option<&Manifest>,
    limits: Limits,
    progress: &dyn Progress,
) -> Result<Extracted> {
    ensure!(target.is_absolute(), "{} is not an absolute path", target.display());
    fs::create_private_folder(target)?;
    let mut present =
        std::fs::read_dir(target).with_context(|| format!("read folder {}", target.display()))?;
    ensure!(present.next().is_none(), "{} is not empty", target.display());
    let extension = artefact.database_extension();
    let times: HashMap<_, _> = manifest
        .iter()
        .flat_map(|manifest| &manifest.entries)
        .map(|entry| (&entry.path, entry.mtime))
        .collect();
    let file = stream::open(&artefact.path)?;
    progress.start("unpack", artefact.size);
    let reading = stream::read(file, &artefact.path, progress, |content| {
        let mut unpack =
            Unpack { target, times: &times, found: Contents::default(), extracted: Extracted::default() };
        match extension {
            Some(extension) => unpack.single(content, extension, limits)?,
            None => reader::walk(content, limits, &mut |item, content| unpack.entry(item, content, wanted))?,
        }
        unpack.finish()
    });
    progress.finish();
    let (extracted, found) =
        reading?.content.with_context(|| format!("unpack {}", artefact.path.display()))?;
    if let Some(manifest) = manifest
        && let Some(first) = contents::differences(manifest, &found).first()
    {
        bail!("{} is not what its manifest says: {first}", artefact.path.display());
    }
    fs::sync_file_system(target)?;
    Ok(extracted)
}

struct Unpack<'a> {
    target: &'a Path,
    /// Exact times, where a manifest has them.
    times: &'a HashMap<&'a ArchivePath, Timestamp>,
    found: Contents,
    extracted: Extracted,
}

impl Unpack<'_> {
    fn single(&mut self, content: &mut dyn Read, extension: &str, limits: Limits) -> Result<()> {
        let path = ArchivePath::new(format!("db.{extension}"));
        let mut item = Item { path, is_folder: false, size: 0, mode: 0o600, mtime: Timestamp::UNIX_EPOCH };
        let (file, place) = self.create(&item)?;
        let (size, sha256) = self.copy(&item, &file, content, limits.bytes)?;
        item.size = size;
        self.settle(&item, &file, &place)?;
        self.record(item, sha256);
        Ok(())
    }

    fn entry(&mut self, item: &Item, content: &mut dyn Read, wanted: &dyn Fn(&Path) -> bool) -> Result<()> {
        if item.is_folder {
            if wanted(item.path.as_path()) {
                self.create_folder(item.path.as_path())?;
            }
            self.found.folders.push(item.clone());
        } else if contents::is_manifest(item) {
            // It describes the artefact, and is none of the site's files.
        } else if wanted(item.path.as_path()) {
            let (file, place) = self.create(item)?;
            let (_, sha256) = self.copy(item, &file, content, item.size)?;
            self.settle(item, &file, &place)?;
            self.record(item.clone(), sha256);
        } else {
            let (_, sha256) = contents::drain(content, Depth::Hashes, &mut |_, _| Ok(()))?;
            self.found.files.push(FoundFile { item: item.clone(), sha256 });
        }
        Ok(())
    }

    fn create_folder(&self, path: &Path) -> Result<()> {
        // Private while it is filled; its own mode comes at the end.
        fs::create_private_folder(&self.target.join(path))
    }

    fn create(&self, item: &Item) -> Result<(File, std::path::PathBuf)> {
        let place = self.target.join(item.path.as_path());
        let create = || OpenOptions::new().write(true).create_new(true).mode(0o600).open(&place);
        let file = match (create(), item.path.as_path().parent()) {
            // Its folder does not come before it in the archive.
            (Err(error), Some(parent)) if error.kind() == std::io::ErrorKind::NotFound => {
                self.create_folder(parent)?;
                create()
            }
            (created, _) => created,
        };
        let file = file.with_context(|| format!("create {}", place.display()))?;
        Ok((file, place))
    }

    fn copy(
        &self,
        item: &Item,
        mut file: &File,
        content: &mut dyn Read,
        limit: u64,
    ) -> Result<(u64, Option<super::Sha256>)> {
        contents::drain(content, Depth::Hashes, &mut |bytes, total| {
            ensure!(total <= limit, "unpacks to more than the limit of {limit} bytes");
            file.write_all(bytes)
                .with_context(|| format!("write {}", self.target.join(item.path.as_path()).display()))
        })
    }

    /// Gives a file its permissions and time.
    fn settle(&self, item: &Item, file: &File, place: &Path) -> Result<()> {
        let exact = self.times.get(&item.path).filter(|exact| exact.as_second() == item.mtime.as_second());
        let mtime = SystemTime::from(*exact.unwrap_or(&item.mtime));
        let settled = file.set_permissions(Permissions::from_mode(item.mode & 0o777));
        settled
            .and_then(|()| match mtime.duration_since(SystemTime::UNIX_EPOCH) {
                Ok(age) if age > Duration::ZERO => file.set_times(FileTimes::new().set_modified(mtime)),
                _ => Ok(()),
            })
            .with_context(|| format!("set mode and time of {}", place.display()))
    }

    fn record(&mut self, item: Item, sha256: Option<super::Sha256>) {
        if let Some(sha256) = sha256 {
            self.extracted.bytes += item.size;
            self.extracted.files.push(Entry {
                path: item.path.clone(),
                sha256,
                size: item.size,
                mode: item.mode & 0o777,
                mtime: item.mtime,
            });
        }
        self.found.files.push(FoundFile { item, sha256 });
    }

    /// Gives the folders their modes, inner ones first: an outer one may shut the way.
    fn finish(self) -> Result<(Extracted, Contents)> {
        for item in self.found.folders.iter().rev() {
            let place = self.target.join(item.path.as_path());
            if place.is_dir() {
                std::fs::set_permissions(&place, Permissions::from_mode(item.mode & 0o777))
                    .with_context(|| format!("set the mode of {}", place.display()))?;
            }
        }
        Ok((self.extracted, self.found))
    }
}
