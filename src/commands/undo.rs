//! `undo`: the state before a change, back in its place.

use super::Context;
use super::report::ReportArgs;
use super::site;
use super::site::item;
use crate::error;
use crate::error::Error;
use crate::error::Kind as ErrorKind;
use crate::output::Bar;
use crate::output::ItemReport;
use crate::quarantine::Change;
use crate::quarantine::Phase;
use crate::quarantine::Quarantine;
use crate::recovery::Restore;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use crate::system::interrupt::Interrupt;
use anyhow::Result;
use clap::Args;
use std::time::Instant;

/// Take a change back: what it had replaced or moved away is live again
///
/// Of a restore, what was live until now is kept in turn: undo of the same run, named, puts it back. Files that were
/// moved away come back unless another stands in their place by now.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep undo                      the last change; asks for the site's name
  sitekeep quarantine list           the runs that can be undone
  sitekeep undo 20261123T080000Z-5c1f09ab --confirm niasotac")]
pub(super) struct UndoArgs {
    /// Run to undo [default: the last that was not undone]
    #[arg(value_name = "RUN")]
    run: Option<String>,
    /// Only show what would change
    #[arg(long, short = 'n')]
    dry_run: bool,
    /// Agree by the site's name
    #[arg(long, value_name = "NAME")]
    confirm: Option<String>,
    #[command(flatten)]
    report: ReportArgs,
}

/// Runs the command.
///
/// # Errors
/// When there is nothing to undo, or the site's name is not given.
pub(super) fn run(args: &UndoArgs, context: &Context) -> Result<Status> {
    context.printer.refuse_lists()?;
    let loaded = context.load_site()?;
    let config = &loaded.config;
    site::refuse_other(config, args.confirm.as_deref())?;
    let state_folder = context.state_folder(config)?;
    let (_lock, mut record) = site::begin(config, "undo", context)?;
    let begin = Instant::now();
    let run = record.run_id.clone();
    let quarantine = Quarantine::new(&state_folder, &config.database);
    let change = chosen(quarantine.list()?, args.run.as_deref())?;
    let told = site::told(&change, config);
    let mut check = Check::default();
    if args.dry_run {
        let message = format!("would change back: {told}");
        let names = match &change {
            change if change.rows.is_some() => vec!["rows"],
            change if change.independent => vec!["files"],
            change => change.names(),
        };
        for name in names {
            check.add(Finding::ok(&kinds::UNDO, name, message.as_str()));
        }
        check.findings.dedup();
        return record.tell(
            "undo",
            Vec::new(),
            vec![item("undo", "Undo", begin, check)],
            config,
            &args.report,
            context,
        );
    }
    context.printer.note(&format!("taking back: {told}"));
    site::confirm(config, args.confirm.as_deref(), "Undoing it replaces what is live now", context)?;
    // Until here, and at the question above, a signal ends the process at once: nothing has begun.
    let interrupt = Interrupt::listen()?;
    let bar = Bar::that_hears(context.printer.quiet, interrupt.clone());
    let order = Restore {
        config,
        state_folder: &state_folder,
        run: &run,
        now: context.now,
        interrupt: &interrupt,
        progress: &bar,
        keep_failed: true,
    };
    let undone = order.undo(change, &mut check);
    if let Err(problem) = undone {
        if error::is_interruption(&problem) {
            return Err(problem);
        }
        let message = format!("not undone: {}", error::one_line(&problem));
        let hint = error::hints(&problem).first().map(ToString::to_string);
        check.add(
            Finding::critical(&kinds::UNDO, "site", message)
                .remedy(hint.unwrap_or_else(|| "mend that and try again; nothing is lost".to_owned())),
        );
    }
    record.tell("undo", Vec::new(), items(begin, check), config, &args.report, context)
}

/// The parts apart from how the site does with them.
fn items(begin: Instant, check: Check) -> Vec<ItemReport> {
    let (parts, site): (Vec<_>, Vec<_>) =
        check.findings.into_iter().partition(|finding| finding.id == kinds::UNDO.id);
    let some = |findings: Vec<Finding>| Check { findings, ..Check::default() };
    let mut items =
        vec![item("undo.parts", "Parts", begin, some(parts)), item("undo.site", "Site", begin, some(site))];
    items.retain(|item| !item.findings.is_empty());
    items
}

fn chosen(changes: Vec<Change>, run: Option<&str>) -> Result<Change> {
    let found = match run {
        Some(run) => changes.into_iter().find(|change| change.run == run && change.phase != Phase::Removing),
        None => changes.into_iter().rfind(|change| change.phase == Phase::Applied),
    };
    found.ok_or_else(|| {
        let message = run.map_or_else(
            || "there is nothing to undo".to_owned(),
            |run| format!("nothing is kept of a run `{run}`"),
        );
        Error::new(ErrorKind::Usage, message).hint("sitekeep quarantine list shows what can be undone").into()
    })
}
