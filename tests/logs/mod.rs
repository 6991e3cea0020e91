//! `sitekeep logs` and the logs' part of the checklist.

mod config;

use crate::sandbox::Sandbox;
use crate::sandbox::findings;
use std::fmt::Write as _;

/// Django's log in the guide's format; the site's zone is one hour ahead of UTC, so 08:00 UTC is 09:00.
const DJANGO: &str = "\
INFO 2026-11-23 08:10:00,000 basehttp \"GET / HTTP/1.1\" 200 12
ERROR 2026-11-23 08:20:00,001 log Internal Server Error: /products/17/
Traceback (most recent call last):
  File \"/srv/shop/views.py\", line 3, in get
ValueError: invalid literal: '17'
ERROR 2026-11-23 08:30:00,001 log Internal Server Error: /products/18/
Traceback (most recent call last):
  File \"/srv/shop/views.py\", line 3, in get
ValueError: invalid literal: '18'
ERROR 2026-11-20 08:20:00,001 log Internal Server Error: /an-older-one/
";

fn site() -> Sandbox {
    let sandbox = Sandbox::site();
    sandbox.write("logs/django.log", DJANGO);
    access(&sandbox, [("198.51.100.7".to_owned(), "GET /", 200)]);
    sandbox.write(
        "sitekeep.toml",
        "[site]\nname = \"shop\"\n[state]\ndirectory = \"state\"\n[logs]\nsystem = \"off\"\ndjango = [\"logs/django.log\"]\naccess = [\"logs/access.log\"]\n",
    );
    sandbox
}

fn access(sandbox: &Sandbox, lines: impl IntoIterator<Item = (String, &'static str, u16)>) {
    let mut text = String::new();
    for (address, request, status) in lines {
        writeln!(
            text,
            "{address} - - [23/Nov/2026:08:40:00 +0100] \"{request} HTTP/1.1\" {status} 99 \"-\" \"-\""
        )
        .unwrap();
    }
    sandbox.write("logs/access.log", &text);
}

#[test]
fn h12_errors_are_one_group_with_their_traceback() {
    let sandbox = site();
    let shown = sandbox
        .run(&["logs", "errors", "-v"])
        .exits(1)
        .says("2 errors in 1 group")
        .says("ValueError: invalid literal: '17'");
    assert!(!shown.stdout.contains("an-older-one"), "older than the window");
    sandbox.run(&["logs", "errors", "--since", "7d"]).exits(1).says("3 errors in 2 groups");
    sandbox.run(&["logs", "errors", "--since", "soon"]).exits(64).complains("write 90m, 24h or 7d");
}

#[test]
fn an_error_is_new_until_a_daily_run_has_told_of_it() {
    let sandbox = site();
    let new = |report: &serde_json::Value| findings(report, "LOGS-001", "warning")[0]["data"]["new"].clone();
    let daily = ["daily", "--skip", "health,disk,logs.access,backup", "--format", "json"];
    sandbox.run(&["logs", "errors"]).exits(1).says("NEW");
    sandbox.run(&["daily", "--only", "logs.errors", "--format", "nagios"]).exits(1).says("new");
    assert_eq!(new(&sandbox.run(&daily).exits(1).json()), true, "looking at a part has not made it old");
    let later = [("SITEKEEP_NOW", "2026-11-23T08:05:00Z")];
    assert_eq!(new(&sandbox.run_with(&later, &daily).exits(1).json()), false);
}

#[test]
fn h13_twenty_failed_logins_from_one_address_are_critical() {
    let sandbox = site();
    access(&sandbox, (0..20).map(|_| ("203.0.113.9".to_owned(), "POST /admin/login/?next=/admin/", 200)));
    let report = sandbox.run(&["daily", "--only", "logs.access", "--format", "json"]).exits(2).json();
    let found = findings(&report, "LOGS-004", "critical");
    assert_eq!(found.len(), 1, "{report}");
    assert!(found[0].to_string().contains("203.0.113.9"));
    sandbox.run(&["logs", "logins"]).exits(2).says("20 failed logins").says("203.0.113.9");
    sandbox.run(&["logs", "logins", "--format", "csv"]).exits(2).says("203.0.113.9,20,");
    // A success is answered 302, and is no attack.
    access(&sandbox, (0..20).map(|_| ("203.0.113.9".to_owned(), "POST /admin/login/", 302)));
    sandbox.run(&["daily", "--only", "logs.access"]).exits(0);
}

#[test]
fn a_burst_of_500s_is_found() {
    let sandbox = site();
    let sound = (0..400).map(|number| (format!("198.51.100.{}", number % 200), "GET /products", 200));
    access(&sandbox, sound.clone());
    sandbox.run(&["daily", "--only", "logs.access"]).exits(0);
    access(&sandbox, sound.chain((0..40).map(|_| ("198.51.100.1".to_owned(), "GET /products", 500))));
    let report = sandbox.run(&["daily", "--only", "logs.access", "--format", "json"]).exits(2).json();
    assert_eq!(findings(&report, "LOGS-003", "critical").len(), 1, "{report}");
}

#[test]
fn a_log_that_cannot_be_read_is_unknown_and_the_others_are_read() {
    let sandbox = site();
    std::fs::remove_file(sandbox.path("logs/django.log")).unwrap();
    std::fs::create_dir(sandbox.path("logs/django.log")).unwrap();
    let report = sandbox.run(&["daily", "--only", "logs", "--format", "json"]).exits(3).json();
    assert_eq!(findings(&report, "LOGS-006", "unknown").len(), 1, "{report}");
    assert_eq!(findings(&report, "LOGS-003", "ok").len(), 1, "{report}");
}

#[test]
fn a_rotated_and_compressed_log_counts_once() {
    let sandbox = site();
    sandbox.run(&["daily", "--only", "logs.errors"]).exits(1);
    let mut zipped = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut zipped, DJANGO.as_bytes()).unwrap();
    sandbox.write_bytes("logs/django.log.1.gz", &zipped.finish().unwrap());
    sandbox.write("logs/django.log", "ERROR 2026-11-23 08:50:00,000 log Internal Server Error: /fresh/\n");
    sandbox
        .run(&["logs", "errors", "--format", "csv"])
        .exits(1)
        .says("2,ERROR,")
        .says("1,ERROR,log: Internal Server Error: /fresh/");
}

#[test]
fn slow_requests_are_told_where_the_log_times_them() {
    let sandbox = site();
    sandbox.run(&["logs", "slow"]).exits(3).says("no request time");
    sandbox.write(
        "logs/access.log",
        "203.0.113.9 - - [23/Nov/2026:08:40:00 +0100] \"GET /products HTTP/1.1\" 200 99 \"-\" \"-\" 4.250\n",
    );
    sandbox.run(&["logs", "slow"]).exits(1).says("1 slow request").says("/products");
}

#[test]
fn a_look_at_logs_of_which_one_cannot_be_read_is_unknown() {
    let sandbox = site();
    let config = std::fs::read_to_string(sandbox.path("sitekeep.toml")).unwrap();
    sandbox.write("sitekeep.toml", &config.replace("access.log\"]", "access.log\", \"logs/none.log\"]"));
    let timed = "203.0.113.9 - - [23/Nov/2026:08:40:00 +0100] \"GET / HTTP/1.1\" 200 9 \"-\" \"-\" 0.250\n";
    sandbox.write("logs/access.log", timed);
    for view in ["slow", "logins"] {
        let report = sandbox.run(&["logs", view, "--format", "json"]).exits(3).json();
        assert_eq!(report["status"], "unknown");
        assert!(report["problems"][0]["path"].as_str().unwrap().ends_with("none.log"), "{report}");
        sandbox.run(&["logs", view]).exits(3).says("there is no such file");
        sandbox.run(&["logs", view, "--format", "csv"]).exits(3).complains("none.log: not read");
    }
    std::fs::remove_file(sandbox.path("logs/django.log")).unwrap();
    sandbox.write("sitekeep.toml", &config);
    let report = sandbox.run(&["logs", "slow", "--format", "json"]).exits(3).json();
    assert!(report["problems"][0]["path"].as_str().unwrap().ends_with("django.log"), "{report}");
}

#[test]
fn a_guessed_password_is_as_grave_by_hand_as_in_the_morning() {
    let sandbox = site();
    let login = |status| ("203.0.113.9".to_owned(), "POST /admin/login/", status);
    access(&sandbox, (0..6).map(|_| login(200)).chain([login(302)]));
    sandbox.run(&["daily", "--only", "logs.access"]).exits(2);
    sandbox.run(&["logs", "logins"]).exits(2).says("then a success");
}

#[test]
fn an_error_stays_new_while_no_report_of_it_has_arrived() {
    let sandbox = site();
    let skip = ["daily", "--skip", "health,disk,logs.access,backup"];
    sandbox
        .run(&[&skip[..], &["--format", "csv"]].concat())
        .exits(64)
        .complains("a report has no csv format");
    sandbox.run(&[&skip[..], &["--output", "no/such/folder/report"]].concat()).exits(2);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    assert_eq!(sandbox.command(&skip).stdout(writer).status().unwrap().code(), Some(0));
    sandbox.run(&skip).exits(1).says("; new");
    let told = sandbox.run_with(&[("SITEKEEP_NOW", "2026-11-23T08:05:00Z")], &skip).exits(1);
    assert!(!told.stdout.contains("; new"), "{}", told.stdout);
}

#[test]
fn the_window_holds_for_monitoring_systems_too() {
    let sandbox = site();
    sandbox.run(&["logs", "errors", "--format", "nagios"]).exits(1);
    let wide = ["logs", "errors", "--since", "7d", "--format", "prometheus"];
    sandbox
        .run(&wide)
        .exits(1)
        .says("sitekeep_log_errors{site=\"shop\",command=\"logs errors\",subject=\"django\"} 3\n");
    let narrow = ["logs", "errors", "--since", "1m", "--format", "nagios"];
    sandbox.run(&narrow).exits(0).says("OK");
}

#[test]
fn a_view_without_a_format_says_so() {
    let sandbox = site();
    for view in ["slow", "logins"] {
        for format in ["nagios", "prometheus", "junit"] {
            let refused = sandbox.run(&["logs", view, "--format", format]).exits(64);
            refused
                .complains("has no format for monitoring systems")
                .complains("use --format text, json or csv");
        }
    }
}

/// Puts a `journalctl` of this script before the own one of the machine, and returns the PATH that finds it.
fn journal(sandbox: &Sandbox, script: &str) -> String {
    use std::os::unix::fs::PermissionsExt;
    sandbox.write("bin/journalctl", &format!("#!/bin/sh\n{script}\n"));
    let program = sandbox.path("bin/journalctl");
    std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let config = std::fs::read_to_string(sandbox.path("sitekeep.toml")).unwrap();
    sandbox.write("sitekeep.toml", &config.replace("system = \"off\"", "system = \"journal\""));
    format!("{}:{}", sandbox.path("bin").display(), std::env::var("PATH").unwrap())
}

#[test]
fn a_long_message_of_the_journal_is_read() {
    let sandbox = site();
    let path = journal(
        &sandbox,
        r#"case " $* " in *" --all "*) text='"Traceback of 5 kB"' ;; *) text=null ;; esac
echo '{"MESSAGE":'"$text"',"PRIORITY":"6","SYSLOG_IDENTIFIER":"gunicorn","_SYSTEMD_UNIT":"shop-backend.service"}'"#,
    );
    let daily = ["daily", "--only", "logs.system", "--format", "json"];
    let report = sandbox.run_with(&[("PATH", &path)], &daily).exits(1).json();
    assert!(findings(&report, "LOGS-005", "warning")[0].to_string().contains("of 5 kB"), "{report}");
    let path = journal(
        &sandbox,
        r#"echo '{"MESSAGE":"shop is half'; echo '{"MESSAGE":null,"UNIT":"shop.service"}'"#,
    );
    let report = sandbox.run_with(&[("PATH", &path)], &daily).exits(3).json();
    let unread = findings(&report, "LOGS-006", "unknown")[0].to_string();
    assert!(unread.contains("2 entries could not be understood"), "{report}");
}

/// A log of so many days.
fn old(sandbox: &Sandbox, name: &str, days: u64, text: &str) {
    sandbox.write(&format!("logs/{name}"), text);
    let now: jiff::Timestamp = crate::sandbox::NOW.parse().unwrap();
    let then = now - jiff::SignedDuration::from_hours(24 * i64::try_from(days).unwrap());
    let file = std::fs::File::options().write(true).open(sandbox.path(&format!("logs/{name}"))).unwrap();
    file.set_modified(then.into()).unwrap();
}

fn names(sandbox: &Sandbox) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(sandbox.path("logs"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn h11_old_logs_go_and_those_that_are_open_or_configured_stay() {
    if !rustix::process::geteuid().is_root() {
        eprintln!(
            "SKIPPED: only root sees which files others hold open, and without that nothing is removed"
        );
        return;
    }
    let sandbox = Sandbox::site();
    let settings = "django = [\"logs/django.log\"]\nclean = [\"logs\"]\ncompress_days = 7\n";
    sandbox.write(
        "sitekeep.toml",
        &format!(
            "[site]\nname = \"shop\"\n[state]\ndirectory = \"state\"\n[logs]\nsystem = \"off\"\n{settings}"
        ),
    );
    old(&sandbox, "django.log", 90, "quiet since the summer\n");
    old(&sandbox, "django.log.3", 31, "old\n");
    old(&sandbox, "l'été.log-20261001.gz", 40, "old and packed\n");
    old(&sandbox, "access.log.1", 8, &"GET / 200\n".repeat(1000));
    old(&sandbox, "access.log", 2, "young\n");
    old(&sandbox, "held.log", 60, "somebody writes to it\n");
    old(&sandbox, "photo.jpg", 60, "no log\n");
    let mut holder = std::process::Command::new("sleep")
        .arg("600")
        .stdin(std::fs::File::open(sandbox.path("logs/held.log")).unwrap())
        .spawn()
        .unwrap();
    let before = names(&sandbox);
    sandbox
        .run(&["logs", "clean", "--dry-run"])
        .exits(1)
        .says("would be removed")
        .says("would be compressed");
    assert_eq!(names(&sandbox), before);
    let outcome = sandbox.run(&["logs", "clean"]);
    holder.kill().unwrap();
    holder.wait().unwrap();
    outcome
        .exits(1)
        .says("held.log: 60 days old, left alone: it is still open")
        .says("2 old logs removed, 1 compressed");
    assert_eq!(names(&sandbox), ["access.log", "access.log.1.gz", "django.log", "held.log", "photo.jpg"]);
    let unpacked =
        std::process::Command::new("gzip").arg("-dc").arg(sandbox.path("logs/access.log.1.gz")).output();
    assert_eq!(unpacked.unwrap().stdout, "GET / 200\n".repeat(1000).as_bytes());
    let age = std::fs::metadata(sandbox.path("logs/access.log.1.gz")).unwrap().modified().unwrap();
    assert!(
        jiff::Timestamp::try_from(age).unwrap().to_string().starts_with("2026-11-15"),
        "its time is kept"
    );
    // Killed between the packed form's name and the removal of the plain one.
    old(&sandbox, "access.log.1", 8, &"GET / 200\n".repeat(1000));
    sandbox.run(&["logs", "clean"]).exits(0).says("1 old log removed, 1 compressed");
    assert_eq!(names(&sandbox), ["access.log", "access.log.1.gz", "django.log", "photo.jpg"]);
    // Somebody else's file of that name is not taken for it.
    old(&sandbox, "access.log.1", 8, "another\n");
    sandbox.run(&["logs", "clean"]).exits(3).says("is there already");
    assert!(sandbox.path("logs/access.log.1").exists());
}
