//! `dependencies`: the packages that the site is built from.

mod check;
mod test;
mod update;

use super::Context;
use crate::output::ItemReport;
use crate::status::Check;
use crate::status::Status;
use anyhow::Result;
use clap::Subcommand;
use jiff::SignedDuration;
use std::time::Instant;

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

/// An item of the report of one of these commands; `line` is the guide's.
fn item(
    id: &'static str,
    title: &'static str,
    line: &'static str,
    begin: Instant,
    check: Check,
) -> ItemReport {
    ItemReport {
        id,
        title,
        line,
        duration: SignedDuration::try_from(begin.elapsed()).unwrap_or(SignedDuration::MAX),
        findings: check.findings,
        metrics: check.metrics,
    }
}
