//! Files: atomic writes and walks that do not stop at a bad entry.

use anyhow::Context;
use anyhow::Result;
use std::fs::File;
use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::fs::MetadataExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use walkdir::WalkDir;

/// How the name of a file begins that is being written aside.
pub const ASIDE: &str = ".sitekeep-";

/// Writes a file so that a crash leaves the old content or the new: aside, fsync, rename, fsync of the folder.
///
/// # Errors
/// When the folder cannot be written to or is full; the old file is then untouched.
pub fn write_atomic(path: &Path, content: &[u8], mode: u32) -> Result<()> {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || -> Result<()> {
        let mut file = tempfile::Builder::new()
            .prefix(ASIDE)
            .permissions(std::fs::Permissions::from_mode(mode))
            .tempfile_in(folder)?;
        file.write_all(content)?;
        file.as_file().set_permissions(std::fs::Permissions::from_mode(mode))?;
        give_to_owner_of(folder, file.as_file())?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        File::open(folder)?.sync_all()?;
        Ok(())
    };
    write().map_err(|error| anyhow::anyhow!("write {}: {}", path.display(), error.root_cause()))
}

/// Writes a report to where somebody wants it: a file atomically, keeping the mode it has and following links; a device
/// or a pipe as it is.
///
/// # Errors
/// When it cannot be written.
pub fn write_output(path: &Path, content: &[u8]) -> Result<()> {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {
            let real = path.canonicalize().with_context(|| format!("find {}", path.display()))?;
            write_atomic(&real, content, metadata.permissions().mode() & 0o7777)?;
            // A file of another user stays that user's, where this one may give it away.
            let (user, group) = (metadata.uid(), metadata.gid());
            match std::os::unix::fs::chown(&real, Some(user), Some(group)) {
                Err(error) if error.kind() != std::io::ErrorKind::PermissionDenied => {
                    Err(error).with_context(|| format!("keep the owner of {}", path.display()))
                }
                _ => Ok(()),
            }
        }
        Ok(_) => OpenOptions::new()
            .write(true)
            .open(path)
            .and_then(|mut device| device.write_all(content))
            .with_context(|| format!("write {}", path.display())),
        // node_exporter and the like read it as their own user.
        Err(_) => write_atomic(path, content, 0o644),
    }
}

/// Writes a file anew by way of one beside it, with the mode, the owner and the attributes that it has: a crash leaves
/// the old content or the new, and perhaps the file beside it.
///
/// # Errors
/// When the folder cannot be written to, the disk is full, or the owner cannot be kept; the old file is then untouched.
pub fn rewrite(path: &Path, aside: &Path, content: &[u8]) -> Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let write = || -> Result<()> {
        let former = std::fs::metadata(path)?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(aside)?;
        file.write_all(content)?;
        if rustix::process::geteuid().is_root() {
            std::os::unix::fs::fchown(&file, Some(former.uid()), Some(former.gid()))?;
        }
        copy_attributes(path, &file)?;
        file.set_permissions(former.permissions())?;
        file.sync_all()?;
        std::fs::rename(aside, path)?;
        sync_folder(path.parent().unwrap_or(Path::new("/")))
    };
    let written = write();
    if written.is_err() {
        // What failed is told; the rest of it is removed by whoever tries again.
        let _ = std::fs::remove_file(aside);
    }
    written.with_context(|| format!("write {}", path.display()))
}

/// Gives a new file or folder to the owner of the folder that it is in, where this is root: a site whose files belong
/// to root cannot write them.
///
/// # Errors
/// When the owner cannot be told or changed.
pub fn inherit_owner(path: &Path) -> Result<()> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(Path::new("/"));
    let give = || -> std::io::Result<()> {
        let owner = std::fs::metadata(folder)?;
        std::os::unix::fs::lchown(path, Some(owner.uid()), Some(owner.gid()))
    };
    give().with_context(|| format!("give {} to the owner of its folder", path.display()))
}

/// Gives a file that root has just made among another user's to that user: what root leaves behind there, the user's
/// own runs could not read or write again.
///
/// # Errors
/// When the owner cannot be told or changed.
pub fn give_to_owner_of(folder: &Path, new: &File) -> Result<()> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    let give = || -> std::io::Result<()> {
        let owner = std::fs::metadata(folder)?;
        if owner.uid() == 0 {
            return Ok(());
        }
        std::os::unix::fs::fchown(new, Some(owner.uid()), Some(owner.gid()))
    };
    give().with_context(|| format!("give a new file to the owner of {}", folder.display()))
}

/// Gives a new file the extended attributes of another: access lists, and what security modules go by.
///
/// # Errors
/// When one that is there cannot be given; a file system without any has none.
pub fn copy_attributes(from: &Path, to: &File) -> Result<()> {
    use rustix::io::Errno;
    let mut names = vec![0; 65_536];
    let length = match rustix::fs::listxattr(from, &mut names[..]) {
        Err(Errno::NOTSUP | Errno::NOSYS) => return Ok(()),
        other => other.with_context(|| format!("read the attributes of {}", from.display()))?,
    };
    let mut value = vec![0; 65_536];
    for name in names[..length].split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        let give = |value: &mut [u8]| -> Result<(), Errno> {
            let length = rustix::fs::getxattr(from, name, &mut *value)?;
            let mut there = vec![0; 65_536];
            // A security module may have set the same one already, and refuse to have it set by others.
            let is_same = rustix::fs::fgetxattr(to, name, &mut there[..])
                .is_ok_and(|size| there[..size] == value[..length]);
            if is_same {
                Ok(())
            } else {
                rustix::fs::fsetxattr(to, name, &value[..length], rustix::fs::XattrFlags::empty())
            }
        };
        give(&mut value[..]).with_context(|| {
            format!("keep the attribute {} of {}", String::from_utf8_lossy(name), from.display())
        })?;
    }
    Ok(())
}

/// Renames a file to a name that nothing has yet; the caller syncs the folder.
///
/// # Errors
/// When the name is taken, or the folder cannot be written to.
pub fn rename_new(from: &Path, to: &Path) -> Result<()> {
    use rustix::fs::CWD;
    use rustix::fs::RenameFlags;
    use rustix::io::Errno;
    let renamed = match rustix::fs::renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // Some network file systems know no flags: their users come one after the other, by the site's lock.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) if std::fs::symlink_metadata(to).is_err() => {
            std::fs::rename(from, to)
        }
        other => other.map_err(Into::into),
    };
    renamed.with_context(|| format!("rename {} to {}", from.display(), to.display()))
}

/// Waits until the names in a folder are on disk.
///
/// # Errors
/// When the folder cannot be opened, or its disk refuses.
pub fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .with_context(|| format!("sync folder {}", folder.display()))
}

/// Waits until everything written to the file system of `folder` is on disk: one wait for thousands of files.
///
/// # Errors
/// When the folder cannot be opened, or a write to its disk failed.
pub fn sync_file_system(folder: &Path) -> Result<()> {
    File::open(folder)
        .and_then(|folder| rustix::fs::syncfs(&folder).map_err(Into::into))
        .with_context(|| format!("sync the file system of {}", folder.display()))
}

/// Creates a folder and its parents for this user alone (0700); one that exists is left as it is.
///
/// # Errors
/// When a parent cannot be written to, or the path is a file.
pub fn create_private_folder(path: &Path) -> Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("create folder {}", path.display()))
}

/// What lies below a folder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TreeSize {
    pub bytes: u64,
    pub files: u64,
    /// Entries that could not be read; the sizes are then a lower bound.
    pub unreadable: u64,
}

/// The error of a walk without its path, which the caller names.
pub fn walked(error: walkdir::Error) -> std::io::Error {
    error.into_io_error().unwrap_or_else(|| std::io::Error::other("its links go round in circles"))
}

/// Adds up the apparent sizes of the files below `root`; links are not followed, and what goes while it is walked
/// is not counted.
///
/// # Errors
/// When `root` itself cannot be read.
pub fn tree_size(root: &Path) -> Result<TreeSize> {
    std::fs::read_dir(root).with_context(|| format!("read folder {}", root.display()))?;
    Ok(add_up(WalkDir::new(root)))
}

fn add_up(entries: impl IntoIterator<Item = walkdir::Result<walkdir::DirEntry>>) -> TreeSize {
    let mut size = TreeSize::default();
    for entry in entries {
        let file =
            entry.and_then(
                |entry| {
                    if entry.file_type().is_file() { entry.metadata().map(Some) } else { Ok(None) }
                },
            );
        match file {
            Ok(Some(metadata)) => {
                size.bytes += metadata.len();
                size.files += 1;
            }
            Ok(None) => {}
            Err(error) if error.io_error().is_some_and(|error| error.kind() == ErrorKind::NotFound) => {}
            Err(_) => size.unreadable += 1,
        }
    }
    size
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("état du site.txt");
        write_atomic(&path, b"old", 0o600).expect("write");
        assert!(write_atomic(&path.join("below-a-file"), b"new", 0o600).is_err());
        assert_eq!(std::fs::read(&path).expect("read"), b"old");
        assert_eq!(std::fs::metadata(&path).expect("stat").permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).expect("list").count(), 1);
    }

    #[test]
    fn an_output_keeps_links_modes_and_devices() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        write_atomic(&file, b"old", 0o640).expect("write");
        std::os::unix::fs::symlink(&file, &link).expect("link");
        write_output(&link, b"new").expect("write through the link");
        assert_eq!(std::fs::read(&file).expect("read"), b"new");
        assert!(std::fs::symlink_metadata(&link).expect("stat").is_symlink());
        assert_eq!(std::fs::metadata(&file).expect("stat").permissions().mode() & 0o777, 0o640);
        write_output(Path::new("/dev/null"), b"gone").expect("write to a device");
        assert!(!std::fs::metadata("/dev/null").expect("stat").is_file());
        assert!(write_output(Path::new("/dev/full"), b"x").is_err());
    }

    #[test]
    fn a_tree_counts_every_file_once() {
        let folder = tempfile::tempdir().expect("a folder");
        create_private_folder(&folder.path().join("a/b")).expect("folders");
        write_atomic(&folder.path().join("a/b/one"), &[0; 10], 0o644).expect("write");
        write_atomic(&folder.path().join("two"), &[0; 5], 0o644).expect("write");
        std::os::unix::fs::symlink("/", folder.path().join("everything")).expect("link");
        assert_eq!(tree_size(folder.path()).expect("walk"), TreeSize { bytes: 15, files: 2, unreadable: 0 });
        assert!(tree_size(&folder.path().join("none")).is_err());
    }

    #[test]
    fn a_file_removed_during_the_walk_is_no_error() {
        let folder = tempfile::tempdir().expect("a folder");
        write_atomic(&folder.path().join("stays"), &[0; 10], 0o644).expect("write");
        write_atomic(&folder.path().join("goes"), &[0; 5], 0o644).expect("write");
        let entries: Vec<_> = WalkDir::new(folder.path()).into_iter().collect();
        std::fs::remove_file(folder.path().join("goes")).expect("remove");
        assert_eq!(add_up(entries), TreeSize { bytes: 10, files: 1, unreadable: 0 });
    }
}
