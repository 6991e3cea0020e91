//! The whole way on a folder: there, back, read through, drilled, rotated.

use super::at;
use super::configure;
use super::pushed;
use super::restic;
use super::restic_is_there;
use super::run;
use super::site;
use super::tree;
use crate::database::guide_schema_on_postgres;
use crate::postgres::cluster;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;
use std::io::Seek;
use std::io::SeekFrom;
use std::io::Write;

const TOMORROW: &str = "2026-11-24T08:00:00Z";

#[test]
fn a_copy_goes_away_once_and_comes_back_as_an_ordinary_backup() {
    if !restic_is_there() {
        return;
    }
    let sandbox = site();
    run(&sandbox, &["backup", "push"]).exits(2).says("sitekeep backup push --init");
    assert!(!sandbox.path("copies").exists(), "a repository was created that nobody asked for");
    let (first, bytes) =
        pushed(&run(&sandbox, &["backup", "push", "--init", "--format", "json"]).exits(0).json());
    assert!(first > 8_000_000 && bytes > 8_000_000, "{first} of {bytes}");
    assert!(!sandbox.path("state/remote/sitekeep-snapshot").exists(), "the stage holds secrets and stays");
    let (second, bytes) =
        pushed(&at(&sandbox, TOMORROW, &["backup", "push", "--format", "json"]).exits(0).json());
    assert!(second * 100 < bytes, "{second} of {bytes} bytes were sent again");
    at(&sandbox, TOMORROW, &["backup", "list", "--remote"]).exits(0).says("24 h old  7 files");
    run(&sandbox, &["backup", "list", "--remote", "--format", "nagios"]).exits(64);
    run(&sandbox, &["backup", "pull"]).exits(0).says("each as its manifest says");
    run(&sandbox, &["backup", "verify", "backup_complet_20261124_090000.tar.gz"]).exits(0).says("sound");
    run(&sandbox, &["backup", "drill"]).exits(0);
    assert_eq!(
        std::fs::read_dir(sandbox.path("backups")).unwrap().count(),
        3,
        "more than the backup is left"
    );
}

#[test]
fn a_flipped_byte_in_the_repository_is_found() {
    if !restic_is_there() {
        return;
    }
    let sandbox = site();
    run(&sandbox, &["backup", "push", "--init"]).exits(0);
    run(&sandbox, &["backup", "verify", "--remote", "--full"]).exits(0).says("all read");
    run(&sandbox, &["backup", "verify", "--full"]).exits(64);
    let (pack, ..) =
        tree(&sandbox.path("copies/data")).into_iter().max_by_key(|(.., bytes)| bytes.len()).unwrap();
    let pack = sandbox.path("copies/data").join(pack);
    let byte = std::fs::read(&pack).unwrap()[1000];
    std::fs::set_permissions(&pack, super::PermissionsExt::from_mode(0o600)).unwrap();
    let mut file = std::fs::OpenOptions::new().write(true).open(&pack).unwrap();
    file.seek(SeekFrom::Start(1000)).unwrap();
    file.write_all(&[byte ^ 1]).unwrap();
    drop(file);
    let report =
        run(&sandbox, &["backup", "verify", "--remote", "--full", "--format", "json"]).exits(2).json();
    assert!(!findings(&report, "BACKUP-015", "critical").is_empty(), "{report}");
    assert!(findings(&report, "BACKUP-015", "ok").is_empty(), "{report}");
}

#[test]
fn the_newest_copy_is_drilled_straight_from_the_repository() {
    if !restic_is_there() {
        return;
    }
    let sandbox = site();
    run(&sandbox, &["backup", "push", "--init"]).exits(0);
    let report = run(&sandbox, &["backup", "drill", "--remote", "--format", "json"]).exits(0).json();
    assert_eq!(findings(&report, "BACKUP-016", "ok").len(), 1, "{report}");
    assert_eq!(findings(&report, "BACKUP-005", "ok").len(), 2, "{report}");
    assert!(findings(&report, "HEALTH-004", "ok").len() > 2, "its pages were not visited: {report}");
    let left: Vec<_> =
        std::fs::read_dir(sandbox.path("state")).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with(".sitekeep")), "{left:?}");
    assert!(
        !sandbox.path("backups").exists() || std::fs::read_dir(sandbox.path("backups")).unwrap().count() == 0
    );
}

#[test]
fn the_rotation_keeps_by_the_rules_of_full_backups_and_only_where_it_may() {
    if !restic_is_there() {
        return;
    }
    let sandbox = site();
    for day in 20..24 {
        at(&sandbox, &format!("2026-11-{day}T08:00:00Z"), &["backup", "push", "--init"]).exits(0);
    }
    run(&sandbox, &["backup", "prune", "--remote"]).exits(78).complains("append_only = true");
    configure(&sandbox, "repository = \"copies\"\nappend_only = false\n[backup.full]\nlast = 3\n");
    run(&sandbox, &["backup", "prune", "--remote", "--dry-run", "-v"])
        .exits(0)
        .says("3 copies would stay, 1 would go");
    run(&sandbox, &["backup", "prune", "--remote"]).exits(0).says("3 copies kept, 1 removed");
    let list = run(&sandbox, &["backup", "list", "--remote", "--format", "csv"]).exits(0).stdout;
    assert_eq!(list.lines().count(), 4, "{list}");
    assert!(!list.contains("2026-11-20"), "the oldest stayed: {list}");
    run(&sandbox, &["backup", "verify", "--remote", "--full"]).exits(0);
}

#[test]
fn restic_alone_restores_what_its_note_says() {
    if !restic_is_there() {
        return;
    }
    let sandbox = site();
    run(&sandbox, &["backup", "push", "--init"]).exits(0);
    let target = sandbox.path("by hand");
    restic(&sandbox, &["restore", "latest", "--host", "shop", "--target", target.to_str().unwrap()]);
    let below = |path: std::path::PathBuf| target.join(path.strip_prefix("/").unwrap());
    assert_eq!(tree(&below(sandbox.path("backend/media"))), tree(&sandbox.path("backend/media")));
    let stage = below(sandbox.path("state/remote/sitekeep-snapshot"));
    let note = std::fs::read_to_string(stage.join("RESTORE.md")).unwrap();
    assert!(note.contains("restic restore latest --host 'shop'") && note.contains("/db.sqlite3'"), "{note}");
    assert_eq!(
        std::fs::read(stage.join(".env")).unwrap(),
        std::fs::read(sandbox.path("backend/.env")).unwrap()
    );
    assert_eq!(rows(&stage.join("db.sqlite3")), rows(&sandbox.path("backend/db.sqlite3")));
}

/// Every product with all that it says.
pub fn rows(path: &std::path::Path) -> Vec<String> {
    let database = rusqlite::Connection::open(path).unwrap();
    let mut query = database.prepare("SELECT * FROM showcase_product ORDER BY id").unwrap();
    let columns = query.column_count();
    let rows = query.query_map([], |row| {
        (0..columns).map(|column| row.get::<_, rusqlite::types::Value>(column)).collect::<Result<Vec<_>, _>>()
    });
    rows.unwrap().map(|row| format!("{:?}", row.unwrap())).collect()
}

#[test]
fn a_site_on_postgresql_is_pushed_drilled_and_sent_only_once() {
    let Some(cluster) = cluster() else { return };
    if !restic_is_there() {
        return;
    }
    let url = cluster.create("offsite", &guide_schema_on_postgres());
    let sandbox: Sandbox = site();
    let text = std::fs::read_to_string(sandbox.path("sitekeep.toml")).unwrap();
    sandbox.write("sitekeep.toml", &format!("{text}[database]\nurl = \"{url}\"\n"));
    run(&sandbox, &["backup", "push", "--init"]).exits(0);
    let (again, bytes) =
        pushed(&at(&sandbox, TOMORROW, &["backup", "push", "--format", "json"]).exits(0).json());
    assert!(again * 50 < bytes, "{again} of {bytes} bytes were sent again");
    run(&sandbox, &["backup", "drill", "--remote"]).exits(0);
}

#[test]
fn the_daily_list_pushes_and_judges_and_status_tells_the_age_without_a_network() {
    if !restic_is_there() {
        return;
    }
    let sandbox = site();
    let only = ["daily", "--only", "remote", "--format", "json"];
    let report = run(&sandbox, &only).exits(2).json();
    assert_eq!(findings(&report, "BACKUP-013", "critical").len(), 1, "{report}");
    run(&sandbox, &["backup", "push", "--init"]).exits(0);
    let report = at(&sandbox, TOMORROW, &only).exits(0).json();
    assert_eq!(findings(&report, "BACKUP-014", "ok")[0]["data"]["copies"], 2, "{report}");
    std::fs::rename(sandbox.path("copies"), sandbox.path("gone")).unwrap();
    let age = |now: &str| at(&sandbox, now, &["status", "--format", "json"]).json();
    assert_eq!(findings(&age("2026-11-25T08:00:00Z"), "BACKUP-014", "ok").len(), 1);
    assert_eq!(findings(&age("2026-11-26T08:00:00Z"), "BACKUP-014", "warning").len(), 1);
    assert_eq!(findings(&age("2026-12-26T08:00:00Z"), "BACKUP-014", "critical").len(), 1);
    // A repository that is gone is not called fine because the record is.
    let report =
        at(&sandbox, TOMORROW, &["daily", "--only", "remote.status", "--format", "json"]).exits(3).json();
    assert!(findings(&report, "BACKUP-014", "ok").is_empty(), "{report}");
    sandbox.configure("");
    run(&sandbox, &["daily", "--only", "remote"]).exits(64);
    assert!(findings(&age(TOMORROW), "BACKUP-014", "critical").is_empty(), "no remote is configured");
}

#[test]
fn a_copy_of_a_site_that_lost_most_of_its_files_is_a_warning() {
    if !restic_is_there() {
        return;
    }
    let sandbox = site();
    run(&sandbox, &["backup", "push", "--init"]).exits(0);
    std::fs::remove_file(sandbox.path("backend/media/products/grande photo [1].jpg")).unwrap();
    let report = at(&sandbox, TOMORROW, &["daily", "--only", "remote", "--format", "json"]).exits(1).json();
    let told = findings(&report, "BACKUP-014", "warning");
    assert!(told[0]["message"].as_str().unwrap().contains("is usual"), "{report}");
    std::fs::rename(sandbox.path("backend/media"), sandbox.path("unmounted")).unwrap();
    let report =
        at(&sandbox, "2026-11-25T08:00:00Z", &["backup", "push", "--format", "json"]).exits(1).json();
    assert_eq!(findings(&report, "BACKUP-002", "warning").len(), 1, "{report}");
}
