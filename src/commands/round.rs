//! `daily`, `weekly`, `monthly`: the guide's checklists.

use super::Context;
use super::report;
use super::report::Job;
use super::report::ReportArgs;
use crate::checklist;
use crate::checklist::Period;
use crate::status::Status;
use anyhow::Result;
use clap::Args;

pub(super) const DAILY_HELP: &str = "\
An error of the logs is new until a run without --only has reported it: that
run is the one which the next compares with. With --only nothing becomes old.
`sitekeep explain ID` says what a finding means.

Examples:
  sitekeep daily                              what a sysadmin does every morning
  sitekeep daily --quiet                      for cron: silent while all is well
  sitekeep daily --only disk --format nagios  one line for a monitoring system
  sitekeep daily --format prometheus --output /var/lib/node_exporter/sitekeep.prom";

pub(super) const WEEKLY_HELP: &str = "\
Backs up database and media and rotates them; removes expired sessions, old
logs, and what was kept for undo past its time.

Example, for the guide's Sunday night:
  0 2 * * 0 sitekeep weekly --quiet --lock-wait 1h";

pub(super) const MONTHLY_HELP: &str = "\
Mends the database where that pays and looks it over, makes pictures smaller,
tells of files that nothing names, counts the catalogue, writes what changed in it
and keeps older guides where [docs] says so, makes a full backup, reads the newest
backups through, and drills one.

Example:
  0 3 1 * * sitekeep monthly --quiet --lock-wait 2h";

/// Which items of a checklist are run.
#[derive(Debug, Clone, Args)]
pub(super) struct RoundArgs {
    /// Only these items or families (health, disk.space); may be repeated or separated by commas
    #[arg(long, value_name = "ITEM", value_delimiter = ',')]
    only: Vec<String>,
    /// All but these
    #[arg(long, value_name = "ITEM", value_delimiter = ',')]
    skip: Vec<String>,
    #[command(flatten)]
    report: ReportArgs,
}

impl RoundArgs {
    /// Whether nothing but this checklist was asked for.
    pub(super) fn is_whole(&self) -> bool {
        self.only.is_empty()
    }
}

/// Runs the checklist of a period and reports it.
///
/// # Errors
/// For a wrong item, wrong settings, another run at work, or a report that cannot be printed.
pub(super) fn run(period: Period, args: &RoundArgs, context: &Context) -> Result<Status> {
    let items = checklist::items().filter(|item| item.period == period);
    let (items, skipped) = checklist::select(items, &args.only, &args.skip)?;
    // Items that were not asked for were not skipped.
    let skipped = if args.only.is_empty() { skipped } else { Vec::new() };
    // A look at some items, every five minutes perhaps, makes nothing old for whoever reads the whole in the morning.
    let remembers = args.only.is_empty();
    let job = Job {
        command: period.word(),
        items: &items,
        skipped,
        remembers,
        since: None,
        changes: period.changes(),
    };
    report::run_job(job, &args.report, context)
}
