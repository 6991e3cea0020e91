//! Triage of Django logs over files that grow and break, with and without memory.

use super::site::Site;
use super::site::TRACEBACK;
use crate::status::Status;
use std::fs::File;
use std::io::Write;

#[test]
fn h12_a_traceback_belongs_to_its_error() {
    let mut site = Site::new();
    site.append(site.line("INFO", "views", "start").as_bytes());
    site.append(site.line("ERROR", "log", "Internal Server Error: /products/1/").as_bytes());
    site.append(TRACEBACK.as_bytes());
    site.append(site.line("ERROR", "log", "Internal Server Error: /products/2/").as_bytes());
    site.append(TRACEBACK.as_bytes());
    site.append(site.line("WARNING", "log", "Not Found: /x/").as_bytes());
    site.append(site.line("CRITICAL", "stock", "out of paper").as_bytes());
    let report = site.run();
    assert_eq!((report.errors, report.warnings, report.groups.len()), (3, 1, 2));
    assert_eq!(report.groups[0].title(), "stock: out of paper");
    let group = &report.groups[1];
    assert_eq!(group.title(), "log: Internal Server Error: /products/<n>/ (KeyError: 'price')");
    assert_eq!((group.count, group.new, group.since_last_run), (2, Some(true), Some(2)));
    assert_eq!(group.first, Some(site.now));
    assert!(group.example.ends_with("KeyError: 'price'"), "{}", group.example);
    assert_eq!(
        report.headline(),
        "3 errors in 2 groups since 2026-11-22 07:00; 2 groups are new: stock: out of paper (1), …"
    );
    let check = report.check(&site.config);
    assert_eq!(check.status(), Status::Warning);
    assert_eq!(check.findings.len(), 2);
    site.config.errors_critical = 3;
    assert_eq!(report.check(&site.config).status(), Status::Critical);
}

#[test]
fn a_known_group_is_not_new_and_only_later_events_are_since_the_last_run() {
    let mut site = Site::new();
    site.error("boom 1");
    assert_eq!(site.run().groups[0].new, Some(true));
    site.pass(3600);
    site.error("boom 2");
    let report = site.run();
    assert_eq!(report.last_run, Some(site.now - jiff::SignedDuration::from_hours(1)));
    let group = &report.groups[0];
    assert_eq!((group.count, group.since_last_run, group.new), (2, Some(1), Some(false)));
    let remembered = site.state.log_group(&group.fingerprint).expect("read").expect("a group");
    assert_eq!(remembered.total, 2);
    let without = site.run_without_memory();
    assert_eq!((without.errors, without.groups[0].new), (2, None));
}

#[test]
fn only_the_window_is_judged() {
    let mut site = Site::new();
    site.error("old");
    site.pass(86_401);
    site.error("recent");
    let report = site.run();
    assert_eq!(report.errors, 1);
    assert_eq!(report.groups[0].message, "recent");
    site.pass(2 * 86_400);
    let report = site.run();
    assert_eq!(report.errors, 0);
    assert_eq!(report.check(&site.config).status(), Status::Ok);
}

#[test]
fn a_daily_run_does_not_read_what_an_earlier_one_has_judged() {
    let mut site = Site::new();
    let tomorrow = site.now + jiff::SignedDuration::from_hours(25);
    let today = std::mem::replace(&mut site.now, tomorrow);
    let trap = site.line("DEBUG", "log", "errors that would be counted if they were read again");
    site.append(trap.repeat(100).as_bytes());
    site.now = today;
    site.run();
    let content = std::fs::read_to_string(site.log()).expect("read");
    let (head, rest) = content.split_at(trap.len() * 20);
    std::fs::remove_file(site.log()).expect("remove");
    site.append(format!("{head}{}", rest.replace("DEBUG", "ERROR")).as_bytes());
    site.now = tomorrow;
    site.error("boom");
    // The last line that was read is read again: its event might have grown.
    assert_eq!(site.run().errors, 2);
    assert_eq!(site.run_without_memory().errors, 81);
}

#[test]
fn the_other_logs_are_read_when_one_cannot_be() {
    let mut site = Site::new();
    site.error("boom");
    site.config.django.push(site.folder.path().to_owned());
    site.config.django.push(site.folder.path().join("none.log"));
    let check = site.run().check(&site.config);
    let told: Vec<_> = check.findings.iter().map(|finding| (finding.id, finding.status)).collect();
    let expected =
        [("LOGS-001", Status::Warning), ("LOGS-006", Status::Unknown), ("LOGS-006", Status::Unknown)];
    assert_eq!(told, expected);
    assert!(check.findings.iter().skip(1).all(|finding| finding.remedy.is_some()));
}

#[test]
fn a_log_in_an_unknown_format_is_not_free_of_errors() {
    let mut site = Site::new();
    site.append(b"{\"level\": \"error\", \"message\": \"boom\"}\n");
    assert_eq!(site.run().check(&site.config).status(), Status::Unknown);
    std::fs::remove_file(site.log()).expect("remove");
    site.append(b"");
    let check = site.run().check(&site.config);
    assert_eq!(check.status(), Status::Ok, "an empty log has no errors: {:?}", check.findings);
}

#[test]
fn a_log_that_goes_on_in_another_format_is_not_free_of_errors() {
    let mut site = Site::new();
    site.error("last week");
    site.append(TRACEBACK.as_bytes());
    site.pass(7 * 86_400);
    assert_eq!(site.run().check(&site.config).status(), Status::Ok);
    site.append(b"{\"level\": \"error\", \"time\": \"2026-11-20T06:59:00Z\", \"message\": \"of before\"}\n");
    assert_eq!(site.run().check(&site.config).status(), Status::Ok, "before the window");
    site.append(b"{\"level\": \"error\", \"time\": \"2026-11-30T05:59:00Z\", \"message\": \"boom\"}\n");
    let check = site.run().check(&site.config);
    assert_eq!(check.status(), Status::Unknown);
    assert_eq!(
        check.findings[0].message,
        "not read: 1 line with a time of the window in no known format, the first: \
         {\"level\": \"error\", \"time\": \"2026-11-30T05:59:00Z\", \"message\": \"boom\"}"
    );
    // Known lines behind it do not make it understood.
    site.append(site.line("INFO", "log", "fine").as_bytes());
    assert_eq!(site.run().check(&site.config).status(), Status::Unknown);
}

#[test]
fn lines_without_a_time_behind_the_last_event_are_its_message_unless_they_are_many() {
    let mut site = Site::new();
    site.append(site.line("WARNING", "log", "a message of many lines").as_bytes());
    let frames = "Traceback (most recent call last):\n  File \"a.py\", line 1\nKeyError: 'a'\n\n\
                  During handling of the above exception, another exception occurred:\n\n";
    site.append(frames.repeat(50).as_bytes());
    site.append(TRACEBACK.as_bytes());
    site.append("  indented\n".repeat(100).as_bytes());
    site.append("DETAIL: more\n".repeat(20).as_bytes());
    assert_eq!(site.run().check(&site.config).status(), Status::Ok);
    site.append(b"DETAIL: more\n");
    let check = site.run().check(&site.config);
    assert_eq!(check.status(), Status::Unknown);
    assert_eq!(check.findings[0].message, "not read: its last 21 lines are in no known format");
    // A traceback that broke off does not swallow what comes behind it.
    site.append(site.line("INFO", "log", "fine").as_bytes());
    site.append(b"Traceback (most recent call last):\n");
    site.append("{\"level\": \"error\"}\n".repeat(21).as_bytes());
    assert_eq!(site.run().check(&site.config).status(), Status::Unknown);
    site.append(site.line("INFO", "log", "fine").as_bytes());
    assert_eq!(site.run().check(&site.config).status(), Status::Ok);
}

#[test]
fn requests_in_the_django_log_are_no_events_and_no_django_log() {
    let mut site = Site::new();
    site.append(b"10.0.0.1 - - [23/Nov/2026:06:59:00 +0100] \"GET / HTTP/1.1\" 200 5\n");
    assert_eq!(site.run().check(&site.config).status(), Status::Unknown);
    site.append(site.line("INFO", "log", "fine").as_bytes());
    assert_eq!(site.run().check(&site.config).status(), Status::Ok);
}

#[test]
fn an_error_is_one_wherever_its_level_stands() {
    for line in
        ["[TIME] [ERROR] boom", "[TIME] ERROR: boom", "[TIME] shop ERROR boom", "TIME SHOP ERROR boom"]
    {
        let site = Site::new();
        let line = line.replace("TIME", "2026-11-23 06:59:00,204");
        site.append(format!("[23/Nov/2026 06:58:00] \"GET / HTTP/1.1\" 200 5\n{line}\n").as_bytes());
        let report = site.run_without_memory();
        assert_eq!((report.errors, report.groups[0].message.as_str()), (1, "boom"), "{line}");
    }
    let mut site = Site::new();
    site.append(b"[2026-11-23 06:59:00,204] <shop> |ERROR| boom\n");
    assert_eq!(site.run().check(&site.config).status(), Status::Unknown);
}

#[test]
fn a_configured_format_is_read() {
    let mut site = Site::new();
    site.config.formats = vec!["%(asctime)s|%(levelname)s|%(name)s|%(message)s".into()];
    site.append(b"2026-11-23 06:59:00,000|ERROR|shop.cart|boom\r\n");
    let report = site.run();
    assert_eq!(report.groups[0].title(), "shop.cart: boom");
}

#[test]
fn boring_oddities_are_no_errors_of_ours() {
    let mut site = Site::new();
    site.append(&vec![b'x'; 1_000_000]);
    site.append(b"\r\n\0\0\0\xff\xfe\n\n");
    site.error("before \0 \u{1b}[31m");
    site.pass(-7200);
    site.error("the clock went back");
    site.append(&[0; 10_000]);
    site.pass(7200);
    let report = site.run();
    assert_eq!(report.errors, 2);
    assert!(report.problems.is_empty());
    assert!(report.groups.iter().all(|group| !group.example.contains('\u{1b}')));
}

#[test]
fn an_unfinished_line_is_neither_lost_nor_split() {
    let mut site = Site::new();
    let line = site.line("ERROR", "log", "Internal Server Error: /cart/");
    let (start, rest) = line.split_at(line.len() - 10);
    site.append(start.as_bytes());
    assert_eq!(site.run().errors, 1);
    site.pass(60);
    site.append(rest.as_bytes());
    let report = site.run();
    assert_eq!((report.errors, report.groups.len()), (1, 1));
    let group = &report.groups[0];
    assert_eq!((group.since_last_run, group.new), (Some(1), Some(true)));
    assert_eq!(group.message, "Internal Server Error: /cart/");
}

#[test]
fn a_damaged_archive_is_told_and_the_rest_is_read() {
    let mut site = Site::new();
    (0..500).for_each(|number| site.error(&format!("Internal Server Error: /{}", "x".repeat(number % 97))));
    site.compress(&site.log(), &site.rotated(".2.gz"));
    let archive = std::fs::read(site.rotated(".2.gz")).expect("read");
    let half = &archive[..archive.len() / 4];
    File::create(site.rotated(".2.gz")).expect("create").write_all(half).expect("write");
    site.touch(&site.rotated(".2.gz"));
    site.error("boom");
    let report = site.run();
    assert!(report.errors > 1 && report.errors < 501, "{}", report.errors);
    assert_eq!(report.problems.len(), 1);
    assert!(report.problems[0].path.ends_with(".2.gz"));
    let found = report.check(&site.config).findings;
    assert!(found.iter().any(|finding| finding.id == "LOGS-006" && finding.status == Status::Unknown));
}

#[test]
fn a_state_that_cannot_be_written_does_not_hide_the_errors() {
    let mut site = Site::new();
    site.error("boom");
    let state = rusqlite::Connection::open(site.folder.path().join("state/state.sqlite3")).expect("open");
    state.execute_batch("DROP TABLE log_group; DROP TABLE log_checkpoint").expect("drop");
    let report = site.run();
    assert_eq!((report.errors, report.groups[0].new), (1, None));
    let ids: Vec<_> = report.check(&site.config).findings.iter().map(|finding| finding.id).collect();
    assert_eq!(ids, ["LOGS-001", "STATE-001"]);
}

#[test]
fn an_error_that_two_logs_hold_counts_once() {
    let mut site = Site::new();
    site.error("boom");
    site.error("boom");
    let errors = site.folder.path().join("errors.log");
    std::fs::copy(site.log(), &errors).expect("copy");
    site.pass(1);
    site.error("only here");
    site.config.django.push(errors);
    let report = site.run();
    assert_eq!((report.errors, report.groups.len()), (3, 2));
    assert_eq!(report.groups[0].count, 2);
}

#[test]
fn slow_queries_of_the_sites_own_loggers_are_told() {
    let mut site = Site::new();
    site.append(site.line("WARNING", "db", "Slow query: 3.2 s SELECT 1").as_bytes());
    site.append(site.line("INFO", "db", "below query").as_bytes());
    let report = site.run();
    assert_eq!(report.slow_queries.count, 1);
}
