//! Where what is exchanged with a live path is kept: beside it, on its own mount.

use super::Change;
use super::PREFIX;
use crate::error::Error;
use crate::error::Kind;
use crate::system::swap;
use anyhow::Context;
use anyhow::Result;
use std::path::Path;
use std::path::PathBuf;

/// Where something can be renamed to the live place from: the folder that holds it, or itself where it is a mount.
///
/// # Errors
/// When the folder that holds it is missing.
pub fn container(live: &Path) -> Result<PathBuf> {
    let parent = live.parent().with_context(|| format!("{} has no folder", live.display()))?;
    if !parent.is_dir() {
        return Err(Error::new(Kind::Failed, format!("there is no folder {}", parent.display()))
            .hint("create it, or set the paths of [site] and [database] to where the site is to be")
            .into());
    }
    let is_mount = live.is_dir() && !swap::on_one_mount(live, parent)?;
    Ok(if is_mount { live.to_owned() } else { parent.to_owned() })
}

/// The folder of a change in a container.
pub fn folder_in(container: &Path, change: &Change) -> PathBuf {
    container.join(format!("{PREFIX}{}", change.run))
}
