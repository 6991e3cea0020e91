//! `images permissions`: who may read and write the media.

use super::tell::item;
use crate::commands::Context;
use crate::commands::report::Record;
use crate::commands::report::ReportArgs;
use crate::commands::site;
use crate::config::Config;
use crate::images;
use crate::images::Deviation;
use crate::images::Permissions;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use crate::units::count;
use anyhow::Result;
use clap::Args;
use std::time::Instant;

/// So many entries are named to people; machines find all in the data.
const NAMED: usize = 3;

/// Mend who may read and write the media: folders 755, files 644
///
/// Owner and group are those of the media folder, or [images] owner and group. Links are left alone.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep images permissions             looks, and changes nothing
  sitekeep images permissions --apply     mends what is not as it is to be")]
pub(in crate::commands) struct PermissionsArgs {
    /// Mend what is not as it is to be
    #[arg(long, conflicts_with = "dry_run")]
    apply: bool,
    /// Only look, which is the default
    #[arg(long, short = 'n')]
    dry_run: bool,
    #[command(flatten)]
    report: ReportArgs,
}

/// Looks, mends where that was asked for, and reports.
///
/// # Errors
/// When the media folder cannot be opened, or the configured owner is unknown.
pub(super) fn run(args: &PermissionsArgs, context: &Context) -> Result<Status> {
    context.printer.refuse_lists()?;
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let command = if args.apply { "images permissions --apply" } else { "images permissions" };
    let (_lock, mut record) = if args.apply {
        let (lock, record) = site::begin(config, command, context)?;
        (Some(lock), record)
    } else {
        (None, Record::open(config, context))
    };
    let begin = Instant::now();
    let found = images::permissions(&config.site.media, &config.images, args.apply)?;
    let check = check(&found, args.apply);
    let items = vec![item("images.permissions", "Who may read the media", begin, check)];
    record.tell(command, Vec::new(), items, config, &args.report, context)
}

/// Looks, and changes nothing.
///
/// # Errors
/// As [`run`].
pub(in crate::commands) fn look(config: &Config) -> Result<Check> {
    Ok(check(&images::permissions(&config.site.media, &config.images, false)?, false))
}

fn check(found: &Permissions, applied: bool) -> Check {
    let kind = &kinds::IMAGES_PERMISSION;
    let mut check = Check::default();
    let mut group = |subject: &str, what: &str, is_in: &dyn Fn(&Deviation) -> bool| {
        let some: Vec<&Deviation> = found.deviations.iter().filter(|one| is_in(one)).collect();
        if some.is_empty() {
            return;
        }
        let done = if applied { "mended" } else { "to be mended" };
        let names: Vec<String> = some.iter().take(NAMED).map(|one| told(one)).collect();
        let rest = if some.len() > NAMED { "…" } else { "" };
        let files = if some.len() == 1 { "1 entry".to_owned() } else { format!("{} entries", some.len()) };
        let message = format!("{files} {what}, {done}: {}{rest}", names.join(", "));
        let rows = serde_json::to_value(&some).unwrap_or_default();
        check.add(if applied {
            Finding::ok(kind, subject, message).with("entries", rows)
        } else {
            Finding::warning(kind, subject, message)
                .with("entries", rows)
                .remedy("sitekeep images permissions --apply")
        });
    };
    group("programs", "can be run as programs", &Deviation::is_executable);
    group("modes", "with another mode than 755 or 644", &|one| one.has_other_mode() && !one.is_executable());
    group("owners", "of another owner or group", &Deviation::has_other_owner);
    for (path, why) in found.refused.iter().take(10) {
        let done = if applied { "not mended" } else { "cannot be looked at" };
        let finding = if applied { Finding::critical } else { Finding::unknown };
        check.add(
            finding(kind, path.display().to_string().as_str(), format!("{done}: {why}").as_str())
                .remedy("run as root, or as the owner of the files"),
        );
    }
    if found.refused.len() > 10 {
        let message = format!("{} more of the same", found.refused.len() - 10);
        check.add(Finding::unknown(kind, "media", message));
    }
    if let Some(first) = found.linked.first() {
        let files = count(found.linked.len() as u64, "file");
        let message = format!("{files} with several names left alone: {}", first.display());
        check.add(Finding::ok(kind, "links", message));
    }
    if check.findings.is_empty() {
        let message = format!("all of {} entries: folders 755, files 644, one owner", found.entries);
        check.add(Finding::ok(kind, "media", message));
    }
    check
}

fn told(one: &Deviation) -> String {
    let path = if one.path.as_os_str().is_empty() { "media".into() } else { one.path.display().to_string() };
    format!("{path} ({:o}, {}:{})", one.mode, one.owner.0, one.owner.1)
}
