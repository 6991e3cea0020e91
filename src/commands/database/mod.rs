//! `database`: work on the site's database itself.

mod create;

use super::Context;
use crate::status::Status;
use anyhow::Result;
use clap::Subcommand;

/// Work on the site's database itself
#[derive(Debug, Clone, Subcommand)]
pub(super) enum DatabaseCommand {
    Create(create::CreateArgs),
}

/// Runs the command.
///
/// # Errors
/// As each command.
pub(super) fn run(command: &DatabaseCommand, context: &Context) -> Result<Status> {
    match command {
        DatabaseCommand::Create(args) => create::run(args, context),
    }
}
