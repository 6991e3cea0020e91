//! What comes back: all of it, exactly, and the former state at an undo.

use super::artefact;
use super::at;
use super::change;
use super::kept;
use super::prices;
use super::restore;
use super::run;
use super::site;
use super::tree;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;
use rusqlite::Connection;
use std::os::unix::fs::PermissionsExt;

fn backed_up() -> Sandbox {
    let sandbox = site("");
    run(&sandbox, &["backup", "full"]).exits(0);
    sandbox
}

#[test]
fn h6_a_full_restore_is_the_archives_state_and_undo_the_former_one() {
    let sandbox = backed_up();
    let then = tree(&sandbox.path("backend"));
    let prices_then = prices(&sandbox.path("backend/db.sqlite3"));
    change(&sandbox);
    let before = tree(&sandbox.path("backend"));
    let report = restore(&sandbox, "latest", &["--format", "json"]).exits(0).json();
    assert_eq!(findings(&report, "RESTORE-003", "ok").len(), 1, "the restored site is visited: {report}");
    let now = tree(&sandbox.path("backend"));
    let but_database = |tree: &std::collections::BTreeMap<_, _>| {
        let mut tree = tree.clone();
        tree.remove(&sandbox.path("backend/db.sqlite3"));
        tree
    };
    assert_eq!(but_database(&now), but_database(&then));
    assert_eq!(prices(&sandbox.path("backend/db.sqlite3")), prices_then);
    for folder in kept(&sandbox) {
        assert_eq!(
            std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777,
            0o700,
            "secrets are in it"
        );
    }
    run(&sandbox, &["undo", "--confirm", "shop"]).exits(0).says("former state is live");
    assert_eq!(tree(&sandbox.path("backend")), before);
    // Once more by its name: the restored state again.
    let kept = run(&sandbox, &["quarantine", "list", "--format", "json"]).exits(0).json();
    let id = kept["kept"][0]["run"].as_str().unwrap().to_owned();
    run(&sandbox, &["undo"]).exits(64).complains("nothing to undo");
    run(&sandbox, &["undo", &id, "--confirm", "shop"]).exits(0).says("restored state is live");
    assert_eq!(but_database(&tree(&sandbox.path("backend"))), but_database(&then));
}

#[test]
fn h26_a_second_restore_is_the_second_archives_state() {
    let sandbox = backed_up();
    let first = tree(&sandbox.path("backend/media"));
    change(&sandbox);
    at(&sandbox, "2026-11-24T08:00:00Z", &["backup", "full"]).exits(0);
    let second = tree(&sandbox.path("backend/media"));
    let prices_second = prices(&sandbox.path("backend/db.sqlite3"));
    restore(&sandbox, "backup_complet_20261123_090000.tar.gz", &[]).exits(0);
    assert_eq!(tree(&sandbox.path("backend/media")), first);
    restore(&sandbox, "backup_complet_20261124_090000.tar.gz", &[]).exits(0);
    assert_eq!(tree(&sandbox.path("backend/media")), second);
    assert_eq!(prices(&sandbox.path("backend/db.sqlite3")), prices_second);
}

#[test]
fn h7_a_wal_beside_the_live_database_is_not_mixed_with_the_backup() {
    let sandbox = backed_up();
    let path = sandbox.path("backend/db.sqlite3");
    let prices_then = prices(&path);
    // A program that was killed leaves its -wal: copied while it is open, as nothing brings it home then.
    let crashed = Connection::open(&path).unwrap();
    crashed.pragma_update(None, "journal_mode", "WAL").unwrap();
    crashed.execute_batch("PRAGMA wal_autocheckpoint = 0; UPDATE showcase_product SET price = 7").unwrap();
    let copies: Vec<_> = ["", "-wal"]
        .map(|suffix| (suffix, std::fs::read(format!("{}{suffix}", path.display())).unwrap()))
        .into();
    drop(crashed);
    for (suffix, bytes) in &copies {
        std::fs::write(format!("{}{suffix}", path.display()), bytes).unwrap();
    }
    restore(&sandbox, "latest", &[]).exits(0);
    assert_eq!(prices(&path), prices_then, "the backup's data and no other");
    run(&sandbox, &["undo", "--confirm", "shop"]).exits(0);
    assert!(prices(&path).contains("savane-14=7"), "what was only in the -wal is there again");
}

#[test]
fn one_part_leaves_the_others_alone() {
    for (part, changed) in
        [("database", &["db.sqlite3"][..]), ("media", &["media"]), ("config", &[".env", "shop"])]
    {
        let sandbox = backed_up();
        change(&sandbox);
        let before = tree(&sandbox.path("backend"));
        restore(&sandbox, "latest", &["--only", part]).exits(i32::from(part == "database"));
        for (path, content) in tree(&sandbox.path("backend")) {
            let relative = path.strip_prefix(sandbox.path("backend")).unwrap();
            if !changed.iter().any(|changed| relative.starts_with(changed)) {
                assert_eq!(before.get(&path), Some(&content), "--only {part} changed {}", path.display());
            }
        }
    }
}

#[test]
fn a_picture_that_the_restored_site_lacks_is_told() {
    let sandbox = site("");
    std::fs::remove_file(sandbox.path("backend/media/products/atlas-voyage.jpg")).unwrap();
    run(&sandbox, &["backup", "full"]).exits(0);
    let report = restore(&sandbox, "latest", &["--format", "json"]).exits(1).json();
    assert_eq!(findings(&report, "HEALTH-014", "warning")[0]["subject"], "products/atlas-voyage.jpg");
}

#[test]
fn latest_is_the_newest_that_holds_what_is_wanted() {
    let sandbox = site("");
    run(&sandbox, &["restore", "latest"]).exits(2).complains("no backup that holds this");
    run(&sandbox, &["backup", "database"]).exits(0);
    run(&sandbox, &["restore", "latest", "--dry-run"]).exits(2).complains("--only database");
    run(&sandbox, &["restore", "latest", "--only", "database", "--dry-run"])
        .exits(0)
        .says("db_backup_20261123");
    run(&sandbox, &["restore", "latest", "--only", "media", "--dry-run"]).exits(2);
    at(&sandbox, "2026-11-24T08:00:00Z", &["backup", "full"]).exits(0);
    run(&sandbox, &["restore", "latest", "--only", "database", "--dry-run"])
        .exits(0)
        .says("backup_complet_20261124");
}

#[test]
fn a_damaged_live_database_is_no_reason_to_keep_it() {
    let sandbox = backed_up();
    let path = sandbox.path("backend/db.sqlite3");
    let prices_then = prices(&path);
    std::fs::write(&path, b"this is no database any more").unwrap();
    restore(&sandbox, "latest", &["--only", "database"]).exits(1).says("no backup was made");
    assert_eq!(prices(&path), prices_then);
    run(&sandbox, &["undo", "--confirm", "shop"]).exits(2);
    assert_eq!(
        std::fs::read(&path).unwrap(),
        b"this is no database any more",
        "what was there is never lost"
    );
}

#[test]
fn a_machine_without_the_site_gets_it_back() {
    let sandbox = backed_up();
    let then = tree(&sandbox.path("backend/media"));
    for path in ["backend/media", "backend/shop"] {
        std::fs::remove_dir_all(sandbox.path(path)).unwrap();
    }
    for path in ["backend/db.sqlite3", "backend/.env"] {
        std::fs::remove_file(sandbox.path(path)).unwrap();
    }
    sandbox.write("backend/shop/urls.py", "");
    restore(&sandbox, "latest", &[]).exits(1).says("it is kept as it is");
    assert_eq!(tree(&sandbox.path("backend/media")), then);
    assert!(std::fs::read_to_string(sandbox.path("backend/.env")).unwrap().contains("canary"));
    assert!(sandbox.path("backend/shop/settings.py").exists());
    // Undo takes away what was not there.
    run(&sandbox, &["undo", "--confirm", "shop"]).exits(2);
    assert!(!sandbox.path("backend/db.sqlite3").exists() && !sandbox.path("backend/media").exists());
}

#[test]
fn a_link_stays_and_what_it_leads_to_is_replaced() {
    let sandbox = backed_up();
    let then = tree(&sandbox.path("backend/media"));
    std::fs::rename(sandbox.path("backend/media"), sandbox.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink(sandbox.path("elsewhere"), sandbox.path("backend/media")).unwrap();
    std::fs::remove_file(sandbox.path("elsewhere/products/atlas-voyage.jpg")).unwrap();
    restore(&sandbox, "latest", &["--only", "media"]).exits(0);
    assert!(std::fs::symlink_metadata(sandbox.path("backend/media")).unwrap().is_symlink());
    assert_eq!(tree(&sandbox.path("backend/media")), then);
}

#[test]
fn what_is_kept_is_listed_and_purged_after_its_time() {
    let sandbox = backed_up();
    run(&sandbox, &["quarantine", "list"]).exits(0).says("nothing is kept");
    change(&sandbox);
    restore(&sandbox, "latest", &[]).exits(0);
    run(&sandbox, &["quarantine", "list"]).exits(0).says("can be undone").says("kept until 2026-12-23");
    run(&sandbox, &["quarantine", "list", "--format", "csv"]).exits(0).says("restore backup_complet_");
    run(&sandbox, &["quarantine", "purge"]).exits(0).says("nothing is past its time");
    run(&sandbox, &["quarantine", "purge", "--all"]).exits(64).complains("--confirm shop");
    assert_eq!(kept(&sandbox).len(), 1);
    at(&sandbox, "2027-01-01T08:00:00Z", &["quarantine", "purge", "--dry-run"])
        .exits(0)
        .says("would be removed");
    at(&sandbox, "2027-01-01T08:00:00Z", &["quarantine", "purge"]).exits(0).says("removed");
    assert!(kept(&sandbox).is_empty());
    run(&sandbox, &["undo"]).exits(64).complains("nothing to undo");
}

#[test]
fn what_does_not_fit_is_told_before_anything_is_agreed_to() {
    let sandbox = backed_up();
    sandbox.write("backend/.env", "SECRET_KEY=another\n");
    let database = Connection::open(sandbox.path("backend/db.sqlite3")).unwrap();
    database
        .execute_batch(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('showcase', '0099_later', '2026-11-23 00:00:00')",
        )
        .unwrap();
    let name = artefact(&sandbox, "backup_complet_").display().to_string();
    run(&sandbox, &["restore", &name, "--only", "database", "--dry-run"])
        .exits(1)
        .says("another SECRET_KEY")
        .says("0099_later live")
        .says("manage.py migrate");
}

#[test]
fn what_is_too_much_together_goes_but_for_the_newest() {
    let sandbox = site("[quarantine]\nmax_size = \"1 kB\"\n");
    run(&sandbox, &["backup", "full"]).exits(0);
    for (day, marker) in [("24", "b"), ("25", "c")] {
        sandbox.write("backend/media/products/marker.txt", marker);
        at(
            &sandbox,
            &format!("2026-11-{day}T08:00:00Z"),
            &["restore", "latest", "--only", "media", "--confirm", "shop"],
        )
        .exits(0);
    }
    at(&sandbox, "2026-11-25T09:00:00Z", &["quarantine", "purge"]).exits(0).says("20261124T080000Z");
    assert_eq!(kept(&sandbox).len(), 1, "the newest can be undone, whatever it takes");
    at(&sandbox, "2026-11-25T09:00:00Z", &["undo", "--confirm", "shop"]).exits(0);
    assert_eq!(std::fs::read_to_string(sandbox.path("backend/media/products/marker.txt")).unwrap(), "c");
}
