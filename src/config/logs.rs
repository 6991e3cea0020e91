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

/// Logs and limits (guide: Quotidienne 2, Analyser les logs).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogsConfig {
    /// Django's log files; rotated neighbours (`.1`, `.2.gz`, `-20261122.gz`) are read with them.
    pub django: Vec<PathBuf>,
    /// Format strings of the Django log, in `{` or `%` style; the guide's and the application's are known.
    pub formats: Vec<String>,
    /// Access logs of gunicorn or nginx in the combined format.
    pub access: Vec<PathBuf>,
    pub system: SystemLog,
    /// Files of the system log, where there is no journal.
    pub syslog: Vec<PathBuf>,
    /// Words that make a line of the system log the site's; without them, the site's name.
    pub system_words: Vec<String>,
    /// How far back the first run looks, and the window of the rates.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub since: Duration,
    /// Number of errors since the last run from which they are critical.
    pub errors_critical: u64,
    /// Share of 404 answers from which to warn.
    pub not_found_warning: Percent,
    /// Share of 5xx answers from which to warn.
    pub server_error_warning: Percent,
    pub server_error_critical: Percent,
    /// Requests below which a share says nothing.
    pub minimum_requests: u64,
    /// Path whose POST is an admin login.
    pub login_path: String,
    /// Failed logins from one address within the window from which to warn.
    pub login_warning: u64,
    pub login_critical: u64,
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub login_window: Duration,
}

impl Default for LogsConfig {
    fn default() -> Self {
        Self {
            django: vec!["/var/log/niasotac/django.log".into()],
            formats: Vec::new(),
            access: Vec::new(),
            system: SystemLog::Auto,
            syslog: vec!["/var/log/syslog".into(), "/var/log/messages".into()],
            system_words: Vec::new(),
            since: Duration::from_hours(24),
            errors_critical: 100,
            not_found_warning: Percent(10.0),
            server_error_warning: Percent(1.0),
            server_error_critical: Percent(5.0),
            minimum_requests: 50,
            login_path: "/admin/login/".into(),
            login_warning: 5,
            login_critical: 20,
            login_window: Duration::from_mins(10),
        }
    }
}

impl LogsConfig {
    pub(super) fn paths_mut(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        self.django.iter_mut().chain(&mut self.access).chain(&mut self.syslog)
    }
}
