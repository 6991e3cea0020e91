//! `dependencies test`.

use crate::commands::Context;
use crate::commands::report::ReportArgs;
use crate::commands::site;
use crate::dependencies::Order;
use crate::output::Bar;
use crate::output::ItemReport;
use crate::quarantine::Quarantine;
use crate::status::Status;
use crate::system::interrupt::Interrupt;
use anyhow::Result;
use clap::Args;
use std::time::Instant;

pub(super) const TESTS: &str = "Tester Après Mise à Jour";

/// Try the project with the packages it has: its checks, its tests, its build
///
/// The commands are those of [dependencies] `backend_tests` and `frontend_tests`. Django's uploads go to a folder that is
/// removed afterwards, the frontend is built in a copy, and the database is compared before and after.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example: sitekeep dependencies test")]
pub(in crate::commands) struct TestArgs {
    #[command(flatten)]
    report: ReportArgs,
}

/// Tries and reports.
///
/// # Errors
/// When another run is at work, or there is no room for a trial.
pub(super) fn run(args: &TestArgs, context: &Context) -> Result<Status> {
    context.printer.refuse_lists()?;
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let state_folder = context.state_folder(config)?;
    let (_lock, mut record) = site::begin(config, "dependencies test", context)?;
    let bar = Bar::that_hears(context.printer.quiet, Interrupt::listen()?);
    let begin = Instant::now();
    let quarantine = Quarantine::new(&state_folder, &config.database);
    let run = record.run_id.clone();
    let order = Order { config, quarantine: &quarantine, run: &run, now: context.now, progress: &bar };
    let check = order.try_out()?;
    let items = vec![ItemReport::timed("dependencies.test", "Tests", TESTS, begin, check)];
    record.tell("dependencies test", Vec::new(), items, config, &args.report, context)
}
