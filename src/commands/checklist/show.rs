//! The guide's lists as they stand: what is ticked, when each item was last done, when it is due.

use super::last;
use super::period;
use super::standings;
use crate::acknowledge::Acknowledgements;
use crate::checklist;
use crate::checklist::Due;
use crate::checklist::Period;
use crate::checklist::Sheet;
use crate::commands::Context;
use crate::config::Config;
use crate::output::ListFormat;
use crate::output::Printer;
use crate::output::csv_line;
use crate::output::wrap;
use crate::state::State;
use crate::status::Status;
use crate::system::fs;
use anyhow::Result;
use clap::Args;
use jiff::tz::TimeZone;
use std::fmt::Write as _;
use std::path::Path;
use std::path::PathBuf;

/// Show the guide's lists, ticked where they are done
///
/// A line is ticked while each of its items has been done within its period. What could not be carried out is not done.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep checklist show
  sitekeep checklist show monthly --html monthly.html   with the month's runs")]
pub(in crate::commands) struct ShowArgs {
    /// daily, weekly, monthly or quarterly; without it, all
    #[arg(value_parser = period)]
    period: Option<Period>,
    /// Write a web page with the runs of the period to this file, atomically
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// Shows the lists.
///
/// # Errors
/// When the state cannot be read, or the page cannot be written.
pub(super) fn run(args: &ShowArgs, context: &Context) -> Result<Status> {
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let state = context.state(config)?;
    let sheets = checklist::sheets(standings(config, &state, args.period, context)?);
    if let Some(file) = &args.html {
        return page(&sheets, file, config, &state, context);
    }
    let zone = config.time_zone();
    let text = match context.printer.list_format()? {
        ListFormat::Text => text(&sheets, &zone),
        ListFormat::Json => json(&sheets, config)?,
        ListFormat::Csv => csv(&sheets),
    };
    context.printer.out(&text)?;
    Ok(Status::Ok)
}

fn page(sheets: &[Sheet], file: &Path, config: &Config, state: &State, context: &Context) -> Result<Status> {
    let today = context.now.to_zoned(config.time_zone()).date();
    let acknowledgements = Acknowledgements::read(state.folder(), today)?;
    let page = checklist::page(sheets, &acknowledgements, state, config, context.now)?;
    fs::write_output(file, page.as_bytes())?;
    context.printer.note(&format!("{} is written", file.display()));
    Ok(Status::Ok)
}

fn tick(done: bool) -> char {
    if done { 'x' } else { ' ' }
}

fn text(sheets: &[Sheet], zone: &TimeZone) -> String {
    let width = Printer::width();
    let mut text = String::new();
    for sheet in sheets {
        if !text.is_empty() {
            text.push('\n');
        }
        // Writing to a string cannot fail.
        let _ = writeln!(text, "### {}\n", sheet.period.heading());
        for line in &sheet.lines {
            let _ = writeln!(text, "- [{}] {}", tick(line.is_done()), line.title);
            for standing in &line.standings {
                let told = format!("  - {}: {}", standing.item.id, checklist::told(standing, zone));
                let _ = writeln!(text, "{}", wrap(&told, width, 4));
            }
        }
    }
    text
}

fn csv(sheets: &[Sheet]) -> String {
    let mut text = csv_line(&["period", "line", "id", "title", "by", "state", "last_at", "due_at"]);
    for sheet in sheets {
        for line in &sheet.lines {
            for standing in &line.standings {
                let item = standing.item;
                text.push_str(&csv_line(&[
                    sheet.period.word(),
                    line.title,
                    item.id,
                    item.title,
                    if item.is_signed() { "person" } else { "sitekeep" },
                    standing.due.word(),
                    &standing.last.as_ref().map_or(String::new(), |done| done.at.to_string()),
                    &standing.due_at.to_string(),
                ]));
            }
        }
    }
    text
}

fn json(sheets: &[Sheet], config: &Config) -> Result<String> {
    let periods: Vec<_> = sheets
        .iter()
        .map(|sheet| {
            let lines: Vec<_> = sheet
                .lines
                .iter()
                .map(|line| {
                    let items: Vec<_> = line
                        .standings
                        .iter()
                        .map(|standing| {
                            serde_json::json!({
                                "id": standing.item.id, "title": standing.item.title,
                                "signed": standing.item.is_signed(), "state": standing.due.word(),
                                "due": standing.due != Due::Not, "last": last(standing),
                                "failed_at": standing.failed.map(|at| at.to_string()),
                                "due_at": standing.due_at.to_string(),
                            })
                        })
                        .collect();
                    serde_json::json!({ "line": line.title, "done": line.is_done(), "items": items })
                })
                .collect();
            serde_json::json!({
                "period": sheet.period.word(), "heading": sheet.period.heading(), "lines": lines,
            })
        })
        .collect();
    let document = serde_json::json!({
        "schema_version": 1, "tool_version": env!("CARGO_PKG_VERSION"), "site": config.site.name,
        "periods": periods,
    });
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}
