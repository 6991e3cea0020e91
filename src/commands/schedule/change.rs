//! `schedule install` and `schedule remove`: planned, shown, done, and given to systemd.

use super::PlaceArgs;
use super::apart;
use super::backups_apart;
use super::one_place;
use super::one_record;
use super::plan;
use crate::commands::Context;
use crate::error::Error;
use crate::error::Kind;
use crate::output::Format;
use crate::schedule;
use crate::schedule::Act;
use crate::schedule::Flavour;
use crate::schedule::Plan;
use crate::schedule::Step;
use crate::status::Status;
use crate::system::fs;
use crate::system::service;
use crate::system::users;
use anyhow::Context as _;
use anyhow::Result;
use clap::Args;
use std::fmt::Write as _;
use std::os::unix::fs::MetadataExt;

pub(super) const INSTALL_HELP: &str = "\
Files that somebody else wrote or changed are refused; --replace keeps them
aside, and `sitekeep schedule remove` brings them back. Install again after
changes in [schedule], [site], [backup] or [notifications]: the units name their
paths.

Examples:
  sitekeep schedule install --dry-run        what would change
  sudo sitekeep schedule install             timers of systemd, or cron
  sudo sitekeep schedule install --serve     and the catalogue server";

#[derive(Debug, Clone, Args)]
pub(in crate::commands) struct InstallArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// Also the catalogue server, with a socket on [serve] listen
    #[arg(long, conflicts_with = "cron")]
    serve: bool,
    /// Replace files that somebody else wrote or changed; they are kept aside
    #[arg(long)]
    replace: bool,
    /// Only show what would be done
    #[arg(long, short = 'n')]
    dry_run: bool,
}

#[derive(Debug, Clone, Args)]
pub(in crate::commands) struct RemoveArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// Only show what would be done
    #[arg(long, short = 'n')]
    dry_run: bool,
}

pub(super) fn install(args: &InstallArgs, context: &Context) -> Result<Status> {
    let root = args.place.root(context);
    let flavour = args.place.flavour(context)?;
    let installed = schedule::installed(&root)?;
    if let Some(other) = installed.iter().find(|one| one.flavour != flavour) {
        let message = format!(
            "the schedule is installed for {} already: each run would come twice",
            other.flavour.word()
        );
        return Err(Error::new(Kind::Failed, message)
            .hint(format!("take it away first: sitekeep schedule remove --{}", other.flavour.word()))
            .into());
    }
    // A server that was installed stays, also when only the hours are installed anew.
    let serve = flavour == Flavour::Systemd && (args.serve || installed.iter().any(|one| one.serve));
    let (plan, config) = plan(context, serve)?;
    refuse_wrong_paths(&plan)?;
    let files = flavour.files(&plan);
    let steps =
        schedule::plan_install(&files, &flavour.folder(&root), &plan.settings, args.replace, context.now)?;
    warn_of_missing(&plan, context);
    if args.dry_run {
        return show(&steps, true, context);
    }
    schedule::apply(&steps)?;
    if args.place.root.is_none() {
        hand_over_folders(&plan, flavour, context)?;
        if flavour == Flavour::Systemd {
            service::enable(&started(serve))?;
        }
    }
    let status = show(&steps, false, context)?;
    if let Some(folder) = apart(&plan, &config, &schedule::installed(&root)?, context)? {
        context.printer.warning(&format!("the runs are recorded in {}, yours elsewhere", folder.display()));
        context.printer.hint(&one_record(&folder));
    }
    if let Some(folder) = backups_apart(&config, context)? {
        context
            .printer
            .warning(&format!("the runs back up to {}, your commands elsewhere", folder.display()));
        context.printer.hint(&one_place(&folder));
    }
    context.printer.note(
        "see the next runs with `sitekeep schedule show`, and that they come with `sitekeep schedule check`",
    );
    Ok(status)
}

pub(super) fn remove(args: &RemoveArgs, context: &Context) -> Result<Status> {
    let root = args.place.root(context);
    let asked = args.place.asked();
    let mut steps = Vec::new();
    let mut timers = false;
    let mut serve = false;
    for one in schedule::installed(&root)?.iter().filter(|one| asked.is_none_or(|asked| asked == one.flavour))
    {
        steps.extend(schedule::plan_remove(&schedule::names(one.flavour), &one.flavour.folder(&root))?);
        timers |= one.flavour == Flavour::Systemd;
        serve |= one.serve;
    }
    if args.dry_run {
        return show(&steps, true, context);
    }
    let is_live = timers && args.place.root.is_none();
    if is_live {
        service::disable(&started(serve))?;
    }
    schedule::apply(&steps)?;
    if is_live {
        service::reload()?;
    }
    if steps.is_empty() {
        context.printer.note("no schedule of sitekeep's is installed here");
    }
    show(&steps, false, context)
}

/// The units that are enabled.
fn started(serve: bool) -> Vec<String> {
    let mut units = schedule::timers();
    units.extend(serve.then(|| "sitekeep-serve.socket".to_owned()));
    units
}

/// A line break in a path would be a line of its own in a unit.
fn refuse_wrong_paths(plan: &Plan) -> Result<()> {
    let secrets = plan.credentials.iter().map(|(_, path)| path);
    let paths =
        plan.writable.iter().chain(&plan.uploads).chain(&plan.state).chain(&plan.access_log).chain(secrets);
    for path in paths.chain([&plan.program, &plan.settings]) {
        let text = path.display().to_string();
        if text.contains(char::is_control) {
            return Err(Error::new(
                Kind::Config,
                format!("the path {text:?} cannot stand in a unit or a crontab"),
            )
            .hint("rename the folder without line breaks")
            .into());
        }
    }
    Ok(())
}

/// A run that may write to the folders of its backups and of its state alone cannot make them.
fn hand_over_folders(plan: &Plan, flavour: Flavour, context: &Context) -> Result<()> {
    let user = users::user(&plan.user)?;
    for folder in plan.backups.iter().chain(&plan.state) {
        if !folder.exists() {
            let missing: Vec<_> = folder.ancestors().take_while(|folder| !folder.exists()).collect();
            fs::create_private_folder(folder)?;
            for path in missing {
                std::os::unix::fs::chown(path, Some(user), None)
                    .with_context(|| format!("give {} to {}", path.display(), plan.user))?;
            }
            context.printer.note(&format!("made {}, for {} alone", folder.display(), plan.user));
            continue;
        }
        let owner = std::fs::metadata(folder).with_context(|| format!("look at {}", folder.display()))?.uid();
        // What systemd makes, it also gives to the user.
        let is_given = flavour == Flavour::Systemd
            && Some(folder) == plan.state.as_ref()
            && plan.state_directory().is_some();
        if owner != user && user != 0 && !is_given {
            let (name, folder) = (&plan.user, folder.display());
            context
                .printer
                .warning(&format!("{folder} belongs to somebody else than {name}, as whom the runs come"));
            context.printer.hint(&format!("so that they can write there: sudo chown -R {name} {folder}"));
        }
    }
    Ok(())
}

fn warn_of_missing(plan: &Plan, context: &Context) {
    for (name, path) in plan.credentials.iter().filter(|(_, path)| !path.exists()) {
        context
            .printer
            .warning(&format!("{name}: {} is not there; the runs cannot begin without it", path.display()));
    }
    if plan.program.starts_with("/home")
        || plan.program.starts_with("/tmp")
        || plan.program.starts_with("/root")
    {
        let place = plan.program.display();
        context.printer.warning(&format!(
            "the program is {place}; for good, put it into /usr/local/bin and install from there"
        ));
    }
}

fn show(steps: &[Step], is_plan: bool, context: &Context) -> Result<Status> {
    if context.printer.format == Format::Json {
        let rows: Vec<_> = steps
            .iter()
            .map(|step| serde_json::json!({ "path": step.path, "action": step.act.word() }))
            .collect();
        let document = serde_json::json!({ "schema_version": 1, "dry_run": is_plan, "files": rows });
        context.printer.out(&(serde_json::to_string_pretty(&document)? + "\n"))?;
        return Ok(Status::Ok);
    }
    let mut text = String::new();
    for step in steps {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{:<9} {}", step.act.word(), step.path.display());
        if is_plan && step.act != Act::Leave {
            for line in schedule::difference(body(&step.old), body(&step.new)).lines() {
                let _ = writeln!(text, "    {line}");
            }
        }
        if let Some(suffix) = kept(step) {
            let name = step.path.file_name().unwrap_or_default();
            let beside = step.path.with_file_name(format!(".{}.{suffix}", name.display()));
            let _ = writeln!(text, "          the former one is kept as {}", beside.display());
        }
    }
    if is_plan {
        text.push_str(if steps.iter().all(|step| step.act == Act::Leave) {
            "nothing would change\n"
        } else {
            "nothing was changed: this was a dry run\n"
        });
    }
    context.printer.out(&text)?;
    Ok(Status::Ok)
}

fn kept(step: &Step) -> Option<&'static str> {
    match step.act {
        Act::Replace => Some("kept"),
        Act::SetAside => Some("changed"),
        _ => None,
    }
}

/// A file without its first line, whose time and checksum always differ.
fn body(text: &str) -> &str {
    match text.split_once('\n') {
        Some((first, rest)) if first.starts_with("# Written by `sitekeep") => rest,
        _ => text,
    }
}
