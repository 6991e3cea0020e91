//! `schedule`: the checklists by themselves, from systemd or cron.

mod change;
mod show;

use super::Context;
use super::report::Record;
use super::report::ReportArgs;
use super::site;
use crate::config::Config;
use crate::config::Environment;
use crate::config::Loaded;
use crate::config::load;
use crate::error::Error;
use crate::error::Kind;
use crate::schedule;
use crate::schedule::Flavour;
use crate::schedule::Installed;
use crate::schedule::Plan;
use crate::schedule::Wanted;
use crate::state::State;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use crate::system::service;
use crate::system::users;
use crate::system::users::Account;
use anyhow::Context as _;
use anyhow::Result;
use clap::Args;
use clap::Subcommand;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::path::PathBuf;
use std::time::Instant;

/// Run the checklists by themselves, from systemd or cron
///
/// The hours are in [schedule]: daily at 7:00, weekly on Sunday at 2:00, monthly on the first at 3:00, quarterly at
/// 5:00. systemd's runs see the machine read-only but for the folders that the settings name; what breaks is told by
/// [notifications].
#[derive(Debug, Clone, Subcommand)]
pub(super) enum ScheduleCommand {
    /// Show the hours, the next runs, and what is installed
    #[command(after_help = "Example: sitekeep schedule show")]
    Show(ShowArgs),
    /// Install timers of systemd, or lines for cron
    #[command(after_help = change::INSTALL_HELP)]
    Install(change::InstallArgs),
    /// Take away what was installed, and bring back what it replaced
    #[command(after_help = "Example: sudo sitekeep schedule remove --dry-run")]
    Remove(change::RemoveArgs),
    /// Check that it is at work: files, timers, runs that were missed or take too long
    #[command(after_help = "Example: sitekeep schedule check")]
    Check(CheckArgs),
}

/// Which of the two, and where.
#[derive(Debug, Clone, Args)]
struct PlaceArgs {
    /// Units and timers of systemd
    #[arg(long, conflicts_with = "cron")]
    systemd: bool,
    /// A file in /etc/cron.d
    #[arg(long)]
    cron: bool,
    /// Work below this folder instead of /, for images and packages; no service is told
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
}

#[derive(Debug, Clone, Args)]
pub(super) struct ShowArgs {
    #[command(flatten)]
    place: PlaceArgs,
}

#[derive(Debug, Clone, Args)]
pub(super) struct CheckArgs {
    /// Look below this folder instead of /
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    #[command(flatten)]
    report: ReportArgs,
}

/// Runs the command.
///
/// # Errors
/// For wrong settings, a folder that cannot be written to, or a file that somebody else wrote.
pub(super) fn run(command: &ScheduleCommand, context: &Context) -> Result<Status> {
    match command {
        ScheduleCommand::Show(args) => show::run(args, context),
        ScheduleCommand::Install(args) => change::install(args, context),
        ScheduleCommand::Remove(args) => change::remove(args, context),
        ScheduleCommand::Check(args) => check(args, context),
    }
}

impl PlaceArgs {
    fn root(&self, context: &Context) -> PathBuf {
        below(self.root.as_deref(), context)
    }

    fn asked(&self) -> Option<Flavour> {
        match (self.systemd, self.cron) {
            (true, _) => Some(Flavour::Systemd),
            (_, true) => Some(Flavour::Cron),
            _ => None,
        }
    }

    /// The flavour that was asked for, else the one that this machine has.
    fn flavour(&self, context: &Context) -> Result<Flavour> {
        if let Some(asked) = self.asked() {
            return Ok(asked);
        }
        if self.root.is_some() {
            return Err(Error::new(Kind::Usage, "below another root it cannot be told what will run there")
                .hint("say --systemd or --cron")
                .into());
        }
        if service::is_booted() {
            return Ok(Flavour::Systemd);
        }
        if Flavour::Cron.folder(&self.root(context)).is_dir() {
            return Ok(Flavour::Cron);
        }
        Err(Error::new(Kind::Failed, "neither systemd nor /etc/cron.d is on this machine")
            .hint("install cron, or put the lines into a crontab: sitekeep schedule show --cron")
            .into())
    }
}

fn below(root: Option<&Path>, context: &Context) -> PathBuf {
    root.map_or_else(|| PathBuf::from("/"), |root| context.environment.directory.join(root))
}

/// Who runs the schedule: as configured, else the owner of the media folder.
fn user(config: &Config) -> Result<Account> {
    let hint = "name the user in [schedule] user";
    let found = if let Some(name) = &config.schedule.user {
        users::account(name)
    } else {
        let folder = if config.site.media.exists() { &config.site.media } else { &config.site.root };
        std::fs::metadata(folder)
            .with_context(|| format!("find the owner of {}", folder.display()))
            .and_then(|metadata| users::account(&metadata.uid().to_string()))
    };
    found.map_err(|error| Error::new(Kind::Config, crate::error::one_line(&error)).hint(hint).into())
}

/// The settings as the runs will read them: in the environment of their user, not in this one's.
fn as_the_runs_see_it(context: &Context) -> Result<(Loaded, Account)> {
    let here = context.load_site()?;
    let account = user(&here.config)?;
    let file = file_of(&here)?;
    let environment = Environment {
        directory: context.environment.directory.clone(),
        home: Some(account.home.clone()),
        ..Environment::default()
    };
    Ok((load(Some(&file), &environment)?, account))
}

/// The configuration file; without one, runs that begin in another environment would know nothing of the site.
fn file_of(loaded: &Loaded) -> Result<PathBuf> {
    let file = loaded.file.clone().ok_or_else(|| {
        Error::new(
            Kind::Config,
            "the site is described by variables alone, which timers and cron do not have",
        )
        .hint("write a configuration file: sitekeep init --output /etc/sitekeep/sitekeep.toml")
    })?;
    let text = file.display().to_string();
    anyhow::ensure!(
        !text.contains(char::is_control),
        "the path {text:?} cannot stand in a unit or a crontab"
    );
    Ok(file.canonicalize().unwrap_or(file))
}

fn plan(context: &Context, serve: bool) -> Result<(Plan, Config)> {
    let (loaded, account) = as_the_runs_see_it(context)?;
    let program = std::env::current_exe().context("find the program that runs")?;
    let mut plan = Plan::new(&loaded.config, &program, &file_of(&loaded)?, &account.name);
    plan.serve = serve;
    Ok((plan, loaded.config))
}

fn check(args: &CheckArgs, context: &Context) -> Result<Status> {
    context.printer.refuse_lists()?;
    let begin = Instant::now();
    let root = below(args.root.as_deref(), context);
    let installed = schedule::installed(&root)?;
    let (plan, config) = plan(context, false)?;
    let mut record = Record::open(&config, context);
    let timers_state = apart(&plan, &config, &installed, context)?;
    let checked = if installed.is_empty() {
        schedule::unscheduled(true)
    } else {
        let wanted = Wanted { plan: &plan, is_exact: true };
        // Where the runs keep a record of their own, that is the one to judge.
        let theirs = timers_state.as_deref().map(open_theirs).transpose();
        let state = match &theirs {
            Ok(Some(state)) => Some(state),
            Ok(None) => record.state.as_ref(),
            Err(_) => None,
        };
        let mut checked = schedule::check(&installed, wanted, &config, state, &root, context.now)?;
        if let Some(folder) = &timers_state {
            let message = format!("the runs are recorded in {}, yours elsewhere", folder.display());
            checked.add(Finding::warning(&kinds::SCHEDULE_FILE, "state", message).remedy(one_record(folder)));
        }
        checked
    };
    let mut item = site::item("schedule.check", "Schedule", begin, checked);
    item.line = "Automatiser avec cron";
    record.tell("schedule check", Vec::new(), vec![item], &config, &args.report, context)
}

/// Opens the record of the runs; looking makes no new one.
fn open_theirs(folder: &Path) -> Result<State> {
    anyhow::ensure!(
        State::is_in(folder),
        "no record is in {}, or this user may not see it",
        folder.display()
    );
    State::open(folder)
}

/// The folder in which the runs keep their record, where it is not the one that this command uses.
fn apart(
    plan: &Plan,
    config: &Config,
    installed: &[Installed],
    context: &Context,
) -> Result<Option<PathBuf>> {
    let by_systemd = installed.iter().any(|one| one.flavour == Flavour::Systemd);
    if !by_systemd || plan.state.is_some() {
        return Ok(None);
    }
    let theirs = Path::new("/var/lib").join(plan.state_directory());
    Ok((context.state_folder(config)? != theirs).then_some(theirs))
}

fn one_record(folder: &Path) -> String {
    format!(
        "have one record: set [state] directory = \"{}\", then: sudo sitekeep schedule install",
        folder.display()
    )
}
