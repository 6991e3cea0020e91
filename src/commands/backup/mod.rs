//! `backup`: making backups, looking at them, reading them through, and their rotation.

mod drill;
mod keep;
mod keeper;
mod list;
mod make;
mod pull;
mod push;
pub(super) mod remote;
mod verify;

use super::Context;
use super::report::Record;
use super::report::ReportArgs;
use super::site;
use crate::backup::Artefact;
use crate::backup::Kind;
use crate::config::Config;
use crate::error::Error;
use crate::error::Kind as ErrorKind;
use crate::output::Bar;
use crate::output::ItemReport;
use crate::status::Status;
use crate::system::interrupt::Interrupt;
use anyhow::Context as _;
use anyhow::Result;
use clap::Args;
use clap::Subcommand;
use make::Purpose;
use pull::PullArgs;
use push::PushArgs;

pub(super) use keeper::Keeper;
use std::path::Path;

/// Make, list, verify, drill and rotate backups
///
/// Restoring is `sitekeep restore`; without sitekeep, the RESTORE.md of each archive says how.
#[derive(Debug, Clone, Subcommand)]
pub(super) enum BackupCommand {
    /// Back up the database: a consistent copy, whatever writes to it
    Database(MakeArgs),
    /// Back up the media folder; unchanged media cost no space
    Media(MakeArgs),
    /// Back up database, media, settings and .env in one archive; an unchanged site costs no space
    Full(MakeArgs),
    /// List the backups with age, size and when each was verified
    List(ListArgs),
    /// Read backups through: every byte against its manifest
    Verify(VerifyArgs),
    /// Restore a backup aside, compare it, serve it and visit its pages
    Drill(DrillArgs),
    /// Remove what the rotation does not keep, and say why the rest is kept
    Prune(PruneArgs),
    /// Push a copy of the site away from this machine; only what changed is sent
    Push(PushArgs),
    /// Bring a copy back as a full backup of this machine
    Pull(PullArgs),
}

impl BackupCommand {
    /// Name of a command of whose end people are told.
    pub(super) fn told(&self) -> Option<&'static str> {
        match self {
            Self::List(_) => None,
            Self::Prune(args) if args.dry_run => None,
            Self::Push(args) if args.dry_run => None,
            _ => Some(self.name()),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Database(_) => "backup database",
            Self::Media(_) => "backup media",
            Self::Full(_) => "backup full",
            Self::List(_) => "backup list",
            Self::Verify(_) => "backup verify",
            Self::Drill(_) => "backup drill",
            Self::Prune(_) => "backup prune",
            Self::Push(_) => "backup push",
            Self::Pull(_) => "backup pull",
        }
    }
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
The new backup is read back before it takes its name; then older ones of its
kind are rotated ([backup.KIND] last = 30 for databases, 15 for media and full
ones).

Example, for the guide's Sunday night:
  0 2 * * 0 sitekeep backup database --quiet")]
pub(super) struct MakeArgs {
    /// Keep every older backup
    #[arg(long)]
    no_prune: bool,
    #[command(flatten)]
    report: ReportArgs,
}

impl MakeArgs {
    fn purpose(&self) -> Purpose {
        if self.no_prune { Purpose::Kept } else { Purpose::Rotated }
    }
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "Example: sitekeep backup verify --all")]
pub(super) struct VerifyArgs {
    /// Names or paths of backups [default: the newest of each kind]
    #[arg(value_name = "BACKUP")]
    backups: Vec<String>,
    /// Every backup there is
    #[arg(long, conflicts_with = "backups")]
    all: bool,
    /// The copies away from this machine: their repository, and files of the newest
    #[arg(long, conflicts_with_all = ["backups", "all"])]
    remote: bool,
    /// All data of the repository, not a share
    #[arg(long, requires = "remote")]
    full: bool,
    #[command(flatten)]
    report: ReportArgs,
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
The live site is never touched: files go into a private folder, a PostgreSQL
dump into a database of its own, and both are removed again. A drill that cannot
take place is UNKNOWN. The time that it took is compared with the last five
drills of the same kind: twice as long is a WARNING.

`random` draws one of sitekeep's own backups of any kind: the longer one has
waited for a drill, the likelier it is; one that was never drilled counts twice.

Examples, for the guide's monthly test, and for every week between:
  sitekeep backup drill
  sitekeep backup drill random")]
pub(super) struct DrillArgs {
    /// Name or path of the backup, or `random` [default: the newest full one, else of the database]
    #[arg(value_name = "BACKUP")]
    backup: Option<String>,
    /// A copy away from this machine: BACKUP is then the beginning of its name [default: the newest]
    #[arg(long)]
    remote: bool,
    #[command(flatten)]
    report: ReportArgs,
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
The newest, the last verified and the last drilled of a kind always stay; files
that sitekeep did not make are never touched.

Examples:
  sitekeep backup prune --dry-run
  sitekeep backup prune --confirm niasotac   a plan that removes more than half")]
pub(super) struct PruneArgs {
    /// Only show the plan
    #[arg(long, short = 'n')]
    dry_run: bool,
    /// Agree to an unusual plan by the site's name
    #[arg(long, value_name = "NAME")]
    confirm: Option<String>,
    /// The copies away from this machine, by the rules of [backup.full]
    #[arg(long)]
    remote: bool,
    #[command(flatten)]
    report: ReportArgs,
}

#[derive(Debug, Clone, Args)]
pub(super) struct ListArgs {
    /// The copies away from this machine
    #[arg(long)]
    remote: bool,
}

/// Runs the command.
///
/// # Errors
/// For wrong settings, another run at work, a request to stop, or a report that cannot be printed; a backup that
/// fails is a finding.
pub(super) fn run(command: &BackupCommand, context: &Context) -> Result<Status> {
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let folder = folder(config)?;
    if let BackupCommand::List(args) = command {
        return if args.remote { remote::list(config, context) } else { list::run(config, folder, context) };
    }
    context.printer.refuse_lists()?;
    let (_lock, mut record) = site::begin(config, "backup", context)?;
    let bar = Bar::that_hears(context.printer.quiet, Interrupt::listen()?);
    let work = Work { config, folder, now: context.now, progress: &bar };
    let (items, args) = match command {
        BackupCommand::Database(args) => {
            (vec![work.make(Kind::Database, args.purpose(), &mut record)?], &args.report)
        }
        BackupCommand::Media(args) => {
            (vec![work.make(Kind::Media, args.purpose(), &mut record)?], &args.report)
        }
        BackupCommand::Full(args) => {
            (vec![work.make(Kind::Full, args.purpose(), &mut record)?], &args.report)
        }
        BackupCommand::Push(args) => (work.push(args, &context.state_folder(config)?)?, &args.report),
        BackupCommand::Pull(args) => (work.pull(args, &context.state_folder(config)?)?, &args.report),
        BackupCommand::Verify(args) if args.remote => {
            (work.verify_remote(args, &context.state_folder(config)?)?, &args.report)
        }
        BackupCommand::Drill(args) if args.remote => {
            (work.drill_remote(args, &context.state_folder(config)?, &mut record)?, &args.report)
        }
        BackupCommand::Prune(args) if args.remote => {
            (work.prune_remote(args, &context.state_folder(config)?)?, &args.report)
        }
        BackupCommand::Verify(args) => (work.verify(args, &mut record)?, &args.report),
        BackupCommand::Drill(args) => {
            let scratch = context.state_folder(config)?;
            (work.drill(args, &scratch, &mut record)?, &args.report)
        }
        BackupCommand::Prune(args) => (work.prune(args, &mut record)?, &args.report),
        BackupCommand::List(_) => return Ok(Status::Ok),
    };
    record.tell(command.name(), Vec::new(), items, config, args, context)
}

/// Makes a full backup and drills it, as for the first evening of a site; returns what was found.
///
/// # Errors
/// As [`run`].
pub(super) fn rehearse(context: &Context) -> Result<Vec<ItemReport>> {
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let folder = folder(config)?;
    let (_lock, mut record) = site::begin(config, "backup", context)?;
    let bar = Bar::new(context.printer.quiet);
    let work = Work { config, folder, now: context.now, progress: &bar };
    let report = ReportArgs { output: None };
    let mut items = vec![work.make(Kind::Full, Purpose::Kept, &mut record)?];
    let scratch = context.state_folder(config)?;
    items.extend(work.drill(&DrillArgs { backup: None, remote: false, report }, &scratch, &mut record)?);
    Ok(items)
}

/// What every part of the work needs.
struct Work<'a> {
    config: &'a Config,
    folder: &'a Path,
    now: jiff::Timestamp,
    progress: &'a dyn crate::progress::Progress,
}

/// Backs up what a restore is about to replace; nothing is rotated away meanwhile.
///
/// # Errors
/// When somebody asks to stop; a backup that fails is a finding.
pub(super) fn before_restore(
    kind: Kind,
    config: &Config,
    folder: &Path,
    progress: &dyn crate::progress::Progress,
    record: &mut Record,
    context: &Context,
) -> Result<ItemReport> {
    let work = Work { config, folder, now: context.now, progress };
    work.make(kind, Purpose::BeforeRestore, record)
}

/// Brings a copy back from away as a full backup in the folder of the backups.
///
/// # Errors
/// When there is no such copy, or it does not come back whole.
pub(super) fn fetch(
    name: &str,
    config: &Config,
    state_folder: &Path,
    progress: &dyn crate::progress::Progress,
    now: jiff::Timestamp,
    check: &mut crate::status::Check,
) -> Result<Artefact> {
    let work = Work { config, folder: folder(config)?, now, progress };
    work.fetch(name, work.folder, state_folder, check)
}

/// Backs the database up before it is rebuilt.
///
/// # Errors
/// When no backup could be made.
pub(super) fn before_rebuild(
    config: &Config,
    progress: &dyn crate::progress::Progress,
    record: &mut Record,
    context: &Context,
) -> Result<ItemReport> {
    let work = Work { config, folder: folder(config)?, now: context.now, progress };
    let item = work.make(Kind::Database, Purpose::Kept, record)?;
    match item.findings.iter().find(|finding| finding.status == Status::Critical) {
        Some(failed) => Err(Error::new(ErrorKind::Failed, format!("before the rebuild: {}", failed.message))
            .hint("mend that, or add --no-safety-backup")
            .into()),
        None => Ok(item),
    }
}

/// The backup that a name or path means.
///
/// # Errors
/// When there is none, or it has no backup's name.
pub(super) fn named(name: &str, folder: &Path, config: &Config) -> Result<Artefact> {
    let in_folder = folder.join(name);
    let is_path = name.contains('/') || (!in_folder.exists() && Path::new(name).exists());
    let path = if is_path { Path::new(name).to_owned() } else { in_folder };
    let path = path.canonicalize().map_err(|error| {
        Error::new(ErrorKind::Usage, format!("open backup {}: {error}", path.display()))
            .hint("sitekeep backup list shows the names")
    })?;
    Artefact::at(&path, &config.time_zone())
}

/// The folder of the backups.
///
/// # Errors
/// When none is configured and there is no home folder.
pub(super) fn folder(config: &Config) -> Result<&Path> {
    config
        .backup
        .folder
        .as_deref()
        .context("find a folder for the backups: there is no home folder; set [backup] folder")
}

/// Line of the guide's checklist that a kind belongs to.
fn line(kind: Kind) -> &'static str {
    match kind {
        Kind::Database => "Sauvegarde base de données",
        Kind::Media => "Sauvegarde fichiers media",
        Kind::Full => "Sauvegarde complète",
    }
}

fn item_id(kind: Kind) -> &'static str {
    match kind {
        Kind::Database => "backup.database",
        Kind::Media => "backup.media",
        Kind::Full => "backup.full",
    }
}
