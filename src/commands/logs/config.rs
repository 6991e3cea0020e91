//! `logs config`: Django's own logging, set up as the guide has it.

use crate::commands::Context;
use crate::commands::report::Record;
use crate::commands::report::ReportArgs;
use crate::commands::site;
use crate::error::Error;
use crate::error::Kind;
use crate::logs;
use crate::logs::LoggingSetup;
use crate::output::Format;
use crate::output::ItemReport;
use crate::status::Check;
use crate::status::Status;
use anyhow::Result;
use clap::Args;
use std::time::Instant;

/// Set Django's logging up: errors, failed logins and slow requests in one file
///
/// Writes a module beside settings.py, with the guide's format. settings.py itself is left alone but with --wire,
/// which adds one line at its end; `sitekeep undo` takes both back. logrotate is to rotate the file: several workers that
/// rotate it themselves lose lines.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep logs config --wire --dry-run
  sitekeep logs config --wire
  sitekeep logs config --logrotate > /etc/logrotate.d/NAME")]
pub(in crate::commands) struct ConfigArgs {
    /// Add the line to settings.py that uses the module
    #[arg(long)]
    wire: bool,
    /// Only show what would change
    #[arg(long, short = 'n')]
    dry_run: bool,
    /// Print the file for logrotate, and change nothing
    #[arg(long, conflicts_with_all = ["wire", "dry_run"])]
    logrotate: bool,
    #[command(flatten)]
    report: ReportArgs,
}

/// Sets the logging up, or shows how.
///
/// # Errors
/// When the settings cannot be read, or a folder cannot be written to.
pub(super) fn run(args: &ConfigArgs, context: &Context) -> Result<Status> {
    context.printer.refuse_lists()?;
    let loaded = context.load_site()?;
    let config = &loaded.config;
    if args.logrotate {
        if context.printer.format != Format::Text {
            return Err(
                Error::new(Kind::Usage, "the file for logrotate has no other format than text").into()
            );
        }
        context.printer.deliver(&logs::logrotate(config), args.report.output.as_deref())?;
        return Ok(Status::Ok);
    }
    if args.dry_run {
        let mut record = Record::open(config, context);
        let begin = Instant::now();
        let setup = LoggingSetup::look(config)?;
        record.summary = setup.plan(args.wire)?;
        let check = setup.check(true)?;
        return record.tell(
            "logs config",
            Vec::new(),
            vec![item(begin, check)],
            config,
            &args.report,
            context,
        );
    }
    let state_folder = context.state_folder(config)?;
    let (_lock, mut record) = site::begin(config, "logs config", context)?;
    let begin = Instant::now();
    let setup = LoggingSetup::look(config)?;
    record.summary = setup.plan(args.wire)?;
    setup.carry_out(args.wire, &state_folder, &record.run_id, context.now)?;
    let check = LoggingSetup::look(config)?.check(false)?;
    record.tell("logs config", Vec::new(), vec![item(begin, check)], config, &args.report, context)
}

fn item(begin: Instant, check: Check) -> ItemReport {
    ItemReport {
        line: "Configurer les Logs Django",
        ..site::item("logs.config", "Django's logging", begin, check)
    }
}
