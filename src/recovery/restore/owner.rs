//! Owner and mode: what is restored belongs to whom the live one belongs to.

use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use anyhow::Context;
use anyhow::Result;
use std::os::unix::fs::MetadataExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Gives a tree the owner of the live one; returns how many files it holds.
pub(super) fn settle_tree(live: &Path, staged: &Path, is_foreign: bool, check: &mut Check) -> Result<u64> {
    let mut files = 0;
    let owner = owner_like(live)?;
    let mut refused = None;
    for entry in walkdir::WalkDir::new(staged).contents_first(true) {
        let entry = entry.with_context(|| format!("walk {}", staged.display()))?;
        let metadata = entry.metadata().with_context(|| format!("look at {}", entry.path().display()))?;
        if metadata.is_dir() && is_foreign {
            // An archive of tar may leave folders out, which are private then.
            let mode = metadata.mode() & 0o777 | 0o755;
            std::fs::set_permissions(entry.path(), std::fs::Permissions::from_mode(mode))?;
        }
        files += u64::from(metadata.is_file());
        if (metadata.uid(), metadata.gid()) != owner
            && let Err(error) = std::os::unix::fs::lchown(entry.path(), Some(owner.0), Some(owner.1))
        {
            refused = Some(error);
        }
    }
    tell_refused(live, refused, check);
    Ok(files)
}

/// Gives a file the owner of the live one.
pub(super) fn give_like(live: &Path, staged: &Path, check: &mut Check) -> Result<()> {
    let (user, group) = owner_like(live)?;
    let metadata = std::fs::metadata(staged)?;
    if (metadata.uid(), metadata.gid()) != (user, group) {
        tell_refused(live, std::os::unix::fs::chown(staged, Some(user), Some(group)).err(), check);
    }
    Ok(())
}

fn tell_refused(live: &Path, refused: Option<std::io::Error>, check: &mut Check) {
    if let Some(error) = refused {
        check.add(
            Finding::warning(
                &kinds::RESTORE,
                live.display().to_string(),
                format!("the owner of what was there could not be kept: {error}"),
            )
            .remedy("chown -R it to the user of the site, or restore as root"),
        );
    }
}

/// Owner and group of what is live, else of the folder that it will be in.
fn owner_like(live: &Path) -> Result<(u32, u32)> {
    let metadata = match std::fs::metadata(live) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            std::fs::metadata(live.parent().unwrap_or(Path::new("/")))
        }
        other => other,
    };
    let metadata = metadata.with_context(|| format!("look at {}", live.display()))?;
    Ok((metadata.uid(), metadata.gid()))
}

pub(super) fn mode_of(live: &Path) -> Result<Option<u32>> {
    match std::fs::metadata(live) {
        Ok(metadata) => Ok(Some(metadata.mode() & 0o777)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("look at {}", live.display())),
    }
}
