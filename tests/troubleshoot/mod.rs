//! `sitekeep troubleshoot`: each of the guide's problems planted, found, mended and looked at again.

pub mod debug;

use crate::sandbox::Outcome;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;
use std::os::unix::fs::PermissionsExt;

/// A site whose disk and memory are left out of what is judged: they are the tester's.
pub fn site(more: &str) -> Sandbox {
    let sandbox = Sandbox::site();
    sandbox.configure(&format!(
        "[backup]\nfolder = \"backups\"\n[disk]\nfree_warning = \"0%\"\nfree_critical = \"0%\"\ninodes_warning = \"0%\"\n\
         inodes_critical = \"0%\"\n[health.resources]\nload_warning = 900.0\nload_critical = 1000.0\n{more}"
    ));
    sandbox
}

fn troubleshoot(sandbox: &Sandbox, arguments: &[&str]) -> Outcome {
    sandbox.run(&[&["troubleshoot"], arguments].concat())
}

#[test]
fn pictures_that_nobody_may_read_and_pictures_that_are_gone_are_two_causes() {
    let sandbox = site("");
    sandbox.run(&["backup", "full", "--quiet"]).exits(0);
    std::fs::remove_file(sandbox.path("backend/media/products/savane-14.jpg")).unwrap();
    sandbox.set_mode("backend/media/products/atlas-voyage.jpg", 0o600);
    let told = troubleshoot(&sandbox, &["images"]).stdout;
    assert!(told.contains("--fix: sitekeep images permissions --apply"), "{told}");
    assert!(told.contains("--fix: sitekeep restore latest --only media --confirm shop"), "{told}");
    // Restoring over live data is agreed to by the site's name.
    troubleshoot(&sandbox, &["images", "--fix"]).exits(64).complains("--confirm shop");
    assert!(!sandbox.path("backend/media/products/savane-14.jpg").exists());
    let report = troubleshoot(&sandbox, &["images", "--fix", "--confirm", "shop", "--format", "json"]).json();
    let mode = |name: &str| std::fs::metadata(sandbox.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("backend/media/products/savane-14.jpg"), 0o644, "{report}");
    assert_eq!(mode("backend/media/products/atlas-voyage.jpg"), 0o644, "{report}");
    assert!(findings(&report, "TROUBLESHOOT-001", "critical").is_empty(), "{report}");
    assert!(findings(&report, "HEALTH-014", "critical").is_empty(), "it was looked at again: {report}");
    assert_eq!(findings(&report, "IMAGES-026", "ok").len(), 1, "{report}");
}

#[test]
fn a_site_that_does_not_answer_is_why_no_picture_shows() {
    let sandbox = site("");
    let told = troubleshoot(&sandbox, &["images"]).exits(2).stdout;
    assert!(told.contains("home: / does not answer: Connection refused"), "{told}");
    assert!(!told.contains("no cause was found"), "{told}");
}

#[test]
fn what_could_not_be_looked_at_may_hold_the_cause() {
    let sandbox = site("");
    let writer = rusqlite::Connection::open(sandbox.path("backend/db.sqlite3")).unwrap();
    writer.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let told = troubleshoot(&sandbox, &["database"]).exits(3);
    told.says("no cause was found in what could be looked at");
}

#[test]
fn a_damaged_database_is_restored_and_found_sound() {
    let sandbox = site("");
    sandbox.run(&["backup", "full", "--quiet"]).exits(0);
    let path = sandbox.path("backend/db.sqlite3");
    let mut bytes = std::fs::read(&path).unwrap();
    let length = bytes.len();
    for byte in &mut bytes[4096..length.min(40_960)] {
        *byte = 0x5a;
    }
    std::fs::write(&path, &bytes).unwrap();
    let told = troubleshoot(&sandbox, &["database"]).stdout;
    assert!(told.contains("--fix: sitekeep restore latest --only database --confirm shop"), "{told}");
    troubleshoot(&sandbox, &["database", "--fix", "--confirm", "another"]).exits(64);
    let report =
        troubleshoot(&sandbox, &["database", "--fix", "--confirm", "shop", "--format", "json"]).json();
    assert_eq!(findings(&report, "DATABASE-002", "ok").len(), 1, "{report}");
    sandbox.run(&["undo", "--dry-run"]).exits(0).says("restore");
}

#[test]
fn a_site_that_is_down_is_started_by_its_own_commands() {
    let port = {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        free.local_addr().unwrap().port()
    };
    let sandbox = site(&format!(
        "[health]\nprocesses = []\nports = [{port}]\n[restore]\nstop = \"echo stopped >> service.log\"\n\
         start = \"echo started >> service.log\"\n"
    ));
    troubleshoot(&sandbox, &["site"])
        .exits(2)
        .says(&format!("127.0.0.1:{port}"))
        .says("--fix: restart `echo stopped");
    // The command that starts it only writes a line: the site is still down, and that is what is told.
    let report = troubleshoot(&sandbox, &["site", "--fix", "--format", "json"]).exits(2).json();
    assert_eq!(findings(&report, "TROUBLESHOOT-001", "ok").len(), 1, "{report}");
    assert_eq!(findings(&report, "HEALTH-002", "critical").len(), 1, "{report}");
    let log = std::fs::read_to_string(sandbox.path("service.log")).unwrap();
    assert_eq!(log, "stopped\nstarted\n");
}

#[test]
fn a_slow_site_is_put_in_shape() {
    let sandbox = site("");
    let database = rusqlite::Connection::open(sandbox.path("backend/db.sqlite3")).unwrap();
    database
        .execute_batch(
            "CREATE TABLE filler (text text NOT NULL);
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
             INSERT INTO filler SELECT printf('%0200d', i) FROM n; DELETE FROM filler;",
        )
        .unwrap();
    drop(database);
    troubleshoot(&sandbox, &["slowness"]).says("--fix: sitekeep database optimize");
    let report = troubleshoot(&sandbox, &["slowness", "--fix", "--format", "json"]).json();
    assert_eq!(findings(&report, "DATABASE-003", "warning").len(), 0, "{report}");
    assert_eq!(findings(&report, "TROUBLESHOOT-001", "ok").len(), 1, "{report}");
    troubleshoot(&sandbox, &["slowness"]).says("no cause was found");
}

#[test]
fn errors_are_told_and_left_to_people() {
    let sandbox = Sandbox::site();
    sandbox.write("backend/.env", "DEBUG=True\n");
    sandbox.configure("django = [\"django.log\"]\n");
    sandbox.write("django.log", "ERROR 2026-11-23 07:00:00,000 log Internal Server Error: /api/products/\n");
    let told = troubleshoot(&sandbox, &["errors"]).stdout;
    assert!(told.contains("Erreurs 500 fréquentes:") && told.contains("yours to mend"), "{told}");
}

#[test]
fn of_two_problems_both_are_found_and_both_are_mended() {
    let sandbox = site("");
    sandbox.run(&["backup", "full", "--quiet"]).exits(0);
    // A picture that nobody may read, in a site whose database is damaged and whose settings show errors to visitors.
    sandbox.set_mode("backend/media/products/atlas-voyage.jpg", 0o600);
    sandbox.write("backend/.env", "DEBUG=True\n");
    let path = sandbox.path("backend/db.sqlite3");
    let mut bytes = std::fs::read(&path).unwrap();
    let length = bytes.len();
    bytes[4096..length.min(40_960)].fill(0x5a);
    std::fs::write(&path, &bytes).unwrap();
    let told = troubleshoot(&sandbox, &["errors"]).stdout;
    assert!(told.contains("DEBUG is on"), "{told}");
    let report = troubleshoot(&sandbox, &["images", "--fix", "--format", "json"]).json();
    assert_eq!(findings(&report, "IMAGES-026", "ok").len(), 1, "{report}");
    let report =
        troubleshoot(&sandbox, &["database", "--fix", "--confirm", "shop", "--format", "json"]).json();
    assert_eq!(findings(&report, "DATABASE-002", "ok").len(), 1, "{report}");
    let report = troubleshoot(&sandbox, &["images", "--format", "json"]).json();
    assert!(findings(&report, "HEALTH-014", "critical").is_empty(), "{report}");
    assert_eq!(findings(&report, "HEALTH-014", "ok").len(), 1, "{report}");
}
