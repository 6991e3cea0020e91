//! `products update`: only what is named changes.

use super::add::price;
use super::change;
use crate::commands::Context;
use crate::commands::report::ReportArgs;
use crate::error::Error;
use crate::error::Kind;
use crate::products::Draft;
use crate::products::Picture;
use crate::status::Status;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;

#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
/// Change what is named of a product, and nothing else
///
/// The slug stays as it is, since visitors have its address, unless --slug says another.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep products update hp-pavilion-15-hp --price 425000 --out-of-stock")]
pub(in crate::commands) struct UpdateArgs {
    /// Product to change
    #[arg(value_name = "SLUG")]
    product: String,
    /// Name as visitors read it
    #[arg(long)]
    name: Option<String>,
    /// Brand as visitors read it
    #[arg(long)]
    brand: Option<String>,
    /// 850000, or 1250.50
    #[arg(long)]
    price: Option<String>,
    /// Slug or name
    #[arg(long)]
    category: Option<String>,
    /// Slug or name; empty for none
    #[arg(long)]
    subcategory: Option<String>,
    /// Text of the product's page
    #[arg(long)]
    description: Option<String>,
    /// New picture; the former one moves to the quarantine
    #[arg(long, value_name = "FILE")]
    image: Option<PathBuf>,
    /// It is in stock again
    #[arg(long, conflicts_with = "out_of_stock")]
    in_stock: bool,
    /// It is no longer in stock
    #[arg(long)]
    out_of_stock: bool,
    /// Show it on the home page
    #[arg(long, conflicts_with = "not_featured")]
    featured: bool,
    /// Take it off the home page
    #[arg(long)]
    not_featured: bool,
    /// A new slug: the old address is gone then
    #[arg(long)]
    slug: Option<String>,
    /// Only show what would change
    #[arg(long, short = 'n')]
    dry_run: bool,
    #[command(flatten)]
    report: ReportArgs,
}

/// Changes and reports.
///
/// # Errors
/// When nothing is named, or something is unknown or against the rules, or cannot be written.
pub(super) fn run(args: &UpdateArgs, context: &Context) -> Result<Status> {
    change("products update", args.dry_run, &args.report, context, &mut |planner, config, _| {
        let draft = Draft {
            slug: args.slug.clone(),
            name: args.name.clone(),
            brand: args.brand.clone(),
            price: args.price.as_deref().map(|typed| price(typed, config)).transpose()?,
            category: args.category.clone(),
            subcategory: args.subcategory.clone(),
            description: args.description.clone(),
            in_stock: either(args.in_stock, args.out_of_stock),
            featured: either(args.featured, args.not_featured),
            picture: args.image.clone().map(|source| Picture::File { source, name: None }),
        };
        if draft == Draft::default() {
            return Err(Error::new(Kind::Usage, "nothing is to change")
                .hint("say what: --price 425000, --out-of-stock; --help lists all")
                .into());
        }
        planner.update(&args.product, &draft)
    })
}

fn either(yes: bool, no: bool) -> Option<bool> {
    (yes || no).then_some(yes)
}
