//! `products add`: a new product with its picture.

use super::change;
use crate::commands::Context;
use crate::commands::report::ReportArgs;
use crate::config::Config;
use crate::db::Price;
use crate::error::Error;
use crate::error::Kind;
use crate::products::Draft;
use crate::products::Picture;
use crate::products::read_price;
use crate::status::Status;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;

/// Add a product with its picture
///
/// Its slug is made of name and brand as the application does it. The picture is checked against [images] first; row and
/// picture are written together or not at all.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Example:
  sitekeep products add --name \"Dell XPS 15\" --brand Dell --price 850000 \\
    --category ordinateurs --subcategory ordinateurs-portables \\
    --description \"Haute performance\" --image dell-xps-15.jpg --featured")]
pub(in crate::commands) struct AddArgs {
    /// Name as visitors read it
    #[arg(long)]
    name: String,
    /// Brand as visitors read it
    #[arg(long)]
    brand: Option<String>,
    /// 850000, or 1250.50
    #[arg(long)]
    price: String,
    /// Slug or name
    #[arg(long)]
    category: Option<String>,
    /// Slug or name, where the application has sub-categories of products
    #[arg(long)]
    subcategory: Option<String>,
    /// Text of the product's page
    #[arg(long)]
    description: Option<String>,
    /// JPEG or PNG of at most [images] `max_size`
    #[arg(long, value_name = "FILE")]
    image: Option<PathBuf>,
    /// Show it on the home page
    #[arg(long)]
    featured: bool,
    /// It is not in stock yet
    #[arg(long)]
    out_of_stock: bool,
    /// Instead of the one made of name and brand
    #[arg(long)]
    slug: Option<String>,
    /// Only show what would be written
    #[arg(long, short = 'n')]
    dry_run: bool,
    #[command(flatten)]
    report: ReportArgs,
}

/// Adds and reports.
///
/// # Errors
/// When something is missing, unknown or against the rules, or cannot be written: nothing is changed then.
pub(super) fn run(args: &AddArgs, context: &Context) -> Result<Status> {
    change("products add", args.dry_run, &args.report, context, &mut |planner, config, _| {
        planner.add(&Draft {
            slug: args.slug.clone(),
            name: Some(args.name.clone()),
            brand: args.brand.clone(),
            price: Some(price(&args.price, config)?),
            category: args.category.clone(),
            subcategory: args.subcategory.clone(),
            description: args.description.clone(),
            in_stock: args.out_of_stock.then_some(false),
            featured: args.featured.then_some(true),
            picture: args.image.clone().map(|source| Picture::File { source, name: None }),
        })
    })
}

/// A price as it was typed.
///
/// # Errors
/// A usage error that says how to write it.
pub(super) fn price(typed: &str, config: &Config) -> Result<Price> {
    read_price(typed, &config.site.currency).map_err(|why| Error::new(Kind::Usage, why).into())
}
