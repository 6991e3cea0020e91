//! File systems: which one holds a path, and how full it is.

use anyhow::Context;
use anyhow::Result;
use procfs::process::MountInfo;
use procfs::process::Process;
use std::io::ErrorKind;
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

/// What was found of the file systems: a path that does not answer hides none of the others.
#[derive(Debug, Default)]
pub struct InUse {
    pub systems: Vec<FileSystem>,
    pub unmeasured: Vec<Unmeasured>,
}

/// A path or mount point whose file system is not known, and why.
#[derive(Debug)]
pub struct Unmeasured {
    pub path: PathBuf,
    pub problem: anyhow::Error,
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
/// When the mount table cannot be read.
pub fn in_use(paths: &[&Path]) -> Result<InUse> {
    let mounts = Process::myself()
        .and_then(|process| process.mountinfo())
        .context("read the mount table /proc/self/mountinfo")?
        .0;
    Ok(measure(paths, &mounts, &space))
}

fn measure(paths: &[&Path], mounts: &[MountInfo], space: &dyn Fn(&Path) -> Result<Space>) -> InUse {
    let mut found = InUse::default();
    let mut devices: Vec<u64> = Vec::new();
    let mut candidates: Vec<PathBuf> = paths.iter().map(|path| path.to_path_buf()).collect();
    candidates.extend(
        mounts
            .iter()
            .filter(|mount| is_storage(&mount.fs_type, mount.mount_source.as_deref()))
            .map(|mount| mount.mount_point.clone()),
    );
    for (position, path) in candidates.into_iter().enumerate() {
        let wanted = position < paths.len();
        let device = match std::fs::metadata(&path) {
            Ok(metadata) => metadata.dev(),
            // A mount point that another user's session owns; nothing of the site is there.
            Err(error)
                if !wanted && matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::NotFound) =>
            {
                continue;
            }
            Err(error) => {
                let problem = anyhow::Error::new(error).context(format!("look at {}", path.display()));
                found.unmeasured.push(Unmeasured { path, problem });
                continue;
            }
        };
        if let Some(known) = devices.iter().position(|known| *known == device) {
            if let Some(system) = found.systems.get_mut(known) {
                system.holds.extend(wanted.then_some(path));
            }
            continue;
        }
        let system = containing(&path, mounts).and_then(|mount| {
            let space = space(&path)?;
            let read_only = mount.mount_options.contains_key("ro") || mount.super_options.contains_key("ro");
            Ok(FileSystem {
                mount_point: whole(mount, mounts).mount_point.clone(),
                device: mount.mount_source.clone().unwrap_or_default(),
                kind: mount.fs_type.clone(),
                read_only,
                holds: if wanted { vec![path.clone()] } else { Vec::new() },
                space,
            })
        });
        match system {
            Ok(system) => {
                devices.push(device);
                found.systems.push(system);
            }
            Err(problem) => found.unmeasured.push(Unmeasured { path, problem }),
        }
    }
    found
}

/// The mount that a path lies on: the deepest, and of several on one another the last.
fn containing<'a>(path: &Path, mounts: &'a [MountInfo]) -> Result<&'a MountInfo> {
    let full = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    mounts
        .iter()
        .filter(|mount| full.starts_with(&mount.mount_point))
        .max_by_key(|mount| (mount.mount_point.components().count(), mount.mnt_id))
        .with_context(|| format!("no mount holds {}", path.display()))
}

/// The mount of the whole file system, where a part of it is mounted a second time: a unit of systemd that may write to
/// one folder alone sees that folder as a mount, and people know the file system by its own name.
fn whole<'a>(mount: &'a MountInfo, mounts: &'a [MountInfo]) -> &'a MountInfo {
    let is_whole = |other: &&MountInfo| other.majmin == mount.majmin && other.root == "/";
    if mount.root == "/" { mount } else { mounts.iter().find(is_whole).unwrap_or(mount) }
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
        let found = in_use(&[folder.path(), folder.path()]).expect("file systems").systems;
        let first = found.first().expect("one at least");
        assert!(folder.path().canonicalize().expect("path").starts_with(&first.mount_point));
        assert!(first.space.used + first.space.free > 0);
        let points: std::collections::BTreeSet<_> = found.iter().map(|system| &system.mount_point).collect();
        assert_eq!(points.len(), found.len());
    }

    #[test]
    fn a_folder_that_is_mounted_a_second_time_has_the_name_of_its_file_system() {
        let line = |text: &str| MountInfo::from_line(text).expect("a line of mountinfo");
        let mounts = [
            line("30 1 254:1 / / ro,relatime - ext4 /dev/vda1 rw"),
            line("31 30 254:1 /srv/shop /srv/shop rw,relatime - ext4 /dev/vda1 rw"),
            line("32 30 254:2 /@data /data rw - btrfs /dev/vdb rw"),
        ];
        let named = |place: usize| whole(&mounts[place], &mounts).mount_point.display().to_string();
        assert_eq!([named(0), named(1), named(2)], ["/", "/", "/data"]);
    }

    #[test]
    fn a_path_that_does_not_answer_hides_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let found = in_use(&[Path::new("/no/such/folder"), folder.path()]).expect("file systems");
        assert!(found.systems.iter().any(|system| system.holds == [folder.path()]));
        assert_eq!(found.unmeasured[0].path, Path::new("/no/such/folder"));

        let mounts = Process::myself().and_then(|process| process.mountinfo()).expect("mounts").0;
        let stale = |path: &Path| {
            anyhow::ensure!(path != Path::new("/proc"), "stale file handle");
            space(path)
        };
        let found = measure(&[Path::new("/proc"), folder.path()], &mounts, &stale);
        assert!(found.systems.iter().any(|system| system.holds == [folder.path()]));
        assert_eq!(found.unmeasured.len(), 1);
        assert!(found.unmeasured[0].problem.to_string().contains("stale"));
    }
}
