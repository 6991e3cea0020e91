//! `products delete`: products with their pictures.

use super::change;
use super::slugs::Slugs;
use crate::commands::Context;
use crate::commands::report::ReportArgs;
use crate::status::Status;
use anyhow::Result;
use clap::Args;

/// Delete products with their gallery; their pictures move to the quarantine
///
/// A picture that another row names stays. A product that rows of other tables refer to is refused: only the application
/// knows what becomes of those. `sitekeep undo` brings rows and pictures back.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep products delete ancien-produit --dry-run
  sitekeep products delete ancien-produit")]
pub(in crate::commands) struct DeleteArgs {
    #[command(flatten)]
    products: Slugs,
    /// Only show what would be deleted
    #[arg(long, short = 'n')]
    dry_run: bool,
    #[command(flatten)]
    report: ReportArgs,
}

/// Deletes and reports.
///
/// # Errors
/// When a product is not known or referred to, or cannot be deleted: none is then.
pub(super) fn run(args: &DeleteArgs, context: &Context) -> Result<Status> {
    let slugs = args.products.read()?;
    change("products delete", args.dry_run, &args.report, context, &mut |planner, _, _| {
        slugs.iter().try_for_each(|slug| planner.delete(slug))
    })
}
