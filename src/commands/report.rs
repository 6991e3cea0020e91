//! Running a selection of items and reporting it: what `daily`, `health`, `disk` and `logs` share.

use super::Context;
use super::acknowledge;
use super::backup;
use super::notifications;
use super::site;
use crate::acknowledge::Acknowledgements;
use crate::checklist;
use crate::checklist::Item;
use crate::checklist::Round;
use crate::config::Config;
use crate::error;
use crate::output::Bar;
use crate::output::ItemReport;
use crate::output::Report;
use crate::state::Run;
use crate::state::State;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use crate::system::interrupt::Interrupt;
use crate::system::random;
use anyhow::Result;
use clap::Args;
use jiff::SignedDuration;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

/// Options of every command that reports findings.
#[derive(Debug, Clone, Args)]
pub(super) struct ReportArgs {
    /// Write the report to this file, atomically, instead of printing it
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

/// What is to be run and reported.
#[derive(Debug)]
pub(super) struct Job<'a> {
    pub(super) command: &'a str,
    pub(super) items: &'a [&'static Item],
    pub(super) skipped: Vec<String>,
    /// Whether later runs compare with this one.
    pub(super) remembers: bool,
    /// How far back logs are read, where it is not as configured.
    pub(super) since: Option<Duration>,
}

/// Runs the items, records the run, prints the report and returns its status.
///
/// # Errors
/// When the settings are wrong or the report cannot be printed; a failing item is a finding.
pub(super) fn run(
    command: &str,
    items: &[&'static Item],
    skipped: Vec<String>,
    args: &ReportArgs,
    context: &Context,
) -> Result<Status> {
    // Only the checklist is a round that the next one continues; other commands just look.
    let job = Job { command, items, skipped, remembers: command == "daily", since: None };
    run_job(job, args, context)
}

/// Does what [`run`] does, with what only some commands choose.
///
/// # Errors
/// As [`run`].
pub(super) fn run_job(job: Job<'_>, args: &ReportArgs, context: &Context) -> Result<Status> {
    // Before anything is looked at and recorded: nobody would be told.
    context.printer.refuse_lists()?;
    let mut loaded = context.load_site()?;
    if let Some(since) = job.since {
        loaded.config.logs.since = since;
    }
    let config = &loaded.config;
    let changes = job.items.iter().any(|item| item.changes);
    let (lock, mut record) = if changes {
        let (lock, record) = site::begin(config, job.command, context)?;
        (Some(lock), record)
    } else {
        (None, Record::open(config, context))
    };
    record.partial = !job.remembers;
    // What was looked at otherwise than configured is not the item done; nor is what a person does by being asked for.
    if job.since.is_none() {
        record.ran = job.items.iter().filter(|item| !item.is_signed()).map(|item| item.id).collect();
    }
    // What only looks may end at any moment; what changes something ends where that does no harm.
    let interrupt = if changes { Interrupt::listen()? } else { Interrupt::default() };
    let bar = Bar::that_hears(context.printer.quiet, interrupt);
    let mut keeper = if changes { Some(backup::Keeper::new(config, &bar, context)?) } else { None };
    let mut round = Round::new(config, record.state.as_mut(), context.now, &bar);
    round.remembers = job.remembers;
    round.keeper = keeper.as_mut().map(|keeper| keeper as &mut dyn checklist::Keeper);
    let ran = checklist::run(job.items, &mut round);
    let notes = std::mem::take(&mut round.notes);
    drop(round);
    drop(lock);
    record.partial |= ran.stopped.is_some();
    let status = record.tell(job.command, job.skipped, ran.reports, config, args, context)?;
    if let Some(stopped) = ran.stopped {
        return Err(stopped);
    }
    let remembered = record.state.as_mut().map_or(Ok(()), |state| notes.commit(state));
    Ok(match remembered {
        Ok(()) => status,
        Err(error) => {
            let told = format!("what was told as new will be told again: {}", error::one_line(&error));
            context.printer.warning(&told);
            status.max(Status::Warning)
        }
    })
}

/// The record of one run: the state, opened when the run begins, and written when it is told.
pub(super) struct Record {
    /// Missing when it cannot be opened; that is told with the rest.
    pub(super) state: Option<State>,
    /// What comes before the items of the command itself.
    pub(super) items: Vec<ItemReport>,
    /// What stands above the items where people read.
    pub(super) summary: String,
    /// Items of the checklists that this run carries out.
    pub(super) ran: Vec<&'static str>,
    /// Whether the run is of some items only.
    pub(super) partial: bool,
    problem: Option<anyhow::Error>,
    /// Begin of the work, where that came before the record.
    pub(super) begin: Instant,
    /// Identifier of this run.
    pub(super) run_id: String,
}

impl Record {
    pub(super) fn open(config: &Config, context: &Context) -> Self {
        let begin = Instant::now();
        let (state, problem) = match context.state(config) {
            Ok(state) => (Some(state), None),
            Err(problem) => (None, Some(problem)),
        };
        Self {
            state,
            items: Vec::new(),
            summary: String::new(),
            ran: Vec::new(),
            partial: false,
            problem,
            begin,
            run_id: random::run_id(context.now),
        }
    }

    /// Records what was found, prints it, and returns its status.
    ///
    /// # Errors
    /// When the report cannot be printed.
    pub(super) fn tell(
        &mut self,
        command: &str,
        skipped: Vec<String>,
        items: Vec<ItemReport>,
        config: &Config,
        args: &ReportArgs,
        context: &Context,
    ) -> Result<Status> {
        let mut report = Report {
            run_id: self.run_id.clone(),
            site: config.site.name.clone(),
            command: command.to_owned(),
            zone: config.time_zone(),
            started_at: context.now,
            finished_at: context.now + SignedDuration::try_from(self.begin.elapsed()).unwrap_or_default(),
            summary: std::mem::take(&mut self.summary),
            items: self.items.drain(..).chain(items).collect(),
            skipped,
        };
        report.items.extend(notifications::undelivered(self.state.as_ref(), context));
        let acknowledgements = acknowledgements(config, context);
        if let Some(problems) = acknowledge::mark(&mut report, &acknowledgements) {
            report.items.push(problems);
        }
        let problem = match &mut self.state {
            Some(state) => record(state, &report, self.partial, &self.ran).err(),
            None => self.problem.take(),
        };
        if let Some(problem) = problem {
            report.items.push(unrecorded(&problem));
            acknowledge::mark(&mut report, &acknowledgements);
        }
        let printed = context.printer.report(&report, args.output.as_deref());
        notifications::finished(&report, config, self.state.as_mut(), context);
        printed?;
        Ok(report.status())
    }
}

/// What is acknowledged on this site.
///
/// # Errors
/// When the file cannot be read.
pub(super) fn acknowledgements(config: &Config, context: &Context) -> Result<Acknowledgements> {
    let today = context.now.to_zoned(config.time_zone()).date();
    Acknowledgements::read(&context.state_folder(config)?, today)
}

fn record(state: &mut State, report: &Report, partial: bool, ran: &[&'static str]) -> Result<()> {
    let run = Run {
        id: report.run_id.clone(),
        command: report.command.clone(),
        started_at: report.started_at,
        finished_at: report.finished_at,
        status: report.status(),
        partial,
    };
    state.record_run(&run, report.findings())?;
    let items = report.items.iter().filter(|item| ran.contains(&item.id));
    state.record_items(&run.id, run.started_at, items.map(|item| (item.id, item.found())))?;
    state.record_metrics(report.started_at, report.metrics())
}

/// The checks are true without a record, but growth and what is new cannot be told next time.
fn unrecorded(problem: &anyhow::Error) -> ItemReport {
    let finding = Finding::warning(
        &kinds::STATE_UNAVAILABLE,
        "state",
        format!("this run is not recorded: {}", error::one_line(problem)),
    );
    let finding = match error::hints(problem).first() {
        Some(hint) => finding.remedy(*hint),
        None => finding,
    };
    ItemReport {
        id: "state",
        title: "Record of this run",
        line: "sitekeep",
        duration: SignedDuration::ZERO,
        findings: vec![finding],
        metrics: Vec::new(),
    }
}
