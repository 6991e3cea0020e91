//! `checklist`: the guide's checklists by period.

use super::Context;
use super::daily;
use super::daily::DailyArgs;
use crate::status::Status;
use anyhow::Result;
use clap::Subcommand;

/// The guide's checklists
#[derive(Debug, Clone, Subcommand)]
pub(super) enum ChecklistCommand {
    /// Run the checklist of a period
    #[command(subcommand)]
    Run(PeriodCommand),
}

#[derive(Debug, Clone, Subcommand)]
pub(super) enum PeriodCommand {
    Daily(DailyArgs),
}

/// Runs the command.
///
/// # Errors
/// As the period's own command.
pub(super) fn run(command: ChecklistCommand, context: &Context) -> Result<Status> {
    let ChecklistCommand::Run(PeriodCommand::Daily(args)) = command;
    daily::run(&args, context)
}
