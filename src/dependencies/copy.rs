//! A folder copied beside itself, as it is: links stay links, and files keep mode, owner and time.

use crate::progress::Progress;
use anyhow::Context;
use anyhow::Result;
use std::fs::FileTimes;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use walkdir::WalkDir;

/// Copies what is below `from`, but for some names directly in it.
///
/// # Errors
/// When something cannot be read or written, or the work is given up.
pub(super) fn copy_tree(from: &Path, to: &Path, without: &[&str], progress: &dyn Progress) -> Result<()> {
    let is_wanted = |entry: &walkdir::DirEntry| {
        entry.depth() != 1 || !without.iter().any(|name| entry.file_name() == *name)
    };
    for entry in WalkDir::new(from).into_iter().filter_entry(is_wanted) {
        progress.go_on()?;
        let entry = entry.with_context(|| format!("copy {}", from.display()))?;
        let relative = entry.path().strip_prefix(from).context("copy a folder")?;
        let target = if relative.as_os_str().is_empty() { to.to_owned() } else { to.join(relative) };
        copy_one(&entry, &target)
            .with_context(|| format!("copy {} to {}", entry.path().display(), target.display()))?;
    }
    Ok(())
}

fn copy_one(entry: &walkdir::DirEntry, target: &Path) -> Result<()> {
    let metadata = entry.metadata()?;
    if metadata.is_dir() {
        std::fs::create_dir(target)?;
        std::fs::set_permissions(target, metadata.permissions())?;
    } else if metadata.is_symlink() {
        std::os::unix::fs::symlink(std::fs::read_link(entry.path())?, target)?;
    } else if metadata.is_file() {
        std::fs::copy(entry.path(), target)?;
        let file = std::fs::File::options().append(true).open(target);
        if let Ok(file) = file {
            // Python takes compiled files by the time of their source.
            file.set_times(FileTimes::new().set_modified(metadata.modified()?))?;
        }
    }
    match std::os::unix::fs::lchown(target, Some(metadata.uid()), Some(metadata.gid())) {
        Err(error) if error.kind() != ErrorKind::PermissionDenied => Err(error.into()),
        _ => Ok(()),
    }
}

/// Has the scripts of a virtual environment name another folder as theirs.
///
/// # Errors
/// When one cannot be read or written.
pub(super) fn relocate(environment: &Path, from: &Path, to: &Path) -> Result<()> {
    let (from, to) = (from.as_os_str().as_encoded_bytes(), to.as_os_str().as_encoded_bytes());
    let folder = environment.join("bin");
    for entry in std::fs::read_dir(&folder).with_context(|| format!("read folder {}", folder.display()))? {
        let path = entry?.path();
        let metadata = std::fs::symlink_metadata(&path)?;
        if !metadata.is_file() || metadata.len() > 1024 * 1024 {
            continue;
        }
        let bytes = std::fs::read(&path).with_context(|| format!("read {}", path.display()))?;
        let head = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
        // pip writes a second line where the first would be too long or has a space.
        let head = bytes[head..]
            .iter()
            .skip(1)
            .position(|byte| *byte == b'\n')
            .map_or(bytes.len(), |end| head + 1 + end);
        if !bytes.starts_with(b"#!") || memchr::memmem::find(&bytes[..head], from).is_none() {
            continue;
        }
        let mut moved = Vec::with_capacity(bytes.len());
        let mut rest = &bytes[..head];
        while let Some(found) = memchr::memmem::find(rest, from) {
            moved.extend_from_slice(&rest[..found]);
            moved.extend_from_slice(to);
            rest = &rest[found + from.len()..];
        }
        moved.extend_from_slice(rest);
        moved.extend_from_slice(&bytes[head..]);
        crate::system::fs::write_atomic(&path, &moved, metadata.mode() & 0o7777)?;
    }
    Ok(())
}
