//! `checklist`: the guide's checklists by period: running, showing and signing them.

mod due;
mod history;
mod show;
mod sign;

use super::Context;
use super::report::ReportArgs;
use super::round;
use super::round::RoundArgs;
use crate::checklist;
use crate::checklist::Period;
use crate::checklist::Standing;
use crate::config::Config;
use crate::error::Error;
use crate::error::Kind;
use crate::state::CATCH_UP;
use crate::state::Manner;
use crate::state::State;
use crate::status::Status;
use anyhow::Result;
use clap::Args;
use clap::Subcommand;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The guide's checklists: run them, see what is due, sign what a person does
#[derive(Debug, Clone, Subcommand)]
pub(super) enum ChecklistCommand {
    Run(RunArgs),
    Show(show::ShowArgs),
    Due(due::DueArgs),
    Sign(sign::SignArgs),
    History(history::HistoryArgs),
}

/// Run the checklist of a period, or whatever is due
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep checklist run weekly
  sitekeep checklist run --due           whatever is due: after a downtime
  sitekeep checklist run monthly --due   what is left of this month's")]
pub(super) struct RunArgs {
    /// Whatever is due on any list, once each
    #[arg(long)]
    due: bool,
    #[command(flatten)]
    report: ReportArgs,
    #[command(subcommand)]
    period: Option<PeriodCommand>,
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
    /// Run the monthly checklist: database, pictures, full backup, drill
    #[command(after_help = round::MONTHLY_HELP)]
    Monthly(RoundArgs),
    /// Run the quarterly checklist: security, speed, what a person is to do
    #[command(after_help = round::QUARTERLY_HELP)]
    Quarterly(RoundArgs),
}

impl ChecklistCommand {
    /// Name of a run of a whole checklist, of whose end people are told.
    pub(super) fn told(&self) -> Option<&'static str> {
        match self {
            Self::Run(RunArgs { period: Some(period), .. }) => period.told(),
            Self::Run(RunArgs { due: true, .. }) => Some(CATCH_UP),
            _ => None,
        }
    }
}

impl PeriodCommand {
    /// Its name, where it is of the whole checklist.
    pub(super) fn told(&self) -> Option<&'static str> {
        let (period, args) = match self {
            Self::Daily(args) => (Period::Daily, args),
            Self::Weekly(args) => (Period::Weekly, args),
            Self::Monthly(args) => (Period::Monthly, args),
            Self::Quarterly(args) => (Period::Quarterly, args),
        };
        args.is_whole().then_some(period.word())
    }
}

/// Runs the command.
///
/// # Errors
/// As the checklist of the period; a usage error for an item that there is not.
pub(super) fn run(command: &ChecklistCommand, context: &Context) -> Result<Status> {
    match command {
        ChecklistCommand::Run(args) => match &args.period {
            Some(_) if args.due || args.report.output.is_some() => {
                Err(Error::new(Kind::Usage, "an option stands before the period")
                    .hint("write it behind: sitekeep checklist run weekly --due")
                    .into())
            }
            Some(period) => run_period(period, context),
            None if args.due => round::run_due(&args.report, context),
            None => Err(Error::new(Kind::Usage, "which checklist is to be run is not said")
                .hint("name a period (sitekeep checklist run weekly), or --due for whatever is due")
                .into()),
        },
        ChecklistCommand::Show(args) => show::run(args, context),
        ChecklistCommand::Due(args) => due::run(args, context),
        ChecklistCommand::Sign(args) => sign::run(args, context),
        ChecklistCommand::History(args) => history::run(args, context),
    }
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
        PeriodCommand::Quarterly(args) => round::run(Period::Quarterly, args, context),
    }
}

/// A period on the command line.
fn period(word: &str) -> Result<Period, String> {
    Period::named(word).ok_or_else(|| "write daily, weekly, monthly or quarterly".to_owned())
}

/// How the items of a site stand, of one period or of all.
fn standings(
    config: &Config,
    state: &State,
    period: Option<Period>,
    context: &Context,
) -> Result<Vec<Standing>> {
    let items = checklist::of_site(config)?.into_iter();
    let items = items.filter(|item| period.is_none_or(|period| item.period == period));
    checklist::standings(items, state, &config.checklist, &config.time_zone(), context.now)
}

/// A time as people of the site read it.
fn shown(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// What was last done, as lists for machines have it.
fn last(standing: &Standing) -> serde_json::Value {
    match &standing.last {
        None => serde_json::Value::Null,
        Some(done) => manner(&done.manner, done.at),
    }
}

/// How and when something was done, as lists for machines have it.
fn manner(manner: &Manner, at: Timestamp) -> serde_json::Value {
    match manner {
        Manner::Ran { run_id, status } => {
            serde_json::json!({ "at": at.to_string(), "run_id": run_id, "status": status })
        }
        Manner::Signed { by, note } => {
            serde_json::json!({ "at": at.to_string(), "signed_by": by, "note": note })
        }
    }
}
