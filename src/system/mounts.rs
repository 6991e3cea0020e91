//! File systems: which one holds a path, and how full it is.

use anyhow::Context;
use anyhow::Result;
use procfs::process::Process;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::path::PathBuf;

/// One mounted file system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSystem {
    pub mount_point: PathBuf,
    pub device: String,
    /// Type as the kernel names it: `ext4`, `xfs`, `overlay`.
    pub kind: String,
    pub read_only: bool,
    /// Those of the asked paths that lie on it.
    pub holds: Vec<PathBuf>,
    pub space: Space,
}

/// Room on a file system, in bytes and inodes; `free` is what an ordinary user may still use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Space {
    pub used: u64,
    pub free: u64,
    /// 0 where the file system has no fixed number of inodes (btrfs, some network file systems).
    pub inodes: u64,
    pub inodes_free: u64,
}

/// Measures the file system that holds `path`.
///
/// # Errors
/// When the path does not exist or the file system does not answer.
pub fn space(path: &Path) -> Result<Space> {
    let answer = rustix::fs::statvfs(path)
        .with_context(|| format!("measure the file system of {}", path.display()))?;
    let blocks = |count: u64| count.saturating_mul(answer.f_frsize);
    Ok(Space {
        used: blocks(answer.f_blocks.saturating_sub(answer.f_bfree)),
        free: blocks(answer.f_bavail),
        inodes: answer.f_files,
        inodes_free: answer.f_favail,
    })
}

/// File systems on real storage (block devices and network), and those that hold `paths`, each once.
///
/// # Errors
/// When the mount table cannot be read, or a path or file system cannot be measured.
pub fn in_use(paths: &[&Path]) -> Result<Vec<FileSystem>> {
    let mounts = Process::myself()
        .and_then(|process| process.mountinfo())
        .context("read the mount table /proc/self/mountinfo")?
        .0;
    let mut found: Vec<(u64, FileSystem)> = Vec::new();
    let mut candidates: Vec<PathBuf> = paths.iter().map(|path| path.to_path_buf()).collect();
    candidates.extend(
        mounts
            .iter()
            .filter(|mount| is_storage(&mount.fs_type, mount.mount_source.as_deref()))
            .map(|mount| mount.mount_point.clone()),
    );
    for (position, path) in candidates.iter().enumerate() {
        let wanted = position < paths.len();
        let metadata = match std::fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if wanted => return Err(error).with_context(|| format!("look at {}", path.display())),
            // A mount point that another user's session owns; nothing of the site is there.
            Err(_) => continue,
        };
        if let Some((_, known)) = found.iter_mut().find(|(device, _)| *device == metadata.dev()) {
            known.holds.extend(wanted.then(|| path.clone()));
            continue;
        }
        let full = path.canonicalize().unwrap_or_else(|_| path.clone());
        let mount = mounts
            .iter()
            .filter(|mount| full.starts_with(&mount.mount_point))
            .max_by_key(|mount| (mount.mount_point.components().count(), mount.mnt_id));
        let Some(mount) = mount else { continue };
        let read_only = mount.mount_options.contains_key("ro") || mount.super_options.contains_key("ro");
        let file_system = FileSystem {
            mount_point: mount.mount_point.clone(),
            device: mount.mount_source.clone().unwrap_or_default(),
            kind: mount.fs_type.clone(),
            read_only,
            holds: if wanted { vec![path.clone()] } else { Vec::new() },
            space: space(path)?,
        };
        found.push((metadata.dev(), file_system));
    }
    Ok(found.into_iter().map(|(_, file_system)| file_system).collect())
}

fn is_storage(kind: &str, source: Option<&str>) -> bool {
    let network = ["nfs", "nfs4", "cifs", "smb3", "ceph", "glusterfs", "zfs"];
    let images = ["squashfs", "iso9660", "erofs"];
    network.contains(&kind)
        || (source.is_some_and(|source| source.starts_with("/dev/")) && !images.contains(&kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_system_of_a_folder_is_found_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let found = in_use(&[folder.path(), folder.path()]).expect("file systems");
        let first = found.first().expect("one at least");
        assert!(folder.path().canonicalize().expect("path").starts_with(&first.mount_point));
        assert!(first.space.used + first.space.free > 0);
        let points: std::collections::BTreeSet<_> = found.iter().map(|system| &system.mount_point).collect();
        assert_eq!(points.len(), found.len());
    }

    #[test]
    fn a_path_that_is_not_there_is_an_error() {
        assert!(in_use(&[Path::new("/no/such/folder")]).is_err());
    }
}
