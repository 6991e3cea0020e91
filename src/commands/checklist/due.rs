//! What is due on the lists, longest overdue first.

use super::last;
use super::period;
use super::shown;
use super::standings;
use crate::checklist;
use crate::checklist::Due;
use crate::checklist::Period;
use crate::checklist::Standing;
use crate::commands::Context;
use crate::output::ListFormat;
use crate::output::Printer;
use crate::output::csv_line;
use crate::output::wrap;
use crate::status::Status;
use anyhow::Result;
use clap::Args;
use jiff::tz::TimeZone;
use std::fmt::Write as _;

/// List what is due, longest overdue first
///
/// An item is due a day, a week, a month or three months after it was last done; overdue when the grace of [checklist]
/// is over too, and then the exit code is 1.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep checklist due
  sitekeep checklist run --due           runs what sitekeep can do of it
  sitekeep checklist due --quiet         for cron: silent while nothing is due")]
pub(in crate::commands) struct DueArgs {
    /// daily, weekly, monthly or quarterly; without it, all
    #[arg(value_parser = period)]
    period: Option<Period>,
}

/// Lists what is due.
///
/// # Errors
/// When the state cannot be read.
pub(super) fn run(args: &DueArgs, context: &Context) -> Result<Status> {
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let state = context.state(config)?;
    let all = standings(config, &state, args.period, context)?;
    let next = all.iter().filter(|one| one.due == Due::Not).min_by_key(|one| one.due_at);
    let mut due: Vec<&Standing> = all.iter().filter(|one| one.due != Due::Not).collect();
    due.sort_by_key(|one| (std::cmp::Reverse(one.due), one.due_at));
    let zone = config.time_zone();
    let text = match context.printer.list_format()? {
        ListFormat::Text if due.is_empty() && context.printer.quiet => String::new(),
        ListFormat::Text => text(&due, next, &zone),
        ListFormat::Json => json(&due, &config.site.name)?,
        ListFormat::Csv => csv(&due),
    };
    context.printer.out(&text)?;
    let overdue = due.iter().any(|one| one.due == Due::Overdue);
    Ok(if overdue { Status::Warning } else { Status::Ok })
}

fn text(due: &[&Standing], next: Option<&Standing>, zone: &TimeZone) -> String {
    let width = Printer::width();
    let mut text = String::new();
    for one in due {
        let told = checklist::told(one, zone);
        let line =
            format!("{:<8}  {:<9}  {:<20}  {told}", one.due.word(), one.item.period.word(), one.item.id);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", wrap(&line, width, 21));
    }
    if let (true, Some(next)) = (due.is_empty(), next) {
        let _ = writeln!(text, "nothing is due; next: {} on {}", next.item.id, shown(next.due_at, zone));
    }
    text
}

fn csv(due: &[&Standing]) -> String {
    let mut text = csv_line(&["state", "period", "id", "title", "by", "due_at", "last_at"]);
    for one in due {
        text.push_str(&csv_line(&[
            one.due.word(),
            one.item.period.word(),
            one.item.id,
            one.item.title,
            if one.item.is_signed() { "person" } else { "sitekeep" },
            &one.due_at.to_string(),
            &one.last.as_ref().map_or(String::new(), |done| done.at.to_string()),
        ]));
    }
    text
}

fn json(due: &[&Standing], site: &str) -> Result<String> {
    let rows: Vec<_> = due
        .iter()
        .map(|one| {
            serde_json::json!({
                "id": one.item.id, "title": one.item.title, "period": one.item.period.word(),
                "signed": one.item.is_signed(), "state": one.due.word(), "due_at": one.due_at.to_string(),
                "last": last(one),
            })
        })
        .collect();
    let document = serde_json::json!({
        "schema_version": 1, "tool_version": env!("CARGO_PKG_VERSION"), "site": site, "due": rows,
    });
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}
