//! What is refused, and that nothing was touched then.

use super::artefact;
use super::change;
use super::kept;
use super::restore;
use super::run;
use super::site;
use super::tree;
use rusqlite::Connection;
use std::process::Command;
use std::process::Stdio;

#[test]
fn without_the_sites_name_nothing_happens() {
    let sandbox = site("");
    run(&sandbox, &["backup", "full"]).exits(0);
    change(&sandbox);
    let before = tree(&sandbox.path("backend"));
    run(&sandbox, &["restore", "latest"]).exits(64).complains("--confirm shop").complains("replaces media");
    run(&sandbox, &["restore", "latest", "--confirm", "other"])
        .exits(64)
        .complains("`other` is not this site");
    run(&sandbox, &["restore", "latest", "--dry-run"])
        .exits(0)
        .says("would replace")
        .says("a backup would be made first: full")
        .says("would not be stopped");
    run(&sandbox, &["undo", "--confirm", "other"]).exits(64);
    assert_eq!(tree(&sandbox.path("backend")), before);
    assert!(kept(&sandbox).is_empty());
}

#[test]
fn h25_a_name_that_no_script_creates_touches_nothing() {
    let sandbox = site("");
    run(&sandbox, &["backup", "full"]).exits(0);
    let before = tree(&sandbox.path("backend"));
    restore(&sandbox, "backup_complet_latest.tar.gz", &[]).exits(64).complains("sitekeep backup list");
    restore(&sandbox, "latst", &[]).exits(64);
    assert_eq!(tree(&sandbox.path("backend")), before);
}

#[test]
fn h22_a_damaged_backup_is_refused_before_anything_is_touched() {
    let sandbox = site("");
    run(&sandbox, &["backup", "full"]).exits(0);
    run(&sandbox, &["backup", "database"]).exits(0);
    change(&sandbox);
    let before = tree(&sandbox.path("backend"));
    for prefix in ["backup_complet_", "db_backup_"] {
        let path = artefact(&sandbox, prefix);
        let whole = std::fs::read(&path).unwrap();
        let mut flipped = whole.clone();
        let middle = whole.len() / 2;
        flipped[middle] ^= 1;
        for damaged in [&whole[..middle], &[], b"this is text", &flipped] {
            std::fs::write(&path, damaged).unwrap();
            let outcome = restore(&sandbox, &path.display().to_string(), &[]);
            assert_eq!(outcome.code, 2, "{}", outcome.stderr);
            assert!(outcome.stderr.contains("is damaged"), "{}", outcome.stderr);
            assert_eq!(tree(&sandbox.path("backend")), before);
            assert!(kept(&sandbox).is_empty());
        }
        std::fs::write(&path, whole).unwrap();
    }
}

#[test]
fn a_database_of_another_engine_is_refused() {
    let sandbox = site("");
    let dump = sandbox.path("backups/db_backup_20261122_020000.sql.gz");
    std::fs::create_dir_all(dump.parent().unwrap()).unwrap();
    let script = "-- PostgreSQL database dump\nSELECT 1;\n-- PostgreSQL database dump complete\n";
    let mut gzip = Command::new("gzip")
        .stdin(Stdio::piped())
        .stdout(std::fs::File::create(&dump).unwrap())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut gzip.stdin.take().unwrap(), script.as_bytes()).unwrap();
    gzip.wait().unwrap();
    let before = tree(&sandbox.path("backend"));
    restore(&sandbox, "db_backup_20261122_020000.sql.gz", &[])
        .exits(2)
        .complains("a database of PostgreSQL, the site's is SQLite");
    assert_eq!(tree(&sandbox.path("backend")), before);
}

#[test]
fn what_the_backup_does_not_hold_cannot_be_asked_for() {
    let sandbox = site("");
    run(&sandbox, &["backup", "media"]).exits(0);
    let name = artefact(&sandbox, "media_backup_").display().to_string();
    restore(&sandbox, &name, &["--only", "database"]).exits(2).complains("holds no database");
    restore(&sandbox, &name, &["--only", "config"]).exits(2).complains("holds no settings or .env");
}

#[test]
fn a_database_in_use_is_not_exchanged_under_its_user() {
    let sandbox = site("[database]\ntimeout = \"200ms\"\n");
    run(&sandbox, &["backup", "database"]).exits(0);
    let database = sandbox.path("backend/db.sqlite3");
    Connection::open(&database).unwrap().pragma_update(None, "journal_mode", "WAL").unwrap();
    let script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); \
                  c.execute('SELECT count(*) FROM showcase_product').fetchall(); \
                  print('open', flush=True); sys.stdin.read()";
    let mut user = Command::new("python3")
        .args(["-c", script])
        .arg(&database)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(user.stdout.take().unwrap()), &mut line)
        .unwrap();
    let inode =
        |path: &std::path::Path| std::os::unix::fs::MetadataExt::ino(&std::fs::metadata(path).unwrap());
    let before = inode(&database);
    restore(&sandbox, "latest", &["--only", "database"])
        .exits(2)
        .says(&format!("process {}", user.id()))
        .says("[restore] stop and start");
    assert_eq!(inode(&database), before);
    assert!(kept(&sandbox).is_empty(), "what was prepared is removed");
    drop(user.stdin.take());
    user.wait().unwrap();
    restore(&sandbox, "latest", &["--only", "database"]).exits(0);
    assert_ne!(inode(&database), before);
}

#[test]
fn another_run_at_work_is_left_to_it() {
    let sandbox = site("");
    run(&sandbox, &["backup", "full"]).exits(0);
    let lock = std::fs::File::options().write(true).open(sandbox.path("state/lock")).unwrap();
    lock.lock().unwrap();
    restore(&sandbox, "latest", &[]).exits(75);
    run(&sandbox, &["undo", "--confirm", "shop"]).exits(75);
}
