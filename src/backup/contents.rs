//! What an artefact really holds, read from its first byte to its last, and how that differs from a manifest.

use super::Entry;
use super::Limits;
use super::Manifest;
use super::Sha256;
use super::digest::Hasher;
use super::manifest::MANIFEST_NAME;
use super::reader;
use super::reader::Item;
use super::shape::Shape;
use super::stream;
use super::stream::Reading;
use crate::progress::Progress;
use anyhow::Context;
use anyhow::Result;
use anyhow::ensure;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

/// Longest manifest inside an archive that is read.
const LONGEST_MANIFEST: u64 = 512 << 20;

/// How much of the content is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// Names, sizes, and the checksums of gzip.
    Structure,
    /// The SHA-256 of every file too.
    Hashes,
}

/// One file as it was read.
#[derive(Debug, Clone)]
pub(super) struct FoundFile {
    pub(super) item: Item,
    /// `None` where only the structure was looked at.
    pub(super) sha256: Option<Sha256>,
}

/// The content of an artefact.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) files: Vec<FoundFile>,
    pub(super) folders: Vec<Item>,
    /// The manifest of an archive, and where in it.
    pub(super) manifest: Option<Vec<u8>>,
    /// Databases that do not look whole.
    pub(super) faults: Vec<String>,
}

/// Reads a whole artefact; `extension` is that of a single-file one.
///
/// # Errors
/// When the file cannot be read; damage of its content is in the answer.
pub(super) fn read(
    path: &Path,
    extension: Option<&str>,
    limits: Limits,
    depth: Depth,
    progress: &dyn Progress,
) -> Result<Reading<Contents>> {
    let file = stream::open(path)?;
    read_from(file, path, extension, limits, depth, progress)
}

/// The same of a file that was opened before.
///
/// # Errors
/// As [`read`].
pub(super) fn read_from(
    source: impl Read + Send,
    path: &Path,
    extension: Option<&str>,
    limits: Limits,
    depth: Depth,
    progress: &dyn Progress,
) -> Result<Reading<Contents>> {
    stream::read(source, path, progress, |content| match extension {
        Some(extension) => single(content, extension, limits, depth),
        None => archive(content, limits, depth),
    })
}

fn single(content: &mut dyn Read, extension: &str, limits: Limits, depth: Depth) -> Result<Contents> {
    let mut shape = Shape::default();
    let (size, sha256) = drain(content, depth, &mut |bytes, total| {
        shape.see(bytes);
        ensure!(total <= limits.bytes, "unpacks to more than the limit of {} bytes", limits.bytes);
        Ok(())
    })?;
    let path = super::ArchivePath::new(format!("db.{extension}"));
    let item = Item { path, is_folder: false, size, mode: 0o600, mtime: jiff::Timestamp::UNIX_EPOCH };
    let faults = shape.fault(extension).map(|fault| format!("the database {fault}"));
    Ok(Contents {
        files: vec![FoundFile { item, sha256 }],
        faults: faults.into_iter().collect(),
        ..Contents::default()
    })
}

fn archive(content: &mut dyn Read, limits: Limits, depth: Depth) -> Result<Contents> {
    let mut found = Contents::default();
    reader::walk(content, limits, &mut |item, content| {
        if item.is_folder {
            found.folders.push(item.clone());
            return Ok(());
        }
        let mut shape = database_extension(item).map(|extension| (extension, Shape::default()));
        let mut manifest = is_manifest(item).then(Vec::new);
        if manifest.is_some() {
            ensure!(item.size <= LONGEST_MANIFEST, "the manifest is longer than can be read");
        }
        let (_, sha256) = drain(content, depth, &mut |bytes, _| {
            if let Some((_, shape)) = &mut shape {
                shape.see(bytes);
            }
            if let Some(text) = &mut manifest {
                text.extend_from_slice(bytes);
            }
            Ok(())
        })?;
        if let Some(fault) = shape.and_then(|(extension, shape)| shape.fault(extension)) {
            found.faults.push(format!("{} {fault}", item.path));
        }
        match manifest {
            Some(text) if Manifest::<super::manifest::Unread>::parse(&text).is_ok() => {
                found.manifest = Some(text);
            }
            _ => found.files.push(FoundFile { item: item.clone(), sha256 }),
        }
        Ok(())
    })?;
    Ok(found)
}

/// Reads to the end, and hands on the bytes and how many there were so far.
pub(super) fn drain(
    content: &mut dyn Read,
    depth: Depth,
    see: &mut dyn FnMut(&[u8], u64) -> Result<()>,
) -> Result<(u64, Option<Sha256>)> {
    let mut buffer = vec![0; 1 << 17];
    let mut hasher = (depth == Depth::Hashes).then(Hasher::default);
    let mut size = 0;
    loop {
        let count = match content.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error).context("unpack the archive"),
        };
        size += count as u64;
        if let Some(hasher) = &mut hasher {
            hasher.update(&buffer[..count]);
        }
        see(&buffer[..count], size)?;
    }
    Ok((size, hasher.map(Hasher::finish)))
}

/// `db.sqlite3`, `DATE/db.dump`: a database and its extension.
fn database_extension(item: &Item) -> Option<&'static str> {
    let path = item.path.as_path();
    let name = path.file_name()?.to_str()?.strip_prefix("db.")?;
    let known = ["sqlite3", "dump", "sql"].into_iter().find(|extension| *extension == name);
    known.filter(|_| is_at_top(item))
}

/// `manifest.json` at the top, or in the folder of a date.
pub(super) fn is_manifest(item: &Item) -> bool {
    item.path.as_path().ends_with(MANIFEST_NAME) && is_at_top(item)
}

/// Whether a file stands where sitekeep and the guide put their own: `media/db.sqlite3` is somebody's upload.
fn is_at_top(item: &Item) -> bool {
    let mut parts = item.path.as_path().iter();
    let first = parts.next().and_then(|part| part.to_str()).unwrap_or_default();
    match (parts.next(), parts.next()) {
        (None, _) => true,
        (Some(_), None) => first.starts_with(|letter: char| letter.is_ascii_digit()),
        _ => false,
    }
}

/// Says how the content differs from what a manifest lists; empty when it does not.
pub(super) fn differences(manifest: &Manifest, found: &Contents) -> Vec<String> {
    let mut differences = Vec::new();
    let mut listed: BTreeMap<_, &Entry> = manifest.entries.iter().map(|entry| (&entry.path, entry)).collect();
    let is_archive = manifest.kind != super::Kind::Database;
    for FoundFile { item, sha256 } in &found.files {
        let Some(entry) = listed.remove(&item.path) else {
            differences.push(format!("{} is not in the manifest", item.path));
            continue;
        };
        if entry.size != item.size {
            differences
                .push(format!("{} has {} bytes, the manifest says {}", item.path, item.size, entry.size));
        } else if sha256.is_some_and(|sha256| sha256 != entry.sha256) {
            differences.push(format!("{} is not what was backed up: its SHA-256 differs", item.path));
        }
        if is_archive && entry.mode != item.mode {
            differences.push(format!(
                "{} has mode {:04o}, the manifest says {:04o}",
                item.path, item.mode, entry.mode
            ));
        }
        if is_archive && entry.mtime.as_second().max(0) != item.mtime.as_second() {
            differences.push(format!("{} has another time than the manifest says", item.path));
        }
    }
    differences.extend(listed.keys().map(|path| format!("{path} is missing")));
    let folders: BTreeMap<_, _> = manifest.folders.iter().map(|folder| (&folder.path, folder.mode)).collect();
    let real: BTreeMap<_, _> = found.folders.iter().map(|item| (&item.path, item.mode)).collect();
    if folders != real {
        differences.push("the folders are not those of the manifest".to_owned());
    }
    if manifest.totals.files != manifest.entries.len() as u64 {
        differences.push("the manifest does not list as many files as it says".to_owned());
    }
    differences
}
