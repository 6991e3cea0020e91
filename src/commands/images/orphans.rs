//! `images orphans`: files that nothing names, and names that no file has.

use super::tell;
use crate::commands::Context;
use crate::commands::report::Record;
use crate::commands::report::ReportArgs;
use crate::commands::site;
use crate::config::Config;
use crate::error::Error;
use crate::error::Kind;
use crate::images;
use crate::images::Order;
use crate::images::Survey;
use crate::output::Bar;
use crate::output::Format;
use crate::output::csv_line;
use crate::progress::Progress;
use crate::quarantine::Quarantine;
use crate::status::Check;
use crate::status::Status;
use crate::system::interrupt::Interrupt;
use crate::units::Percent;
use anyhow::Result;
use clap::Args;
use std::time::Instant;

#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
/// Find the files that nothing names, and names that no file has
///
/// Every text of every table counts as a use, also within longer texts; sessions and the admin's log do not. Files
/// younger than [images] `orphan_age` stay, and thumbnails stay with their original.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep images orphans                  looks, and changes nothing
  sitekeep images orphans --format csv     every file, with what names it
  sitekeep images orphans --apply          moves the orphans to the quarantine
  sitekeep undo                            and brings them back")]
pub(in crate::commands) struct OrphansArgs {
    /// Move the orphans to the quarantine, from where `sitekeep undo` brings them back
    #[arg(long, conflicts_with = "dry_run")]
    apply: bool,
    /// Only look, which is the default
    #[arg(long, short = 'n')]
    dry_run: bool,
    /// Share of all files above which nothing is moved [default: [images] `max_delete`]
    #[arg(long, value_name = "SHARE")]
    max_delete: Option<Percent>,
    /// Also right after a restore
    #[arg(long)]
    force: bool,
    /// Also compare the files' contents
    #[arg(long)]
    duplicates: bool,
    #[command(flatten)]
    report: ReportArgs,
}

/// Looks, moves where that was asked for, and reports.
///
/// # Errors
/// When the media or the database cannot be read to the end, or the orphans must not be moved.
pub(super) fn run(args: &OrphansArgs, context: &Context) -> Result<Status> {
    let is_list = context.printer.format == Format::Csv;
    if args.apply || !is_list {
        context.printer.refuse_lists()?;
    }
    if is_list && args.report.output.is_some() {
        return Err(Error::new(Kind::Usage, "--output writes a report, not a list")
            .hint("write the list where you want it: --format csv > FILE")
            .into());
    }
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let command = if args.apply { "images orphans --apply" } else { "images orphans" };
    let (_lock, mut record) = if args.apply {
        let (lock, record) = site::begin(config, command, context)?;
        (Some(lock), record)
    } else {
        (None, Record::open(config, context))
    };
    let bar = Bar::that_hears(context.printer.quiet, Interrupt::listen()?);
    let begin = Instant::now();
    let order = Order { config, now: context.now, progress: &bar };
    let survey = images::survey(&order)?;
    if is_list {
        context.printer.out(&list(&survey))?;
        return Ok(Status::Ok);
    }
    let mut items = Vec::new();
    let orphans = if args.apply {
        let quarantine = Quarantine::new(&context.state_folder(config)?, &config.database);
        let most = args.max_delete.unwrap_or(config.images.max_delete);
        images::allow(&order, &survey, &quarantine.list()?, most, args.force)?;
        let swept = images::sweep(&order, &survey, &quarantine, &record.run_id)?;
        tell::swept(&swept, &survey, &record.run_id, config.quarantine.keep_days)
    } else {
        tell::orphans(&survey)
    };
    record.summary = tell::summary(&survey);
    items.push(tell::item("images.orphans", "Files that nothing names", begin, orphans));
    let begin = Instant::now();
    items.push(tell::item("images.missing", "Names without a file", begin, tell::missing(&survey)));
    if args.duplicates {
        let begin = Instant::now();
        let found = images::duplicates(&config.site.media, &survey, &bar)?;
        items.push(tell::item("images.duplicates", "Equal files", begin, tell::duplicates(&found)));
    }
    record.tell(command, Vec::new(), items, config, &args.report, context)
}

/// A look at them as part of a round; nothing is moved.
///
/// # Errors
/// When the database or the media folder cannot be read.
pub(in crate::commands) fn of_round(
    config: &Config,
    progress: &dyn Progress,
    context: &Context,
) -> Result<Check> {
    let survey = images::survey(&Order { config, now: context.now, progress })?;
    let mut check = tell::orphans(&survey);
    check.absorb(tell::missing(&survey));
    Ok(check)
}

/// Every file with how it stands.
fn list(survey: &Survey) -> String {
    let mut text = csv_line(&["standing", "path", "bytes", "named_by"]);
    for (path, bytes, standing, named) in survey.all() {
        text.push_str(&csv_line(&[
            tell::word(standing).to_owned(),
            path.display().to_string(),
            bytes.to_string(),
            named.map_or_else(String::new, ToString::to_string),
        ]));
    }
    for missing in &survey.missing {
        text.push_str(&csv_line(&[
            "missing".to_owned(),
            missing.path.clone(),
            String::new(),
            missing.named_by.to_string(),
        ]));
    }
    text
}
