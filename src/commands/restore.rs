//! `restore`: a backup in the place of what is live.

mod bare;

use super::Context;
use super::backup as backups;
use super::report::Record;
use super::report::ReportArgs;
use super::site;
use super::site::item;
use crate::backup;
use crate::backup::Artefact;
use crate::backup::Kind;
use crate::backup::Standing;
use crate::config::Config;
use crate::db;
use crate::error;
use crate::error::Error;
use crate::error::Kind as ErrorKind;
use crate::output::Bar;
use crate::output::ItemReport;
use crate::recovery;
use crate::recovery::Plan;
use crate::recovery::Restore;
use crate::recovery::Selection;
use crate::recovery::SitePart;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use crate::system::interrupt::Interrupt;
use crate::units::Age;
use anyhow::Result;
use bare::RemoteArgs;
use clap::Args;
use clap::ValueEnum;
use std::path::Path;
use std::time::Instant;

/// Restore a backup over the site; what was there is kept for undo
///
/// The backup is read to its last byte before anything is touched, and prepared beside the live site. Then the site is
/// stopped, the parts change places by rename, the site is started and visited. When a step fails, or the site does not
/// work with the restored state, the former state comes back by itself.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep restore latest --dry-run        what would be replaced
  sitekeep restore latest                  asks for the site's name first
  sitekeep restore db_backup_20261122_020000.sqlite3.gz --confirm niasotac
  sitekeep restore latest --only media     leaves the rest alone
  sitekeep restore latest --remote         from copies off this machine

A new machine, with nothing but the password and the keys of the store:
  sitekeep restore latest --repository s3:https://s3.example.com/copies \\
    --password-file restic-password --credentials-file keys --to /srv/shop

The guide's own archives (tar.gz of DATE/db.sqlite3 and DATE/media, .sqlite3.gz,
.sql.gz) are restored too; what cannot be verified of them is told.")]
pub(super) struct RestoreArgs {
    /// Name or path of the backup; `latest` is the newest that holds what is wanted and was
    /// not made before a restore
    #[arg(value_name = "BACKUP")]
    backup: String,
    /// Only this part of it; may be given several times
    #[arg(long, value_enum, value_name = "PART")]
    only: Vec<PartArg>,
    /// Only verify the backup and show the plan
    #[arg(long, short = 'n')]
    dry_run: bool,
    /// Agree by the site's name
    #[arg(long, value_name = "NAME")]
    confirm: Option<String>,
    /// Do not back up first what will be replaced; it is kept for undo all the same
    #[arg(long)]
    no_safety_backup: bool,
    /// Leave the restored state in place even when the site does not work with it
    #[arg(long)]
    keep_failed: bool,
    #[command(flatten)]
    report: ReportArgs,
    #[command(flatten)]
    away: RemoteArgs,
}

/// A part of the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PartArg {
    Database,
    Media,
    /// Settings and .env
    Config,
}

impl RestoreArgs {
    /// Name of the command, where people are told of its end.
    pub(super) fn told(&self) -> Option<&'static str> {
        (!self.dry_run).then_some("restore")
    }
}

/// Runs the command.
///
/// # Errors
/// When the backup is not there or damaged, the site's name is not given, or a step fails; the live site is as before
/// then.
pub(super) fn run(args: &RestoreArgs, context: &Context) -> Result<Status> {
    context.printer.refuse_lists()?;
    if let Some(repository) = &args.away.repository {
        return bare::run(&args.backup, repository, &args.away, &args.report, context);
    }
    let loaded = context.load_site()?;
    let config = &loaded.config;
    site::refuse_other(config, args.confirm.as_deref())?;
    let folder = backups::folder(config)?;
    let state_folder = context.state_folder(config)?;
    let (_lock, mut record) = site::begin(config, "restore", context)?;
    let bar = Bar::new(context.printer.quiet);
    let selection = selection(&args.only);
    let begin = Instant::now();
    let mut items = Vec::new();
    let artefact = match args.backup.as_str() {
        name if args.away.remote => {
            let mut check = Check::default();
            let artefact = backups::fetch(name, config, &state_folder, &bar, context.now, &mut check)?;
            items.push(item("restore.remote", "Copy", begin, check));
            artefact
        }
        "latest" => latest(folder, config, &selection)?,
        name => backups::named(name, folder, config)?,
    };
    let plan = recovery::plan(config, artefact, &selection, context.now, &bar)?;
    items.push(item("restore.source", "Backup", begin, plan.check.clone()));
    if args.dry_run {
        items.push(item("restore.parts", "Plan", begin, planned(&plan)));
        items.push(item("restore.site", "Around it", begin, around(&plan, args, config)));
        return record.tell("restore", Vec::new(), items, config, &args.report, context);
    }
    agree(&plan, args, config, context)?;
    // Until here, and at the question above, a signal ends the process at once: nothing has begun.
    let interrupt = Interrupt::listen()?;
    let bar = Bar::that_hears(context.printer.quiet, interrupt.clone());
    if !args.no_safety_backup {
        items.push(safety(&plan, config, folder, &bar, &mut record, context)?);
    }
    let begin = Instant::now();
    let run = record.run_id.clone();
    let order = Restore {
        config,
        state_folder: &state_folder,
        run: &run,
        now: context.now,
        interrupt: &interrupt,
        progress: &bar,
        keep_failed: args.keep_failed,
    };
    let mut check = Check::default();
    let carried_out = order.carry_out(&plan, &mut check);
    let interrupted = carried_out.as_ref().err().filter(|problem| error::is_interruption(problem));
    let stopped = interrupted.is_some();
    if stopped {
        let message = "not restored: stopped on request; the former state is live";
        check.add(Finding::warning(&kinds::RESTORE, "site", message).remedy("restore again"));
    } else if let Err(problem) = &carried_out {
        check.add(failed(problem));
    }
    let (parts, site) = check.findings.into_iter().partition(|finding| finding.id == kinds::RESTORE.id);
    items.push(item("restore.parts", "Parts", begin, Check { findings: parts, ..Check::default() }));
    items.push(item("restore.site", "Site", begin, Check { findings: site, ..Check::default() }));
    items.retain(|item| !item.findings.is_empty());
    let status = record.tell("restore", Vec::new(), items, config, &args.report, context)?;
    if stopped { carried_out.map(|()| status) } else { Ok(status) }
}

/// What would be replaced.
fn planned(plan: &Plan) -> Check {
    let findings = plan
        .items
        .iter()
        .map(|item| Finding::ok(&kinds::RESTORE, item.name, format!("would replace {}", item.target)));
    Check { findings: findings.collect(), ..Check::default() }
}

/// What would be done before and while the parts change places.
fn around(plan: &Plan, args: &RestoreArgs, config: &Config) -> Check {
    let backup = if args.no_safety_backup {
        "no backup would be made first".to_owned()
    } else {
        format!("a backup would be made first: {}", safety_kind(plan))
    };
    let stop = match config.restore.service(&config.site.unit()) {
        Some(service) => format!("would be stopped meanwhile by {service}, if it runs"),
        None => "would not be stopped: no [restore] units or stop and start are set".to_owned(),
    };
    let site = config.site.name.as_str();
    let findings = [backup, stop].map(|message| Finding::ok(&kinds::RESTORE_SITE, site, message)).to_vec();
    Check { findings, ..Check::default() }
}

fn failed(problem: &anyhow::Error) -> Finding {
    let message = format!("not restored: {}", error::one_line(problem));
    let hint = error::hints(problem).first().map(ToString::to_string);
    Finding::critical(&kinds::RESTORE, "site", message).remedy(
        hint.unwrap_or_else(|| "nothing of the live site was changed; mend that and try again".to_owned()),
    )
}

fn selection(only: &[PartArg]) -> Selection {
    if only.is_empty() {
        return Selection::All;
    }
    let part = |arg: &PartArg| match arg {
        PartArg::Database => SitePart::Database,
        PartArg::Media => SitePart::Media,
        PartArg::Config => SitePart::Config,
    };
    Selection::Only(only.iter().map(part).collect())
}

/// The newest backup of a kind that holds what is wanted; without a choice, the newest full one.
fn latest(folder: &Path, config: &Config, selection: &Selection) -> Result<Artefact> {
    let fits = |artefact: &Artefact| match artefact.kind {
        Kind::Full => true,
        Kind::Database => selection.wants_only(SitePart::Database),
        Kind::Media => selection.wants_only(SitePart::Media),
    };
    let all = backup::list(folder, &config.time_zone()).map_err(|problem| {
        Error::new(ErrorKind::Failed, error::one_line(&problem))
            .hint("run as the user that makes the backups, or as root")
    })?;
    let Some(newest) = all.into_iter().rfind(|artefact| fits(artefact) && !artefact.is_before_restore())
    else {
        let message = format!("no backup that holds this is in {}", folder.display());
        return Err(Error::new(ErrorKind::Failed, message)
            .hint("sitekeep backup list shows what there is; --only database or --only media wants less")
            .into());
    };
    if let Standing::Doubtful(why) = &newest.standing {
        return Err(Error::new(
            ErrorKind::Failed,
            format!("the newest, {}, is doubtful: {why}", newest.name),
        )
        .hint("name an older one: sitekeep backup list")
        .into());
    }
    Ok(newest)
}

/// Shows the plan where somebody is to agree to it, and asks.
fn agree(plan: &Plan, args: &RestoreArgs, config: &Config, context: &Context) -> Result<()> {
    let age = Age(context.now.duration_since(plan.artefact.created_at));
    let what = format!("{} ({age} old)", plan.artefact.name);
    for item in &plan.items {
        context.printer.note(&format!("{what} replaces {}: {}", item.name, item.target));
    }
    for finding in plan.check.findings.iter().filter(|finding| finding.status != Status::Ok) {
        context.printer.warning(&finding.message);
    }
    site::confirm(config, args.confirm.as_deref(), &format!("Restoring over `{}`", config.site.name), context)
}

/// The kind of backup that holds what will be replaced.
fn safety_kind(plan: &Plan) -> Kind {
    let replaces = |name: &str| plan.items.iter().any(|item| item.name == name);
    let config_too = replaces("settings") || replaces(".env");
    match (replaces("database"), replaces("media")) {
        (true, false) if !config_too => Kind::Database,
        (false, true) if !config_too => Kind::Media,
        _ => Kind::Full,
    }
}

/// Backs up what will be replaced. What is broken already cannot be backed up, and is no reason to keep it.
fn safety(
    plan: &Plan,
    config: &Config,
    folder: &Path,
    bar: &Bar,
    record: &mut Record,
    context: &Context,
) -> Result<ItemReport> {
    let kind = safety_kind(plan);
    let mut item = backups::before_restore(kind, config, folder, bar, record, context)?;
    item.id = "restore.safety";
    item.title = "Safety backup";
    let Some(position) =
        item.findings.iter().position(|it| it.id == kinds::BACKUP.id && it.status == Status::Critical)
    else {
        return Ok(item);
    };
    let broken = is_broken(kind, config);
    let finding = &mut item.findings[position];
    if !broken {
        return Err(Error::new(ErrorKind::Failed, format!("before the restore: {}", finding.message))
            .hint("mend that, or add --no-safety-backup: what is replaced is kept for undo all the same")
            .into());
    }
    finding.status = Status::Warning;
    finding.remedy = Some("it is kept as it is: sitekeep undo".to_owned());
    Ok(item)
}

/// Whether what is live is missing or damaged, so that no backup of it can be made.
fn is_broken(kind: Kind, config: &Config) -> bool {
    let database = || match db::check_integrity(&config.database, false) {
        Ok(soundness) => !soundness.damage.is_empty(),
        Err(problem) => error::exit_code(&problem) == ErrorKind::Failed.exit_code(),
    };
    match kind {
        Kind::Media => !config.site.media.is_dir(),
        Kind::Database | Kind::Full => database(),
    }
}
