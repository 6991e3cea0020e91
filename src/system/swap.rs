//! Two places change what stands at them, in one step of the file system; either may be empty.
//!
//! Doing it a second time takes it back. Both must lie on one file system.

use super::fs::rename_new;
use super::fs::sync_folder;
use anyhow::Context;
use anyhow::Result;
use rustix::fs::AtFlags;
use rustix::fs::CWD;
use rustix::fs::RenameFlags;
use rustix::fs::StatxFlags;
use rustix::io::Errno;
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::path::PathBuf;

/// What stands at a path, whatever its name: device and inode; `None` where nothing does.
///
/// # Errors
/// When the folder may not be looked into.
pub fn identity(path: &Path) -> Result<Option<String>> {
    match std::fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(format!("{}:{}", metadata.dev(), metadata.ino()))),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error).with_context(|| format!("look at {}", path.display())),
    }
}

/// Exchanges what stands at the two paths; the caller syncs their folders ([`sync`]).
///
/// Where the file system cannot exchange (some network ones), it takes three renames: what a crash leaves of them is
/// put right by [`settle`].
///
/// # Errors
/// When a folder cannot be written to, or the paths lie on two file systems; nothing has changed then.
pub fn swap(live: &Path, kept: &Path) -> Result<()> {
    let exchange = || -> Result<()> {
        match (identity(live)?, identity(kept)?) {
            (None, None) => {}
            (Some(_), None) => rename_new(live, kept)?,
            (None, Some(_)) => rename_new(kept, live)?,
            (Some(_), Some(_)) => {
                match rustix::fs::renameat_with(CWD, live, CWD, kept, RenameFlags::EXCHANGE) {
                    Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => in_three_steps(live, kept)?,
                    other => other?,
                }
            }
        }
        Ok(())
    };
    exchange().with_context(|| format!("exchange {} and {}", live.display(), kept.display()))
}

/// Puts right what a crash within [`swap`] left where there were three renames: it is done or not done afterwards.
///
/// # Errors
/// When a folder cannot be written to.
pub fn settle(live: &Path, kept: &Path) -> Result<()> {
    let between = between(kept);
    if identity(&between)?.is_none() {
        return Ok(());
    }
    if identity(live)?.is_none() {
        rename_new(&between, live)?;
    } else {
        rename_new(&between, kept)?;
    }
    sync([live, kept])
}

fn in_three_steps(live: &Path, kept: &Path) -> Result<()> {
    let between = between(kept);
    rename_new(live, &between)?;
    let second = rename_new(kept, live);
    if second.is_err() {
        // The error is told; a crash here is put right by `settle`.
        rename_new(&between, live)?;
        return second;
    }
    rename_new(&between, kept)
}

fn between(kept: &Path) -> PathBuf {
    let mut name = kept.file_name().unwrap_or_default().to_owned();
    name.push(".between");
    kept.with_file_name(name)
}

/// Waits until the disk knows what stands at these paths: one wait for each folder.
///
/// # Errors
/// When a folder cannot be opened, or its disk refuses.
pub fn sync<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Result<()> {
    let folders: BTreeSet<&Path> =
        paths.into_iter().map(|path| path.parent().unwrap_or(Path::new("/"))).collect();
    folders.into_iter().try_for_each(sync_folder)
}

/// Whether something can be renamed from one folder into the other: one mount, not just one device.
///
/// # Errors
/// When a folder is not there or may not be looked at.
pub fn on_one_mount(one: &Path, other: &Path) -> Result<bool> {
    Ok(mount(one)? == mount(other)?)
}

fn mount(folder: &Path) -> Result<(u32, u32, u64)> {
    let answer =
        rustix::fs::statx(CWD, folder, AtFlags::empty(), StatxFlags::BASIC_STATS | StatxFlags::MNT_ID)
            .with_context(|| format!("look at {}", folder.display()))?;
    // Kernels before 5.8 do not tell mounts apart: 0 for all.
    Ok((answer.stx_dev_major, answer.stx_dev_minor, answer.stx_mnt_id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::fs::write_atomic;

    fn read(path: &Path) -> Option<String> {
        std::fs::read_to_string(path).ok()
    }

    #[test]
    fn twice_is_as_before_whichever_place_is_empty() {
        let folder = tempfile::tempdir().expect("a folder");
        let (live, kept) = (folder.path().join("l'état"), folder.path().join("kept"));
        for (one, other) in [(true, true), (true, false), (false, true), (false, false)] {
            for (path, present) in [(&live, one), (&kept, other)] {
                let _ = std::fs::remove_file(path);
                if present {
                    write_atomic(path, path.to_string_lossy().as_bytes(), 0o600).expect("write");
                }
            }
            let (at_live, at_kept) = (read(&live), read(&kept));
            swap(&live, &kept).expect("there");
            assert_eq!((read(&live), read(&kept)), (at_kept.clone(), at_live.clone()));
            swap(&live, &kept).expect("and back");
            assert_eq!((read(&live), read(&kept)), (at_live, at_kept));
        }
    }

    #[test]
    fn folders_change_places_with_all_they_hold() {
        let folder = tempfile::tempdir().expect("a folder");
        let (live, kept) = (folder.path().join("media"), folder.path().join("staged"));
        for path in [&live, &kept] {
            std::fs::create_dir(path).expect("folder");
            write_atomic(&path.join(path.file_name().expect("name")), b"x", 0o600).expect("write");
        }
        let before = identity(&kept).expect("identity");
        swap(&live, &kept).expect("swap");
        assert_eq!(identity(&live).expect("identity"), before);
        assert!(live.join("staged").exists() && kept.join("media").exists());
        in_three_steps(&live, &kept).expect("the long way");
        assert!(live.join("media").exists() && kept.join("staged").exists());
    }

    #[test]
    fn a_crash_within_three_renames_is_put_right() {
        let folder = tempfile::tempdir().expect("a folder");
        let (live, kept) = (folder.path().join("live"), folder.path().join("kept"));
        write_atomic(&live, b"old", 0o600).expect("write");
        write_atomic(&kept, b"new", 0o600).expect("write");
        rename_new(&live, &between(&kept)).expect("first");
        settle(&live, &kept).expect("settle");
        assert_eq!((read(&live).as_deref(), read(&kept).as_deref()), (Some("old"), Some("new")));
        rename_new(&live, &between(&kept)).expect("first");
        rename_new(&kept, &live).expect("second");
        settle(&live, &kept).expect("settle");
        assert_eq!((read(&live).as_deref(), read(&kept).as_deref()), (Some("new"), Some("old")));
        settle(&live, &kept).expect("nothing to do");
    }

    #[test]
    fn a_folder_lies_on_its_own_mount() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(on_one_mount(folder.path(), folder.path()).expect("mounts"));
        assert!(!on_one_mount(folder.path(), Path::new("/proc")).expect("mounts"));
    }
}
