//! Carries out a rotation: only artefacts of ours, by plain names in the folder that was listed.

use super::Artefact;
use super::Name;
use super::checksums::checksums_name;
use super::checksums::manifest_name;
use super::retention::Plan;
use crate::error::Error;
use crate::error::Kind as ErrorKind;
use crate::system::fs;
use anyhow::Context;
use anyhow::Result;
use anyhow::ensure;
use jiff::tz::TimeZone;
use std::path::Path;

/// Removes what a plan removes, and returns how many bytes the artefacts had. The caller holds the site's lock.
///
/// The artefact goes first: a kill then leaves sidecars without an artefact, which [`super::clean`] takes away. The
/// other way round it would leave an artefact that nobody knows as ours, and that is never rotated again.
///
/// # Errors
/// When the plan needs a confirmation that was not given; when a file is no longer an artefact of ours, or cannot be
/// removed.
pub fn apply(plan: &Plan, folder: &Path, zone: &TimeZone, confirmed: bool) -> Result<u64> {
    ensure!(folder.is_absolute(), "{} is not an absolute path", folder.display());
    if let Some(doubt) = plan.needs_confirmation.as_ref().filter(|_| !confirmed) {
        let error = Error::new(ErrorKind::Failed, format!("nothing was removed: {doubt}"));
        return Err(error.hint("look at the plan with --dry-run, and confirm it with --confirm NAME").into());
    }
    let mut bytes = 0;
    for name in &plan.remove {
        ensure!(Name::parse(name).is_some(), "`{name}` is no artefact's name");
        let path = folder.join(name);
        let is_file = std::fs::symlink_metadata(&path)
            .with_context(|| format!("look at {}", path.display()))?
            .is_file();
        let artefact = Artefact::at(&path, zone)?;
        ensure!(is_file && artefact.is_ours(), "{} is not sitekeep's, and stays", path.display());
        bytes += artefact.size;
        for name in [name.clone(), manifest_name(name), checksums_name(name)] {
            let path = folder.join(name);
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("remove {}", path.display()));
                }
                _ => {}
            }
        }
    }
    if !plan.remove.is_empty() {
        fs::sync_folder(folder)?;
    }
    Ok(bytes)
}
