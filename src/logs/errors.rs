//! Triage of the Django logs: errors of the window in groups, and which of them nobody has seen before.

use super::django::DjangoEvents;
use super::formats::Formats;
use super::groups::Group;
use super::history::Window;
use super::history::read_log;
use super::level::Level;
use super::lines::bounded;
use super::logins::LoginAttempts;
use super::logins::Logins;
use super::memory;
use super::memory::Memory;
use super::memory::noted;
use super::source::SourceProblem;
use crate::config::LogsConfig;
use crate::progress::Progress;
use crate::state::LogCheckpoint;
use crate::state::LogGroup;
use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::path::Path;
use std::path::PathBuf;

/// Longest title of a group, in bytes.
pub(super) const TITLE: usize = 240;

/// What the Django logs say of the window.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ErrorReport {
    /// Start and end of the window.
    pub since: Timestamp,
    pub until: Timestamp,
    /// When these logs were triaged last; nothing at the first run and without memory.
    pub last_run: Option<Timestamp>,
    /// Logs that were read, each with its rotated neighbours.
    pub logs: Vec<String>,
    /// Events of level ERROR and CRITICAL.
    pub errors: u64,
    pub warnings: u64,
    /// Worst first: CRITICAL before ERROR, new before known, frequent before rare.
    pub groups: Vec<ErrorGroup>,
    pub slow_queries: SlowQueries,
    /// Failed logins that the site's own loggers tell, as those of `logs config` do.
    pub failed_logins: u64,
    pub logins: Vec<LoginAttempts>,
    /// What could not be read.
    pub problems: Vec<SourceProblem>,
    /// Why there is no memory of earlier runs, where it failed.
    pub memory_problem: Option<String>,
    #[serde(skip)]
    pub zone: TimeZone,
}

/// Errors of one cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorGroup {
    /// The same in every run: of logger, exception and message.
    pub fingerprint: String,
    pub level: Level,
    /// Logger, or the module where the format names no logger.
    pub logger: String,
    /// Full name of the exception's class.
    pub exception: Option<String>,
    /// The message with its numbers, identifiers and quoted parts replaced.
    pub message: String,
    /// Exception and its message in the first event: `TemplateDoesNotExist: index.html`.
    pub detail: Option<String>,
    pub count: u64,
    /// Times of the first and the last event, where the log has times.
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    /// Events after the last run; nothing without memory.
    pub since_last_run: Option<u64>,
    /// Whether no earlier run has seen the group; nothing without memory.
    pub new: Option<bool>,
    /// Log of the first event.
    pub log: String,
    /// The first event in full, with its traceback, up to 8 KB.
    pub example: String,
}

impl ErrorGroup {
    /// The group in one line: `log: Internal Server Error: / (TemplateDoesNotExist: index.html)`.
    pub fn title(&self) -> String {
        self.named(self.detail.as_deref())
    }

    /// Logger, message and exception without its own message: the same in every run.
    pub fn subject(&self) -> String {
        self.named(self.exception.as_deref().and_then(|class| class.rsplit('.').next()))
    }

    fn named(&self, exception: Option<&str>) -> String {
        let mut name = bounded(&self.message, TITLE).to_owned();
        if !self.logger.is_empty() {
            name = format!("{}: {name}", self.logger);
        }
        match exception {
            Some(exception) => format!("{name} ({})", bounded(exception, TITLE)),
            None => name,
        }
    }

    fn new(group: Group, new: Option<bool>) -> Self {
        let time = |time: Option<i64>| Timestamp::from_microsecond(time?).ok();
        Self {
            fingerprint: group.fingerprint,
            level: group.level,
            logger: group.logger,
            exception: group.exception,
            message: group.message,
            detail: group.detail,
            count: group.count,
            first: time(group.first),
            last: time(group.last),
            since_last_run: new.map(|_| group.after_last_run),
            new,
            log: group.log,
            example: group.example,
        }
    }
}

/// Lines with the words `slow query` or `slow request`, which the site's own loggers may write.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SlowQueries {
    pub count: u64,
    pub examples: Vec<String>,
}

/// Reads the Django logs and groups their errors; times without a zone are in `zone`, the site's.
///
/// # Errors
/// When a configured format makes no sense. Logs that cannot be read are in the report.
pub fn triage_django(
    config: &LogsConfig,
    zone: &TimeZone,
    memory: &mut Memory<'_>,
    now: Timestamp,
    progress: &dyn Progress,
) -> Result<ErrorReport> {
    let formats = Formats::new(&config.formats)?;
    let mut memory_problem = None;
    let (pasts, window) = pasts(&config.django, config, memory, now, &mut memory_problem);
    let mut events = DjangoEvents::new(&formats, zone, window.start);
    events.logins = Logins::new(config);
    let mut report = ErrorReport {
        since: window.since(),
        until: now,
        last_run: window.last_run,
        logs: Vec::new(),
        errors: 0,
        warnings: 0,
        groups: Vec::new(),
        slow_queries: SlowQueries::default(),
        failed_logins: 0,
        logins: Vec::new(),
        problems: Vec::new(),
        memory_problem: None,
        zone: zone.clone(),
    };
    if config.django.is_empty() {
        let remedy = "set [logs] django to the file that LOGGING in settings.py writes (sitekeep logs config writes one); \
                      where there is none, leave the check out: [checklist] items = [{ id = \"logs.errors\", drop = true }]";
        report.problems.push(SourceProblem::new(Path::new("the Django log"), "none is configured", remedy));
    }
    let mut checkpoints = Vec::new();
    for (log, past) in config.django.iter().zip(&pasts) {
        let name = log.display().to_string();
        events.begin_log(&name);
        let outcome = read_log(log, past, &window, progress, &mut events);
        events.close();
        report.problems.extend(outcome.problems);
        if let Some(reason) = events.problem() {
            let remedy = "set [logs] formats to the format string in LOGGING of settings.py";
            report.problems.push(SourceProblem::new(log, reason, remedy));
        } else if outcome.read {
            report.logs.push(name.clone());
        }
        checkpoints.extend(outcome.checkpoint.map(|checkpoint| (name, checkpoint)));
    }
    report.errors = events.errors;
    report.warnings = events.warnings;
    report.slow_queries = events.slow_queries;
    report.failed_logins = events.logins.failed;
    report.logins = events.logins.finish();
    let groups = events.groups.list;
    let remembered: Vec<LogGroup> = groups.iter().filter_map(|group| remembered(group, now)).collect();
    for group in groups {
        let known = noted(memory.knows_group(&group.fingerprint), &mut memory_problem);
        let new = (!memory.is_absent() && memory_problem.is_none()).then_some(!known);
        report.groups.push(ErrorGroup::new(group, new));
    }
    report.groups.sort_by_key(|group| {
        (group.level < Level::Critical, group.new != Some(true), u64::MAX - group.count, group.first)
    });
    memory.note(now, checkpoints, remembered);
    report.memory_problem = memory_problem;
    Ok(report)
}

/// Checkpoints of each log, and the window that follows from the last run.
pub(super) fn pasts(
    logs: &[PathBuf],
    config: &LogsConfig,
    memory: &Memory<'_>,
    now: Timestamp,
    problem: &mut Option<String>,
) -> (Vec<Vec<LogCheckpoint>>, Window) {
    let pasts: Vec<Vec<LogCheckpoint>> =
        logs.iter().map(|log| noted(memory.checkpoints(&log.display().to_string(), now), problem)).collect();
    let last_run = pasts.iter().filter_map(|past| past.first()).map(|checkpoint| checkpoint.at).max();
    (pasts, Window::new(config.since, now, last_run))
}

fn remembered(group: &Group, now: Timestamp) -> Option<LogGroup> {
    let time =
        |time: Option<i64>| time.and_then(|time| Timestamp::from_microsecond(time).ok()).unwrap_or(now);
    (group.to_remember > 0).then(|| LogGroup {
        fingerprint: group.fingerprint.clone(),
        first_seen: time(group.first),
        last_seen: time(group.last),
        total: group.to_remember,
    })
}

impl ErrorReport {
    /// The memory's failure as a finding, where it failed.
    pub(super) fn memory_finding(&self) -> Option<crate::status::Finding> {
        self.memory_problem.as_deref().map(memory::finding)
    }
}
