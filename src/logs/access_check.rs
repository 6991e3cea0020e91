//! What the daily checklist says of the access logs.

use super::access::AccessLog;
use super::access::AccessReport;
use super::errors_check::local;
use super::logins::LoginAttempts;
use super::memory;
use super::slow::PathCount;
use crate::config::LogsConfig;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Kind;
use crate::status::Metric;
use crate::status::Status;
use crate::status::Unit;
use crate::status::kinds::LOG_LOGINS;
use crate::status::kinds::LOG_NOT_FOUND;
use crate::status::kinds::LOG_SERVER_ERRORS;
use crate::units::Percent;
use crate::units::count;
use serde_json::Value;
use serde_json::json;

/// Addresses with a finding of their own; the rest is summed up in one.
const TOLD: usize = 20;

/// Paths in the data of a finding.
const PATHS: usize = 5;

impl AccessReport {
    /// Rates and bursts of each log, failed logins of each address; UNKNOWN for each log that could not be read.
    pub fn check(&self, config: &LogsConfig) -> Check {
        let mut check = Check::default();
        for log in &self.logs {
            check.add(self.not_found(log, config));
            check.add(self.server_errors(log, config));
            check.findings.extend(self.burst(log, config));
            for (name, value) in [
                ("log_requests", log.requests),
                ("log_not_found", log.not_found),
                ("log_server_errors", log.server_errors),
            ] {
                check.measure(metric(name, &log.log, value));
            }
        }
        if !self.logs.is_empty() {
            self.add_logins(&mut check, config);
            check.measure(metric("log_failed_logins", "admin", self.failed_logins));
        }
        self.problems.iter().for_each(|problem| check.add(problem.finding()));
        check.findings.extend(self.memory_problem.as_deref().map(memory::finding));
        check
    }

    fn not_found(&self, log: &AccessLog, config: &LogsConfig) -> Finding {
        let share = Percent::of(log.not_found, log.requests);
        let unusual = log.requests >= config.minimum_requests && share >= config.not_found_warning;
        let status = if unusual { Status::Warning } else { Status::Ok };
        let sides = (log.not_found, share, log.not_found_paths.as_slice());
        let finding = self.rate(&LOG_NOT_FOUND, status, log, "answered 404", sides);
        let finding = finding.with("warning_from_percent", config.not_found_warning.0);
        if unusual {
            finding.remedy("look for broken links and missing pictures among the paths")
        } else {
            finding
        }
    }

    fn server_errors(&self, log: &AccessLog, config: &LogsConfig) -> Finding {
        let share = Percent::of(log.server_errors, log.requests);
        // Of few requests a share says little, but a site that fails each time it is asked is no sound one.
        let many = log.server_errors >= config.burst_errors.max(1)
            || log.server_errors >= 2 && share >= config.server_error_critical;
        let status = if log.server_errors == 0 {
            Status::Ok
        } else if log.requests < config.minimum_requests {
            if many { Status::Warning } else { Status::Ok }
        } else if share >= config.server_error_critical {
            Status::Critical
        } else if share >= config.server_error_warning {
            Status::Warning
        } else {
            Status::Ok
        };
        let sides = (log.server_errors, share, log.server_error_paths.as_slice());
        let finding = self
            .rate(&LOG_SERVER_ERRORS, status, log, "answered 5xx", sides)
            .with("warning_from_percent", config.server_error_warning.0)
            .with("critical_from_percent", config.server_error_critical.0);
        if status == Status::Ok {
            finding
        } else {
            finding.remedy("read their tracebacks: sitekeep logs errors -v")
        }
    }

    fn rate(
        &self,
        kind: &Kind,
        status: Status,
        log: &AccessLog,
        answered: &str,
        (number, share, paths): (u64, Percent, &[PathCount]),
    ) -> Finding {
        let since = local(self.since, &self.zone);
        let mut message =
            format!("{} of {} {answered} since {since}", number, count(log.requests, "request"));
        if number > 0 {
            message = format!("{message} ({share})");
        }
        if let Some(first) = paths.first() {
            message = format!("{message}, most often {} ({})", first.path, first.count);
        }
        let top: Vec<Value> =
            paths.iter().take(PATHS).map(|path| json!({"path": path.path, "count": path.count})).collect();
        Finding::new(kind, status, &log.log, message)
            .with("requests", log.requests)
            .with("answers", number)
            .with("share_percent", share.0)
            .with("paths", top)
    }

    fn burst(&self, log: &AccessLog, config: &LogsConfig) -> Option<Finding> {
        let burst = log.burst?;
        let message = format!(
            "burst of 5xx: {} of {} between {} and {} ({})",
            burst.errors,
            count(burst.requests, "request"),
            local(burst.from, &self.zone),
            local(burst.to, &self.zone).split_off(11),
            burst.share()
        );
        let finding = Finding::warning(&LOG_SERVER_ERRORS, format!("{} burst", log.log), message)
            .with("requests", burst.requests)
            .with("answers", burst.errors)
            .with("from", burst.from.to_string())
            .with("to", burst.to.to_string())
            .with("window_seconds", config.burst_window.as_secs())
            .remedy(
                "look at what happened then: sitekeep logs errors, a deployment, a full disk, the database",
            );
        Some(finding)
    }

    fn add_logins(&self, check: &mut Check, config: &LogsConfig) {
        let suspicious = |login: &&LoginAttempts| login.status(config) != Status::Ok;
        let mut found: Vec<Finding> =
            self.logins.iter().filter(suspicious).map(|login| self.login(login, config)).collect();
        found.sort_by_key(|finding| std::cmp::Reverse(finding.status));
        if found.is_empty() {
            let addresses = self.logins.len() as u64;
            let mut message = count(self.failed_logins, "failed admin login");
            if addresses > 0 {
                let plural = if addresses == 1 { "address" } else { "addresses" };
                message = format!("{message} from {addresses} {plural}");
            }
            let message = format!("{message} since {}", local(self.since, &self.zone));
            check.add(
                Finding::ok(&LOG_LOGINS, &config.login_path, message)
                    .with("failed", self.failed_logins)
                    .with("addresses", addresses),
            );
        }
        let rest = found.split_off(found.len().min(TOLD));
        check.findings.extend(found);
        if let Some(worst) = rest.first() {
            let message = format!("{} more addresses with too many failed logins", rest.len());
            check.add(
                Finding::new(&LOG_LOGINS, worst.status, "further addresses", message)
                    .with("addresses", rest.len())
                    .remedy("sitekeep logs logins"),
            );
        }
    }

    fn login(&self, login: &LoginAttempts, config: &LogsConfig) -> Finding {
        let mut message = count(login.failed, "failed admin login");
        let address = match login.address.as_str() {
            "" | "-" => "an unknown address",
            known => known,
        };
        message = format!("{message} from {address}");
        if let (Some(first), Some(last)) = (login.first, login.last) {
            let (first, last) = (local(first, &self.zone), local(last, &self.zone));
            message = format!("{message} between {first} and {last}");
        }
        if let Some(success) = login.success_after {
            message = format!("{message}, then a successful one at {}", local(success, &self.zone));
        }
        let remedy = if login.success_after.is_some() {
            "ask who logged in; if nobody knows, change the password, end the sessions and block the address"
        } else if login.is_everybody() {
            "let the server log the visitor's address (%({x-forwarded-for}i)s in gunicorn's access_log_format), or name nginx's own access log in [logs] access"
        } else {
            "block the address in the firewall, or limit the login page (nginx limit_req, django-axes)"
        };
        let mut finding = Finding::new(&LOG_LOGINS, login.status(config), address, message)
            .with("failed", login.failed)
            .with("most_in_window", login.most_in_window)
            .with("window_seconds", config.login_window.as_secs());
        for (key, time) in
            [("first", login.first), ("last", login.last), ("success_after", login.success_after)]
        {
            if let Some(time) = time {
                finding = finding.with(key, time.to_string());
            }
        }
        finding.remedy(remedy)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a metric needs no 53 bits")]
fn metric(name: &'static str, subject: &str, value: u64) -> Metric {
    Metric::new(name, subject, value as f64, Unit::Count)
}
