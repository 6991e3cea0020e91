//! Lines of the system log: what is the site's, and what of it is trouble.

use crate::logs::lines::Line;
use crate::logs::lines::Sink;
use crate::logs::system_lines::SystemLines;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

fn lines(journal: bool, now: &str, text: &[&str]) -> SystemLines {
    let now: Timestamp = now.parse().expect("a time");
    let start = (now - jiff::SignedDuration::from_hours(24)).as_microsecond();
    let mut lines =
        SystemLines::new(&["niasotac".into()], &TimeZone::UTC, start, now, journal).expect("words");
    for line in text {
        lines.line(Line { bytes: line.as_bytes(), offset: 0, finished: true });
    }
    lines
}

#[test]
fn syslog_lines_are_read_with_either_stamp() {
    let found = lines(
        false,
        "2026-11-23T06:00:00Z",
        &[
            "Nov 23 00:46:56 web gunicorn[81]: niasotac worker failed to boot",
            "2026-11-23T00:46:57.123456+00:00 web kernel: niasotac-backend[9]: segfault at 0",
            "Nov 23 00:46:58 web systemd[1]: Started niasotac-backend.service",
            "Nov 21 00:46:58 web systemd[1]: niasotac-backend.service: Failed",
            "Nov 23 00:46:59 niasotac cron[7]: an error of somebody else",
            "Nov 23 00:47:00 web sitekeep[7]: niasotac CRITICAL",
            "Nov 23 00:47:01 web nginx: error, not ours",
        ],
    );
    assert_eq!((found.lines, found.troubled), (3, 2));
    assert_eq!(found.sorts[0].example, "gunicorn[81]: niasotac worker failed to boot");
}

#[test]
fn a_stamp_without_a_year_is_not_of_the_future() {
    let text = ["Dec 31 23:59:00 web niasotac: error", "Jan  1 00:01:00 web niasotac: error"];
    let found = lines(false, "2027-01-01T06:00:00Z", &text);
    assert_eq!(found.troubled, 2);
    let first = Timestamp::from_microsecond(found.sorts[0].first.expect("a time")).expect("a time");
    assert_eq!(first.to_string(), "2026-12-31T23:59:00Z");
}

#[test]
fn entries_of_the_journal_are_judged_by_priority_and_words() {
    let entry = |message: &str, priority: u8, identifier: &str, unit: &str| {
        format!(
            r#"{{"__REALTIME_TIMESTAMP":"1795410000000000","MESSAGE":{message},"PRIORITY":"{priority}","SYSLOG_IDENTIFIER":"{identifier}","_SYSTEMD_UNIT":"{unit}"}}"#
        )
    };
    let text = [
        entry(r#""Worker timeout""#, 3, "gunicorn", "niasotac-backend.service"),
        entry(r#""[ERROR] Exception in worker process""#, 6, "gunicorn", "niasotac-backend.service"),
        entry(r#""GET /""#, 6, "gunicorn", "niasotac-backend.service"),
        entry("[110,105,97,115,111,116,97,99,32,102,97,105,108,101,100,255]", 3, "x", "x.service"),
        entry("null", 3, "x", "other.service"),
        entry(r#""niasotac failed""#, 3, "sitekeep", "sitekeep.service"),
        "{".to_owned(),
    ];
    let text: Vec<&str> = text.iter().map(String::as_str).collect();
    let found = lines(true, "2026-11-23T06:00:00Z", &text);
    assert_eq!((found.lines, found.troubled), (4, 3));
    assert_eq!(found.unread, 0, "the broken line names nobody");
    let text = [entry("null", 6, "gunicorn", "niasotac-backend.service"), "{\"niasotac".to_owned()];
    let text: Vec<&str> = text.iter().map(String::as_str).collect();
    assert_eq!(lines(true, "2026-11-23T06:00:00Z", &text).unread, 2);
}

#[test]
fn what_strangers_write_about_the_site_is_no_trouble() {
    let syslog = [
        "Nov 23 00:46:56 web sshd[81]: Failed password for invalid user niasotac from 203.0.113.9 port 2 ssh2",
        "Nov 23 00:46:56 web nginx: 203.0.113.9 GET /niasotac/error.css failed",
        "Nov 23 00:46:56 web gunicorn[81]: 10.0.0.1 - - [23/Nov/2026:00:46:56 +0000] \"GET /niasotac error HTTP/1.1\" 200 5",
        "Nov 23 00:46:56 web niasotac-backend[81]: Not Found: /failed/error.css",
        "Nov 23 00:46:56 web error[81]: niasotac is well",
    ];
    let found = lines(false, "2026-11-23T06:00:00Z", &syslog);
    assert_eq!((found.lines, found.troubled), (5, 0));
    let entry = |message: &str, priority: u8, identifier: &str, unit: &str| {
        format!(
            r#"{{"MESSAGE":"{message}","PRIORITY":"{priority}","SYSLOG_IDENTIFIER":"{identifier}","_SYSTEMD_UNIT":"{unit}"}}"#
        )
    };
    let text = [
        entry("Failed password for invalid user niasotac", 6, "sshd", "ssh.service"),
        entry("niasotac: worker failed", 6, "gunicorn", "another-site.service"),
        entry("GET /error.css", 6, "gunicorn", "niasotac-backend.service"),
    ];
    let text: Vec<&str> = text.iter().map(String::as_str).collect();
    let found = lines(true, "2026-11-23T06:00:00Z", &text);
    assert_eq!((found.lines, found.troubled), (3, 0));
    let text = [
        entry("niasotac: disk failed", 3, "smartd", "smartd.service"),
        entry("niasotac-backend[9]: segfault at 0", 6, "kernel", ""),
        entry("niasotac.service: Failed with result 'oom-kill'.", 4, "systemd", "init.scope"),
        entry("ERROR/MainProcess boom", 6, "celery", "niasotac-worker.service"),
        entry("level=error boom", 6, "niasotac", "docker.service"),
        entry("Worker failed.", 6, "gunicorn", "niasotac-backend.service"),
    ];
    let text: Vec<&str> = text.iter().map(String::as_str).collect();
    let found = lines(true, "2026-11-23T06:00:00Z", &text);
    assert_eq!((found.lines, found.troubled), (6, 6));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_line_is_read_without_panic(bytes in prop::collection::vec(prop::num::u8::ANY, 0..60)) {
        for (journal, start) in [(true, "{\"MESSAGE\":\"niasotac"), (false, "Nov 23 00:46:56 niasotac")] {
            let text = [start.as_bytes(), &bytes].concat();
            let text = String::from_utf8_lossy(&text).into_owned();
            lines(journal, "2026-11-23T06:00:00Z", &[&text, &text[start.len() - 3..]]);
        }
    }
}
