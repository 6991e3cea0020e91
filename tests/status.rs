//! `sitekeep status`: one verdict on the backups, the drills and the last daily run.

use crate::sandbox::Outcome;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;
use std::os::unix::fs::MetadataExt;

fn site() -> Sandbox {
    let sandbox = Sandbox::site();
    sandbox.configure("[backup]\nfolder = \"backups\"\n[health]\nports = []\nprocesses = []\n");
    sandbox
}

fn status(sandbox: &Sandbox) -> Outcome {
    sandbox.run(&["status", "--format", "json"])
}

fn at(sandbox: &Sandbox, now: &str, arguments: &[&str]) -> Outcome {
    sandbox.run_with(&[("SITEKEEP_NOW", now)], arguments)
}

/// A site that was backed up, and whose backup was drilled.
fn safe() -> Sandbox {
    let sandbox = site();
    sandbox.run(&["backup", "full"]).exits(0);
    sandbox.run(&["backup", "drill"]).exits(0);
    sandbox
}

fn artefact(sandbox: &Sandbox, ending: &str) -> String {
    std::fs::read_dir(sandbox.path("backups"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .find(|name| name.ends_with(ending))
        .unwrap()
}

#[test]
fn a_fresh_site_is_critical_and_told_what_to_do() {
    let sandbox = site();
    let report = status(&sandbox).exits(2).json();
    let none = findings(&report, "BACKUP-006", "critical");
    assert_eq!(none.len(), 3, "{report}");
    assert_eq!(none[2]["remedy"], "make one now: sitekeep backup full");
    assert_eq!(findings(&report, "STATUS-001", "unknown").len(), 1, "no daily run is recorded");
    sandbox.run(&["daily", "--only", "backup"]).exits(2).says("sitekeep backup database");
}

#[test]
fn a_site_that_is_backed_up_drilled_and_looked_at_is_safe() {
    let sandbox = safe();
    sandbox.run(&["daily", "--skip", "health,logs"]).exits(0);
    let text = sandbox.run(&["status"]).exits(0).says("0 + 1 full").says("left nothing open").stdout;
    let table: Vec<&str> = text.lines().skip(3).take_while(|line| !line.is_empty()).collect();
    assert!(table.len() == 4 && table.iter().all(|line| line.chars().count() <= 80), "{text}");
    let nagios = sandbox.run(&["status", "--format", "nagios"]).exits(0).stdout;
    assert!(nagios.contains("'backup_age_seconds full'=0s;2764800;5443200"), "{nagios}");
    assert!(nagios.contains("'backup_copies database'=1"), "{nagios}");
    sandbox
        .run(&["status", "--format", "prometheus"])
        .exits(0)
        .says("sitekeep_backup_bytes{site=\"shop\",command=\"status\",subject=\"full\"}");
    sandbox.run(&["status", "--format", "junit"]).exits(0).says("<testsuite name=\"status.database\"");
    sandbox.run(&["status", "--format", "csv"]).exits(64);
    assert_eq!(sandbox.run(&["status", "--quiet"]).exits(0).stdout, "");
    at(&sandbox, "2026-12-02T08:00:00Z", &["status"]).exits(1).says("limit: 8 days").says("limit: 26 hours");
    at(&sandbox, "2027-02-02T08:00:00Z", &["status"]).exits(2).says("limit: 63 days");
}

#[test]
fn a_look_at_some_items_is_no_daily_run() {
    let sandbox = safe();
    sandbox.run(&["daily", "--only", "disk"]).exits(0);
    status(&sandbox).exits(3);
}

#[test]
fn what_the_last_daily_run_found_is_open() {
    let sandbox = safe();
    sandbox.configure("[backup]\nfolder = \"backups\"\n[disk]\nmedia_limit = \"1 B\"\n");
    sandbox.run(&["daily", "--skip", "health,logs"]).exits(1);
    let report = status(&sandbox).exits(1).json();
    let open = findings(&report, "STATUS-002", "warning");
    assert!(open[0]["subject"].as_str().unwrap().starts_with("DISK-003 "), "{report}");
    assert_eq!(open[0]["data"]["item"], "disk.media");
}

#[test]
fn a_damaged_backup_and_a_failed_drill_are_remembered() {
    let sandbox = safe();
    let path = sandbox.path("backups").join(artefact(&sandbox, ".tar.gz"));
    let sound = std::fs::read(&path).unwrap();
    let mut bytes = sound.clone();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let later = "2026-11-24T08:00:00Z";
    at(&sandbox, later, &["backup", "drill"]).exits(2);
    let report = status(&sandbox).exits(2).json();
    assert!(
        findings(&report, "BACKUP-009", "critical")[0]["message"]
            .as_str()
            .unwrap()
            .contains("does not unpack")
    );
    at(&sandbox, later, &["backup", "verify"]).exits(2);
    let report = status(&sandbox).exits(2).json();
    assert_eq!(findings(&report, "BACKUP-008", "critical").len(), 1, "{report}");
    assert_eq!(findings(&report, "BACKUP-006", "critical").len(), 3, "what is damaged is no copy");
    std::fs::write(&path, sound).unwrap();
    at(&sandbox, later, &["backup", "verify"]).exits(0);
    at(&sandbox, "2026-11-24T09:00:00Z", &["backup", "drill"]).exits(0);
    let report = at(&sandbox, "2026-11-24T10:00:00Z", &["status", "--format", "json"]).json();
    assert!(report["findings"].as_array().unwrap().iter().all(|finding| finding["status"] != "critical"));
}

#[test]
fn what_cannot_be_read_is_unknown() {
    let sandbox = safe();
    sandbox.run(&["daily", "--skip", "health,logs"]).exits(0);
    std::fs::remove_dir_all(sandbox.path("backups")).unwrap();
    sandbox.write("backups", "a file is in the way");
    let report = status(&sandbox).exits(3).json();
    assert_eq!(findings(&report, "BACKUP-012", "unknown").len(), 1, "{report}");
    sandbox.run(&["daily", "--only", "backup"]).exits(3).says("whether there are backups is not known");
}

#[test]
fn without_a_record_drills_are_unknown_and_backups_still_judged() {
    let sandbox = safe();
    std::fs::remove_dir_all(sandbox.path("state")).unwrap();
    sandbox.write("state", "a file is in the way");
    let report = status(&sandbox).exits(3).json();
    assert_eq!(findings(&report, "BACKUP-006", "ok").len(), 3, "{report}");
    assert_eq!(findings(&report, "BACKUP-009", "unknown").len(), 3);
    assert_eq!(findings(&report, "STATUS-001", "unknown").len(), 1);
}

#[test]
fn files_of_other_making_and_of_a_run_that_died_are_told() {
    let sandbox = safe();
    sandbox.run(&["daily", "--skip", "health,logs"]).exits(0);
    sandbox.write("backups/db_backup_20260101_020000.sqlite3.gz", &"the guide's own".repeat(20));
    sandbox.write("backups/.sitekeep-half.partial", "half");
    let long_ago = std::fs::FileTimes::new().set_modified(std::time::UNIX_EPOCH);
    let partial = std::fs::File::options().write(true).open(sandbox.path("backups/.sitekeep-half.partial"));
    partial.unwrap().set_times(long_ago).unwrap();
    let report = status(&sandbox).exits(1).json();
    let foreign = findings(&report, "BACKUP-010", "ok");
    assert!(foreign[0]["message"].as_str().unwrap().contains("not made by sitekeep"), "{report}");
    assert_eq!(findings(&report, "BACKUP-011", "warning")[0]["data"]["files"][0], ".sitekeep-half.partial");
}

#[test]
fn h28_a_newest_backup_that_lacks_a_part_of_the_site_is_a_warning() {
    let sandbox = safe();
    sandbox.run(&["daily", "--skip", "health,logs"]).exits(0);
    std::fs::remove_file(sandbox.path("backend/.env")).unwrap();
    at(&sandbox, "2026-11-23T09:00:00Z", &["backup", "full"]).exits(1);
    let report = at(&sandbox, "2026-11-23T10:00:00Z", &["status", "--format", "json"]).exits(1).json();
    let lacking = findings(&report, "BACKUP-002", "warning");
    assert!(lacking[0]["message"].as_str().unwrap().contains(".env"), "{report}");
}

#[test]
fn the_backups_of_another_site_in_the_same_folder_do_not_count() {
    let sandbox = safe();
    let report = sandbox
        .run_with(&[("SITEKEEP_SITE__NAME", "another")], &["status", "--format", "json"])
        .exits(2)
        .json();
    assert_eq!(findings(&report, "BACKUP-006", "critical").len(), 3, "{report}");
    let strangers = findings(&report, "BACKUP-010", "warning");
    assert!(strangers[0]["message"].as_str().unwrap().contains("of another site (shop)"), "{report}");
}

#[test]
fn ages_that_contradict_each_other_are_refused() {
    let sandbox = site();
    sandbox.configure("[status]\nmedia_critical_days = 2\n");
    sandbox.run(&["status"]).exits(78).complains("media_critical_days");
}

#[test]
fn what_root_opens_first_belongs_to_the_owner_of_the_folder() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let sandbox = Sandbox::site();
    for folder in ["state", "backups"] {
        std::fs::create_dir(sandbox.path(folder)).unwrap();
        std::os::unix::fs::chown(sandbox.path(folder), Some(65534), Some(65534)).unwrap();
    }
    sandbox.configure("[backup]\nfolder = \"backups\"\n");
    sandbox.run(&["backup", "database"]).exits(0);
    sandbox
        .run(&["acknowledge", "DISK-001", "--reason", "x", "--by", "Awa", "--until", "2026-12-01"])
        .exits(0);
    let files = ["state", "backups"].into_iter().flat_map(|folder| {
        walkdir::WalkDir::new(sandbox.path(folder)).into_iter().map(|entry| entry.unwrap())
    });
    let of_root: Vec<_> =
        files.filter(|file| file.metadata().unwrap().uid() == 0).map(|file| file.path().to_owned()).collect();
    assert_eq!(of_root, Vec::<std::path::PathBuf>::new());
}
