//! `disk`: space and inodes, media folder, database.

use super::Context;
use super::report;
use super::report::ReportArgs;
use crate::checklist;
use crate::status::Status;
use anyhow::Result;
use clap::Args;

/// Check space, media folder and database size
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
The guide's thresholds, to be changed in [disk]: 20% free, 5 GB of media, 2 GB
of database. Growth is told once two runs an hour or more apart are recorded,
and judged once the records span 20 hours.")]
pub(super) struct DiskArgs {
    #[command(flatten)]
    report: ReportArgs,
}

/// Runs the checks and reports them.
///
/// # Errors
/// For wrong settings or a report that cannot be printed.
pub(super) fn run(args: &DiskArgs, context: &Context) -> Result<Status> {
    let (items, _) = checklist::select(checklist::items(), &["disk".to_owned()], &[])?;
    report::run("disk", &items, Vec::new(), &args.report, context)
}
