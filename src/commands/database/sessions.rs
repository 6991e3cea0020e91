//! `database clear-sessions`.

use crate::commands::Context;
use crate::commands::report::ReportArgs;
use crate::commands::site;
use crate::database;
use crate::output::Bar;
use crate::output::ItemReport;
use crate::status::Status;
use crate::system::interrupt::Interrupt;
use anyhow::Result;
use clap::Args;
use std::time::Instant;

/// Remove expired sessions, in batches between which the site has its turn
///
/// Django's `clearsessions` finds nothing to do afterwards.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example: sitekeep database clear-sessions --dry-run")]
pub(in crate::commands) struct ClearSessionsArgs {
    /// Only count them
    #[arg(long, short = 'n')]
    dry_run: bool,
    #[command(flatten)]
    report: ReportArgs,
}

/// Removes and reports.
///
/// # Errors
/// When the database cannot be written to.
pub(super) fn run(args: &ClearSessionsArgs, context: &Context) -> Result<Status> {
    context.printer.refuse_lists()?;
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let (_lock, mut record) = site::begin(config, "database clear-sessions", context)?;
    let bar = Bar::that_hears(context.printer.quiet, Interrupt::listen()?);
    let begin = Instant::now();
    let check = database::clear_sessions(&config.database, context.now, args.dry_run, &bar)?;
    let items = vec![ItemReport::timed(
        "database.sessions",
        "Sessions",
        "Nettoyer fichiers temporaires",
        begin,
        check,
    )];
    record.tell("database clear-sessions", Vec::new(), items, config, &args.report, context)
}
