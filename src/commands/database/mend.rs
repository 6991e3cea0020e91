//! `database optimize` and `database reindex`.

use crate::commands::Context;
use crate::commands::backup;
use crate::commands::report::ReportArgs;
use crate::commands::site;
use crate::database;
use crate::database::Work;
use crate::output::Bar;
use crate::output::ItemReport;
use crate::status::Status;
use anyhow::Result;
use clap::Args;
use std::time::Instant;

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Before anything is rebuilt the database is backed up. The share of dead space
from which a rebuild pays is [database] dead_space.

Example: sitekeep database optimize --dry-run")]
pub(in crate::commands) struct MendArgs {
    /// Also where it does not pay
    #[arg(long)]
    force: bool,
    /// Only say what would be done
    #[arg(long, short = 'n')]
    dry_run: bool,
    /// Rebuild without a backup first
    #[arg(long)]
    no_safety_backup: bool,
    #[command(flatten)]
    report: ReportArgs,
}

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mending {
    Optimize,
    Reindex,
}

/// Mends and reports.
///
/// # Errors
/// When the database is damaged or refuses, the disk has no room, or the safety backup fails.
pub(super) fn run(mending: Mending, args: &MendArgs, context: &Context) -> Result<Status> {
    context.printer.refuse_lists()?;
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let command = match mending {
        Mending::Optimize => "database optimize",
        Mending::Reindex => "database reindex",
    };
    let (_lock, mut record) = site::begin(config, command, context)?;
    let bar = Bar::new(context.printer.quiet);
    let begin = Instant::now();
    let mut items = Vec::new();
    let mut is_safe = args.no_safety_backup;
    let mut safety = || -> Result<()> {
        if !is_safe {
            items.push(backup::before_rebuild(config, &bar, &mut record, context)?);
            is_safe = true;
        }
        Ok(())
    };
    let mut work = Work {
        settings: &config.database,
        force: args.force,
        dry_run: args.dry_run,
        safety: &mut safety,
        progress: &bar,
    };
    let (id, title, check) = match mending {
        Mending::Optimize => {
            ("database.optimize", "Dead space and statistics", database::optimize(&mut work)?)
        }
        Mending::Reindex => ("database.reindex", "Indexes", database::reindex(&mut work)?),
    };
    items.push(ItemReport::timed(id, title, "Optimiser base de données", begin, check));
    record.tell(command, Vec::new(), items, config, &args.report, context)
}
