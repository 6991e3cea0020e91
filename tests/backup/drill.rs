//! The drill: what comes back is looked at, and the live site is left as it is.

use crate::database::guide_schema_on_postgres;
use crate::postgres::cluster;
use crate::sandbox::Outcome;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

fn site(more: &str) -> Sandbox {
    let sandbox = Sandbox::site();
    sandbox.configure(&format!("[backup]\nfolder = \"backups\"\n{more}"));
    sandbox
}

fn drill(sandbox: &Sandbox) -> Outcome {
    sandbox.run(&["backup", "drill", "--format", "json"])
}

/// Every file below a folder with its content.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(tree(&path));
        } else {
            files.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    files
}

#[test]
fn a_sound_backup_is_restored_compared_and_browsed() {
    let sandbox = site("");
    sandbox
        .run(&["backup", "drill"])
        .exits(3)
        .complains("no backup of sitekeep's own")
        .complains("sitekeep backup full");
    sandbox.run(&["backup", "full"]).exits(0);
    let before = tree(&sandbox.path("backend"));
    let report = drill(&sandbox).exits(0).json();
    assert_eq!(findings(&report, "HEALTH-004", "ok").len(), 3, "each product's page is visited");
    assert_eq!(findings(&report, "HEALTH-006", "ok").len(), 1, "pictures are decoded");
    assert!(
        findings(&report, "BACKUP-005", "ok")
            .iter()
            .any(|finding| finding["data"]["rows"].as_u64() > Some(0))
    );
    assert_eq!(tree(&sandbox.path("backend")), before, "the live site was touched");
    assert!(!sandbox.path("state/drill").exists(), "the scratch folder stays behind");
    sandbox.run(&["backup", "list"]).exits(0).says("drilled ");
}

#[test]
fn a_picture_that_the_backup_lacks_is_found() {
    let sandbox = site("");
    std::fs::remove_file(sandbox.path("backend/media/products/atlas-voyage.jpg")).unwrap();
    sandbox.run(&["backup", "full"]).exits(0);
    let report = drill(&sandbox).exits(2).json();
    assert_eq!(findings(&report, "HEALTH-014", "critical")[0]["subject"], "products/atlas-voyage.jpg");
    sandbox.run(&["backup", "list", "--format", "csv"]).exits(0).says(",,,");
}

#[test]
fn a_damaged_backup_does_not_pass_the_drill() {
    let sandbox = site("");
    sandbox.run(&["backup", "full"]).exits(0);
    let path = tree(&sandbox.path("backups"))
        .into_keys()
        .find(|path| path.to_string_lossy().ends_with(".tar.gz"))
        .unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    std::fs::write(&path, bytes).unwrap();
    let report = drill(&sandbox).exits(2).json();
    assert!(
        findings(&report, "BACKUP-005", "critical")[0]["message"]
            .as_str()
            .unwrap()
            .contains("does not unpack")
    );
}

#[test]
fn h30_a_database_that_is_not_what_was_backed_up_is_critical() {
    let sandbox = site("");
    sandbox.run(&["backup", "database"]).exits(0);
    let manifest = tree(&sandbox.path("backups"))
        .into_keys()
        .find(|path| path.to_string_lossy().ends_with(".manifest.json"))
        .unwrap();
    // As if three products had been in stock when the backup was made.
    let text = std::fs::read_to_string(&manifest).unwrap();
    let mut document: serde_json::Value = serde_json::from_str(&text).unwrap();
    document["fingerprint"]["tables"]["showcase_product"]["rows"] = 4.into();
    std::fs::write(&manifest, serde_json::to_string(&document).unwrap()).unwrap();
    let report = drill(&sandbox).exits(2).json();
    let message = findings(&report, "BACKUP-005", "critical")[0]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("showcase_product"), "{message}");
}

#[test]
fn the_last_drilled_backup_survives_the_rotation() {
    let sandbox = site("[backup.database]\nlast = 1\n");
    sandbox.run(&["backup", "database"]).exits(0);
    sandbox.run(&["backup", "drill"]).exits(0);
    for day in 24..27 {
        let now = format!("2026-11-{day}T08:00:00Z");
        sandbox.run_with(&[("SITEKEEP_NOW", &now)], &["backup", "database"]).exits(0);
    }
    sandbox
        .run(&["backup", "list"])
        .says("db_backup_20261123_090000.sqlite3.gz")
        .says("db_backup_20261126_090000.sqlite3.gz");
}

#[test]
fn what_a_killed_drill_left_is_removed_by_the_next() {
    let sandbox = site("");
    sandbox.run(&["backup", "full"]).exits(0);
    sandbox.write("state/drill/site/half", "half");
    drill(&sandbox).exits(0);
    assert!(!sandbox.path("state/drill").exists());
}

#[test]
fn a_postgresql_backup_is_drilled_in_a_database_of_its_own() {
    let Some(cluster) = cluster() else { return };
    let url = cluster.create("drilled", &guide_schema_on_postgres());
    let sandbox = site(&format!("[database]\nurl = \"{url}\"\n"));
    sandbox.run(&["backup", "full"]).exits(0);
    let report = drill(&sandbox).exits(0).json();
    assert_eq!(findings(&report, "HEALTH-004", "ok").len(), 3);
    let mut client = postgres::Client::connect(&cluster.url("postgres"), postgres::NoTls).unwrap();
    let left =
        client.query("SELECT 1 FROM pg_database WHERE datname = 'sitekeep_drill_drilled'", &[]).unwrap();
    assert!(left.is_empty(), "the drill's database stays behind");
    // A role that may not create databases cannot drill: that is no verdict on the backup.
    client.batch_execute("DROP ROLE IF EXISTS modest; CREATE ROLE modest LOGIN").unwrap();
    let mut owner = postgres::Client::connect(&url, postgres::NoTls).unwrap();
    owner.batch_execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO modest").unwrap();
    sandbox.configure(&format!(
        "[backup]\nfolder = \"backups\"\n[database]\nurl = \"{}\"\n",
        url.replace("postgres@", "modest@")
    ));
    let report = drill(&sandbox).exits(3).json();
    assert_eq!(findings(&report, "BACKUP-005", "unknown").len(), 1, "{report}");
    owner.batch_execute("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM modest").unwrap();
    client.batch_execute("DROP ROLE modest").unwrap();
}

#[test]
fn a_random_drill_takes_any_kind_that_can_be_drilled_and_nothing_else() {
    let sandbox = site("");
    sandbox.run(&["backup", "drill", "random"]).exits(3).complains("sitekeep backup full");
    sandbox.write("backups/backup_complet_20260101_020000.tar.gz", "the guide's own");
    sandbox.run(&["backup", "drill", "random"]).exits(3).complains("no backup of sitekeep's own");
    sandbox.run(&["backup", "media"]).exits(0);
    let report = sandbox.run(&["backup", "drill", "random", "--format", "json"]).exits(0).json();
    let drilled = findings(&report, "BACKUP-005", "ok")[0]["subject"].as_str().unwrap().to_owned();
    assert!(drilled.starts_with("media_backup_"), "{drilled}");
}

#[test]
fn a_drill_tells_how_long_it_took_against_the_ones_before() {
    let sandbox = site("");
    sandbox.run(&["backup", "full"]).exits(0);
    drill(&sandbox).exits(0);
    let state = rusqlite::Connection::open(sandbox.path("state/state.sqlite3")).unwrap();
    let first: f64 = state.query_row("SELECT seconds FROM drill", [], |row| row.get(0)).unwrap();
    assert!(first > 0.0);
    state
        .execute_batch(
            "UPDATE drill SET seconds = 86400;
             INSERT INTO drill SELECT name, at - 1, kind, status, message, 86401 FROM drill;
             INSERT INTO drill SELECT name, at - 2, kind, 'CRITICAL', message, 1 FROM drill LIMIT 1;",
        )
        .unwrap();
    let report = drill(&sandbox).exits(0).json();
    let told = findings(&report, "BACKUP-005", "ok");
    let told = told.iter().find(|finding| finding["data"]["seconds"].is_number()).unwrap();
    assert!(told["message"].as_str().unwrap().ends_with("(median of the last 2: 24 h)"), "{told}");
    assert_eq!(told["data"]["median_seconds"], 86400.0);
    assert_eq!(told["data"]["earlier_drills"], 2);
}
