//! Requests of visitors that took long, where an access log tells their times.

use super::pages::milliseconds;
use crate::config::LogsConfig;
use crate::logs::AccessReport;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use crate::units::Percent;
use crate::units::count;

/// Paths that are named one by one.
const TOLD: usize = 5;

/// Share of slow requests from which they are no exception.
const MANY: f64 = 1.0;

/// Judges what the access logs tell of slow requests.
pub fn check_requests(report: &AccessReport, settings: &LogsConfig) -> Check {
    let kind = &kinds::PERFORMANCE_REQUESTS;
    let mut check = Check::default();
    for problem in &report.problems {
        let finding = Finding::unknown(kind, &problem.path, &problem.reason);
        check.add(finding.remedy(problem.remedy.as_str()));
    }
    for log in &report.logs {
        let slow = &log.slow;
        if slow.timed == 0 {
            let finding =
                Finding::ok(kind, &log.log, "the log tells no times: what visitors waited is not known");
            check.add(finding.remedy(
                "gunicorn: --access-logformat '… %(L)s'; nginx: $request_time at the end of log_format",
            ));
            continue;
        }
        let limit = milliseconds(settings.slow_request.as_secs_f64());
        let share = Percent::of(slow.slow, slow.timed);
        let message = format!(
            "{} of {} took {limit} or more ({share}), {} on average",
            slow.slow,
            count(slow.timed, "request"),
            milliseconds(slow.mean_seconds)
        );
        let finding = if share.0 >= MANY {
            Finding::warning(kind, &log.log, message).remedy("sitekeep logs slow --since 30d")
        } else {
            Finding::ok(kind, &log.log, message)
        };
        check.add(
            finding
                .with("slow", slow.slow)
                .with("requests", slow.timed)
                .with("mean_seconds", slow.mean_seconds),
        );
        for path in slow.paths.iter().take(TOLD) {
            let message = format!(
                "slow {}, {} on average, {} at most",
                count(path.count, "time"),
                milliseconds(path.mean_seconds),
                milliseconds(path.slowest_seconds)
            );
            check.add(Finding::ok(kind, &path.path, message).with("count", path.count));
        }
    }
    if check.findings.is_empty() {
        let finding = Finding::unknown(kind, "access logs", "no access log is configured");
        check.add(finding.remedy("set [logs] access to the log of gunicorn or nginx"));
    }
    check
}
