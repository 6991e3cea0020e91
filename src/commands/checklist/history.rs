//! What was done when, and by whom.

use super::manner;
use super::shown;
use crate::checklist;
use crate::commands::Context;
use crate::output::ListFormat;
use crate::output::Printer;
use crate::output::csv_line;
use crate::output::wrap;
use crate::state::Done;
use crate::state::Manner;
use crate::status::Status;
use anyhow::Result;
use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt::Write as _;

/// List when items were run and signed, newest first
///
/// Runs are kept for 400 days, signatures for ever.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep checklist history
  sitekeep checklist history backup.drill --limit 100
  sitekeep checklist history --format csv")]
pub(in crate::commands) struct HistoryArgs {
    /// Only of this item
    item: Option<String>,
    /// How many lines at most
    #[arg(long, value_name = "NUMBER", default_value_t = 30)]
    limit: usize,
}

/// Lists what was done.
///
/// # Errors
/// A usage error for an item that there is not; when the state cannot be read.
pub(super) fn run(args: &HistoryArgs, context: &Context) -> Result<Status> {
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let state = context.state(config)?;
    let id = args.item.as_deref();
    let done = state.done_since(id, Timestamp::MIN, args.limit)?;
    // What was dropped from the lists since has its history all the same.
    if let (Some(id), true) = (id, done.is_empty()) {
        checklist::find(&checklist::of_site(config)?, id)?;
    }
    let text = match context.printer.list_format()? {
        ListFormat::Text => text(&done, &config.time_zone()),
        ListFormat::Json => json(&done, &config.site.name)?,
        ListFormat::Csv => csv(&done),
    };
    context.printer.out(&text)?;
    Ok(Status::Ok)
}

fn text(done: &[Done], zone: &TimeZone) -> String {
    let width = Printer::width();
    let mut text = String::new();
    for one in done {
        let what = match &one.manner {
            Manner::Ran { run_id, status: Status::Unknown } => {
                format!("UNKNOWN   not carried out, in {run_id}")
            }
            Manner::Ran { run_id, status } => format!("{status:<8}  in {run_id}"),
            Manner::Signed { by, note } if note.is_empty() => format!("signed    by {by}"),
            Manner::Signed { by, note } => format!("signed    by {by}: {note}"),
        };
        let line = format!("{}  {:<20}  {what}", shown(one.at, zone), one.item);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", wrap(&line, width, 50));
    }
    if done.is_empty() {
        text.push_str("nothing is on record yet\n");
    }
    text
}

fn csv(done: &[Done]) -> String {
    let mut text = csv_line(&["at", "id", "status", "run_id", "signed_by", "note"]);
    for one in done {
        let [status, run_id, by, note] = match &one.manner {
            Manner::Ran { run_id, status } => [status.label(), run_id.as_str(), "", ""],
            Manner::Signed { by, note } => ["", "", by.as_str(), note.as_str()],
        };
        text.push_str(&csv_line(&[&one.at.to_string(), &one.item, status, run_id, by, note]));
    }
    text
}

fn json(done: &[Done], site: &str) -> Result<String> {
    let rows: Vec<_> = done
        .iter()
        .map(|one| {
            let mut row = manner(&one.manner, one.at);
            row["item"] = one.item.clone().into();
            row
        })
        .collect();
    let document = serde_json::json!({
        "schema_version": 1, "tool_version": env!("CARGO_PKG_VERSION"), "site": site, "history": rows,
    });
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}
