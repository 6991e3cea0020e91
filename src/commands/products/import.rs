//! `products import`: a whole list, compared with what there is.

use super::change;
use crate::commands::Context;
use crate::commands::report::ReportArgs;
use crate::error;
use crate::error::Error;
use crate::error::Kind;
use crate::products::read_entries;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use anyhow::Context as _;
use anyhow::Result;
use clap::Args;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;

/// So many refused entries are told one by one; the rest is counted.
const NAMED: usize = 20;

/// Add and change products by a list, all of it or nothing
///
/// The list is CSV or JSON as `products export` writes it, with the columns that are to change. A product is known by its
/// slug, or by the one that name and brand would make. Products that are not in the list stay as they are.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
The column image names a path in the media folder, or a file beside the list,
which is uploaded.

Examples:
  sitekeep products export > products.csv
  sitekeep products import products.csv --dry-run
  sitekeep products import prices.csv     two columns: slug,price")]
pub(in crate::commands) struct ImportArgs {
    /// CSV or JSON; - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Only show what would be added, changed and refused
    #[arg(long, short = 'n')]
    dry_run: bool,
    #[command(flatten)]
    report: ReportArgs,
}

/// Compares, carries out and reports.
///
/// # Errors
/// When the list cannot be read, or the rows not be written; entries that are refused are findings, and nothing is changed.
pub(super) fn run(args: &ImportArgs, context: &Context) -> Result<Status> {
    let (bytes, folder) = read(&args.file)?;
    let entries = read_entries(&bytes)?;
    if entries.is_empty() {
        return Err(Error::new(Kind::Usage, "the list names no product")
            .hint("its first line is the header")
            .into());
    }
    change("products import", args.dry_run, &args.report, context, &mut |planner, config, check| {
        let refused = planner.import(&entries, &folder, &config.site.currency);
        tell(&refused, check);
        Ok(())
    })
}

/// The list, and the folder that its pictures are sought from.
fn read(file: &Path) -> Result<(Vec<u8>, PathBuf)> {
    if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).context("read standard input")?;
        return Ok((bytes, PathBuf::from(".")));
    }
    let bytes = std::fs::read(file).map_err(|error| {
        Error::new(Kind::Usage, format!("read {}: {error}", file.display()))
            .hint("name the list, or - for standard input")
    })?;
    Ok((bytes, file.parent().unwrap_or(Path::new(".")).to_owned()))
}

fn tell(refused: &[(String, anyhow::Error)], check: &mut Check) {
    for (place, problem) in refused.iter().take(NAMED) {
        let hint = error::hints(problem).first().map(ToString::to_string);
        check.add(
            Finding::critical(&kinds::PRODUCT_REFUSED, place, error::one_line(problem))
                .remedy(hint.unwrap_or_else(|| "mend it and import again: nothing was changed".to_owned())),
        );
    }
    if let Some(rest) = refused.get(NAMED..).filter(|rest| !rest.is_empty()) {
        let places: Vec<&str> = rest.iter().map(|(place, _)| place.as_str()).collect();
        let message = format!("{} more are refused", rest.len());
        check.add(
            Finding::critical(&kinds::PRODUCT_REFUSED, "others", message)
                .with("places", places)
                .remedy("mend those above and import again"),
        );
    }
}
