//! What the daily checklist says of the Django logs.

use super::errors::ErrorGroup;
use super::errors::ErrorReport;
use crate::config::LogsConfig;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Limits;
use crate::status::Metric;
use crate::status::Status;
use crate::status::Unit;
use crate::status::kinds::LOG_ERRORS;
use crate::units::count;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Groups with a finding of their own; the rest is summed up in one.
const TOLD: usize = 20;

/// Bytes of the example that a finding carries.
const EXAMPLE: usize = 2000;

impl ErrorReport {
    /// The report in one line: `3 errors in 2 groups since 2026-11-22 02:00; 1 group is new: … (2)`.
    pub fn headline(&self) -> String {
        let since = local(self.since, &self.zone);
        if self.logs.is_empty() && self.errors == 0 {
            return "no Django log could be read".to_owned();
        }
        if self.errors == 0 {
            return format!("no errors since {since}, {}", count(self.warnings, "warning"));
        }
        let groups = self.groups.len() as u64;
        let mut line = format!("{} in {} since {since}", count(self.errors, "error"), count(groups, "group"));
        let mut new = self.groups.iter().filter(|group| group.new == Some(true));
        let number = new.clone().count() as u64;
        if let Some(first) = new.next() {
            let verb = if number == 1 { "is" } else { "are" };
            let told = format!("{} ({})", first.title(), first.count);
            line = format!("{line}; {} {verb} new: {told}", count(number, "group"));
            if number > 1 {
                line.push_str(", …");
            }
        }
        line
    }

    /// One WARNING for each group of errors, CRITICAL when there are too many in all, OK when there are none; UNKNOWN
    /// for each log that could not be read.
    pub fn check(&self, config: &LogsConfig) -> Check {
        let mut check = Check::default();
        if self.errors >= config.errors_critical && self.errors > 0 {
            check.add(
                Finding::critical(&LOG_ERRORS, "all Django logs", self.headline())
                    .with("errors", self.errors)
                    .with("groups", self.groups.len())
                    .with("critical_from", config.errors_critical)
                    .remedy("read them all: sitekeep logs errors -v"),
            );
        } else if self.errors == 0 && !self.logs.is_empty() {
            check.add(
                Finding::ok(&LOG_ERRORS, self.logs.join(", "), self.headline())
                    .with("errors", 0)
                    .with("warnings", self.warnings),
            );
        }
        for group in self.groups.iter().take(TOLD) {
            check.add(self.group_finding(group));
        }
        if let Some(rest) = self.groups.get(TOLD..).filter(|rest| !rest.is_empty()) {
            let errors: u64 = rest.iter().map(|group| group.count).sum();
            let message = format!("{} in {} more", count(errors, "error"), count(rest.len() as u64, "group"));
            check.add(
                Finding::warning(&LOG_ERRORS, "further groups", message)
                    .with("errors", errors)
                    .with("groups", rest.len())
                    .remedy("read them all: sitekeep logs errors -v"),
            );
        }
        self.problems.iter().for_each(|problem| check.add(problem.finding()));
        check.findings.extend(self.memory_finding());
        if !self.logs.is_empty() || self.errors > 0 {
            #[expect(clippy::cast_precision_loss, reason = "a metric needs no 53 bits")]
            let (errors, critical) = (self.errors as f64, config.errors_critical as f64);
            let metric = Metric::new("log_errors", "django", errors, Unit::Count);
            check.measure(metric.limits(Limits::Above { warning: Some(1.0), critical: Some(critical) }));
        }
        check
    }

    fn group_finding(&self, group: &ErrorGroup) -> Finding {
        let mut message = count(group.count, "event");
        if let Some(detail) = &group.detail {
            message = format!("{message}, {}", super::lines::bounded(detail, super::errors::TITLE));
        }
        if let Some(last) = group.last {
            message = format!("{message}, last at {}", local(last, &self.zone));
        }
        if group.new == Some(true) {
            message.push_str("; new");
        }
        let mut finding = Finding::new(&LOG_ERRORS, Status::Warning, group.subject(), message)
            .with("count", group.count)
            .with("level", group.level.label())
            .with("logger", group.logger.as_str())
            .with("fingerprint", group.fingerprint.as_str())
            .with("log", group.log.as_str())
            .with("example", super::lines::bounded(&group.example, EXAMPLE));
        for (key, time) in [("first", group.first), ("last", group.last)] {
            if let Some(time) = time {
                finding = finding.with(key, time.to_string());
            }
        }
        if let Some(exception) = &group.exception {
            finding = finding.with("exception", exception.as_str());
        }
        if let (Some(new), Some(since)) = (group.new, group.since_last_run) {
            finding = finding.with("new", new).with("since_last_run", since);
        }
        finding.remedy("read the traceback: sitekeep logs errors -v")
    }
}

/// A time as people of the site read it: `2026-11-23 00:46`.
pub(super) fn local(time: Timestamp, zone: &TimeZone) -> String {
    zone.to_datetime(time).strftime("%Y-%m-%d %H:%M").to_string()
}
