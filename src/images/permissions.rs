//! Who may read and write the media: folders 755, files 644, one owner and one group.
//!
//! Each entry is opened first, without following a link on the way to it, and changed through what was opened: nobody can
//! put another file in its place meanwhile. A file with several names may be another's, and is left alone.

use crate::config::ImagesConfig;
use crate::error::one_line;
use crate::quarantine::PREFIX;
use crate::system::fs;
use crate::system::users;
use anyhow::Context;
use anyhow::Result;
use rustix::fs::AtFlags;
use rustix::fs::FileType;
use rustix::fs::Gid;
use rustix::fs::Mode;
use rustix::fs::OFlags;
use rustix::fs::ResolveFlags;
use rustix::fs::Uid;
use serde::Serialize;
use std::fs::File;
use std::os::fd::AsRawFd;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::path::PathBuf;
use walkdir::WalkDir;

const FOLDER: u32 = 0o755;
const FILE: u32 = 0o644;
const SET_GROUP: u32 = 0o2000;

/// A folder may open only when the one above it was mended: so many times is walked anew.
const WALKS: usize = 32;

/// An entry that is not as it is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deviation {
    /// Below the media folder; empty for the folder itself.
    pub path: PathBuf,
    pub is_folder: bool,
    pub mode: u32,
    pub wanted_mode: u32,
    pub owner: (u32, u32),
    pub wanted_owner: (u32, u32),
}

impl Deviation {
    /// Whether a file could be run as a program.
    pub fn is_executable(&self) -> bool {
        !self.is_folder && self.mode & 0o111 != 0
    }

    pub fn has_other_mode(&self) -> bool {
        self.mode != self.wanted_mode
    }

    pub fn has_other_owner(&self) -> bool {
        self.owner != self.wanted_owner
    }
}

/// What was looked at, and mended where that was asked for.
#[derive(Debug, Default, Serialize)]
pub struct Permissions {
    pub entries: u64,
    /// What is not as it is to be, or was not and is now.
    pub deviations: Vec<Deviation>,
    /// What could not be looked at or changed, with why.
    pub refused: Vec<(PathBuf, String)>,
    /// Files with several names, which are left alone.
    pub linked: Vec<PathBuf>,
}

/// Looks at the media folder and all below it; links are left alone. With `apply`, makes all as it is to be.
///
/// # Errors
/// When the media folder cannot be opened, or the configured owner is unknown.
pub fn permissions(media: &Path, settings: &ImagesConfig, apply: bool) -> Result<Permissions> {
    let root = File::open(media).with_context(|| format!("open {}", media.display()))?;
    let own = root.metadata().with_context(|| format!("look at {}", media.display()))?;
    let user = settings.owner.as_deref().map_or(Ok(own.uid()), users::user)?;
    let group = settings.group.as_deref().map_or(Ok(own.gid()), users::group)?;
    let mut found = Permissions::default();
    for _ in 0..WALKS {
        let before = found.deviations.len();
        let (entries, closed) = walk(media);
        found.entries = entries.len() as u64;
        found.refused.clear();
        found.linked.clear();
        for path in entries {
            match look(&root, &path, (user, group)) {
                Ok(Seen::Deviates(deviation, entry)) => {
                    let changed = if apply { mend(&entry, &deviation) } else { Ok(()) };
                    match changed {
                        Ok(()) => found.deviations.push(deviation),
                        Err(problem) => found.refused.push((path, one_line(&problem))),
                    }
                }
                Ok(Seen::Linked) => found.linked.push(path),
                Ok(Seen::Well) => {}
                Err(problem) => found.refused.push((path, one_line(&problem))),
            }
        }
        found.refused.extend(closed.iter().cloned());
        // What was closed may be open by now.
        if closed.is_empty() || !apply || found.deviations.len() == before {
            break;
        }
    }
    Ok(found)
}

/// All entries that are no links, and the folders that cannot be entered.
fn walk(media: &Path) -> (Vec<PathBuf>, Vec<(PathBuf, String)>) {
    let below = |path: &Path| path.strip_prefix(media).unwrap_or(path).to_owned();
    let ours = |entry: &walkdir::DirEntry| entry.file_name().to_string_lossy().starts_with(PREFIX);
    let (mut entries, mut closed) = (Vec::new(), Vec::new());
    let walk = WalkDir::new(media).follow_root_links(true).sort_by_file_name();
    for entry in walk.into_iter().filter_entry(|entry| !ours(entry)) {
        match entry {
            Ok(entry) if entry.file_type().is_symlink() && entry.depth() > 0 => {}
            Ok(entry) => entries.push(below(entry.path())),
            Err(error) if error.io_error().is_some_and(|it| it.kind() == std::io::ErrorKind::NotFound) => {}
            Err(error) => {
                let path = error.path().map(below).unwrap_or_default();
                closed.push((path, fs::walked(error).to_string()));
            }
        }
    }
    (entries, closed)
}

enum Seen {
    Well,
    Linked,
    Deviates(Deviation, OwnedFd),
}

fn look(root: &File, path: &Path, wanted_owner: (u32, u32)) -> Result<Seen> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let name = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    let within = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
    let entry = rustix::fs::openat2(root, name, flags, Mode::empty(), within).context("open")?;
    let stat = rustix::fs::fstat(&entry).context("look at it")?;
    let kind = FileType::from_raw_mode(stat.st_mode);
    let is_folder = kind == FileType::Directory;
    if !is_folder && kind != FileType::RegularFile {
        return Ok(Seen::Well);
    }
    if !is_folder && stat.st_nlink > 1 {
        return Ok(Seen::Linked);
    }
    let deviation = Deviation {
        path: path.to_owned(),
        is_folder,
        mode: stat.st_mode & 0o7777,
        // New files take the group of a folder that has this bit: that is meant.
        wanted_mode: if is_folder { FOLDER | stat.st_mode & SET_GROUP } else { FILE },
        owner: (stat.st_uid, stat.st_gid),
        wanted_owner,
    };
    let deviates = deviation.has_other_mode() || deviation.has_other_owner();
    Ok(if deviates { Seen::Deviates(deviation, entry) } else { Seen::Well })
}

/// The owner first: a change of owner takes bits off the mode.
fn mend(entry: &OwnedFd, deviation: &Deviation) -> Result<()> {
    if deviation.has_other_owner() {
        let (user, group) = deviation.wanted_owner;
        let (user, group) = (Uid::from_raw(user), Gid::from_raw(group));
        rustix::fs::chownat(entry, "", Some(user), Some(group), AtFlags::EMPTY_PATH)
            .context("change its owner; run as root")?;
    }
    // What is opened by name alone is changed through the kernel's own name of it, which no rename moves.
    let itself = format!("/proc/self/fd/{}", entry.as_raw_fd());
    rustix::fs::chmod(itself, Mode::from_raw_mode(deviation.wanted_mode)).context("change its mode")
}
