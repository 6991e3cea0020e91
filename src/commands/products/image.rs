//! `products image`: another picture for a product.

use super::change;
use crate::commands::Context;
use crate::commands::report::ReportArgs;
use crate::products::Draft;
use crate::products::Picture;
use crate::status::Status;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;

/// Give a product another picture; the former one moves to the quarantine
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example: sitekeep products image mon-produit nouvelle-image.jpg")]
pub(in crate::commands) struct ImageArgs {
    /// Slug of the product
    #[arg(value_name = "SLUG")]
    product: String,
    /// JPEG or PNG of at most [images] `max_size`
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Only check the picture and show what would change
    #[arg(long, short = 'n')]
    dry_run: bool,
    #[command(flatten)]
    report: ReportArgs,
}

/// Changes and reports.
///
/// # Errors
/// When the product is not known, or the picture is against the rules or cannot be written.
pub(super) fn run(args: &ImageArgs, context: &Context) -> Result<Status> {
    let picture = Picture::File { source: args.file.clone(), name: None };
    let draft = Draft { picture: Some(picture), ..Draft::default() };
    change("products image", args.dry_run, &args.report, context, &mut |planner, _, _| {
        planner.update(&args.product, &draft)
    })
}
