//! `images`: work on the pictures of the site.

mod lookup;
mod orphans;
mod permissions;
mod tell;

use super::Context;
use crate::status::Status;
use anyhow::Result;
use clap::Subcommand;

/// Find orphans among the pictures, tell what uses one, mend who may read them
#[derive(Debug, Clone, Subcommand)]
pub(super) enum ImagesCommand {
    Orphans(orphans::OrphansArgs),
    Lookup(lookup::LookupArgs),
    Permissions(permissions::PermissionsArgs),
}

/// Runs the command.
///
/// # Errors
/// As each command.
pub(super) fn run(command: &ImagesCommand, context: &Context) -> Result<Status> {
    match command {
        ImagesCommand::Orphans(args) => orphans::run(args, context),
        ImagesCommand::Lookup(args) => lookup::run(args, context),
        ImagesCommand::Permissions(args) => permissions::run(args, context),
    }
}
