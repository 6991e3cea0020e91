//! `daily`, `weekly`, `monthly`, `quarterly`: the guide's checklists; and whatever is due of them.

use super::Context;
use super::report;
use super::report::Job;
use super::report::Record;
use super::report::ReportArgs;
use super::site;
use crate::checklist;
use crate::checklist::Due;
use crate::checklist::Item;
use crate::checklist::Period;
use crate::checklist::Standing;
use crate::config::Config;
use crate::output::ItemReport;
use crate::state::CATCH_UP;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use anyhow::Context as _;
use anyhow::Result;
use clap::Args;
use std::time::Instant;

pub(super) const DAILY_HELP: &str = "\
An error of the logs is new until a run without --only has reported it: that
run is the one which the next compares with. With --only nothing becomes old.
`sitekeep explain ID` says what a finding means.

Examples:
  sitekeep daily                              what a sysadmin does every morning
  sitekeep daily --quiet                      for cron: silent while all is well
  sitekeep daily --only disk --format nagios  one line for a monitoring system
  sitekeep daily --format prometheus \\
    --output /var/lib/node_exporter/sitekeep.prom";

pub(super) const WEEKLY_HELP: &str = "\
Backs up database and media and rotates them; removes expired sessions, old
logs, and what was kept for undo past its time.

Example, for the guide's Sunday night:
  0 2 * * 0 sitekeep weekly --quiet --lock-wait 1h";

pub(super) const MONTHLY_HELP: &str = "\
Mends the database where that pays and looks it over, makes pictures smaller,
tells of files that nothing names, counts the catalogue, writes what changed in
it and keeps older guides where [docs] says so, makes a full backup, reads the
newest backups through, and drills one.

Example:
  0 3 1 * * sitekeep monthly --quiet --lock-wait 2h";

pub(super) const QUARTERLY_HELP: &str = "\
Audits the site's security and reviews its speed, tells which of the quarter's
work is due, and who signed for what is done.

Examples:
  sitekeep quarterly
  sitekeep checklist sign performance.review --by Awa --note \"report of May\"";

/// Which items of a checklist are run.
#[derive(Debug, Clone, Args)]
pub(super) struct RoundArgs {
    /// Only these items or families (health, disk.space); may be repeated or separated by commas
    #[arg(long, value_name = "ITEM", value_delimiter = ',')]
    only: Vec<String>,
    /// All but these
    #[arg(long, value_name = "ITEM", value_delimiter = ',')]
    skip: Vec<String>,
    /// Of these, what is due
    #[arg(long)]
    due: bool,
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
    context.printer.refuse_lists()?;
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let items = checklist::of_site(config)?.into_iter().filter(|item| item.period == period);
    let (chosen, skipped) = checklist::select(items, &args.only, &args.skip)?;
    let items = if args.due { due(&chosen, config, context)? } else { chosen.clone() };
    if items.is_empty() {
        return nothing(period.word(), &chosen, config, &args.report, context);
    }
    // Items that were not asked for were not skipped.
    let skipped = if args.only.is_empty() { skipped } else { Vec::new() };
    // A look at some items, every five minutes perhaps, makes nothing old for whoever reads the whole in the morning.
    let remembers = args.only.is_empty() && items.len() == chosen.len();
    let job = Job { command: period.word(), items: &items, skipped, remembers, since: None };
    report::run_job(job, &args.report, context)
}

/// Runs whatever is due on any list, once each.
///
/// # Errors
/// As [`run`].
pub(super) fn run_due(args: &ReportArgs, context: &Context) -> Result<Status> {
    context.printer.refuse_lists()?;
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let all = checklist::of_site(config)?;
    let items = due(&all, config, context)?;
    if items.is_empty() {
        return nothing(CATCH_UP, &all, config, args, context);
    }
    // With every daily item in it, it is a daily run too.
    let daily = |items: &[&Item]| items.iter().filter(|item| item.period == Period::Daily).count();
    let remembers = daily(&items) == daily(&all);
    let job = Job { command: CATCH_UP, items: &items, skipped: Vec::new(), remembers, since: None };
    report::run_job(job, args, context)
}

/// Those of the items that are due.
fn due(items: &[&'static Item], config: &Config, context: &Context) -> Result<Vec<&'static Item>> {
    let standings = standings(items, config, context)?;
    Ok(standings.iter().filter(|one| one.due != Due::Not).map(|one| one.item).collect())
}

fn standings(items: &[&'static Item], config: &Config, context: &Context) -> Result<Vec<Standing>> {
    let state = context.state(config).context("find out what is due")?;
    let zone = config.time_zone();
    checklist::standings(items.iter().copied(), &state, &config.checklist, &zone, context.now)
}

/// Reports that nothing is due, and what will be next.
fn nothing(
    command: &str,
    items: &[&'static Item],
    config: &Config,
    args: &ReportArgs,
    context: &Context,
) -> Result<Status> {
    let begin = Instant::now();
    let standings = standings(items, config, context)?;
    let next = standings.iter().min_by_key(|one| one.due_at).map_or_else(String::new, |next| {
        let at = next.due_at.to_zoned(config.time_zone()).strftime("%Y-%m-%d %H:%M").to_string();
        format!("; next: {} on {at}", next.item.id)
    });
    let finding = Finding::ok(&kinds::CHECKLIST_DUE, command, format!("nothing is due{next}"));
    let item = ItemReport {
        line: "Checklist de Maintenance",
        ..site::item("checklist.due", "What is due", begin, finding.into())
    };
    let mut record = Record::open(config, context);
    record.partial = true;
    record.tell(command, Vec::new(), vec![item], config, args, context)
}
