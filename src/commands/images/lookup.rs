//! `images lookup`: which rows name a file, and whether it is there.

use super::tell::item;
use crate::commands::Context;
use crate::commands::report::Record;
use crate::commands::report::ReportArgs;
use crate::images;
use crate::images::Lookup;
use crate::output::Bar;
use crate::output::Format;
use crate::output::csv_line;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use crate::units::ByteSize;
use anyhow::Context as _;
use anyhow::Result;
use clap::Args;
use std::time::Instant;

/// Tell which rows use a file, and whether it is there
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep images lookup products/laptop.jpg
  sitekeep images lookup https://shop.example/media/products/laptop.jpg

Exit code 1 when nothing uses the file.")]
pub(in crate::commands) struct LookupArgs {
    /// Path below the media folder, path on disk, or address
    #[arg(value_name = "PATH|URL")]
    file: String,
    #[command(flatten)]
    report: ReportArgs,
}

/// Looks and reports.
///
/// # Errors
/// When the file is none of this site's media, or the database cannot be read.
pub(super) fn run(args: &LookupArgs, context: &Context) -> Result<Status> {
    if context.printer.format != Format::Csv {
        context.printer.refuse_lists()?;
    }
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let mut record = Record::open(config, context);
    let bar = Bar::new(context.printer.quiet);
    let begin = Instant::now();
    let folder = std::env::current_dir().context("find the folder that this runs in")?;
    let found = images::lookup(config, &args.file, &folder, &bar)?;
    let check = check(&found);
    if context.printer.format == Format::Csv {
        context.printer.out(&list(&found))?;
        return Ok(check.status());
    }
    let items = vec![item("images.lookup", "What uses the file", begin, check)];
    record.tell("images lookup", Vec::new(), items, config, &args.report, context)
}

fn check(found: &Lookup) -> Check {
    let kind = &kinds::IMAGES_USE;
    let path = found.path.display().to_string();
    let mut check = Check::default();
    match found.bytes {
        Some(bytes) => check.add(Finding::ok(kind, &path, format!("is there, {}", ByteSize(bytes)))),
        None if found.uses.is_empty() => {
            check.add(Finding::warning(kind, &path, "there is no such file"));
        }
        None => check.add(
            Finding::critical(kind, &path, "there is no such file")
                .remedy("restore it from a media backup, or choose another for the rows that name it"),
        ),
    }
    for one in &found.uses {
        let product = one.product.as_ref().map_or_else(String::new, |name| format!(": {name}"));
        let place = &one.place;
        let mut finding = Finding::ok(kind, &path, format!("{place} names it{product}"))
            .with("table", place.table.as_str())
            .with("column", place.column.as_str())
            .with("row", place.row.as_str());
        if let Some(name) = &one.product {
            finding = finding.with("product", name.as_str());
        }
        check.add(finding);
    }
    if found.more > 0 {
        check.add(Finding::ok(kind, &path, format!("{} more texts name it", found.more)));
    }
    if found.uses.is_empty() {
        let remedy = match found.bytes {
            Some(_) => "sitekeep images orphans tells of all such files, and moves them away",
            None => "look at the spelling: a path below the media folder, or an address",
        };
        check.add(Finding::warning(kind, path, "no row names it").remedy(remedy));
    }
    check
}

fn list(found: &Lookup) -> String {
    let mut text = csv_line(&["table", "column", "row", "product"]);
    for one in &found.uses {
        let place = &one.place;
        text.push_str(&csv_line(&[
            place.table.as_str(),
            &place.column,
            &place.row,
            one.product.as_deref().unwrap_or_default(),
        ]));
    }
    text
}
