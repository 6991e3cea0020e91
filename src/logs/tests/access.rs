//! Triage of access logs: what a day looks like to the daily checklist.

use super::super::Memory;
use super::super::access::AccessReport;
use super::super::access::triage_access;
use crate::config::LogsConfig;
use crate::progress::Silent;
use crate::status::Finding;
use crate::status::Status;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;

fn now() -> Timestamp {
    "2026-11-23T06:00:00Z".parse().expect("a time")
}

/// Lines `seconds` before now, from an address, with a request, a status and what follows it.
fn line(text: &mut String, seconds: i64, address: &str, request: &str, status: u16, rest: &str) {
    let time = (now() - jiff::SignedDuration::from_secs(seconds)).strftime("%d/%b/%Y:%H:%M:%S +0000");
    writeln!(text, "{address} - - [{time}] \"{request} HTTP/1.1\" {status} {rest}").expect("write");
}

fn report(text: &str, config: &mut LogsConfig) -> AccessReport {
    let folder = tempfile::tempdir().expect("a folder");
    config.access = vec![folder.path().join("access.log")];
    File::create(&config.access[0]).expect("create").write_all(text.as_bytes()).expect("write");
    triage_access(config, &TimeZone::UTC, &mut Memory::Absent, now(), &Silent).expect("triage")
}

fn of<'a>(findings: &'a [Finding], id: &str) -> Vec<&'a Finding> {
    findings.iter().filter(|finding| finding.id == id).collect()
}

#[test]
fn rates_are_judged_within_the_window() {
    let mut text = String::new();
    (0..1000).for_each(|number| line(&mut text, 90_000 + number, "10.0.0.1", "GET /old", 500, "1"));
    (0..100).for_each(|number| {
        let status = if number % 5 == 0 { 404 } else { 200 };
        line(&mut text, number * 600, "10.0.0.1", "GET /a?x=1", status, "1 \"-\" \"curl\"");
    });
    (0..2).for_each(|number| line(&mut text, number * 3000, "10.0.0.1", "GET /b", 502, "1"));
    let mut config = LogsConfig::default();
    let report = report(&text, &mut config);
    let log = &report.logs[0];
    assert_eq!((log.requests, log.not_found, log.server_errors), (102, 20, 2));
    let check = report.check(&config);
    let not_found = of(&check.findings, "LOGS-002");
    assert_eq!(not_found[0].status, Status::Warning);
    assert_eq!(
        not_found[0].message,
        "20 of 102 requests answered 404 since 2026-11-22 06:00 (20%), most often /a (20)"
    );
    let server_errors = of(&check.findings, "LOGS-003");
    assert_eq!((server_errors.len(), server_errors[0].status), (1, Status::Warning));
    assert_eq!(of(&check.findings, "LOGS-004")[0].status, Status::Ok);
    assert_eq!(check.metrics.len(), 4);
}

#[test]
fn of_few_requests_only_many_failures_are_told() {
    for (requests, failures, status) in [
        (49, 49, Status::Warning),
        (49, 5, Status::Warning),
        (4, 4, Status::Warning),
        (40, 2, Status::Warning),
        (49, 2, Status::Ok),
        (1, 1, Status::Ok),
        (49, 0, Status::Ok),
    ] {
        let mut text = String::new();
        (0..requests).for_each(|number| {
            let status = if number < failures { 500 } else { 200 };
            line(&mut text, number * 600, "10.0.0.1", "GET /", status, "1");
        });
        let mut config = LogsConfig::default();
        let check = report(&text, &mut config).check(&config);
        let found = of(&check.findings, "LOGS-003");
        assert_eq!(found[0].status, status, "{failures} of {requests}");
        assert_eq!(found[0].data["answers"].as_i64(), Some(failures));
    }
}

#[test]
fn a_short_outage_is_found_in_a_quiet_day() {
    let mut text = String::new();
    (0..80_000).for_each(|second| {
        let status = if (40_000..40_050).contains(&second) { 503 } else { 200 };
        line(&mut text, second, "10.0.0.1", "GET /", status, "1");
    });
    let mut config = LogsConfig::default();
    let check = report(&text, &mut config).check(&config);
    let found = of(&check.findings, "LOGS-003");
    assert_eq!(found.iter().map(|finding| finding.status).collect::<Vec<_>>(), [Status::Ok, Status::Warning]);
    assert_eq!(found[1].message, "burst of 5xx: 50 of 300 requests between 2026-11-22 18:49 and 18:54 (17%)");
}

#[test]
fn h13_brute_force_is_found_from_the_access_log() {
    let mut text = String::new();
    let login = "POST /admin/login/?next=/admin/";
    (0..30).for_each(|number| line(&mut text, 3000 - number, "203.0.113.9", login, 200, "4232"));
    (0..6).for_each(|number| line(&mut text, 2000 - number, "203.0.113.7", login, 200, "4232"));
    line(&mut text, 1000, "203.0.113.7", login, 302, "0");
    (0..5).for_each(|number| line(&mut text, 900 - number * 60, "203.0.113.5", login, 200, "1"));
    line(&mut text, 800, "198.51.100.1", login, 200, "4232");
    line(&mut text, 790, "198.51.100.1", login, 302, "0");
    (0..50).for_each(|number| line(&mut text, number, "10.0.0.1", "GET /admin/login/", 200, "1"));
    let mut config = LogsConfig::default();
    let report = report(&text, &mut config);
    assert_eq!(report.failed_logins, 42);
    let check = report.check(&config);
    let told: Vec<_> = of(&check.findings, "LOGS-004")
        .into_iter()
        .map(|finding| (finding.subject.as_str(), finding.status))
        .collect();
    let expected = [
        ("203.0.113.7", Status::Critical),
        ("203.0.113.9", Status::Critical),
        ("203.0.113.5", Status::Warning),
    ];
    assert_eq!(told, expected);
    assert_eq!(
        of(&check.findings, "LOGS-004")[0].message,
        "6 failed admin logins from 203.0.113.7 between 2026-11-23 05:26 and 2026-11-23 05:26, then a successful one at 2026-11-23 05:43"
    );
}

#[test]
fn slow_requests_are_known_where_the_log_tells_times() {
    let mut text = String::new();
    line(&mut text, 10, "10.0.0.1", "GET /slow", 200, "1 \"-\" \"curl\" 2.500");
    line(&mut text, 9, "10.0.0.1", "GET /fast", 200, "1 \"-\" \"curl\" 0.010");
    line(&mut text, 8, "10.0.0.1", "GET /untimed", 200, "1 \"-\" \"curl\"");
    let slow = report(&text, &mut LogsConfig::default()).logs.remove(0).slow;
    assert_eq!((slow.timed, slow.slow, slow.paths[0].path.as_str()), (2, 1, "/slow"));
}

#[test]
fn without_an_access_log_nothing_is_ok() {
    let config = LogsConfig { access: Vec::new(), ..LogsConfig::default() };
    let report = triage_access(&config, &TimeZone::UTC, &mut Memory::Absent, now(), &Silent).expect("triage");
    assert_eq!(report.check(&config).status(), Status::Unknown);
    let mut config = LogsConfig::default();
    assert_eq!(report_of_garbage(&mut config), Status::Unknown);
    let check = self::report("", &mut config).check(&config);
    assert_eq!(check.status(), Status::Unknown, "nobody writes it: {:?}", check.findings);
}

#[test]
fn a_log_that_nobody_writes_any_more_is_not_free_of_errors() {
    let mut text = String::new();
    line(&mut text, 86_401, "10.0.0.1", "GET /", 200, "1");
    let mut config = LogsConfig::default();
    let check = report(&text, &mut config).check(&config);
    assert_eq!(check.status(), Status::Unknown);
    let told =
        "not read: nothing was written since 2026-11-22 06:00; is it still the log that the server writes?";
    assert_eq!(check.findings[0].message, told);
    config.since = std::time::Duration::from_hours(1);
    assert_eq!(report(&text, &mut config).check(&config).status(), Status::Ok, "an hour may be quiet");
    config.since = std::time::Duration::from_hours(24);
    // On a quiet day sitekeep's own visit shows that the log is written.
    line(&mut text, 60, "10.0.0.1", "GET /", 200, "1 \"-\" \"sitekeep/0.1.0\"");
    assert_eq!(report(&text, &mut config).check(&config).status(), Status::Ok);
}

#[test]
fn a_log_that_goes_on_in_another_format_is_not_free_of_errors() {
    let mut text = String::new();
    line(&mut text, 600, "10.0.0.1", "GET /", 200, "1");
    let known = text.clone();
    let strange = "{\"status\": 500}\n";
    text.push_str(&strange.repeat(20));
    let mut config = LogsConfig::default();
    assert_eq!(report(&text, &mut config).check(&config).status(), Status::Ok, "a crash leaves some");
    text.push_str(strange);
    let check = report(&text, &mut config).check(&config);
    assert_eq!(check.status(), Status::Unknown);
    assert_eq!(
        check.findings[0].message,
        "not read: its last 21 lines are not in the combined or common format"
    );
    text.push_str(&known);
    assert_eq!(report(&text, &mut config).check(&config).status(), Status::Ok);
}

#[test]
fn own_requests_do_not_dilute_what_visitors_saw() {
    let mut text = String::new();
    (0..60).for_each(|number| line(&mut text, number * 600, "10.0.0.1", "GET /", 200, "1"));
    (0..4).for_each(|number| line(&mut text, number * 6000, "10.0.0.1", "GET /", 500, "1"));
    (0..500).for_each(|number| {
        line(&mut text, number, "127.0.0.1", "GET /", 200, "1 \"-\" \"sitekeep/0.1.0\"");
    });
    (0..30).for_each(|number| {
        line(&mut text, number, "127.0.0.1", "GET /none", 404, "1 \"-\" \"sitekeep/0.1.0\"");
    });
    let mut config = LogsConfig::default();
    let report = report(&text, &mut config);
    assert_eq!((report.logs[0].requests, report.logs[0].not_found, report.logs[0].server_errors), (64, 0, 4));
    assert_eq!(of(&report.check(&config).findings, "LOGS-003")[0].status, Status::Critical);
}

fn report_of_garbage(config: &mut LogsConfig) -> Status {
    let check = report("no access log\n\0\u{fffd}\r\n", config).check(config);
    check.status()
}
