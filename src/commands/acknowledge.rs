//! `acknowledge`: findings that somebody knows of and answers for, until a day.

use super::Context;
use super::explain;
use super::report;
use crate::acknowledge::Acknowledgement;
use crate::acknowledge::Acknowledgements;
use crate::config::Config;
use crate::error::Error;
use crate::error::Kind as ErrorKind;
use crate::error::one_line;
use crate::output::ItemReport;
use crate::output::ListFormat;
use crate::output::Printer;
use crate::output::Report;
use crate::output::csv_line;
use crate::output::wrap;
use crate::status::Finding;
use crate::status::Kind;
use crate::status::Status;
use crate::status::kinds;
use crate::system::fs;
use crate::system::lock;
use crate::system::lock::Lock;
use anyhow::Result;
use clap::Args;
use clap::Subcommand;
use jiff::SignedDuration;
use jiff::civil::Date;
use std::fmt::Write as _;

/// Acknowledge a finding: it is told with who answers for it, and does not count
///
/// Until and including a day, at most a year ahead; then it is a finding again. Its status in the data stays what it is.
#[derive(Debug, Clone, Args)]
#[command(
    subcommand_negates_reqs = true,
    after_help = "\
Examples:
  sitekeep acknowledge DISK-003 --reason \"archive moves in May\" \\
      --by Awa --until 2027-05-31
  sitekeep acknowledge HEALTH-002 --subject 127.0.0.1:5000 \\
      --reason \"no Vite here\" --by Awa --until 2027-05-31
  sitekeep acknowledge list
  sitekeep acknowledge remove DISK-003"
)]
pub(super) struct AcknowledgeArgs {
    /// Identifier of the finding: DISK-003
    #[arg(required = true, value_name = "ID")]
    id: Option<String>,
    /// Only the finding on this one; without it, all of the sort
    #[arg(long)]
    subject: Option<String>,
    /// Why it may stay so
    #[arg(long, required = true, value_name = "TEXT")]
    reason: Option<String>,
    /// Who answers for it
    #[arg(long, required = true, value_name = "NAME")]
    by: Option<String>,
    /// The last day on which it does not count: 2026-12-31
    #[arg(long, required = true, value_name = "DATE", value_parser = date)]
    until: Option<Date>,
    #[command(subcommand)]
    command: Option<AcknowledgeCommand>,
}

#[derive(Debug, Clone, Subcommand)]
enum AcknowledgeCommand {
    /// List what is acknowledged, also what has expired
    List,
    /// Remove an acknowledgement: its findings count again
    Remove(RemoveArgs),
}

#[derive(Debug, Clone, Args)]
struct RemoveArgs {
    /// Identifier of the finding
    id: String,
    /// The one on this subject; without it, the one on all of the sort
    #[arg(long)]
    subject: Option<String>,
}

fn date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| format!("`{text}` is no date: write it as 2026-12-31"))
}

/// Acknowledges, lists or removes.
///
/// # Errors
/// A usage error for what cannot be acknowledged; when the file cannot be read or written.
pub(super) fn run(args: &AcknowledgeArgs, context: &Context) -> Result<Status> {
    let loaded = context.load_site()?;
    let config = &loaded.config;
    match (&args.command, &args.id, &args.until) {
        (Some(_), Some(id), _) => {
            let message = format!("`{id}` stands before another word: acknowledge, list or remove");
            Err(Error::new(ErrorKind::Usage, message)
                .hint("`sitekeep acknowledge --help` has examples")
                .into())
        }
        (Some(AcknowledgeCommand::List), ..) => list(config, context),
        (Some(AcknowledgeCommand::Remove(args)), ..) => remove(args, config, context),
        (None, Some(id), Some(until)) => add(args, id, *until, config, context),
        // The definition of the command line asks for both.
        (None, ..) => {
            Err(Error::new(ErrorKind::Usage, "what is acknowledged, and until when, is not said").into())
        }
    }
}

fn add(args: &AcknowledgeArgs, id: &str, until: Date, config: &Config, context: &Context) -> Result<Status> {
    context.printer.refuse_formats("acknowledge")?;
    let entry = Acknowledgement {
        id: kind(id)?.id.to_owned(),
        subject: args.subject.clone(),
        reason: args.reason.clone().unwrap_or_default().trim().to_owned(),
        by: args.by.clone().unwrap_or_default().trim().to_owned(),
        until,
    };
    let today = context.now.to_zoned(config.time_zone()).date();
    entry.validate(today).map_err(|why| Error::new(ErrorKind::Usage, why))?;
    if until < today {
        return Err(Error::new(ErrorKind::Usage, format!("until {until} is past: today is {today}")).into());
    }
    let _lock = lock(config, context)?;
    let mut acknowledgements = readable(config, context)?;
    let name = entry.name();
    acknowledgements.add(&entry)?;
    context.printer.out(&format!("{name} is acknowledged until {until}\n"))?;
    Ok(Status::Ok)
}

fn remove(args: &RemoveArgs, config: &Config, context: &Context) -> Result<Status> {
    context.printer.refuse_formats("acknowledge remove")?;
    let id = kind(&args.id)?.id;
    let _lock = lock(config, context)?;
    let mut acknowledgements = readable(config, context)?;
    if !acknowledgements.remove(id, args.subject.as_deref())? {
        let of = args.subject.as_ref().map_or_else(String::new, |subject| format!(" on `{subject}`"));
        let subjects: Vec<String> = acknowledgements
            .entries
            .iter()
            .filter(|(_, entry)| entry.id == id)
            .filter_map(|(_, entry)| entry.subject.clone())
            .collect();
        let hint = if subjects.is_empty() {
            "`sitekeep acknowledge list` has them all".to_owned()
        } else {
            format!("there is one with --subject {}", subjects.join(", "))
        };
        return Err(Error::new(ErrorKind::Usage, format!("{id}{of} is not acknowledged")).hint(hint).into());
    }
    context.printer.out(&format!("{id} counts again\n"))?;
    Ok(Status::Ok)
}

fn kind(id: &str) -> Result<&'static Kind> {
    Ok(kinds::find(id).ok_or_else(|| explain::unknown(id))?)
}

/// Two who write the file at once do so one after the other; a round that is under way is not waited for.
fn lock(config: &Config, context: &Context) -> Result<Lock> {
    let folder = context.state_folder(config)?;
    fs::create_private_folder(&folder)?;
    lock::acquire(&folder.join("acknowledgements.lock"), context.globals.lock_wait, "acknowledge")
}

/// The file, if it may be written anew: not while it is no TOML.
fn readable(config: &Config, context: &Context) -> Result<Acknowledgements> {
    let acknowledgements = report::acknowledgements(config, context)?;
    match acknowledgements.broken() {
        None => Ok(acknowledgements),
        Some((line, why)) => {
            let place = acknowledgements.path().display();
            Err(Error::new(ErrorKind::Failed, format!("{place}:{line}: {why}"))
                .hint("mend the file by hand, or move it away")
                .into())
        }
    }
}

/// Marks what is acknowledged, and returns what is wrong with the acknowledgements.
pub(super) fn mark(report: &mut Report, acknowledgements: &Result<Acknowledgements>) -> Option<ItemReport> {
    let findings = match acknowledgements {
        Ok(acknowledgements) => {
            let found = report.items.iter_mut().flat_map(|item| &mut item.findings);
            found.for_each(|finding| acknowledgements.mark(finding));
            acknowledgements.problems()
        }
        Err(problem) => {
            let message = format!("nothing counts as acknowledged: {}", one_line(problem));
            vec![
                Finding::warning(&kinds::ACKNOWLEDGEMENT, "acknowledgements", message)
                    .remedy("let the user that runs sitekeep read the folder of the state"),
            ]
        }
    };
    (!findings.is_empty()).then(|| ItemReport {
        id: "acknowledgements",
        title: "Acknowledgements",
        line: "sitekeep",
        duration: SignedDuration::ZERO,
        findings,
        metrics: Vec::new(),
    })
}

fn list(config: &Config, context: &Context) -> Result<Status> {
    let acknowledgements = report::acknowledgements(config, context)?;
    let today = context.now.to_zoned(config.time_zone()).date();
    let text = match context.printer.list_format()? {
        ListFormat::Text => text(&acknowledgements, today),
        ListFormat::Csv => csv(&acknowledgements, today),
        ListFormat::Json => json(&acknowledgements, today)?,
    };
    context.printer.out(&text)?;
    for (line, why) in &acknowledgements.wrong {
        context.printer.warning(&format!("{}:{line}: {why}", acknowledgements.path().display()));
    }
    Ok(if acknowledgements.wrong.is_empty() { Status::Ok } else { Status::Warning })
}

fn text(acknowledgements: &Acknowledgements, today: Date) -> String {
    let mut text = String::new();
    for (_, entry) in &acknowledgements.entries {
        let state = if entry.until < today { "expired" } else { "until" };
        let line = format!("{state:<7} {}  {}  by {}: {}", entry.until, entry.name(), entry.by, entry.reason);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", wrap(&line, Printer::width(), 20));
    }
    if acknowledgements.entries.is_empty() {
        text.push_str("nothing is acknowledged\n");
    }
    text
}

fn csv(acknowledgements: &Acknowledgements, today: Date) -> String {
    let mut text = csv_line(&["id", "subject", "by", "reason", "until", "in_force"]);
    for (_, entry) in &acknowledgements.entries {
        text.push_str(&csv_line(&[
            entry.id.as_str(),
            entry.subject.as_deref().unwrap_or_default(),
            &entry.by,
            &entry.reason,
            &entry.until.to_string(),
            if today <= entry.until { "true" } else { "false" },
        ]));
    }
    text
}

fn json(acknowledgements: &Acknowledgements, today: Date) -> Result<String> {
    let rows: Vec<_> = acknowledgements
        .entries
        .iter()
        .map(|(line, entry)| {
            serde_json::json!({
                "id": entry.id, "subject": entry.subject, "by": entry.by, "reason": entry.reason,
                "until": entry.until.to_string(), "in_force": today <= entry.until, "line": line,
            })
        })
        .collect();
    let wrong: Vec<_> = acknowledgements
        .wrong
        .iter()
        .map(|(line, why)| serde_json::json!({ "line": line, "reason": why }))
        .collect();
    let document = serde_json::json!({
        "schema_version": 1, "tool_version": env!("CARGO_PKG_VERSION"), "file": acknowledgements.path(),
        "acknowledgements": rows, "wrong": wrong,
    });
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}
