//! `daily`: the guide's daily checklist.

use super::Context;
use super::report;
use super::report::Job;
use super::report::ReportArgs;
use crate::checklist;
use crate::checklist::Period;
use crate::status::Status;
use anyhow::Result;
use clap::Args;

/// Run the daily checklist: site works, logs, disk space, backups
///
/// The same as `sitekeep checklist run daily`.
///
/// Each item is timed and judged on its own: one that cannot run is UNKNOWN, and the others still run. The worst
/// status is the exit code.
///
/// An error of the logs is new until a run without --only has reported it: that run is the one which the next compares
/// with. With --only nothing becomes old.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep daily                              what a sysadmin does every morning
  sitekeep daily --quiet                      for cron: silent while all is well
  sitekeep daily --only disk --format nagios  one line for a monitoring system
  sitekeep daily --format prometheus --output /var/lib/node_exporter/sitekeep.prom")]
pub(super) struct DailyArgs {
    /// Only these items or families (health, disk.space); may be repeated or separated by commas
    #[arg(long, value_name = "ITEM", value_delimiter = ',')]
    only: Vec<String>,
    /// All but these
    #[arg(long, value_name = "ITEM", value_delimiter = ',')]
    skip: Vec<String>,
    #[command(flatten)]
    report: ReportArgs,
}

/// Runs the checklist and reports it.
///
/// # Errors
/// For a wrong item, wrong settings, or a report that cannot be printed.
pub(super) fn run(args: &DailyArgs, context: &Context) -> Result<Status> {
    let items = checklist::items().filter(|item| item.period == Period::Daily);
    let (items, skipped) = checklist::select(items, &args.only, &args.skip)?;
    // Items that were not asked for were not skipped.
    let skipped = if args.only.is_empty() { skipped } else { Vec::new() };
    // A look at some items, every five minutes perhaps, makes nothing old for whoever reads the whole in the morning.
    let remembers = args.only.is_empty();
    let job = Job { command: "daily", items: &items, skipped, remembers, since: None };
    report::run_job(job, &args.report, context)
}
