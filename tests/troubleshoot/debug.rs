//! `sitekeep troubleshoot errors --debug`: a window that ends with DEBUG off, whatever becomes of its run.

use super::site;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;
use std::io::BufRead;
use std::io::BufReader;
use std::process::Child;
use std::process::Stdio;

const SETTINGS: &str = "DEBUG = config('DEBUG', default=False, cast=bool)\n";

/// A site whose start writes down the `.env` that it found.
pub fn world(settings: &str, env: &str) -> Sandbox {
    let sandbox = site(
        "[restore]\nstop = \"echo stop >> service.log\"\npatience = \"0s\"\n\
         start = \"grep DEBUG backend/.env >> service.log || echo default >> service.log\"\n",
    );
    sandbox.write("backend/shop/settings.py", settings);
    sandbox.write("backend/.env", env);
    sandbox
}

fn read(sandbox: &Sandbox, path: &str) -> String {
    std::fs::read_to_string(sandbox.path(path)).unwrap_or_default()
}

/// A window that is open; it ends with the test at the latest.
struct Open(Child);

impl Drop for Open {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a window of an hour and returns when it says that DEBUG is on.
fn open(sandbox: &Sandbox) -> (Open, BufReader<std::process::ChildStderr>) {
    let mut command = sandbox.command(&["troubleshoot", "errors", "--debug", "1h", "--confirm", "shop"]);
    let mut child = command
        .env("SITEKEEP_SITE__SETTINGS", "backend/shop/settings.py")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap());
    let child = Open(child);
    let mut line = String::new();
    while !line.contains("DEBUG is on until") {
        line.clear();
        assert!(told.read_line(&mut line).unwrap() > 0, "it ended without opening the window");
    }
    (child, told)
}

fn run(sandbox: &Sandbox, arguments: &[&str]) -> crate::sandbox::Outcome {
    sandbox.run_with(&[("SITEKEEP_SITE__SETTINGS", "backend/shop/settings.py")], arguments)
}

fn signal(child: &Child, signal: rustix::process::Signal) {
    let process = rustix::process::Pid::from_child(child);
    rustix::process::kill_process(process, signal).unwrap();
}

#[test]
fn the_window_closes_by_itself_and_the_env_is_as_it_was() {
    for (env, opened) in [
        ("SECRET_KEY=a\nDEBUG=no # not yet\nB=2", "DEBUG=True"),
        ("SECRET_KEY=a\r\n DEBUG = False\r\n", "DEBUG=True"),
        ("SECRET_KEY=a\n", "DEBUG=True"),
    ] {
        let env = &env.replace("no # not yet", "no");
        let sandbox = world(SETTINGS, env);
        sandbox.set_mode("backend/.env", 0o640);
        let report = run(
            &sandbox,
            &["troubleshoot", "errors", "--debug", "1s", "--confirm", "shop", "--format", "json"],
        )
        .json();
        assert_eq!(findings(&report, "TROUBLESHOOT-002", "ok").len(), 1, "{report}");
        // Nothing runs at the site's address: that it is off there is not known, and not told as OK.
        assert_eq!(findings(&report, "TROUBLESHOOT-002", "unknown").len(), 1, "{report}");
        let log = read(&sandbox, "service.log");
        let former = env.lines().find(|line| line.contains("DEBUG")).unwrap_or("default");
        assert_eq!(log.replace('\r', ""), format!("stop\n{opened}\nstop\n{former}\n"));
        assert_eq!(read(&sandbox, "backend/.env"), *env);
        let mode = std::os::unix::fs::PermissionsExt::mode(
            &std::fs::metadata(sandbox.path("backend/.env")).unwrap().permissions(),
        );
        assert_eq!(mode & 0o777, 0o640);
        run(&sandbox, &["troubleshoot", "errors", "--debug", "off"]).says("no window is open");
    }
}

#[test]
fn an_open_window_is_told_keeps_others_away_and_ends_with_ctrl_c() {
    let sandbox = world(SETTINGS, "DEBUG=False\n");
    let (mut child, _told) = open(&sandbox);
    let report = run(&sandbox, &["status", "--format", "json"]).json();
    assert_eq!(findings(&report, "TROUBLESHOOT-002", "warning").len(), 1, "{report}");
    run(&sandbox, &["backup", "database"]).exits(75).complains("troubleshoot errors --debug");
    let late =
        sandbox.run_with(&[("SITEKEEP_NOW", "2026-11-23T10:00:00Z")], &["daily", "--format", "json"]).json();
    assert_eq!(findings(&late, "TROUBLESHOOT-002", "critical").len(), 1, "past its time: {late}");
    assert_eq!(read(&sandbox, "backend/.env"), "DEBUG=True\n");
    signal(&child.0, rustix::process::Signal::INT);
    child.0.wait().unwrap();
    assert_eq!(read(&sandbox, "backend/.env"), "DEBUG=False\n");
    let report = run(&sandbox, &["status", "--format", "json"]).json();
    assert!(!report.to_string().contains("status.changes"), "{report}");
}

#[test]
fn a_window_whose_run_is_killed_is_closed_by_the_one_that_waits_for_that() {
    let sandbox = world(SETTINGS, "DEBUG=False\n");
    let (mut child, mut told) = open(&sandbox);
    signal(&child.0, rustix::process::Signal::KILL);
    child.0.wait().unwrap();
    // The second process has stderr too: it ends when that process does.
    std::io::copy(&mut told, &mut std::io::sink()).unwrap();
    assert_eq!(read(&sandbox, "backend/.env"), "DEBUG=False\n");
    assert_eq!(read(&sandbox, "service.log"), "stop\nDEBUG=True\nstop\nDEBUG=False\n");
}

#[test]
fn a_line_that_somebody_set_meanwhile_stays_and_is_not_called_the_former_one() {
    let sandbox = site(
        "[restore]\nstop = \"true\"\npatience = \"0s\"\nstart = \"sed -i s/DEBUG=True/DEBUG=0/ backend/.env\"\n",
    );
    sandbox.write("backend/shop/settings.py", SETTINGS);
    sandbox.write("backend/.env", "DEBUG=False\n");
    let window = ["troubleshoot", "errors", "--debug", "1s", "--confirm", "shop", "--format", "json"];
    let report = run(&sandbox, &window).json();
    let told = findings(&report, "TROUBLESHOOT-002", "warning");
    assert!(told[0].to_string().contains("stays as they wrote it"), "{report}");
    assert!(!report.to_string().contains("former line"), "{report}");
    assert_eq!(read(&sandbox, "backend/.env"), "DEBUG=0\n");
}

#[test]
fn after_a_kill_it_is_told_too_that_somebody_set_the_line() {
    let sandbox = world(SETTINGS, "DEBUG=False\n");
    let (mut child, mut told) = open(&sandbox);
    sandbox.write("backend/.env", "DEBUG=0\n");
    signal(&child.0, rustix::process::Signal::KILL);
    child.0.wait().unwrap();
    let mut words = String::new();
    std::io::Read::read_to_string(&mut told, &mut words).unwrap();
    assert!(words.contains("stays as they wrote it") && !words.contains("off again"), "{words}");
    assert_eq!(read(&sandbox, "backend/.env"), "DEBUG=0\n");
}

#[test]
fn what_cannot_be_opened_is_said_before_anything_changes() {
    for (settings, env, told) in [
        ("DEBUG = False\n", "DEBUG=False\n", "does not take DEBUG from a variable of the .env"),
        (SETTINGS, "DEBUG=True\n", "DEBUG is on already"),
        ("DEBUG = compute()\n", "", "only Python itself can tell"),
    ] {
        let sandbox = world(settings, env);
        run(&sandbox, &["troubleshoot", "errors", "--debug", "1s", "--confirm", "shop"])
            .exits(2)
            .complains(told);
        assert_eq!(
            (read(&sandbox, "backend/.env"), read(&sandbox, "service.log")),
            (env.to_owned(), String::new())
        );
    }
    let sandbox = world(SETTINGS, "");
    run(&sandbox, &["troubleshoot", "errors", "--debug", "1s"]).exits(64).complains("--confirm shop");
    for wrong in ["2h", "0s", "ten"] {
        run(&sandbox, &["troubleshoot", "errors", "--debug", wrong, "--confirm", "shop"]).exits(64);
    }
}
