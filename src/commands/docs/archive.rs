//! `docs archive`: dated copies of the guides that changed.

use crate::commands::Context;
use crate::commands::report::Record;
use crate::commands::report::ReportArgs;
use crate::config::Config;
use crate::docs;
use crate::docs::Copied;
use crate::docs::Difference;
use crate::error;
use crate::output::ItemReport;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use anyhow::Result;
use clap::Args;
use jiff::Timestamp;
use std::path::Path;
use std::time::Instant;

/// Headings that the message names; the data has all of them.
const HEADINGS: usize = 4;

/// Keep a dated copy of each guide that changed
///
/// The guides are those of [docs] guides, the copies go to [docs] archive. A guide that is as its newest copy is not
/// copied again; no copy is ever overwritten or removed.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
In sitekeep.toml:
  [docs]
  guides = [\"GUIDE_MAINTENANCE.md\", \"docs/*.md\"]
  archive = \"docs/archive\"

Examples:
  sitekeep docs archive --dry-run
  sitekeep docs archive")]
pub(in crate::commands) struct ArchiveArgs {
    /// Tell what would be copied
    #[arg(long, short = 'n')]
    dry_run: bool,
    #[command(flatten)]
    report: ReportArgs,
}

/// Copies and reports.
///
/// # Errors
/// For wrong settings or a report that cannot be printed; a guide that cannot be copied is a finding.
pub(super) fn run(args: &ArchiveArgs, context: &Context) -> Result<Status> {
    context.printer.refuse_lists()?;
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let mut record = Record::open(config, context);
    let begin = Instant::now();
    let check = told(config, context.now, args.dry_run)?;
    let item = ItemReport::timed(
        "docs.archive",
        "Older versions of the guides",
        "Mettre à jour documentation",
        begin,
        check,
    );
    record.tell("docs archive", Vec::new(), vec![item], config, &args.report, context)
}

/// Copies the guides and tells what became of each.
///
/// # Errors
/// When a folder of guides cannot be read.
pub(in crate::commands) fn told(config: &Config, now: Timestamp, dry_run: bool) -> Result<Check> {
    let kind = &kinds::DOCS_ARCHIVE;
    let settings = &config.docs;
    let mut check = Check::default();
    let (Some(folder), false) = (&settings.archive, settings.guides.is_empty()) else {
        let lacks =
            if settings.guides.is_empty() { "guides names the files" } else { "archive names the folder" };
        let message = format!("not configured: [docs] {lacks}");
        check.add(Finding::ok(kind, "guides", message));
        return Ok(check);
    };
    let now = now.to_zoned(config.time_zone());
    let archived = docs::archive(settings, folder, &config.site.root, &now, dry_run)?;
    for pattern in &archived.nothing {
        check.add(
            Finding::warning(kind, pattern.display().to_string(), "there is no such guide")
                .remedy("correct [docs] guides; the copies that there are stay"),
        );
    }
    for (guide, copied) in archived.guides {
        let subject = guide.strip_prefix(&config.site.root).unwrap_or(&guide).display().to_string();
        check.add(match copied {
            Ok(Copied::Unchanged { newest }) => {
                Finding::ok(kind, subject, format!("as its copy {}", name(&newest)))
            }
            Ok(Copied::Copy { copy, former, difference }) => {
                let verb = if dry_run { "would be copied" } else { "copied" };
                let what = match (&former, &difference) {
                    (None, _) => "; it is the first copy".to_owned(),
                    (Some(former), None) => format!("; it differs from {}", name(former)),
                    (Some(former), Some(difference)) => {
                        format!("; since {}: {}", name(former), words(difference))
                    }
                };
                let message = format!("{verb} to {}{what}", copy.display());
                let mut finding =
                    Finding::ok(kind, subject, message).with("copy", copy.display().to_string());
                if let Some(difference) = difference {
                    finding = finding
                        .with("lines_added", difference.lines_added)
                        .with("lines_removed", difference.lines_removed)
                        .with("headings_added", difference.headings_added)
                        .with("headings_removed", difference.headings_removed);
                }
                finding
            }
            Err(problem) => {
                Finding::critical(kind, subject, format!("not copied: {}", error::one_line(&problem)))
                    .remedy("let this user read the guide and write to the folder of [docs] archive")
            }
        });
    }
    Ok(check)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn words(difference: &Difference) -> String {
    let mut text = format!("+{} −{} lines", difference.lines_added, difference.lines_removed);
    for (verb, headings) in
        [("new headings", &difference.headings_added), ("headings gone", &difference.headings_removed)]
    {
        if !headings.is_empty() {
            let shown = headings.iter().take(HEADINGS).map(String::as_str).collect::<Vec<_>>().join(", ");
            let more = headings.len().saturating_sub(HEADINGS);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            text = format!("{text}; {verb}: {shown}{more}");
        }
    }
    text
}
