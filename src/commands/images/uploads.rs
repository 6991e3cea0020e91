//! `images uploads`: what interrupted uploads left.

use crate::commands::Context;
use crate::commands::report::ReportArgs;
use crate::commands::site;
use crate::images;
use crate::output::ItemReport;
use crate::status::Status;
use anyhow::Result;
use clap::Args;
use std::time::Instant;

/// Remove the temporary files that interrupted uploads left
///
/// Django writes a large upload to a temporary file (tmpXXXXXXXX.upload.jpg) and removes it when the request ends; a
/// worker that is killed meanwhile leaves it there.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
The folders are [images] upload_folders; files younger than orphan_age, and
those that a process has open, stay.

Example: sitekeep images uploads --dry-run")]
pub(in crate::commands) struct UploadsArgs {
    /// Only say what would be removed
    #[arg(long, short = 'n')]
    dry_run: bool,
    #[command(flatten)]
    report: ReportArgs,
}

/// Removes them and reports.
///
/// # Errors
/// For wrong settings, another run at work, or a report that cannot be printed.
pub(super) fn run(args: &UploadsArgs, context: &Context) -> Result<Status> {
    context.printer.refuse_lists()?;
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let (_lock, mut record) = site::begin(config, "images uploads", context)?;
    let begin = Instant::now();
    let check = images::clear_uploads(&config.images, context.now, args.dry_run);
    let item = ItemReport::timed(
        "images.uploads",
        "Left-over uploads",
        "Nettoyer fichiers temporaires",
        begin,
        check,
    );
    record.tell("images uploads", Vec::new(), vec![item], config, &args.report, context)
}
