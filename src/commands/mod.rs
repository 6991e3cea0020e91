//! The command line: what is typed becomes a command, a command becomes an exit code.
//!
//! This is the only place that reads arguments, prints errors and picks exit codes.

mod acknowledge;
mod backup;
mod categories;
mod checklist;
mod config;
mod context;
mod database;
mod demo;
mod dependencies;
mod disk;
mod docs;
mod explain;
mod generate;
mod health;
#[cfg(test)]
mod help;
mod images;
mod init;
mod language;
mod logs;
mod notifications;
mod performance;
mod products;
mod quarantine;
mod report;
mod restore;
mod round;
mod schedule;
mod security;
mod serve;
mod site;
mod stats;
mod status;
mod troubleshoot;
mod undo;
mod users;
#[cfg(test)]
mod words;

pub use context::Context;

use crate::config::Environment;
use crate::error;
use crate::output::ColorChoice;
use crate::output::Format;
use crate::output::Printer;
use crate::status::Status;
use anyhow::Result;
use clap::Args;
use clap::CommandFactory;
use clap::FromArgMatches;
use clap::Parser;
use clap::Subcommand;
use clap::ValueEnum;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Maintenance of a Django + React product showcase, from one program
#[derive(Debug, Parser)]
#[command(name = "sitekeep", version, propagate_version = true, after_help = AFTER_HELP, max_term_width = 80)]
struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Begin here:
  sitekeep demo               a complete demonstration site, judged
  sitekeep init               write sitekeep.toml for the site in this folder
  sitekeep daily              the daily checklist
  sitekeep status             are we safe? backups, drills, what is open

Exit codes:
  0 OK   1 warning   2 critical or failed   3 unknown
  64 usage   75 locked by another run   78 configuration";

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct Globals {
    /// Configuration file [default: ./sitekeep.toml, then the user's, then /etc/sitekeep]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Format of what is printed
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        hide_possible_values = true,
        value_name = "FORMAT",
        help = "Format: text, json, csv, nagios, prometheus, junit"
    )]
    pub format: Format,
    /// Print only what is not OK
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Print every finding with its data
    #[arg(long, short, global = true, conflicts_with = "quiet")]
    pub verbose: bool,
    /// When to colour: auto, always, never
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        hide_possible_values = true,
        value_name = "WHEN"
    )]
    pub color: ColorChoice,
    /// Least status that makes the exit code differ from 0: warning, critical, never
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        hide_possible_values = true,
        value_name = "STATUS"
    )]
    pub fail_on: FailOn,
    /// How long to wait for another run to end: 30s, 10m
    #[arg(long, global = true, value_parser = duration, default_value = "0s", value_name = "TIME")]
    pub lock_wait: Duration,
}

/// From which status on a run has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum FailOn {
    #[default]
    Warning,
    Critical,
    Never,
}

impl FailOn {
    /// Exit code of a status; what could not be checked fails unless nothing does.
    fn exit_code(self, status: Status) -> u8 {
        match (self, status) {
            (Self::Never, _) | (Self::Critical, Status::Warning) => 0,
            _ => status.exit_code(),
        }
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let parsed: jiff::SignedDuration =
        text.parse().map_err(|_| format!("`{text}` is no time: write 30s or 10m"))?;
    Duration::try_from(parsed).map_err(|_| "a time to wait cannot be negative".to_owned())
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::InitArgs),
    Demo(demo::DemoArgs),
    #[command(flatten)]
    Round(checklist::PeriodCommand),
    Status(status::StatusArgs),
    Explain(explain::ExplainArgs),
    Acknowledge(acknowledge::AcknowledgeArgs),
    #[command(subcommand)]
    Checklist(checklist::ChecklistCommand),
    Health(health::HealthArgs),
    Disk(disk::DiskArgs),
    #[command(subcommand)]
    Backup(backup::BackupCommand),
    Restore(restore::RestoreArgs),
    Undo(undo::UndoArgs),
    #[command(subcommand)]
    Quarantine(quarantine::QuarantineCommand),
    #[command(subcommand)]
    Database(database::DatabaseCommand),
    #[command(subcommand)]
    Images(images::ImagesCommand),
    Stats(stats::StatsArgs),
    #[command(subcommand)]
    Docs(docs::DocsCommand),
    #[command(subcommand)]
    Products(products::ProductsCommand),
    #[command(subcommand)]
    Categories(categories::CategoriesCommand),
    #[command(subcommand)]
    Users(users::UsersCommand),
    #[command(subcommand)]
    Dependencies(dependencies::DependenciesCommand),
    #[command(subcommand)]
    Logs(logs::LogsCommand),
    #[command(subcommand)]
    Performance(performance::PerformanceCommand),
    #[command(subcommand)]
    Security(security::SecurityCommand),
    #[command(subcommand)]
    Troubleshoot(troubleshoot::TroubleshootCommand),
    #[command(subcommand)]
    Notifications(notifications::NotificationsCommand),
    #[command(subcommand)]
    Schedule(schedule::ScheduleCommand),
    Serve(serve::ServeArgs),
    #[command(subcommand)]
    Config(config::ConfigCommand),
    #[command(subcommand)]
    Generate(generate::GenerateCommand),
}

impl Command {
    /// Name of a command of whose end people are told: whole checklists, and what makes, tries or brings back backups.
    fn told(&self) -> Option<&'static str> {
        match self {
            Self::Round(period) => period.told(),
            Self::Checklist(command) => command.told(),
            Self::Backup(command) => command.told(),
            Self::Restore(args) => args.told(),
            _ => None,
        }
    }

    fn run(self, context: &Context) -> Result<Status> {
        match self {
            Self::Init(args) => init::run(&args, context),
            Self::Demo(args) => demo::run(&args, context),
            Self::Round(period) => checklist::run_period(&period, context),
            Self::Status(args) => status::run(&args, context),
            Self::Explain(args) => explain::run(&args, context),
            Self::Acknowledge(args) => acknowledge::run(&args, context),
            Self::Checklist(command) => checklist::run(&command, context),
            Self::Health(args) => health::run(&args, context),
            Self::Disk(args) => disk::run(&args, context),
            Self::Backup(command) => backup::run(&command, context),
            Self::Restore(args) => restore::run(&args, context),
            Self::Undo(args) => undo::run(&args, context),
            Self::Quarantine(command) => quarantine::run(&command, context),
            Self::Database(command) => database::run(&command, context),
            Self::Images(command) => images::run(&command, context),
            Self::Docs(command) => docs::run(&command, context),
            Self::Stats(args) => stats::run(&args, context),
            Self::Products(command) => products::run(&command, context),
            Self::Categories(command) => categories::run(&command, context),
            Self::Users(command) => users::run(&command, context),
            Self::Dependencies(command) => dependencies::run(&command, context),
            Self::Logs(command) => logs::run(&command, context),
            Self::Performance(command) => performance::run(&command, context),
            Self::Security(command) => security::run(&command, context),
            Self::Troubleshoot(command) => troubleshoot::run(&command, context),
            Self::Notifications(command) => notifications::run(&command, context),
            Self::Schedule(command) => schedule::run(&command, context),
            Self::Serve(args) => serve::run(&args, context),
            Self::Config(command) => config::run(&command, context),
            Self::Generate(command) => generate::run(&command, context),
        }
    }
}

/// The command line's definition, with the exit codes at the end of each command's help.
pub fn definition() -> clap::Command {
    fn end_with_codes(command: clap::Command) -> clap::Command {
        let mut help = command.get_after_help().map_or_else(String::new, |help| format!("{help}\n\n"));
        help.push_str("Exit codes: 0 OK, 1 warning, 2 critical or failed, 3 unknown, 64 usage,\n75 locked, 78 configuration.");
        command.after_help(help).mut_subcommands(end_with_codes)
    }
    Cli::command().mut_subcommands(end_with_codes)
}

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let parsed = definition().try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come this way too, and are no errors. Nothing is left to tell when the pipe is closed.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { error::Kind::Usage.exit_code() } else { 0 });
        }
    };
    let globals = &cli.globals;
    let printer = Printer {
        format: globals.format,
        quiet: globals.quiet,
        verbose: globals.verbose,
        color: globals.color,
    };
    let fail_on = globals.fail_on;
    let result = Environment::of_process()
        .and_then(|environment| Context::new(cli.globals.clone(), environment, printer))
        .and_then(|context| notifications::around(cli.command, context));
    match result {
        Ok(status) => ExitCode::from(fail_on.exit_code(status)),
        Err(error) if error::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            printer.error(&error);
            ExitCode::from(error::exit_code(&error))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        definition().debug_assert();
    }

    #[test]
    fn what_could_not_be_checked_fails_unless_nothing_does() {
        assert_eq!(FailOn::Critical.exit_code(Status::Unknown), 3);
        assert_eq!(FailOn::Critical.exit_code(Status::Warning), 0);
        assert_eq!(FailOn::Never.exit_code(Status::Critical), 0);
        assert_eq!(FailOn::Warning.exit_code(Status::Warning), 1);
    }
}
