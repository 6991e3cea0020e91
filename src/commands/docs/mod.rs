//! `docs`: what changed among the products, and the older versions of the guides.

mod archive;
mod html;
mod list;
mod markdown;
mod report;
mod told;

pub(super) use archive::told as archive_told;
pub(super) use report::of_round as report_of_round;

use super::Context;
use crate::status::Status;
use anyhow::Result;
use clap::Subcommand;

/// Tell what changed among the products; keep older versions of the guides
#[derive(Debug, Clone, Subcommand)]
pub(super) enum DocsCommand {
    Report(report::ReportArgs),
    Archive(archive::ArchiveArgs),
}

/// Runs the command.
///
/// # Errors
/// As each command.
pub(super) fn run(command: &DocsCommand, context: &Context) -> Result<Status> {
    match command {
        DocsCommand::Report(args) => report::run(args, context),
        DocsCommand::Archive(args) => archive::run(args, context),
    }
}
