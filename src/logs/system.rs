//! Triage of the system's own log: what the machine says of the site, from the journal or from syslog.

use super::errors::pasts;
use super::errors_check::local;
use super::history::Window;
use super::history::read_log;
use super::lines::Lines;
use super::memory;
use super::memory::Memory;
use super::source::SourceProblem;
use super::system_lines::Sort;
use super::system_lines::SystemLines;
use crate::config::LogsConfig;
use crate::config::SystemLog;
use crate::error::one_line;
use crate::progress::Progress;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Metric;
use crate::status::Unit;
use crate::status::kinds::LOG_SYSTEM;
use crate::system::journal;
use crate::system::journal::Journal;
use crate::units::count;
use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::path::Path;

/// Sorts of lines in a report, and examples in a finding.
const TOP: usize = 20;
const EXAMPLES: usize = 5;

const PERMISSION: &str = "add the user that runs sitekeep to the group adm: usermod -aG adm USER";

/// What the system log says of the site.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SystemReport {
    /// Start and end of the window.
    pub since: Timestamp,
    pub until: Timestamp,
    /// `journal` or the file that was read; nothing where none could be, or `[logs] system` is off.
    pub source: Option<String>,
    /// Whether `[logs] system` is off: nothing was to be read.
    pub off: bool,
    /// Words that make a line the site's.
    pub words: Vec<String>,
    /// Lines that name the site.
    pub lines: u64,
    /// Those of them that tell of trouble: priority error or worse, or words such as `failed`, `segfault`, `oom`.
    pub errors: u64,
    /// Lines of trouble by sort, most frequent first, at most 20.
    pub groups: Vec<SystemGroup>,
    /// What could not be read.
    pub problems: Vec<SourceProblem>,
    /// Why there is no memory of earlier runs, where it failed.
    pub memory_problem: Option<String>,
    #[serde(skip)]
    pub zone: TimeZone,
}

/// Lines of one sort.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SystemGroup {
    pub count: u64,
    pub first: Option<Timestamp>,
    pub last: Option<Timestamp>,
    /// The first line, from the program on.
    pub example: String,
}

/// Reads what the system log says of the site called `name`.
///
/// # Errors
/// When the words of the configuration cannot be searched for. A log that cannot be read is in the report.
pub fn triage_system(
    config: &LogsConfig,
    name: &str,
    zone: &TimeZone,
    memory: &mut Memory<'_>,
    now: Timestamp,
    progress: &dyn Progress,
) -> Result<SystemReport> {
    let mut words = config.system_words.clone();
    words.retain(|word| !word.is_empty());
    if words.is_empty() {
        words.push(name.to_owned());
    }
    let window = Window::new(config.since, now, None);
    let mut report = SystemReport {
        since: window.since(),
        until: now,
        source: None,
        off: config.system == SystemLog::Off,
        words,
        lines: 0,
        errors: 0,
        groups: Vec::new(),
        problems: Vec::new(),
        memory_problem: None,
        zone: zone.clone(),
    };
    let mut journal_problem = None;
    if matches!(config.system, SystemLog::Auto | SystemLog::Journal) {
        journal_problem = report.read_journal(&window, now, progress)?;
    }
    let files = match config.system {
        SystemLog::Auto => report.source.is_none(),
        SystemLog::File => true,
        SystemLog::Journal | SystemLog::Off => false,
    };
    let there = config.syslog.iter().any(|log| log.exists());
    if files && (there || config.system == SystemLog::File) {
        report.read_files(config, memory, now, progress)?;
    } else {
        report.problems.extend(journal_problem);
    }
    Ok(report)
}

impl SystemReport {
    fn read_journal(
        &mut self,
        window: &Window,
        now: Timestamp,
        progress: &dyn Progress,
    ) -> Result<Option<SourceProblem>> {
        let mut lines = SystemLines::new(&self.words, &self.zone, window.start, now, true)?;
        let mut broken = None;
        progress.start("read the journal", 0);
        let seen = journal::read(window.since(), &mut |reader| {
            broken = Lines::new().read(reader, 0, &mut lines, &|bytes| progress.advance(bytes)).error;
        });
        progress.finish();
        let problem = |reason: &str, remedy: &str| {
            Ok(Some(SourceProblem::new(Path::new("the journal"), reason, remedy)))
        };
        match seen {
            Ok(Journal::Read) => {
                self.take_journal(lines, broken.as_ref());
                Ok(None)
            }
            Ok(Journal::NotPermitted) => problem("this user sees only its own entries", PERMISSION),
            Ok(Journal::Empty) => problem(
                "it has no entries, and there is no syslog file",
                "set [logs] syslog to the file of the system log, or system = \"off\"",
            ),
            Err(error) => problem(
                &one_line(&error),
                "set [logs] syslog to the file of the system log, or system = \"off\"",
            ),
        }
    }

    fn take_journal(&mut self, lines: SystemLines, broken: Option<&std::io::Error>) {
        let mut problem = |reason: String| {
            let remedy = "look at it by hand: journalctl --all --since yesterday";
            self.problems.push(SourceProblem::new(Path::new("the journal"), reason, remedy));
        };
        if let Some(error) = broken {
            problem(format!("it broke off: {error}"));
        }
        if lines.unread > 0 {
            problem(format!("{} could not be understood", entries(lines.unread)));
        }
        self.take("journal".into(), lines);
    }

    /// Reads the first file that is there.
    fn read_files(
        &mut self,
        config: &LogsConfig,
        memory: &mut Memory<'_>,
        now: Timestamp,
        progress: &dyn Progress,
    ) -> Result<()> {
        let Some(log) = config.syslog.iter().find(|log| log.exists()).or(config.syslog.first()) else {
            let remedy = "set [logs] syslog to the file of the system log, or system = \"off\"";
            self.problems.push(SourceProblem::new(Path::new("the system log"), "none is configured", remedy));
            return Ok(());
        };
        let mut memory_problem = None;
        let logs = std::slice::from_ref(log);
        let (pasts, window) = pasts(logs, config, memory, now, &mut memory_problem);
        let mut lines = SystemLines::new(&self.words, &self.zone, window.start, now, false)?;
        let past = pasts.into_iter().next().unwrap_or_default();
        let outcome = read_log(log, &past, &window, progress, &mut lines);
        self.since = window.since();
        self.problems.extend(outcome.problems);
        if lines.strange && !lines.recognised {
            let remedy = "set [logs] syslog to a file that rsyslog or syslog-ng writes";
            self.problems.push(SourceProblem::new(log, "no line begins with a time of syslog", remedy));
        } else if outcome.read {
            self.take(log.display().to_string(), lines);
        }
        let checkpoints: Vec<_> = outcome
            .checkpoint
            .map(|checkpoint| (log.display().to_string(), checkpoint))
            .into_iter()
            .collect();
        memory.note(now, checkpoints, Vec::new());
        self.memory_problem = memory_problem;
        Ok(())
    }

    fn take(&mut self, source: String, lines: SystemLines) {
        let time = |time: Option<i64>| Timestamp::from_microsecond(time?).ok();
        let mut sorts: Vec<Sort> = lines.sorts;
        sorts.sort_by_key(|sort| std::cmp::Reverse(sort.count));
        self.source = Some(source);
        self.lines = lines.lines;
        self.errors = lines.troubled;
        self.groups = sorts
            .into_iter()
            .take(TOP)
            .map(|sort| SystemGroup {
                count: sort.count,
                first: time(sort.first),
                last: time(sort.last),
                example: sort.example,
            })
            .collect();
    }

    /// WARNING when lines about the site tell of trouble, UNKNOWN when the log could not be read; OK, and why,
    /// when it is off.
    pub fn check(&self) -> Check {
        let mut check = Check::default();
        if self.off {
            check.add(Finding::ok(&LOG_SYSTEM, "system log", "not looked at: [logs] system is off"));
        }
        if let Some(source) = &self.source {
            let since = local(self.since, &self.zone);
            let words = self.words.join(", ");
            let finding = match self.groups.first() {
                None => {
                    let lines = count(self.lines, "line");
                    let message = format!("no trouble in {lines} that name {words} since {since}");
                    Finding::ok(&LOG_SYSTEM, source, message)
                }
                Some(first) => {
                    let lines = count(self.errors, "line");
                    let message = format!(
                        "{lines} of trouble that name {words} since {since}; most often ({}): {}",
                        first.count, first.example
                    );
                    let examples: Vec<&str> =
                        self.groups.iter().take(EXAMPLES).map(|group| group.example.as_str()).collect();
                    Finding::warning(&LOG_SYSTEM, source, message)
                        .with("examples", examples)
                        .remedy("journalctl -u UNIT, or the log itself, shows what came before")
                }
            };
            check.add(finding.with("errors", self.errors).with("lines", self.lines));
            #[expect(clippy::cast_precision_loss, reason = "a metric needs no 53 bits")]
            check.measure(Metric::new("log_system_errors", "system", self.errors as f64, Unit::Count));
        }
        self.problems.iter().for_each(|problem| check.add(problem.finding()));
        check.findings.extend(self.memory_problem.as_deref().map(memory::finding));
        check
    }
}

fn entries(number: u64) -> String {
    if number == 1 { "1 entry".to_owned() } else { format!("{number} entries") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;
    use crate::status::Status;
    use std::fs::File;
    use std::io::Write;

    fn report(config: &LogsConfig) -> SystemReport {
        let now = "2026-11-23T06:00:00Z".parse().expect("a time");
        triage_system(config, "niasotac", &TimeZone::UTC, &mut Memory::Absent, now, &Silent).expect("triage")
    }

    #[test]
    fn the_first_syslog_file_that_is_there_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = folder.path().join("messages");
        let text = b"Nov 23 00:46:56 web gunicorn[81]: niasotac worker failed\nNov 23 00:46:57 web x: fine\n";
        File::create(&log).expect("create").write_all(text).expect("write");
        let syslog = vec![folder.path().join("syslog"), log.clone()];
        let config = LogsConfig { system: SystemLog::File, syslog, ..LogsConfig::default() };
        let report = report(&config);
        assert_eq!(report.source, Some(log.display().to_string()));
        let check = report.check();
        assert_eq!(check.status(), Status::Warning);
        assert_eq!(
            check.findings[0].message,
            "1 line of trouble that name niasotac since 2026-11-22 06:00; most often (1): gunicorn[81]: niasotac worker failed"
        );
    }

    #[test]
    fn a_system_log_that_cannot_be_read_is_unknown_and_off_is_off() {
        let syslog = vec!["/nonexistent/syslog".into()];
        let config = LogsConfig { system: SystemLog::File, syslog, ..LogsConfig::default() };
        let check = report(&config).check();
        assert_eq!((check.findings[0].id, check.status()), ("LOGS-006", Status::Unknown));
        let config = LogsConfig { system: SystemLog::Off, ..LogsConfig::default() };
        let check = report(&config).check();
        assert_eq!((check.status(), check.findings[0].data.len()), (Status::Ok, 0));
    }

    #[test]
    fn a_journal_that_breaks_off_or_cannot_be_understood_is_unknown() {
        let config = LogsConfig { system: SystemLog::Off, ..LogsConfig::default() };
        let now: Timestamp = "2026-11-23T06:00:00Z".parse().expect("a time");
        for (text, broken, told) in [
            ("{\"MESSAGE\":\"niasotac fine\"}\n", true, "not read: it broke off: planted"),
            ("{\"MESSAGE\":\"niasotac fi\n", false, "not read: 1 entry could not be understood"),
            (
                "{\"MESSAGE\":null,\"UNIT\":\"niasotac\"}\n",
                false,
                "not read: 1 entry could not be understood",
            ),
        ] {
            let mut report = SystemReport { off: false, ..report(&config) };
            let mut lines = SystemLines::new(&report.words, &TimeZone::UTC, 0, now, true).expect("words");
            let end = Lines::new().read(&mut text.as_bytes(), 0, &mut lines, &|_| ());
            assert!(end.error.is_none());
            let broken = broken.then(|| std::io::Error::other("planted"));
            report.take_journal(lines, broken.as_ref());
            let check = report.check();
            assert_eq!(check.status(), Status::Unknown, "{text}");
            assert_eq!(check.findings[1].message, told);
        }
    }
}
