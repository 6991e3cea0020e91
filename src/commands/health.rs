//! `health`: whether the site works, or one part of that.

use super::Context;
use super::report;
use super::report::ReportArgs;
use crate::checklist;
use crate::status::Status;
use anyhow::Result;
use clap::Args;
use clap::ValueEnum;

/// Check that the site works, or one part of that
///
/// Parts: processes, ports, database, pages, pictures on disk, certificate, resources of the host, and that DEBUG is off.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep health              everything
  sitekeep health pages        home, list, products, search, pictures, WhatsApp
  sitekeep health ports --format nagios")]
pub(super) struct HealthArgs {
    /// Only these parts
    #[arg(value_enum)]
    parts: Vec<Part>,
    #[command(flatten)]
    report: ReportArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Processes,
    Ports,
    Database,
    Pages,
    Pictures,
    Tls,
    Resources,
    Debug,
}

/// Runs the checks and reports them.
///
/// # Errors
/// For wrong settings or a report that cannot be printed.
pub(super) fn run(args: &HealthArgs, context: &Context) -> Result<Status> {
    let names: Vec<String> = args
        .parts
        .iter()
        .filter_map(ValueEnum::to_possible_value)
        .map(|value| value.get_name().to_owned())
        .collect();
    let mut only: Vec<String> = names.iter().map(|name| format!("health.{name}")).collect();
    if only.is_empty() {
        only.push("health".to_owned());
    }
    let (items, _) = checklist::select(checklist::items(), &only, &[])?;
    let command = std::iter::once("health".to_owned()).chain(names).collect::<Vec<_>>().join(" ");
    report::run(&command, &items, Vec::new(), &args.report, context)
}
