//! Whether an artefact will fit, asked before a byte of it is written.

use super::Artefact;
use super::Kind;
use crate::error::Error;
use crate::error::Kind as ErrorKind;
use crate::system::mounts::Space;
use crate::units::ByteSize;
use anyhow::Result;
use std::path::Path;

/// What the disk keeps free beside the artefact.
const RESERVE: u64 = 16 << 20;
/// Header, padding and line in the manifest of one file, at most.
const PER_FILE: u64 = 2048;

/// Bytes that an artefact of these sources will take: as the last one of its kind was packed, and a tenth more.
pub(super) fn estimate(kind: Kind, source_bytes: u64, files: u64, artefacts: &[Artefact]) -> u64 {
    let overhead = files * PER_FILE;
    // What cannot be packed is stored: five bytes for each 64 KiB, and the ends of the members.
    let most = source_bytes + source_bytes / 1024 + overhead;
    let last = artefacts.iter().rev().filter(|artefact| artefact.kind == kind && artefact.is_ours());
    let ratio = last
        .filter_map(|artefact| Some((artefact.size, artefact.summary.as_ref()?.totals.bytes)))
        .find(|(_, bytes)| *bytes > 0);
    match ratio {
        Some((size, bytes)) => {
            let like_last = u128::from(source_bytes) * u128::from(size) / u128::from(bytes);
            let like_last = u64::try_from(like_last).unwrap_or(u64::MAX);
            most.min(like_last.saturating_add(like_last / 10).saturating_add(overhead))
        }
        None => most,
    }
}

/// Refuses work that the disk has no room for.
///
/// # Errors
/// When less is free than needed; says how much of each.
pub(super) fn require(folder: &Path, needed: u64, space: Space) -> Result<()> {
    let wanted = needed.saturating_add(RESERVE);
    let hint = "free some space, or keep fewer backups: `sitekeep backup prune`";
    if space.free < wanted {
        let (wanted, free) = (ByteSize(wanted), ByteSize(space.free));
        let message = format!("{} has {free} free, the backup needs up to {wanted}", folder.display());
        return Err(Error::new(ErrorKind::Failed, message).hint(hint).into());
    }
    if space.inodes > 0 && space.inodes_free < 8 {
        let message = format!("{} has no inodes free", folder.display());
        return Err(Error::new(ErrorKind::Failed, message).hint(hint).into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h28_too_little_space_is_told_before_anything_is_written() {
        let space = Space { used: 0, free: 1_000_000_000, inodes: 0, inodes_free: 0 };
        require(Path::new("/b"), 900_000_000, space).expect("fits");
        let error = require(Path::new("/b"), 1_000_000_000, space).expect_err("too large");
        assert_eq!(error.to_string(), "/b has 1.0 GB free, the backup needs up to 1.0 GB");
        assert_eq!(crate::error::exit_code(&error), 2);
        let full = Space { inodes: 1000, inodes_free: 3, ..space };
        assert!(require(Path::new("/b"), 1, full).is_err());
    }
}
