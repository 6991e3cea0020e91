//! Triage of the access logs, read once: rates of 404 and 5xx, bursts, failed logins, slow requests.

use super::access_line::AccessLine;
use super::bursts::Burst;
use super::bursts::Bursts;
use super::errors::ErrorReport;
use super::errors::pasts;
use super::errors_check::local;
use super::history::After;
use super::history::Events;
use super::history::Window;
use super::history::read_log;
use super::lines::Line;
use super::lines::Sink;
use super::logins::LoginAttempts;
use super::logins::Logins;
use super::logins::merge;
use super::memory::Memory;
use super::slow::PathCount;
use super::slow::PerPath;
use super::slow::Slow;
use super::slow::SlowRequests;
use super::source::SourceProblem;
use super::stamp::Clock;
use crate::config::LogsConfig;
use crate::config::RequestTime;
use crate::progress::Progress;
use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::path::Path;

/// Lines at the end that may be in no known format: a crash leaves a few, a server that writes another format many.
const STRANGE: u64 = 20;

/// A day in microseconds.
const DAY: i64 = 86_400_000_000;

/// What the access logs say of the window.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AccessReport {
    /// Start and end of the window.
    pub since: Timestamp,
    pub until: Timestamp,
    /// Logs that were read, each with its rotated neighbours.
    pub logs: Vec<AccessLog>,
    /// Addresses with failed logins, over all logs: those that got in first, then most failures.
    pub logins: Vec<LoginAttempts>,
    pub failed_logins: u64,
    /// What could not be read.
    pub problems: Vec<SourceProblem>,
    /// Why there is no memory of earlier runs, where it failed.
    pub memory_problem: Option<String>,
    #[serde(skip)]
    pub zone: TimeZone,
}

impl AccessReport {
    /// Takes in what the Django logs tell of failed logins. Both write down the same ones, so that of each address the log
    /// that saw most counts.
    pub fn add_logins_of(&mut self, django: ErrorReport) {
        merge(&mut self.logins, django.logins);
        self.failed_logins = self.failed_logins.max(django.failed_logins);
    }
}

/// Requests of one log within the window.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AccessLog {
    pub log: String,
    /// Requests of visitors; sitekeep's own would dilute what they saw.
    pub requests: u64,
    /// Answers with the status 404.
    pub not_found: u64,
    /// Answers with a status from 500 on.
    pub server_errors: u64,
    /// Paths of the 404 and 5xx answers, most first, at most 20.
    pub not_found_paths: Vec<PathCount>,
    pub server_error_paths: Vec<PathCount>,
    /// The stretch with unusually many 5xx answers, if there was one.
    pub burst: Option<Burst>,
    pub slow: SlowRequests,
}

/// Reads the access logs; times without a zone are in `zone`, the site's.
///
/// # Errors
/// Never for a log that cannot be read: that is in the report.
pub fn triage_access(
    config: &LogsConfig,
    zone: &TimeZone,
    memory: &mut Memory<'_>,
    now: Timestamp,
    progress: &dyn Progress,
) -> Result<AccessReport> {
    let mut memory_problem = None;
    let (pasts, window) = pasts(&config.access, config, memory, now, &mut memory_problem);
    let mut report = AccessReport {
        since: window.since(),
        until: now,
        logs: Vec::new(),
        logins: Vec::new(),
        failed_logins: 0,
        problems: Vec::new(),
        memory_problem: None,
        zone: zone.clone(),
    };
    if config.access.is_empty() {
        let remedy = "set [logs] access to the file of gunicorn's --access-logfile or nginx's access_log; where there is \
                      none, leave the check out: [checklist] items = [{ id = \"logs.access\", drop = true }]";
        let reason = "none is configured, so error rates and failed logins are not seen";
        report.problems.push(SourceProblem::new(Path::new("the access log"), reason, remedy));
    }
    let mut checkpoints = Vec::new();
    for (log, past) in config.access.iter().zip(&pasts) {
        let mut counts = Counts::new(config, zone, &window);
        let outcome = read_log(log, past, &window, progress, &mut counts);
        let name = log.display().to_string();
        report.problems.extend(outcome.problems);
        if outcome.read
            && let Some((reason, remedy)) = counts.problem(&window)
        {
            report.problems.push(SourceProblem::new(log, reason, remedy));
        } else if outcome.read {
            report.failed_logins = report.failed_logins.max(counts.logins.failed);
            let (log, logins) = counts.finish(name.clone());
            report.logs.push(log);
            merge(&mut report.logins, logins);
        }
        checkpoints.extend(outcome.checkpoint.map(|checkpoint| (name, checkpoint)));
    }
    let merged = report.logins.iter().map(|login| login.failed).sum();
    report.failed_logins = report.failed_logins.max(merged);
    memory.note(now, checkpoints, Vec::new());
    report.memory_problem = memory_problem;
    Ok(report)
}

/// Counts the requests of one log.
struct Counts {
    clock: Clock,
    window_start: i64,
    request_time: RequestTime,
    recognised: bool,
    /// Lines behind the last that was recognised, or all of them.
    strange: u64,
    /// Whether a line lies in the window.
    current: bool,
    requests: u64,
    not_found: u64,
    server_errors: u64,
    not_found_paths: PerPath<u64>,
    server_error_paths: PerPath<u64>,
    bursts: Bursts,
    logins: Logins,
    slow: Slow,
}

impl Counts {
    fn new(config: &LogsConfig, zone: &TimeZone, window: &Window) -> Self {
        Self {
            clock: Clock::new(zone),
            window_start: window.start,
            request_time: config.request_time,
            recognised: false,
            strange: 0,
            current: false,
            requests: 0,
            not_found: 0,
            server_errors: 0,
            not_found_paths: PerPath::new(),
            server_error_paths: PerPath::new(),
            bursts: Bursts::new(config, window.start, window.end),
            logins: Logins::new(config),
            slow: Slow::new(config.slow_request),
        }
    }

    /// Why the lines allow no verdict, and what to do.
    fn problem(&self, window: &Window) -> Option<(String, &'static str)> {
        let format = "let the server write the combined format: gunicorn --access-logfile, nginx access_log … combined";
        if !self.recognised && self.strange > 0 {
            return Some(("no line is in the combined or common format".to_owned(), format));
        }
        if self.strange > STRANGE {
            let reason = format!("its last {} lines are not in the combined or common format", self.strange);
            return Some((reason, format));
        }
        // The daily checks visit the site themselves, so a day without a line is no quiet day; an hour may be.
        let whole_day = window.end.saturating_sub(window.start) >= DAY;
        (!self.current && whole_day).then(|| {
            let since = local(window.since(), self.clock.zone());
            let remedy =
                "set [logs] access to the log that the server writes; visit the site, and see that it grows";
            (
                format!("nothing was written since {since}; is it still the log that the server writes?"),
                remedy,
            )
        })
    }

    fn finish(self, log: String) -> (AccessLog, Vec<LoginAttempts>) {
        let log = AccessLog {
            log,
            requests: self.requests,
            not_found: self.not_found,
            server_errors: self.server_errors,
            not_found_paths: self.not_found_paths.most(),
            server_error_paths: self.server_error_paths.most(),
            burst: self.bursts.worst(),
            slow: self.slow.finish(),
        };
        (log, self.logins.finish())
    }
}

impl Counts {
    fn answer(&mut self, request: &AccessLine<'_>, time: i64) {
        self.requests += 1;
        let failed = request.status >= 500;
        self.bursts.count(time, failed);
        if failed {
            self.server_errors += 1;
            *self.server_error_paths.entry(request.path) += 1;
        } else if request.status == 404 {
            self.not_found += 1;
            *self.not_found_paths.entry(request.path) += 1;
        }
    }
}

impl Sink for Counts {
    #[inline]
    fn line(&mut self, line: Line<'_>) {
        let Some(request) = AccessLine::parse(line.bytes) else {
            self.strange += u64::from(line.finished && !line.bytes.trim_ascii().is_empty());
            return;
        };
        self.recognised = true;
        self.strange = 0;
        let time = self.clock.microseconds(request.stamp);
        if time < self.window_start {
            return;
        }
        self.current = true;
        if !request.is_own() {
            self.answer(&request, time);
        }
        if self.logins.concerns(request.method, request.path) {
            self.logins.attempt(request.address, time, request.status);
        }
        if let Some(microseconds) = request.request_time(self.request_time) {
            self.slow.add(request.path, microseconds);
        }
    }
}

impl Events for Counts {
    fn begin(&mut self, _after: After) {}

    fn last_event(&self) -> Option<u64> {
        None
    }
}
