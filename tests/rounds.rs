//! `sitekeep weekly` and `sitekeep monthly`: the guide's lists, done and judged.

use crate::dependencies::world;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;

fn site() -> Sandbox {
    let sandbox = Sandbox::site();
    sandbox.write(
        "sitekeep.toml",
        "[site]\nname = \"shop\"\nenv_file = \"backend/.env\"\n[state]\ndirectory = \"state\"\n[logs]\nsystem = \"off\"\n\
         clean = [\"logs\"]\n[backup]\nfolder = \"backups\"\n[dependencies]\nadvisories = \"osv\"\n",
    );
    world::in_order(&sandbox);
    std::fs::create_dir(sandbox.path("logs")).unwrap();
    sandbox.run(&["checklist", "sign", "docs.procedures", "--by", "Awa"]).exits(0);
    sandbox
}

#[test]
fn weekly_backs_up_and_clears_away() {
    let sandbox = site();
    let database = rusqlite::Connection::open(sandbox.path("backend/db.sqlite3")).unwrap();
    database.execute_batch("INSERT INTO django_session VALUES ('old', '', '2026-11-22 00:00:00')").unwrap();
    let report = sandbox.run(&["weekly", "--format", "json"]).exits(0).json();
    assert_eq!(findings(&report, "BACKUP-001", "ok").len(), 2, "{report}");
    assert_eq!(findings(&report, "DATABASE-006", "ok")[0]["data"]["removed"], 1);
    let items: Vec<&str> =
        report["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
    assert_eq!(
        items,
        [
            "backup.database",
            "backup.media",
            "database.sessions",
            "logs.clean",
            "images.uploads",
            "quarantine.purge",
            "dependencies.check"
        ],
        "in the guide's order"
    );
    sandbox
        .run(&["backup", "list"])
        .exits(0)
        .says("db_backup_20261123_090000")
        .says("media_backup_20261123_090000");
    sandbox.run(&["checklist", "run", "weekly", "--only", "database"]).exits(0).says("none has expired");
    sandbox.run(&["weekly", "--only", "health"]).exits(64);
}

#[test]
fn an_item_that_fails_hides_none_of_the_others() {
    let sandbox = site();
    std::fs::remove_dir_all(sandbox.path("backend/media")).unwrap();
    let report = sandbox.run(&["weekly", "--format", "json"]).exits(2).json();
    assert_eq!(findings(&report, "BACKUP-001", "critical").len(), 1);
    assert_eq!(findings(&report, "BACKUP-001", "ok").len(), 1);
    assert_eq!(findings(&report, "DATABASE-006", "ok").len(), 1);
}

#[test]
fn monthly_mends_the_database_and_proves_the_backups() {
    let sandbox = site();
    let report = sandbox.run(&["monthly", "--format", "json"]).exits(0).json();
    assert_eq!(findings(&report, "BACKUP-004", "ok").len(), 1, "the full backup is read through: {report}");
    assert!(!findings(&report, "BACKUP-005", "ok").is_empty(), "and drilled");
    let items: Vec<&str> =
        report["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
    assert!(items.contains(&"images.optimize") && items.contains(&"images.orphans"), "{items:?}");
    sandbox.run(&["backup", "list"]).exits(0).says("drilled ");
    // Two rounds at once are one after the other.
    let lock = std::fs::File::options().write(true).open(sandbox.path("state/lock")).unwrap();
    lock.lock().unwrap();
    sandbox.run(&["monthly"]).exits(75);
}

#[test]
fn a_fault_of_the_shops_own_settings_does_not_fail_the_drill() {
    let sandbox = site();
    let database = rusqlite::Connection::open(sandbox.path("backend/db.sqlite3")).unwrap();
    database.execute_batch("UPDATE showcase_sitesettings SET whatsapp_number = '237XXXXXXXXX'").unwrap();
    sandbox.run(&["backup", "full"]).exits(0);
    sandbox.run(&["backup", "drill"]).exits(0);
}

#[test]
fn a_round_that_is_stopped_says_what_it_did_and_what_it_left() {
    let sandbox = site();
    let mut settings = std::fs::read_to_string(sandbox.path("sitekeep.toml")).unwrap();
    settings.push_str(
        "[checklist]\nitems = [\n\
         { id = \"shop.stop\", period = \"weekly\", command = [\"sh\", \"-c\", \"kill -TERM $PPID\"] },\n\
         { id = \"shop.after\", period = \"weekly\", command = [\"touch\", \"after\"] }]\n",
    );
    sandbox.write("sitekeep.toml", &settings);
    let stopped = sandbox.run(&["weekly", "--only", "backup.database,shop", "--format", "json"]).exits(143);
    assert!(stopped.stderr.contains("stopped on request"), "{}", stopped.stderr);
    let report = stopped.json();
    assert_eq!(findings(&report, "BACKUP-001", "ok").len(), 1, "what was done counts: {report}");
    assert_eq!(findings(&report, "CHECKLIST-002", "ok").len(), 1, "{report}");
    assert_eq!(findings(&report, "CHECK-001", "unknown")[0]["subject"], "shop.after");
    assert!(!sandbox.path("after").exists(), "nothing was begun after it");
    sandbox.run(&["checklist", "history", "shop.after"]).exits(0).says("not carried out");
}
