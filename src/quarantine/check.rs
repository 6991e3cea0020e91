//! Whether a change of the site was cut off and nobody has finished it yet.

use super::Quarantine;
use crate::config::DatabaseConfig;
use crate::error::one_line;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use crate::system::lock;
use anyhow::Result;
use std::path::Path;

/// Looks at the records; nothing is found when all is whole, or the run that changes the site is still at work.
pub fn check(state_folder: &Path, database: &DatabaseConfig) -> Check {
    look(state_folder, database).unwrap_or_else(|problem| {
        Finding::unknown(&kinds::INTERRUPTED, "changes", one_line(&problem))
            .remedy("let the user that runs this read the folder of the state")
            .into()
    })
}

fn look(state_folder: &Path, database: &DatabaseConfig) -> Result<Check> {
    let mut check = Check::default();
    if lock::is_held(&state_folder.join("lock"))? {
        return Ok(check);
    }
    for change in Quarantine::new(state_folder, database).unfinished()? {
        let stopped = if change.stopped.is_some() { "; the site was stopped for it" } else { "" };
        let message = format!("`{}` was cut off{stopped}", change.command);
        check.add(
            Finding::critical(&kinds::INTERRUPTED, &change.run, message).remedy(
                "sitekeep quarantine purge finishes it: all of the former state, or all of the new one",
            ),
        );
    }
    Ok(check)
}
