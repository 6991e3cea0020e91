//! The files of a folder as they stand: what a media backup will hold, and whether it holds it already.

use super::Problem;
use super::ProblemKind;
use crate::quarantine::PREFIX;
use crate::system::fs;
use jiff::Timestamp;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::path::PathBuf;
use walkdir::WalkDir;

/// A folder, walked in the order of names; links are not followed.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) files: Vec<Found>,
    /// Folders below the root, with their modes.
    pub(super) folders: Vec<(PathBuf, u32)>,
    pub(super) problems: Vec<Problem>,
}

/// One file, by its path below the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) path: PathBuf,
    pub(super) facts: Facts,
}

/// What tells that a file is still the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) size: u64,
    pub(super) mode: u32,
    pub(super) mtime: Timestamp,
    /// Time of the last change of the inode, which no program can set back.
    pub(super) ctime: Timestamp,
}

impl Facts {
    pub(super) fn of(metadata: &std::fs::Metadata) -> Self {
        Self {
            size: metadata.len(),
            mode: metadata.mode() & 0o7777,
            mtime: timestamp(metadata.mtime(), metadata.mtime_nsec()),
            ctime: timestamp(metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

/// A file's time; one outside of the years that are written becomes the nearest that is.
fn timestamp(seconds: i64, nanoseconds: i64) -> Timestamp {
    let nanoseconds = i32::try_from(nanoseconds).unwrap_or(0);
    let limit = if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::new(seconds, nanoseconds).unwrap_or(limit)
}

/// Walks a folder. What cannot be read is a problem of that entry, not of the walk. What is kept for undo, where it could
/// not lie beside the folder, is no part of it.
pub(super) fn walk(root: &Path) -> Tree {
    let mut tree = Tree::default();
    // What the quarantine keeps beside the live files of a mount is not the site's.
    let is_kept = |entry: &walkdir::DirEntry| {
        entry.depth() == 1 && entry.file_name().as_encoded_bytes().starts_with(PREFIX.as_bytes())
    };
    let entries = WalkDir::new(root).min_depth(1).follow_links(false).sort_by_file_name();
    for entry in entries.into_iter().filter_entry(|entry| !is_kept(entry)) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().unwrap_or(root).to_owned();
                tree.problems.push(failed(&path, &fs::walked(error)));
                continue;
            }
        };
        let path = entry.path();
        let metadata = match entry.metadata() {
            Ok(metadata) => metadata,
            Err(error) => {
                tree.problems.push(failed(path, &fs::walked(error)));
                continue;
            }
        };
        let Ok(relative) = path.strip_prefix(root) else { continue };
        if metadata.is_dir() {
            tree.folders.push((relative.to_owned(), metadata.mode() & 0o7777));
        } else if metadata.is_file() {
            tree.files.push(Found { path: relative.to_owned(), facts: Facts::of(&metadata) });
        } else {
            tree.problems.push(skipped(path, &metadata));
        }
    }
    tree
}

impl Tree {
    pub(super) fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.facts.size).sum()
    }
}

/// The problem that an error of reading comes to.
pub(super) fn failed(path: &Path, error: &std::io::Error) -> Problem {
    let kind = match error.kind() {
        std::io::ErrorKind::NotFound => ProblemKind::Vanished,
        _ => ProblemKind::Unreadable,
    };
    let detail = match kind {
        ProblemKind::Vanished => "went away while the backup ran".to_owned(),
        _ => format!("is not in the backup: {error}"),
    };
    Problem::new(kind, path, detail)
}

/// The problem that something is no file.
pub(super) fn skipped(path: &Path, metadata: &std::fs::Metadata) -> Problem {
    let what = if metadata.is_symlink() { "is a symbolic link" } else { "is no ordinary file" };
    Problem::new(ProblemKind::Skipped, path, format!("{what}, and is left out"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::fs;

    #[test]
    fn what_the_quarantine_keeps_on_the_mount_is_not_the_sites() {
        let root = tempfile::tempdir().expect("a folder");
        for folder in [".sitekeep-20261123T080000Z-5c1f", "products/.sitekeep-like", "products"] {
            std::fs::create_dir_all(root.path().join(folder)).expect("folder");
            crate::system::fs::write_atomic(&root.path().join(folder).join("a.jpg"), b"x", 0o644)
                .expect("file");
        }
        let files: Vec<_> = walk(root.path()).files.into_iter().map(|file| file.path).collect();
        assert_eq!(files, [Path::new("products/.sitekeep-like/a.jpg"), Path::new("products/a.jpg")]);
    }

    #[test]
    fn links_and_pipes_are_told_and_names_of_any_kind_are_found_in_order() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        for name in ["b é.JPG", "new\nline.png", "a/deep.jpg", "A.jpg", ".sitekeep-run/000001"] {
            fs::create_private_folder(root.join(name).parent().expect("parent")).expect("folder");
            fs::write_atomic(&root.join(name), name.as_bytes(), 0o640).expect("write");
        }
        std::os::unix::fs::symlink("/etc/passwd", root.join("link.jpg")).expect("link");
        let socket = std::os::unix::net::UnixListener::bind(root.join("socket")).expect("socket");
        let tree = walk(root);
        let names: Vec<_> = tree.files.iter().filter_map(|file| file.path.to_str()).collect();
        assert_eq!(names, ["A.jpg", "a/deep.jpg", "b é.JPG", "new\nline.png"]);
        assert_eq!(tree.files[0].facts.mode, 0o640);
        assert_eq!(tree.folders.len(), 1);
        assert_eq!(tree.problems.len(), 2);
        assert!(tree.problems.iter().all(|problem| problem.kind == ProblemKind::Skipped));
        drop(socket);
    }

    #[test]
    fn a_folder_that_is_not_there_is_a_problem() {
        assert_eq!(walk(Path::new("/no/such/folder")).problems[0].kind, ProblemKind::Vanished);
    }
}
