//! `checklist`: the guide's checklists by period.

use super::Context;
use super::round;
use super::round::RoundArgs;
use crate::checklist::Period;
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

/// The periods; each is a command of its own too.
#[derive(Debug, Clone, Subcommand)]
pub(super) enum PeriodCommand {
    /// Run the daily checklist: site works, logs, disk space, backups
    ///
    /// Each item is timed and judged on its own: one that cannot run is UNKNOWN, and the others still run. The worst
    /// status is the exit code.
    #[command(after_help = round::DAILY_HELP)]
    Daily(RoundArgs),
    /// Run the weekly checklist: backups of database and media, sessions, old logs
    #[command(after_help = round::WEEKLY_HELP)]
    Weekly(RoundArgs),
    /// Run the monthly checklist: database, pictures, statistics, full backup, drill
    #[command(after_help = round::MONTHLY_HELP)]
    Monthly(RoundArgs),
}

impl PeriodCommand {
    /// Its name, where it is of the whole checklist.
    pub(super) fn told(&self) -> Option<&'static str> {
        let (period, args) = match self {
            Self::Daily(args) => (Period::Daily, args),
            Self::Weekly(args) => (Period::Weekly, args),
            Self::Monthly(args) => (Period::Monthly, args),
        };
        args.is_whole().then_some(period.word())
    }
}

/// Runs the command.
///
/// # Errors
/// As the checklist of the period.
pub(super) fn run(command: &ChecklistCommand, context: &Context) -> Result<Status> {
    let ChecklistCommand::Run(period) = command;
    run_period(period, context)
}

/// Runs the checklist of a period.
///
/// # Errors
/// As [`round::run`].
pub(super) fn run_period(command: &PeriodCommand, context: &Context) -> Result<Status> {
    match command {
        PeriodCommand::Daily(args) => round::run(Period::Daily, args, context),
        PeriodCommand::Weekly(args) => round::run(Period::Weekly, args, context),
        PeriodCommand::Monthly(args) => round::run(Period::Monthly, args, context),
    }
}
