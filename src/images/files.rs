//! The files below the media folder: links are not followed, and our own folders are left out.

use crate::quarantine::PREFIX;
use crate::system::fs;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::path::PathBuf;
use walkdir::WalkDir;

/// A file, and by what it is known again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct File {
    /// Below the media folder.
    pub(super) path: PathBuf,
    pub(super) stamp: Stamp,
}

/// What changes when a file is written, replaced or renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) size: u64,
    device: u64,
    inode: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            size: metadata.len(),
            device: metadata.dev(),
            inode: metadata.ino(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// When the content was last written.
    pub(super) fn modified(&self) -> Timestamp {
        Timestamp::from_second(self.modified.0).unwrap_or(Timestamp::MAX)
    }

    /// When anything of it last changed: an old file that is copied here with its times is new here.
    pub(super) fn newest(&self) -> Timestamp {
        Timestamp::from_second(self.modified.0.max(self.changed.0)).unwrap_or(Timestamp::MAX)
    }
}

/// All files, and what could not be looked at.
#[derive(Debug, Default)]
pub(super) struct Files {
    pub(super) list: Vec<File>,
    pub(super) unreadable: Vec<(PathBuf, String)>,
    /// Links and other things that are no files.
    pub(super) others: u64,
}

/// Walks the media folder in the order of its names.
///
/// # Errors
/// When the folder itself cannot be read.
pub(super) fn walk(media: &Path) -> Result<Files> {
    std::fs::read_dir(media).with_context(|| format!("read folder {}", media.display()))?;
    let below = |path: &Path| path.strip_prefix(media).unwrap_or(path).to_owned();
    let ours = |entry: &walkdir::DirEntry| entry.file_name().to_string_lossy().starts_with(PREFIX);
    let mut found = Files::default();
    let walk = WalkDir::new(media).min_depth(1).sort_by_file_name();
    for entry in walk.into_iter().filter_entry(|entry| !ours(entry)) {
        let metadata = entry.and_then(|entry| Ok((entry.metadata()?, entry)));
        match metadata {
            Ok((metadata, entry)) if metadata.is_file() => {
                found.list.push(File { path: below(entry.path()), stamp: Stamp::of(&metadata) });
            }
            Ok((metadata, _)) => found.others += u64::from(!metadata.is_dir()),
            Err(error) if error.io_error().is_some_and(|it| it.kind() == std::io::ErrorKind::NotFound) => {}
            Err(error) => {
                let path = error.path().map(below).unwrap_or_default();
                found.unreadable.push((path, fs::walked(error).to_string()));
            }
        }
    }
    Ok(found)
}
