//! `quarantine`: what is kept of replaced states, and for how long.

use super::Context;
use super::report::ReportArgs;
use super::site;
use super::site::item;
use crate::config::Config;
use crate::error::Error;
use crate::error::Kind as ErrorKind;
use crate::error::one_line;
use crate::output::ListFormat;
use crate::output::csv_line;
use crate::quarantine::Change;
use crate::quarantine::Phase;
use crate::quarantine::Quarantine;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use crate::units::ByteSize;
use anyhow::Result;
use clap::Args;
use clap::Subcommand;
use std::fmt::Write as _;
use std::time::Instant;

/// Show and empty what is kept of replaced states
#[derive(Debug, Clone, Subcommand)]
pub(super) enum QuarantineCommand {
    /// List what can be undone, with size and until when it is kept
    List,
    /// Remove what has been kept for its time, or is too much together ([quarantine])
    Purge(PurgeArgs),
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep quarantine purge                             what is past its time
  sitekeep quarantine purge 20261123T080000Z-5c1f09ab   one run, before its time
  sitekeep quarantine purge --all --confirm niasotac    everything")]
pub(super) struct PurgeArgs {
    /// Runs to purge before their time
    #[arg(value_name = "RUN")]
    runs: Vec<String>,
    /// Everything, whatever its time
    #[arg(long, conflicts_with = "runs")]
    all: bool,
    /// Only show what would be removed
    #[arg(long, short = 'n')]
    dry_run: bool,
    /// Agree by the site's name; what is past its time needs none
    #[arg(long, value_name = "NAME")]
    confirm: Option<String>,
    #[command(flatten)]
    report: ReportArgs,
}

/// Runs the command.
///
/// # Errors
/// When the records cannot be read, or what is not past its time is not agreed to.
pub(super) fn run(command: &QuarantineCommand, context: &Context) -> Result<Status> {
    let loaded = context.load_site()?;
    match command {
        QuarantineCommand::List => list(&loaded.config, context),
        QuarantineCommand::Purge(args) => purge(args, &loaded.config, context),
    }
}

fn list(config: &Config, context: &Context) -> Result<Status> {
    let changes = Quarantine::new(&context.state_folder(config)?, &config.database).list()?;
    let text = match context.printer.list_format()? {
        ListFormat::Json => {
            let rows: Vec<_> = changes
                .iter()
                .map(|change| {
                    serde_json::json!({
                        "run": change.run, "command": change.command, "at": change.at.to_string(),
                        "phase": change.phase, "parts": change.names(), "bytes": change.bytes(),
                        "keep_until": change.keep_until.to_string(), "folders": change.folders,
                    })
                })
                .collect();
            format!(
                "{}\n",
                serde_json::to_string_pretty(&serde_json::json!({ "schema_version": 1, "kept": rows }))?
            )
        }
        ListFormat::Csv => {
            let mut text = csv_line(&["run", "at", "command", "phase", "parts", "bytes", "keep_until"]);
            for change in &changes {
                text.push_str(&csv_line(&[
                    change.run.as_str(),
                    &change.at.to_string(),
                    &change.command,
                    word(change.phase),
                    &site::parts(change, " "),
                    &change.bytes().to_string(),
                    &change.keep_until.to_string(),
                ]));
            }
            text
        }
        ListFormat::Text if changes.is_empty() => "nothing is kept: no change can be undone\n".to_owned(),
        ListFormat::Text => {
            let zone = config.time_zone();
            let mut text = String::new();
            for change in changes.iter().rev() {
                let until = change.keep_until.to_zoned(zone.clone()).strftime("%Y-%m-%d").to_string();
                // Writing to a string cannot fail.
                let _ = write!(
                    text,
                    "{}  {}\n  {}, {}, kept until {until}\n",
                    change.run,
                    site::told(change, config),
                    word(change.phase),
                    ByteSize(change.bytes()),
                );
            }
            text
        }
    };
    context.printer.out(&text)?;
    Ok(Status::Ok)
}

fn word(phase: Phase) -> &'static str {
    match phase {
        Phase::Applied => "can be undone",
        Phase::Reverted => "undone",
        Phase::Removing => "being removed; the next run goes on",
        Phase::Staging | Phase::Applying | Phase::Reverting => "cut off; the next run finishes it",
    }
}

fn purge(args: &PurgeArgs, config: &Config, context: &Context) -> Result<Status> {
    context.printer.refuse_lists()?;
    let (_lock, mut record) = site::begin(config, "quarantine purge", context)?;
    let mut check = Check::default();
    let begin = Instant::now();
    let quarantine = Quarantine::new(&context.state_folder(config)?, &config.database);
    let chosen: Vec<Change> = if args.all || !args.runs.is_empty() {
        let all = quarantine.list()?;
        if let Some(unknown) = args.runs.iter().find(|run| !all.iter().any(|change| change.run == **run)) {
            return Err(Error::new(ErrorKind::Usage, format!("nothing is kept of a run `{unknown}`"))
                .hint("sitekeep quarantine list shows the runs")
                .into());
        }
        all.into_iter().filter(|change| args.all || args.runs.contains(&change.run)).collect()
    } else {
        quarantine.expired(&config.quarantine, context.now)?
    };
    let early = args.all || !args.runs.is_empty();
    if early && !args.dry_run {
        site::confirm(config, args.confirm.as_deref(), "What is purged cannot be undone any more", context)?;
    }
    let kind = &kinds::QUARANTINE;
    for change in &chosen {
        let what = format!("{} ({})", site::told(change, config), ByteSize(change.bytes()));
        if args.dry_run {
            check.add(Finding::ok(kind, &change.run, format!("would be removed: {what}")));
            continue;
        }
        check.add(match quarantine.discard(change) {
            Ok(()) => Finding::ok(kind, &change.run, format!("removed: {what}")),
            Err(problem) => {
                Finding::critical(kind, &change.run, format!("not removed: {}", one_line(&problem)))
                    .remedy("mend that and purge again")
            }
        });
    }
    if chosen.is_empty() {
        check.add(Finding::ok(kind, "quarantine", "nothing is past its time"));
    }
    let items = vec![item("quarantine", "Quarantine", begin, check)];
    record.tell("quarantine purge", Vec::new(), items, config, &args.report, context)
}
