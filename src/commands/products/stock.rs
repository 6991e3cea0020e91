//! `products stock`: in stock again, or out of it, several at once.

use super::change;
use super::slugs::Slugs;
use crate::commands::Context;
use crate::commands::report::ReportArgs;
use crate::products::Draft;
use crate::status::Status;
use anyhow::Result;
use clap::Args;
use clap::ValueEnum;

/// Mark products as out of stock, or in stock again
///
/// All of them or none: a slug that is not known changes nothing.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep products stock out hp-pavilion-15-hp dell-latitude-5420-dell
  sitekeep products stock in --file arrived.txt
  sitekeep products list --category accessoires --format csv | tail -n +2 |
    cut -d, -f1 | sitekeep products stock out --file -")]
pub(in crate::commands) struct StockArgs {
    /// in: in stock again; out: out of stock
    #[arg(value_enum)]
    state: Stock,
    #[command(flatten)]
    products: Slugs,
    /// Only show what would change
    #[arg(long, short = 'n')]
    dry_run: bool,
    #[command(flatten)]
    report: ReportArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Stock {
    In,
    Out,
}

/// Changes and reports.
///
/// # Errors
/// When a product is not known, or cannot be written.
pub(super) fn run(args: &StockArgs, context: &Context) -> Result<Status> {
    let slugs = args.products.read()?;
    let draft = Draft { in_stock: Some(args.state == Stock::In), ..Draft::default() };
    let command = if args.state == Stock::In { "products stock in" } else { "products stock out" };
    change(command, args.dry_run, &args.report, context, &mut |planner, _, _| {
        slugs.iter().try_for_each(|slug| planner.update(slug, &draft))
    })
}
