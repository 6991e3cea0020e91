//! `sitekeep security`: each weakness is found, a hardened site is quiet, and nothing of the site is executed.

mod accounts;
mod django;
mod files;
mod settings;
mod tls;
mod visitors;

use crate::sandbox::Outcome;
use crate::sandbox::Sandbox;

/// A site with settings.py, and what is to be audited of it.
pub fn site(settings: &str) -> Sandbox {
    let sandbox = Sandbox::site();
    sandbox.write("backend/shop/settings.py", settings);
    configure(&sandbox, "");
    sandbox
}

pub fn configure(sandbox: &Sandbox, more: &str) {
    sandbox.write(
        "sitekeep.toml",
        &format!(
            "[site]\nname = \"shop\"\nroot = \"backend\"\nenv_file = \"backend/.env\"\nsettings = \"backend/shop/settings.py\"\n\
             [database]\npath = \"backend/db.sqlite3\"\n[state]\ndirectory = \"state\"\n[logs]\nsystem = \"off\"\n\
             access = [\"logs/access.log\"]\n{more}"
        ),
    );
}

#[track_caller]
pub fn audit(sandbox: &Sandbox, parts: &str) -> Outcome {
    sandbox.run(&["security", "audit", "--only", parts, "--format", "json"])
}

/// Subjects of findings that are not OK, with their status.
pub fn open(report: &serde_json::Value) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter(|finding| finding["status"] != "ok")
        .map(|finding| (text(&finding["subject"]), text(&finding["status"])))
        .collect()
}

#[test]
fn a_whole_audit_has_a_grade_and_a_trend_and_a_part_has_none() {
    let sandbox = site(settings::HARDENED);
    sandbox.write("logs/access.log", "");
    sandbox.write("backend/.env", &format!("SECRET_KEY={}\n", settings::KEY));
    sandbox.set_mode("backend/.env", 0o640);
    let first = sandbox.run(&["security", "audit"]);
    assert!(
        first.stdout.contains("points of 100") && !first.stdout.contains("on 2026-11-23"),
        "{}",
        first.stdout
    );
    let first = sandbox.run(&["security", "audit", "--format", "json"]).json();
    let grade = crate::sandbox::findings(&first, "SECURITY-001", "ok")[0].clone();
    // What else listens on this machine may change between the two.
    assert!(grade["data"]["change"].is_number(), "{grade}");
    // Worse settings, a month later.
    sandbox.write("backend/shop/settings.py", "DEBUG = True\n");
    let later = [("SITEKEEP_NOW", "2026-12-23T08:00:00Z")];
    let second = sandbox.run_with(&later, &["security", "audit", "--format", "json"]).exits(2).json();
    let grade = crate::sandbox::findings(&second, "SECURITY-001", "ok")[0].clone();
    assert!(grade["data"]["change"].as_f64().unwrap() < -15.0, "{grade}");
    assert!(grade["message"].as_str().unwrap().contains("worse than on 2026-11-23"), "{grade}");
    sandbox.run(&["security", "audit", "--only", "ports"]).says("Skipped:");
    let part = sandbox.run(&["security", "audit", "--only", "settings", "--format", "json"]).json();
    assert!(crate::sandbox::findings(&part, "SECURITY-001", "ok").is_empty(), "{part}");
}

#[test]
fn a_part_that_there_is_none_of_is_a_usage_error_with_the_nearest() {
    let sandbox = site("");
    sandbox.run(&["security", "audit", "--only", "setings"]).exits(64).complains("did you mean `settings`?");
    sandbox.run(&["security", "audit", "--skip", "zebra"]).exits(64).complains("there are settings, files");
    sandbox.run(&["security", "audit", "--format", "csv"]).exits(64);
}

#[test]
fn guessing_at_the_login_is_found_with_the_way_to_stop_it() {
    let sandbox = site("");
    let line =
        "203.0.113.9 - - [23/Nov/2026:08:40:00 +0100] \"POST /admin/login/ HTTP/1.1\" 200 99 \"-\" \"-\"\n";
    sandbox.write("logs/access.log", &line.repeat(20));
    audit(&sandbox, "logins").exits(2).says("203.0.113.9").says("sitekeep security fail2ban");
    sandbox.write("logs/access.log", line);
    audit(&sandbox, "logins").exits(0);
    std::fs::remove_file(sandbox.path("logs/access.log")).unwrap();
    audit(&sandbox, "logins").exits(3);
}

#[test]
fn a_port_that_others_reach_is_found_and_one_that_is_meant_is_not() {
    let sandbox = site("");
    let socket = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    let subject = format!("port {port}");
    let told =
        |sandbox: &Sandbox| open(&audit(sandbox, "ports").json()).iter().any(|(name, _)| *name == subject);
    assert!(told(&sandbox));
    configure(&sandbox, &format!("[security]\nopen_ports = [{port}]\n"));
    assert!(!told(&sandbox));
    configure(&sandbox, "");
    drop(socket);
    let socket = std::net::TcpListener::bind(("127.0.0.1", port));
    assert!(!told(&sandbox) || socket.is_err(), "this machine reaches itself");
}

#[test]
fn fail2ban_gets_its_files() {
    let sandbox = site("");
    sandbox
        .run(&["security", "fail2ban"])
        .exits(0)
        .says("failregex = ^<HOST>")
        .says("[shop-admin]")
        .says("logs/access.log");
    sandbox.run(&["security", "fail2ban", "--write", "fail2ban"]).exits(0).says("shop-admin.conf");
    let filter = std::fs::read_to_string(sandbox.path("fail2ban/filter.d/shop-admin.conf")).unwrap();
    assert!(filter.contains("/admin/login/"), "{filter}");
    assert!(sandbox.path("fail2ban/jail.d/shop-admin.local").exists());
    sandbox.configure("");
    sandbox.run(&["security", "fail2ban"]).exits(78).complains("[logs] access");
}
