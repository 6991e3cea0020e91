//! `schedule show`: the hours, when they come round next, and what is installed.

use super::PlaceArgs;
use super::ShowArgs;
use super::plan;
use crate::commands::Context;
use crate::config::Config;
use crate::output::Format;
use crate::output::ListFormat;
use crate::output::csv_line;
use crate::schedule;
use crate::schedule::Flavour;
use crate::schedule::Installed;
use crate::schedule::Period;
use crate::status::Status;
use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt::Write as _;

pub(super) fn run(args: &ShowArgs, context: &Context) -> Result<Status> {
    let installed = schedule::installed(&args.place.root(context))?;
    let (plan, config) = plan(context, installed.iter().any(|one| one.serve))?;
    if let Some(flavour) = args.place.asked().filter(|_| context.printer.format == Format::Text) {
        let files: Vec<_> = flavour
            .files(&plan)
            .into_iter()
            .map(|file| {
                format!(
                    "# {}/{}\n{}",
                    flavour.folder(&args.place.root(context)).display(),
                    file.name,
                    file.text
                )
            })
            .collect();
        context.printer.out(&files.join("\n"))?;
        return Ok(Status::Ok);
    }
    let rows = next_runs(&config, &zone(&config, &args.place, &installed, context), context.now)?;
    let text = match context.printer.list_format()? {
        ListFormat::Text => text(&rows, &installed, &plan.user, &config),
        ListFormat::Json => json(&rows, &installed, &plan.user)?,
        ListFormat::Csv => {
            let mut text = csv_line(&["command", "hour", "next_at"]);
            for row in &rows {
                text.push_str(&csv_line(&[row.period.word(), &row.hour, &row.next.to_string()]));
            }
            text
        }
    };
    context.printer.out(&text)?;
    Ok(Status::Ok)
}

struct Row {
    period: Period,
    hour: String,
    next: Timestamp,
    zone: TimeZone,
}

/// Cron counts the hours in the machine's zone, systemd is told the site's.
fn zone(config: &Config, place: &PlaceArgs, installed: &[Installed], context: &Context) -> TimeZone {
    let by_cron = match installed {
        [] => place.flavour(context).is_ok_and(|flavour| flavour == Flavour::Cron),
        some => some.iter().all(|one| one.flavour == Flavour::Cron),
    };
    if by_cron { TimeZone::system() } else { config.time_zone() }
}

fn next_runs(config: &Config, zone: &TimeZone, now: Timestamp) -> Result<Vec<Row>> {
    Period::ALL
        .into_iter()
        .map(|period| {
            let next = period.next(&config.schedule, zone, now)?;
            let hour = period.hour(&config.schedule).to_string();
            Ok(Row { period, hour, next, zone: zone.clone() })
        })
        .collect()
}

fn text(rows: &[Row], installed: &[Installed], user: &str, config: &Config) -> String {
    let mut text = format!("{:<10} {:<10} {}\n", "checklist", "hour", "next run");
    for row in rows {
        let next = row.next.to_zoned(row.zone.clone()).strftime("%a %Y-%m-%d %H:%M (%Q)");
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{:<10} {:<10} {next}", row.period.word(), row.hour);
    }
    text.push('\n');
    if installed.is_empty() {
        text.push_str("Not installed. To install: sudo sitekeep schedule install\n");
    }
    for one in installed {
        let at = one.since.to_zoned(config.time_zone()).strftime("%Y-%m-%d %H:%M");
        let _ = writeln!(text, "Installed for {} at {at}, run by {user}", one.flavour.word());
        let _ = writeln!(text, "  from {}", one.settings.display());
    }
    text
}

fn json(rows: &[Row], installed: &[Installed], user: &str) -> Result<String> {
    let document = serde_json::json!({
        "schema_version": 1,
        "user": user,
        "runs": rows.iter().map(|row| serde_json::json!({
            "command": row.period.word(), "hour": row.hour, "next_at": row.next.to_string(),
        })).collect::<Vec<_>>(),
        "installed": installed.iter().map(|one| serde_json::json!({
            "flavour": one.flavour.word(), "settings": one.settings, "since": one.since.to_string(), "serve": one.serve,
        })).collect::<Vec<_>>(),
    });
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}
