//! `logs`: what the site's logs tell, beyond the daily verdict.

mod config;
mod look;

use super::Context;
use super::report;
use super::report::Job;
use super::report::ReportArgs;
use super::site;
use crate::checklist;
use crate::checklist::Period;
use crate::error::Error;
use crate::error::Kind;
use crate::logs;
use crate::logs::Memory;
use crate::output::Bar;
use crate::output::Format;
use crate::output::ItemReport;
use crate::status::Status;
use anyhow::Result;
use clap::Args;
use clap::Subcommand;
use jiff::SpanRelativeTo;
use look::Look;
use std::time::Duration;
use std::time::Instant;

/// Read the logs: errors, slow requests, admin logins; remove old ones
#[derive(Debug, Clone, Subcommand)]
pub(super) enum LogsCommand {
    /// Errors of the Django log, grouped; -v shows an example of each
    Errors(LookArgs),
    /// Requests and queries that took long
    Slow(LookArgs),
    /// Failed admin logins by address
    Logins(LookArgs),
    Config(config::ConfigArgs),
    /// Compress and remove old logs; those that are still open are left alone
    Clean(CleanArgs),
    /// One verdict on errors, answers, logins and the system log
    Summary(ReportArgs),
}

/// How far to look back.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Looking changes nothing: what is new is told against the last daily run of all
items, and stays new until the next. Rotated and compressed neighbours of each
log are read with it.

Examples:
  sitekeep logs errors --since 7d -v
  sitekeep logs logins --since 30d --format csv")]
pub(super) struct LookArgs {
    /// How far to look back: 90m, 24h, 7d [default: [logs] since, 24h]
    #[arg(long, value_name = "TIME", value_parser = since)]
    since: Option<Duration>,
    #[command(flatten)]
    report: ReportArgs,
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
The folders are [logs] clean, the days [logs] clean_days (30) and compress_days
(0: no compression). The logs that the site is configured to write always stay.

Example: sitekeep logs clean --dry-run")]
pub(super) struct CleanArgs {
    /// Only say what would be done
    #[arg(long, short = 'n')]
    dry_run: bool,
    #[command(flatten)]
    report: ReportArgs,
}

fn clean(args: &CleanArgs, context: &Context) -> Result<Status> {
    context.printer.refuse_lists()?;
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let (_lock, mut record) = site::begin(config, "logs clean", context)?;
    let begin = Instant::now();
    let check = logs::clean(&config.logs, context.now, args.dry_run)?;
    let item = ItemReport {
        line: "Nettoyer fichiers temporaires",
        ..site::item("logs.clean", "Old logs", begin, check)
    };
    record.tell("logs clean", Vec::new(), vec![item], config, &args.report, context)
}

fn since(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no time: write 90m, 24h or 7d");
    let span: jiff::Span = text.parse().map_err(|_| wrong())?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
    Duration::try_from(duration).map_err(|_| wrong())
}

/// Runs the command.
///
/// # Errors
/// For wrong settings, or a report that cannot be printed.
pub(super) fn run(command: &LogsCommand, context: &Context) -> Result<Status> {
    let (view, args) = match command {
        LogsCommand::Clean(args) => return clean(args, context),
        LogsCommand::Config(args) => return config::run(args, context),
        LogsCommand::Summary(args) => return verdict("logs summary", "logs", None, args, context),
        LogsCommand::Errors(args) => (View::Errors, args),
        LogsCommand::Slow(args) => (View::Slow, args),
        LogsCommand::Logins(args) => (View::Logins, args),
    };
    if !matches!(context.printer.format, Format::Text | Format::Json | Format::Csv) {
        let name = match view {
            View::Errors => return verdict("logs errors", "logs.errors", args.since, &args.report, context),
            View::Slow => "slow",
            View::Logins => "logins",
        };
        let message = format!("logs {name} has no format for monitoring systems");
        return Err(Error::new(Kind::Usage, message)
            .hint("use --format text, json or csv; for monitoring: sitekeep daily --only logs.access")
            .into());
    }
    let mut loaded = context.load_site()?;
    if let Some(since) = args.since {
        loaded.config.logs.since = since;
    }
    let config = &loaded.config;
    let state = context.state(config).map_err(|error| {
        context.printer.warning(&format!("what is new cannot be told: {}", crate::error::one_line(&error)));
    });
    let mut memory = state.as_ref().map_or(Memory::Absent, Memory::ReadOnly);
    let bar = Bar::new(context.printer.quiet);
    let zone = config.time_zone();
    let look = Look { printer: context.printer, config, zone: &zone, args };
    let mut django = || logs::triage_django(&config.logs, &zone, &mut memory, context.now, &bar);
    match view {
        View::Errors => look.errors(&django()?),
        View::Slow => {
            let django = django()?;
            look.slow(&logs::triage_access(&config.logs, &zone, &mut memory, context.now, &bar)?, &django)
        }
        View::Logins => {
            let django = django()?;
            let mut report = logs::triage_access(&config.logs, &zone, &mut memory, context.now, &bar)?;
            // An access log alone tells of every login; the Django log only where `logs config` has it do so.
            report.add_logins_of(django);
            look.logins(&report)
        }
    }
}

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum View {
    Errors,
    Slow,
    Logins,
}

fn verdict(
    command: &str,
    item: &str,
    since: Option<Duration>,
    args: &ReportArgs,
    context: &Context,
) -> Result<Status> {
    let daily = checklist::items().filter(|item| item.period == Period::Daily);
    let (items, _) = checklist::select(daily, &[item.to_owned()], &[])?;
    let job = Job { command, items: &items, skipped: Vec::new(), remembers: false, since };
    report::run_job(job, args, context)
}
