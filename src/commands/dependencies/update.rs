//! `dependencies update`.

use super::test::TESTS;
use crate::commands::Context;
use crate::commands::backup;
use crate::commands::report::ReportArgs;
use crate::commands::site;
use crate::dependencies::Look;
use crate::dependencies::Order;
use crate::dependencies::Packages;
use crate::dependencies::Step;
use crate::dependencies::Wanted;
use crate::error::Error;
use crate::error::Kind as ErrorKind;
use crate::output::Bar;
use crate::output::ItemReport;
use crate::quarantine::Quarantine;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use crate::system::interrupt::Interrupt;
use anyhow::Result;
use clap::Args;
use std::time::Instant;

const UPDATE: &str = "Mise à Jour des Dépendances";

#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
/// Update packages: planned by pip and npm, made and tried in a copy, then exchanged; undo brings the former ones back
///
/// When a test fails or the database loses something, nothing live has changed. On success requirements.txt names the
/// new versions where it named the former ones. Migrations are never run; that some wait is told.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep dependencies update --patch --dry-run   what would change
  sitekeep dependencies update --minor             within their major version
  sitekeep dependencies update django react        these, to the latest
  sitekeep dependencies update django --patch      this one, within its line
  sitekeep undo                                    the former packages")]
pub(in crate::commands) struct UpdateArgs {
    /// Packages to update [default: all that the project names]
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Only to later patches: 4.2.1 to 4.2.30
    #[arg(long, group = "step")]
    patch: bool,
    /// Within the major version: 4.1 to 4.2
    #[arg(long, group = "step")]
    minor: bool,
    /// To the latest version, the default for named packages
    #[arg(long, group = "step")]
    major: bool,
    /// Only show what would change
    #[arg(long, short = 'n')]
    dry_run: bool,
    /// Update without a backup of the database first
    #[arg(long)]
    no_safety_backup: bool,
    #[command(flatten)]
    report: ReportArgs,
}

/// Updates and reports.
///
/// # Errors
/// When it cannot be planned or made; nothing live has changed then.
pub(super) fn run(args: &UpdateArgs, context: &Context) -> Result<Status> {
    context.printer.refuse_lists()?;
    let step = match (args.patch, args.minor, args.major || !args.names.is_empty()) {
        (true, ..) => Step::Patch,
        (_, true, _) => Step::Minor,
        (_, _, true) => Step::Major,
        _ => {
            return Err(Error::new(ErrorKind::Usage, "update what?")
                .hint("name packages, or say how far all may go: --patch, --minor, --major")
                .into());
        }
    };
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let state_folder = context.state_folder(config)?;
    let (_lock, mut record) = site::begin(config, "dependencies update", context)?;
    let bar = Bar::that_hears(context.printer.quiet, Interrupt::listen()?);
    let begin = Instant::now();
    let quarantine = Quarantine::new(&state_folder, &config.database);
    let run = record.run_id.clone();
    let packages = Packages::take(&Look {
        settings: &config.dependencies,
        site: &config.site,
        database: &config.database,
        advisories: None,
        offline: true,
        state: None,
        now: context.now,
        progress: &bar,
    });
    let mut items = Vec::new();
    if !args.dry_run && !args.no_safety_backup {
        items.push(backup::before_rebuild(config, &bar, &mut record, context)?);
    }
    let order = Order { config, quarantine: &quarantine, run: &run, now: context.now, progress: &bar };
    let wanted = Wanted { names: args.names.clone(), step };
    let mut updated = order.update(&wanted, args.dry_run, packages)?;
    let has_failed = updated.trial.findings.iter().any(|it| it.status == Status::Critical);
    if updated.is_applied {
        let days = config.quarantine.keep_days;
        let message =
            format!("the former packages are kept for {days} days; to bring them back: sitekeep undo");
        updated.moves.add(Finding::ok(&kinds::QUARANTINE, &run, message));
        let message = "a site that runs still has the former packages loaded";
        let remedy = format!("systemctl restart {}; publish a new build of the frontend", config.site.unit());
        updated.moves.add(Finding::warning(&kinds::DEPENDENCY_UPDATED, "site", message).remedy(remedy));
    } else if has_failed {
        for finding in &mut updated.moves.findings {
            finding.message = format!("not kept: {}", finding.message);
        }
        let message =
            "nothing was changed: the tests failed with the new packages, which were tried in a copy";
        updated.moves.add(
            Finding::critical(&kinds::DEPENDENCY_UPDATED, "packages", message)
                .remedy("see the tests below; then update fewer packages, or mend the project for them"),
        );
    }
    items.push(ItemReport::timed("dependencies.update", "Packages", UPDATE, begin, updated.moves));
    if !updated.trial.findings.is_empty() {
        items.push(ItemReport::timed(
            "dependencies.test",
            "Tests with the new packages",
            TESTS,
            begin,
            updated.trial,
        ));
    }
    record.tell("dependencies update", Vec::new(), items, config, &args.report, context)
}
