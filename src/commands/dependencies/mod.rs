//! `dependencies`: the packages that the site is built from.

mod check;
mod test;
mod update;

use super::Context;
use crate::status::Status;
use anyhow::Result;
use clap::Subcommand;

/// Check the project's Python and Node packages, update them, and try the project with them
#[derive(Debug, Clone, Subcommand)]
pub(super) enum DependenciesCommand {
    Check(check::CheckArgs),
    Update(update::UpdateArgs),
    Test(test::TestArgs),
}

/// Runs the command.
///
/// # Errors
/// As each command.
pub(super) fn run(command: &DependenciesCommand, context: &Context) -> Result<Status> {
    match command {
        DependenciesCommand::Check(args) => check::run(args, context),
        DependenciesCommand::Update(args) => update::run(args, context),
        DependenciesCommand::Test(args) => test::run(args, context),
    }
}
