//! `[logs]`: which logs are read, how their lines are written, and what counts as unusual.

use crate::units::Percent;
use serde::Deserialize;
use serde::Serialize;
use std::path::PathBuf;
use std::time::Duration;

/// Where the system's own log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SystemLog {
    /// The journal where `journalctl` answers, else the first of `syslog` that exists.
    #[default]
    Auto,
    Journal,
    File,
    Off,
}

/// What the request time at the end of an access log's line counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RequestTime {
    /// A number with a decimal point is seconds (nginx `$request_time`, gunicorn `%(L)s`), a whole one microseconds
    /// (gunicorn `%(D)s`).
    #[default]
    Auto,
    Seconds,
    Milliseconds,
    Microseconds,
}

/// Logs and limits (guide: Quotidienne 2, Analyser les logs).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogsConfig {
    /// Django's log files; rotated neighbours (`.1`, `.2.gz`, `-20261122.gz`) are read with them.
    pub django: Vec<PathBuf>,
    /// Format strings of the Django log, in `{` or `%` style; the guide's and the application's are known.
    pub formats: Vec<String>,
    /// Access logs of gunicorn or nginx in the combined or common format; a request time may follow.
    pub access: Vec<PathBuf>,
    /// Unit of the request time at the end of the lines of the access logs.
    pub request_time: RequestTime,
    /// Time from which a request is slow.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub slow_request: Duration,
    pub system: SystemLog,
    /// Files of the system log, where there is no journal.
    pub syslog: Vec<PathBuf>,
    /// Words that make a line of the system log the site's; without them, the site's name.
    pub system_words: Vec<String>,
    /// How far back every run looks: errors, rates and logins are judged within this window.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub since: Duration,
    /// Number of errors within the window from which they are critical.
    pub errors_critical: u64,
    /// Share of 404 answers from which to warn.
    pub not_found_warning: Percent,
    /// Share of 5xx answers from which to warn.
    pub server_error_warning: Percent,
    pub server_error_critical: Percent,
    /// Length of the stretch in which a burst of 5xx answers is looked for.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub burst_window: Duration,
    /// 5xx answers within the stretch below which it is no burst, however few requests there were.
    pub burst_errors: u64,
    /// Requests below which a share says nothing; `burst_errors` answers of 5xx are told all the same.
    pub minimum_requests: u64,
    /// Path whose POST is an admin login.
    pub login_path: String,
    /// Failed logins from one address within the window from which to warn.
    pub login_warning: u64,
    pub login_critical: u64,
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub login_window: Duration,
    /// Folders whose old logs `logs clean` compresses and removes; the logs above are never among them. Without any,
    /// `/var/log/NAME`, filled in when the settings are loaded.
    pub clean: Vec<PathBuf>,
    /// Days after which a log is removed.
    pub clean_days: u32,
    /// Days after which it is compressed; 0 leaves it as it is.
    pub compress_days: u32,
}

impl Default for LogsConfig {
    fn default() -> Self {
        Self {
            django: vec!["/var/log/niasotac/django.log".into()],
            formats: Vec::new(),
            access: Vec::new(),
            request_time: RequestTime::Auto,
            slow_request: Duration::from_secs(1),
            system: SystemLog::Auto,
            syslog: vec!["/var/log/syslog".into(), "/var/log/messages".into()],
            system_words: Vec::new(),
            since: Duration::from_hours(24),
            errors_critical: 100,
            not_found_warning: Percent(10.0),
            server_error_warning: Percent(1.0),
            server_error_critical: Percent(5.0),
            burst_window: Duration::from_mins(5),
            burst_errors: 5,
            minimum_requests: 50,
            login_path: "/admin/login/".into(),
            login_warning: 5,
            login_critical: 20,
            login_window: Duration::from_mins(10),
            clean: Vec::new(),
            clean_days: 30,
            compress_days: 0,
        }
    }
}

impl LogsConfig {
    pub(super) fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        self.django.iter_mut().chain(&mut self.access).chain(&mut self.syslog).chain(&mut self.clean)
    }
}
