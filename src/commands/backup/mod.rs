//! `backup`: making backups, looking at them, reading them through, and their rotation.

mod drill;
mod keep;
mod list;
mod make;
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
    /// Back up database, media, settings and .env in one archive
    Full(MakeArgs),
    /// List the backups with age, size and when each was verified
    List,
    /// Read backups through: every byte against its manifest
    Verify(VerifyArgs),
    /// Restore a backup aside, compare it, serve it and visit its pages
    Drill(DrillArgs),
    /// Remove what the rotation does not keep, and say why the rest is kept
    Prune(PruneArgs),
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
The new backup is read back before it takes its name; then older ones of its kind
are rotated ([backup.KIND] last = 30 for databases, 15 for media and full ones).

Example, for the guide's Sunday night: 0 2 * * 0 sitekeep backup database --quiet")]
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
    #[command(flatten)]
    report: ReportArgs,
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
The live site is never touched: files go into a private folder, a PostgreSQL dump
into a database of its own, and both are removed again. A drill that cannot take
place is UNKNOWN.

Example, for the guide's monthly test of the procedures: sitekeep backup drill")]
pub(super) struct DrillArgs {
    /// Name or path of the backup [default: the newest full one, else of the database]
    #[arg(value_name = "BACKUP")]
    backup: Option<String>,
    #[command(flatten)]
    report: ReportArgs,
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
The newest, the last verified and the last drilled of a kind always stay; files that sitekeep
did not make are never touched.

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
    #[command(flatten)]
    report: ReportArgs,
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
    if let BackupCommand::List = command {
        return list::run(config, folder, context);
    }
    context.printer.refuse_lists()?;
    let (_lock, recovered) = site::lock(config, "backup", context)?;
    let mut record = Record::open(config, context);
    let bar = Bar::that_hears(context.printer.quiet, Interrupt::listen()?);
    let work = Work { config, folder, now: context.now, progress: &bar };
    let (name, mut items, args) = match command {
        BackupCommand::Database(args) => (
            "backup database",
            vec![work.make(Kind::Database, args.purpose(), &mut record)?],
            args.report.clone(),
        ),
        BackupCommand::Media(args) => {
            ("backup media", vec![work.make(Kind::Media, args.purpose(), &mut record)?], args.report.clone())
        }
        BackupCommand::Full(args) => {
            ("backup full", vec![work.make(Kind::Full, args.purpose(), &mut record)?], args.report.clone())
        }
        BackupCommand::Verify(args) => {
            ("backup verify", work.verify(args, &mut record)?, args.report.clone())
        }
        BackupCommand::Drill(args) => {
            let scratch = context.state_folder(config)?;
            ("backup drill", work.drill(args, &scratch, &mut record)?, args.report.clone())
        }
        BackupCommand::Prune(args) => ("backup prune", work.prune(args, &mut record)?, args.report.clone()),
        BackupCommand::List => return Ok(Status::Ok),
    };
    if let Some(item) = items.first_mut() {
        item.findings.extend(recovered.findings);
    }
    record.tell(name, Vec::new(), items, config, &args, context)
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
pub(super) fn safety(
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

/// The backup that a name or path means.
///
/// # Errors
/// When there is none, or it has no backup's name.
pub(super) fn named(name: &str, folder: &Path, config: &Config) -> Result<Artefact> {
    let path = if name.contains('/') { Path::new(name).to_owned() } else { folder.join(name) };
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
