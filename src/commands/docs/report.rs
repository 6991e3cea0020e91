//! `docs report`: what changed among the products since the last report.

use super::html;
use super::list;
use super::markdown;
use super::told::Told;
use crate::commands::Context;
use crate::commands::language;
use crate::commands::language::LanguageArgs;
use crate::config::Config;
use crate::db::Access;
use crate::db::Showcase;
use crate::db::connect;
use crate::docs;
use crate::docs::Changes;
use crate::docs::Since;
use crate::error::Error;
use crate::error::Kind;
use crate::language::Language;
use crate::output::Format;
use crate::state::State;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use crate::system::fs;
use crate::units::count;
use anyhow::Context as _;
use anyhow::Result;
use clap::Args;
use std::path::Path;
use std::path::PathBuf;

/// Tell which products were added, changed and removed since the last report
///
/// The catalogue as each report saw it is kept for 400 days in sitekeep's own record. The first report has nothing to
/// compare with. A report counts as delivered, and becomes the one that the next starts from, when it was printed or
/// written whole.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep docs report > docs/catalogue-2026-11.md
  sitekeep docs report --html changes.html --lang fr
  sitekeep docs report --dry-run                look; the next still tells it
  sitekeep docs report --since 2026-10-01       as it was on that day")]
pub(in crate::commands) struct ReportArgs {
    /// Compare with the last report, or with that of a day: last, 2026-10-01
    #[arg(long, value_name = "DATE|last", default_value = "last", hide_default_value = true)]
    since: Since,
    /// Look only: the next report will tell it again
    #[arg(long, short = 'n')]
    dry_run: bool,
    /// Write a page to this file, atomically, instead of printing Markdown
    #[arg(long, value_name = "FILE", conflicts_with = "output")]
    html: Option<PathBuf>,
    /// Write the report to this file, atomically, instead of printing it
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    language: LanguageArgs,
}

/// Compares, tells and records.
///
/// # Errors
/// When the database or the record cannot be read, or the report cannot be delivered.
pub(super) fn run(args: &ReportArgs, context: &Context) -> Result<Status> {
    let printer = context.printer;
    let is_list = matches!(printer.format, Format::Text | Format::Json | Format::Csv);
    if !is_list || (args.html.is_some() && printer.format != Format::Text) {
        return Err(Error::new(Kind::Usage, "this report has no such format")
            .hint("use --html FILE, or --format text, json or csv")
            .into());
    }
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let mut state = context.state(config)?;
    let (changes, fields) = compare(config, &mut state, args.since)?;
    let language = args.language.language(&context.environment);
    let told = Told { config, changes: &changes, language, now: context.now };
    match (&args.html, printer.format) {
        (Some(file), _) => {
            fs::write_output(file, html::page(&told)?.as_bytes())?;
            printer.note(&format!("{} is written", file.display()));
        }
        (None, Format::Json) => printer.deliver(&list::json(&told)?, args.output.as_deref())?,
        (None, Format::Csv) => printer.deliver(&list::csv(&told), args.output.as_deref())?,
        (None, _) => printer.deliver(&markdown::render(&told), args.output.as_deref())?,
    }
    if args.dry_run {
        printer.note("not recorded: the next report will tell it again");
    } else if args.since == Since::Last {
        state.record_catalogue(context.now, &fields).context("the report was delivered")?;
    } else {
        printer.note("not recorded: a look back does not move the last report");
    }
    Ok(Status::Ok)
}

fn compare(config: &Config, state: &mut State, since: Since) -> Result<(Changes, Vec<&'static str>)> {
    let records = state.catalogue_records()?;
    let base = docs::base(&records, since, &config.time_zone())?;
    let mut database = connect(&config.database, Access::Read)?;
    let showcase = Showcase::resolve(database.schema()?, &config.site.app)?;
    let fields = docs::known_fields(&showcase);
    let products = docs::take(database.as_mut(), &showcase, state)?;
    Ok((docs::changes(state, base, products, &fields)?, fields))
}

/// The monthly report: Markdown and a page in the configured folder, recorded when both are written.
///
/// # Errors
/// When the database or the record cannot be read, or a file cannot be written.
pub(in crate::commands) fn of_round(config: &Config, context: &Context) -> Result<Check> {
    let kind = &kinds::DOCS_REPORT;
    let Some(folder) = &config.docs.reports else {
        let message = "not configured: [docs] reports names the folder for it";
        return Ok(Finding::ok(kind, "products", message).into());
    };
    let mut state = context.state(config)?;
    let (changes, fields) = compare(config, &mut state, Since::Last)?;
    let language = language::of_locale(&context.environment);
    let told = Told { config, changes: &changes, language, now: context.now };
    let path = write(&told, folder, language)?;
    state.record_catalogue(context.now, &fields)?;
    let message = match changes.since {
        None => format!("the first report: {}; {}", count(changes.products, "product"), path.display()),
        Some(_) => format!(
            "{} added, {} changed, {} removed; {}",
            changes.added.len(),
            changes.changed.len(),
            changes.removed.len(),
            path.display()
        ),
    };
    let finding = Finding::ok(kind, "products", message)
        .with("added", changes.added.len())
        .with("changed", changes.changed.len())
        .with("removed", changes.removed.len())
        .with("report", path.display().to_string());
    Ok(finding.into())
}

/// Writes both forms and returns the path of the Markdown.
fn write(told: &Told<'_>, folder: &Path, language: Language) -> Result<PathBuf> {
    std::fs::create_dir_all(folder).with_context(|| format!("create folder {}", folder.display()))?;
    let date = told.now.to_zoned(told.config.time_zone()).strftime("%Y%m%d_%H%M%S").to_string();
    let name = format!("{}_{date}", language.pick("products", "produits"));
    let path = folder.join(format!("{name}.md"));
    fs::write_output(&folder.join(format!("{name}.html")), html::page(told)?.as_bytes())?;
    fs::write_output(&path, markdown::render(told).as_bytes())?;
    Ok(path)
}
