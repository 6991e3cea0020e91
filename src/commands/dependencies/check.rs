//! `dependencies check`.

use crate::commands::Context;
use crate::commands::report::Record;
use crate::commands::report::ReportArgs;
use crate::dependencies;
use crate::dependencies::Later;
use crate::dependencies::Look;
use crate::dependencies::Step;
use crate::output::Bar;
use crate::output::Format;
use crate::output::ItemReport;
use crate::output::csv_line;
use crate::status::Status;
use crate::system::interrupt::Interrupt;
use anyhow::Result;
use clap::Args;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Instant;

const SECURITY: &str = "Vérifier mises à jour sécurité";
const UPDATES: &str = "Mise à jour dépendances majeures";

/// Rows of the table of later versions.
const SHOWN: usize = 40;

/// Look for vulnerable, outdated, unpinned and unsupported packages
///
/// Requirements and lock files are read as text; the project's own Python and npm are asked for what is installed and
/// what is later; pip-audit, npm audit and advisories in the OSV format for what is vulnerable. What nobody could be
/// asked about is UNKNOWN. Nothing is changed.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Advisories for a machine without network: fetch PyPI/all.zip and npm/all.zip
from https://osv-vulnerabilities.storage.googleapis.com and bring them along.

Examples:
  sitekeep dependencies check
  sitekeep dependencies check --offline --advisories /media/key/osv
  sitekeep dependencies check --format csv     the later versions as a list")]
pub(in crate::commands) struct CheckArgs {
    /// Advisories in the OSV format: a folder, a .zip or a .json [default: [dependencies] advisories]
    #[arg(long, value_name = "DIR|FILE")]
    advisories: Option<PathBuf>,
    /// Ask nothing of the network: no later versions, no pip-audit, no npm audit
    #[arg(long)]
    offline: bool,
    #[command(flatten)]
    report: ReportArgs,
}

/// Looks and reports.
///
/// # Errors
/// For wrong settings or a report that cannot be printed; what cannot be looked at is a finding.
pub(super) fn run(args: &CheckArgs, context: &Context) -> Result<Status> {
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let mut record = Record::open(config, context);
    let bar = Bar::that_hears(context.printer.quiet, Interrupt::listen()?);
    let begin = Instant::now();
    let looked = dependencies::look(&Look {
        settings: &config.dependencies,
        site: &config.site,
        database: &config.database,
        advisories: args.advisories.as_deref().or(config.dependencies.advisories.as_deref()),
        offline: args.offline,
        state: record.state.as_ref(),
        now: context.now,
        progress: &bar,
    });
    if context.printer.format == Format::Csv {
        let text = csv(&looked.later);
        let status = looked.together().status();
        context.printer.deliver(&text, args.report.output.as_deref())?;
        return Ok(status);
    }
    record.summary = summary(&looked.later);
    let mut skipped = Vec::new();
    let mut items = Vec::new();
    if !looked.read.findings.is_empty() {
        items.push(ItemReport::timed(
            "dependencies.read",
            "What could not be read",
            SECURITY,
            begin,
            looked.read,
        ));
    }
    if !looked.vulnerable.findings.is_empty() {
        let title = "Known vulnerabilities";
        items.push(ItemReport::timed("dependencies.vulnerable", title, SECURITY, begin, looked.vulnerable));
    }
    if !looked.end_of_life.findings.is_empty() {
        items.push(ItemReport::timed(
            "dependencies.end_of_life",
            "End of support",
            SECURITY,
            begin,
            looked.end_of_life,
        ));
    }
    match looked.outdated {
        Some(check) => {
            items.push(ItemReport::timed("dependencies.outdated", "Later versions", UPDATES, begin, check));
        }
        None => skipped.push("dependencies.outdated".to_owned()),
    }
    if !looked.pinned.findings.is_empty() {
        items.push(ItemReport::timed(
            "dependencies.pinned",
            "Pinned versions",
            UPDATES,
            begin,
            looked.pinned,
        ));
    }
    record.tell("dependencies check", skipped, items, config, &args.report, context)
}

/// The later versions, the nearest first: those are the ones to take without much thought.
fn summary(later: &[Later]) -> String {
    let mut later: Vec<&Later> = later.iter().collect();
    later.sort_by_key(|one| (one.step.is_none(), one.step, one.ecosystem, &one.name));
    let mut text = String::new();
    if later.is_empty() {
        return text;
    }
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{:<5} {:<34} {:>14} {:>14}  step", "", "package", "installed", "latest");
    for one in later.iter().take(SHOWN) {
        let name: String = one.name.chars().take(34).collect();
        let step = one.step.map_or("?", Step::word);
        let (ecosystem, version, latest) = (one.ecosystem.word(), &one.version, &one.latest);
        let _ = writeln!(text, "{ecosystem:<5} {name:<34} {version:>14} {latest:>14}  {step}");
    }
    if later.len() > SHOWN {
        let _ = writeln!(text, "and {} more: --format csv has them all", later.len() - SHOWN);
    }
    text
}

fn csv(later: &[Later]) -> String {
    let mut text = csv_line(&["ecosystem", "package", "installed", "latest", "step"]);
    for one in later {
        let step = one.step.map_or("", Step::word);
        text.push_str(&csv_line(&[one.ecosystem.word(), &one.name, &one.version, &one.latest, step]));
    }
    text
}
