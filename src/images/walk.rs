//! The files below the media folder, as they are on disk; links are not followed, and our own folders are left out.

use crate::quarantine::PREFIX;
use crate::state::Stamp;
use crate::system::fs;
use anyhow::Context;
use anyhow::Result;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::path::PathBuf;
use walkdir::WalkDir;

/// A file of the media folder.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Below the media folder.
    pub(super) path: PathBuf,
    pub(super) stamp: Stamp,
}

/// What was found: the files, and the places that could not be looked at, with why.
#[derive(Debug, Default)]
pub(super) struct Walked {
    pub(super) entries: Vec<Entry>,
    pub(super) unreadable: Vec<(PathBuf, String)>,
}

/// By what a file is known without reading it.
pub(super) fn stamp(metadata: &Metadata) -> Stamp {
    Stamp {
        size: metadata.len(),
        modified: metadata.mtime().saturating_mul(1_000_000_000).saturating_add(metadata.mtime_nsec()),
        inode: metadata.ino(),
    }
}

/// Walks the media folder in the order of its names.
///
/// # Errors
/// When the folder itself cannot be read.
pub(super) fn walk(media: &Path) -> Result<Walked> {
    std::fs::read_dir(media).with_context(|| format!("read folder {}", media.display()))?;
    let mut walked = Walked::default();
    let walk = WalkDir::new(media).min_depth(1).sort_by_file_name();
    let ours = |entry: &walkdir::DirEntry| entry.file_name().to_string_lossy().starts_with(PREFIX);
    for entry in walk.into_iter().filter_entry(|entry| !ours(entry)) {
        let found = entry.and_then(|entry| {
            let metadata = if entry.file_type().is_file() { Some(entry.metadata()?) } else { None };
            Ok((entry, metadata))
        });
        match found {
            Ok((entry, Some(metadata))) => {
                let path = entry.path().strip_prefix(media).unwrap_or(entry.path()).to_owned();
                walked.entries.push(Entry { path, stamp: stamp(&metadata) });
            }
            Ok((_, None)) => {}
            Err(error) => {
                let path = error.path().map_or_else(PathBuf::new, Path::to_owned);
                let path = path.strip_prefix(media).map(Path::to_owned).unwrap_or(path);
                let is_gone =
                    error.io_error().is_some_and(|error| error.kind() == std::io::ErrorKind::NotFound);
                if !is_gone {
                    walked.unreadable.push((path, fs::walked(error).to_string()));
                }
            }
        }
    }
    Ok(walked)
}
