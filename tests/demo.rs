//! `sitekeep demo`: the main job, end to end.

use crate::sandbox::Outcome;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::process::Child;
use std::process::Stdio;

fn demo(sandbox: &Sandbox, more: &[&str]) -> Outcome {
    sandbox.run(&[&["demo", "la boutique", "--format", "json"], more].concat())
}

#[test]
fn a_complete_shop_is_built_served_judged_and_stopped() {
    let sandbox = Sandbox::empty();
    let report = demo(&sandbox, &[]).exits(0).json();
    assert_eq!(findings(&report, "HEALTH-004", "ok").len(), 36, "every product's page");
    assert_eq!(findings(&report, "HEALTH-007", "ok").len(), 1, "the WhatsApp button");
    assert_eq!(findings(&report, "HEALTH-006", "ok")[0]["data"]["decoded"], 36);
    assert_eq!(report["status"], "ok");
    let database = rusqlite::Connection::open(sandbox.path("la boutique/backend/db.sqlite3")).unwrap();
    let count = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count("SELECT count(*) FROM showcase_category WHERE parent_id IS NULL"), 4);
    assert_eq!(count("SELECT count(*) FROM showcase_category WHERE parent_id IS NOT NULL"), 12);
    assert_eq!(count("SELECT count(*) FROM showcase_product"), 36);
    assert!(
        count("SELECT count(*) FROM django_session WHERE expire_date < datetime('2026-11-23 08:00')") > 100
    );
    assert_eq!(count("SELECT count(*) FROM pragma_foreign_key_check"), 0);
    let port = listening_port(&sandbox);
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err(), "the server still listens");
}

fn listening_port(sandbox: &Sandbox) -> u16 {
    let config = std::fs::read_to_string(sandbox.path("la boutique/sitekeep.toml")).unwrap();
    let (_, rest) = config.split_once("listen = \"127.0.0.1:").unwrap();
    rest.split('"').next().unwrap().parse().unwrap()
}

#[test]
fn a_second_run_finds_the_shop_and_leaves_it_as_it_is() {
    let sandbox = Sandbox::empty();
    demo(&sandbox, &[]).exits(0);
    let database = sandbox.path("la boutique/backend/db.sqlite3");
    let before = std::fs::read(&database).unwrap();
    std::fs::remove_file(sandbox.path("la boutique/backend/media/products/savane-14-akwa.jpg")).unwrap();
    let report = demo(&sandbox, &[]).exits(2).json();
    assert_eq!(
        findings(&report, "HEALTH-014", "critical").len(),
        1,
        "what was broken by hand stays broken, and is found"
    );
    assert_eq!(std::fs::read(&database).unwrap(), before);
    demo(&sandbox, &["--fresh"]).exits(0);
}

#[test]
fn a_run_days_later_finds_its_server_in_the_access_log() {
    let sandbox = Sandbox::empty();
    demo(&sandbox, &[]).exits(0);
    let later = [("SITEKEEP_NOW", "2026-11-27T08:00:00Z")];
    let report = sandbox.run_with(&later, &["demo", "la boutique", "--format", "json"]).exits(0).json();
    assert!(findings(&report, "LOGS-006", "unknown").is_empty(), "{report}");
    assert_eq!(findings(&report, "LOGS-003", "ok")[0]["data"]["requests"], 0, "own requests do not count");
}

#[test]
fn an_unfinished_shop_is_made_anew() {
    let sandbox = Sandbox::empty();
    sandbox.write("la boutique/.sitekeep-demo", "building\n");
    sandbox.write("la boutique/backend/media/products/half.jpg", "");
    sandbox.write("la boutique/backend/db.sqlite3", "");
    demo(&sandbox, &[]).exits(0);
    assert!(!sandbox.path("la boutique/backend/media/products/half.jpg").exists());
}

#[test]
fn a_folder_with_something_else_is_left_alone() {
    let sandbox = Sandbox::empty();
    sandbox.write("la boutique/precious.txt", "mine");
    sandbox
        .run(&["demo", "la boutique"])
        .exits(64)
        .complains("is no demonstration site")
        .complains("sitekeep demo DIR");
    assert_eq!(std::fs::read_dir(sandbox.path("la boutique")).unwrap().count(), 1);
}

#[test]
fn a_taken_port_gives_way_to_another() {
    let sandbox = Sandbox::empty();
    demo(&sandbox, &[]).exits(0);
    let taken = std::net::TcpListener::bind(("127.0.0.1", listening_port(&sandbox)));
    let port = listening_port(&sandbox);
    sandbox.run(&["demo", "la boutique"]).exits(0).complains("is taken by another program");
    assert_ne!(listening_port(&sandbox), port, "the configuration still names the port of another program");
    drop(taken);
}

struct Kept {
    child: Child,
    url: String,
}

/// Starts `demo --keep-serving` and reads until the shop is open.
fn keep_serving(sandbox: &Sandbox) -> Kept {
    let mut child = sandbox
        .command(&["demo", "la boutique", "--keep-serving"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.find(|line| line.as_ref().unwrap().contains("The shop is open at ")).unwrap().unwrap();
    // The rest is read, so that the program never waits for us.
    std::thread::spawn(move || lines.for_each(drop));
    let url = line.split(' ').find(|word| word.starts_with("http://")).unwrap().to_owned();
    Kept { child, url }
}

fn get(url: &str) -> std::io::Result<String> {
    let address = url.trim_start_matches("http://");
    let mut stream = std::net::TcpStream::connect(address)?;
    std::io::Write::write_all(
        &mut stream,
        format!("GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes(),
    )?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(text)
}

#[test]
fn kept_open_the_shop_serves_and_ends_with_its_parent() {
    let sandbox = Sandbox::empty();
    let mut kept = keep_serving(&sandbox);
    assert!(get(&kept.url).unwrap().contains("Boutique Démo"));
    sandbox.run(&["demo", "la boutique"]).exits(75).complains("is working on this site");
    kept.child.kill().unwrap();
    kept.child.wait().unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while get(&kept.url).is_ok() {
        assert!(std::time::Instant::now() < deadline, "the server outlives the program that was killed");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    demo(&sandbox, &[]).exits(0);
}
