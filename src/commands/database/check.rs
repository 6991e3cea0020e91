//! `database check`: soundness, dead space, indexes, numbers that run out.

use crate::commands::Context;
use crate::commands::report::Record;
use crate::commands::report::ReportArgs;
use crate::database;
use crate::output::ItemReport;
use crate::status::Status;
use anyhow::Result;
use clap::Args;
use std::time::Instant;

/// Look the database over: soundness, dead space, indexes, limits
///
/// Nothing is changed, and the site goes on meanwhile.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep database check           every row read
  sitekeep database check --full    and every index and reference compared")]
pub(in crate::commands) struct CheckArgs {
    /// Also compare indexes with their tables and follow every reference
    #[arg(long)]
    full: bool,
    #[command(flatten)]
    report: ReportArgs,
}

/// Looks and reports.
///
/// # Errors
/// When the database cannot be opened, or the report not printed.
pub(super) fn run(args: &CheckArgs, context: &Context) -> Result<Status> {
    context.printer.refuse_lists()?;
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let mut record = Record::open(config, context);
    let begin = Instant::now();
    let check = database::check(&config.database, args.full)?;
    let items =
        vec![ItemReport::timed("database.check", "Database", "Optimiser base de données", begin, check)];
    record.tell("database check", Vec::new(), items, config, &args.report, context)
}
