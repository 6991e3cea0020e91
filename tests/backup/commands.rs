//! The commands: what they make, what they say of trouble, and what they never touch.

use crate::database::guide_schema_on_postgres;
use crate::database::rights::Unprivileged;
use crate::postgres::cluster;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;
use std::path::PathBuf;
use std::process::Command;

fn site() -> Sandbox {
    let sandbox = Sandbox::site();
    configure(&sandbox, "");
    sandbox
}

fn configure(sandbox: &Sandbox, more: &str) {
    sandbox.configure(&format!("[backup]\nfolder = \"sauvegardes d'été\"\n{more}"));
}

fn files(sandbox: &Sandbox, ending: &str) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(sandbox.path("sauvegardes d'été"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    files.sort();
    files
}

fn at(sandbox: &Sandbox, now: &str, arguments: &[&str]) -> crate::sandbox::Outcome {
    sandbox.run_with(&[("SITEKEEP_NOW", now)], arguments)
}

#[test]
fn each_kind_is_made_listed_and_verified() {
    let sandbox = site();
    sandbox.run(&["backup", "list"]).exits(0).says("make one: sitekeep backup full");
    sandbox.run(&["backup", "verify"]).exits(3).complains("no backup is in");
    for kind in ["database", "media", "full"] {
        sandbox.run(&["backup", kind]).exits(0).says("read back and sound");
    }
    sandbox
        .run(&["backup", "list"])
        .exits(0)
        .says("db_backup_20261123_090000.sqlite3.gz")
        .says("never verified");
    let report = sandbox.run(&["backup", "verify", "--all", "--format", "json"]).exits(0).json();
    assert_eq!(findings(&report, "BACKUP-004", "ok").len(), 3);
    sandbox
        .run(&["backup", "list", "--format", "csv"])
        .exits(0)
        .says("backup_complet_20261123_090000.tar.gz,full,");
    let names = sandbox.run(&["backup", "list", "--format", "json"]).exits(0).json();
    assert!(names["backups"].as_array().unwrap().iter().all(|backup| backup["verified_at"].is_string()));
    for checksums in files(&sandbox, ".sha256") {
        let output = Command::new("sha256sum")
            .arg("--strict")
            .arg("-c")
            .arg(&checksums)
            .current_dir(checksums.parent().unwrap())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let manifests = files(&sandbox, ".manifest.json");
    let full = manifests.iter().find(|path| path.to_string_lossy().contains("backup_complet")).unwrap();
    let manifest = std::fs::read_to_string(full).unwrap();
    assert!(manifest.contains("showcase_product") && manifest.contains("secret_key_fingerprint"));
    assert!(!manifest.contains("canary"), "the secret key is in the manifest");
}

#[test]
fn unchanged_media_take_no_space() {
    let sandbox = site();
    sandbox.run(&["backup", "media"]).exits(0);
    at(&sandbox, "2026-11-24T08:00:00Z", &["backup", "media"]).exits(0).says("without taking space");
    sandbox.write_bytes("backend/media/products/neuf.jpg", b"\xff\xd8\xff new");
    at(&sandbox, "2026-11-25T08:00:00Z", &["backup", "media"]).exits(0).says("5 files");
}

#[test]
fn h3_a_database_that_cannot_be_copied_leaves_no_backup_and_is_critical() {
    let sandbox = site();
    sandbox.run(&["backup", "full"]).exits(0);
    let before = files(&sandbox, "");
    sandbox.write("backend/db.sqlite3", "<html>not a database</html>");
    let report =
        at(&sandbox, "2026-11-24T08:00:00Z", &["backup", "full", "--format", "json"]).exits(2).json();
    let message = findings(&report, "BACKUP-001", "critical")[0]["message"].as_str().unwrap().to_owned();
    assert!(
        message.contains("no backup was made") && message.contains("is not a SQLite database"),
        "{message}"
    );
    assert_eq!(files(&sandbox, ""), before);
}

#[test]
fn h2_the_rotation_of_one_kind_leaves_the_others_and_strangers_alone() {
    let sandbox = site();
    configure(&sandbox, "[backup.database]\nlast = 2\n");
    sandbox.run(&["backup", "media"]).exits(0);
    sandbox.run(&["backup", "full"]).exits(0);
    sandbox.write("sauvegardes d'été/db_backup_20200101_000000.sqlite3.gz", "the guide's own");
    sandbox.write("sauvegardes d'été/notes.txt", "mine");
    for day in 24..29 {
        at(&sandbox, &format!("2026-11-{day}T08:00:00Z"), &["backup", "database"]).exits(0);
    }
    let databases = files(&sandbox, ".sqlite3.gz");
    assert_eq!(databases.len(), 3, "two of ours and the stranger: {databases:?}");
    assert_eq!(files(&sandbox, ".tar.gz").len(), 2);
    assert_eq!(files(&sandbox, "notes.txt").len(), 1);
    at(&sandbox, "2026-11-29T08:00:00Z", &["backup", "prune", "--dry-run"]).exits(0).says("stays: newest");
}

#[test]
fn a_rotation_that_removes_more_than_half_waits_for_the_sites_name() {
    let sandbox = site();
    for day in 23..29 {
        at(&sandbox, &format!("2026-11-{day}T09:00:00Z"), &["backup", "database"]).exits(0);
    }
    configure(&sandbox, "[backup.database]\nlast = 1\n");
    let now = "2026-11-29T08:00:00Z";
    at(&sandbox, now, &["backup", "prune"]).exits(1).says("nothing is removed").says("--confirm shop");
    assert_eq!(files(&sandbox, ".sqlite3.gz").len(), 6);
    at(&sandbox, now, &["backup", "prune", "--confirm", "another"]).exits(64).complains("is not this site");
    at(&sandbox, now, &["backup", "prune", "--confirm", "shop"]).exits(0).says("5 removed");
    assert_eq!(files(&sandbox, ".sqlite3.gz").len(), 1);
}

#[test]
fn a_damaged_backup_is_critical() {
    let sandbox = site();
    sandbox.run(&["backup", "full"]).exits(0);
    let path = files(&sandbox, ".tar.gz").pop().unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    sandbox.run(&["backup", "verify"]).exits(2).says("make a new backup now");
}

#[test]
fn h28_what_the_configuration_names_and_is_missing_is_a_warning() {
    let sandbox = site();
    sandbox.write(
        "sitekeep.toml",
        "[site]\nname = \"shop\"\nenv_file = \"backend/.env\"\nsettings = \"backend/settings.py\"\n[state]\ndirectory = \"state\"\n[backup]\nfolder = \"sauvegardes d'été\"\n",
    );
    let report = sandbox.run(&["backup", "full", "--format", "json"]).exits(1).json();
    assert!(
        findings(&report, "BACKUP-002", "warning")[0]["subject"].as_str().unwrap().ends_with("settings.py")
    );
}

#[test]
fn a_run_that_was_cut_off_is_cleaned_up_by_the_next() {
    let sandbox = site();
    sandbox.write("sauvegardes d'été/.sitekeep-half.partial", "half");
    sandbox.run(&["backup", "media"]).exits(0);
    let hidden = files(&sandbox, "")
        .into_iter()
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with('.'));
    assert_eq!(hidden.count(), 0);
}

#[test]
fn two_runs_at_once_do_not_meet() {
    let sandbox = site();
    sandbox.run(&["backup", "media"]).exits(0);
    let lock = std::fs::File::options().read(true).write(true).open(sandbox.path("state/lock")).unwrap();
    lock.lock().unwrap();
    sandbox.run(&["backup", "media"]).exits(75).complains("is working on this site").complains("--lock-wait");
}

#[test]
fn a_postgresql_site_is_backed_up_and_its_dump_restores() {
    let Some(cluster) = cluster() else { return };
    let url = cluster.create("backed_up", &guide_schema_on_postgres());
    let sandbox = site();
    configure(&sandbox, &format!("[database]\nurl = \"{url}\"\n"));
    sandbox.run(&["backup", "full"]).exits(0).says("read back and sound");
    sandbox.run(&["backup", "database"]).exits(0);
    sandbox.run(&["backup", "verify", "--all"]).exits(0);
    let dump = files(&sandbox, ".dump.gz").pop().unwrap();
    let plain = sandbox.path("plain.dump");
    let unzipped = Command::new("gzip").arg("-dc").arg(&dump).output().unwrap();
    assert!(unzipped.status.success());
    std::fs::write(&plain, unzipped.stdout).unwrap();
    let settings =
        sitekeep::config::DatabaseConfig { url: Some(url), ..sitekeep::config::DatabaseConfig::default() };
    let restored = sitekeep::db::restore_into(&settings, &plain, "sitekeep_from_backup").unwrap();
    let (live, copy) =
        (sitekeep::db::fingerprint(&settings).unwrap(), sitekeep::db::fingerprint(&restored).unwrap());
    assert!(live.differences(&copy).is_empty());
    sitekeep::db::drop_database(&settings, "sitekeep_from_backup").unwrap();
}

#[test]
fn the_guides_crontab_line_keeps_working() {
    let sandbox = site();
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_sitekeep")).parent().unwrap();
    let path = format!("{}:/usr/bin:/bin", folder.display());
    let mut command = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/backup.sh"));
    command
        .current_dir(sandbox.path(""))
        .env_clear()
        .env("PATH", path)
        .env("SITEKEEP_NOW", crate::sandbox::NOW);
    crate::sandbox::outcome(&mut command).exits(0).says("db_backup_20261123_090000.sqlite3.gz");
    crate::sandbox::outcome(command.arg("media")).exits(0).says("media_backup_20261123_090000.tar.gz");
}

#[test]
fn h8_backups_are_this_users_alone_whatever_the_umask() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = site();
    let open = ["sh", "-c", "umask 0; exec \"$0\" \"$@\""];
    crate::sandbox::outcome(&mut crate::sandbox::under(&open, &sandbox.command(&["backup", "full"])))
        .exits(0);
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let files = files(&sandbox, "");
    assert_eq!(files.len(), 3);
    assert_eq!(mode(files[0].parent().unwrap()), 0o700);
    assert!(files.iter().all(|path| mode(path) == 0o600), "{files:?}");
}

#[test]
fn h27_a_folder_that_is_not_there_leaves_every_other_alone() {
    let sandbox = site();
    let home = sandbox.path("..");
    for name in ["db_backup_20200101_000000.sqlite3.gz", "mine.txt"] {
        std::fs::write(home.join(name), "mine").unwrap();
        sandbox.write(name, "mine");
    }
    sandbox.run(&["backup", "prune", "--confirm", "shop"]).exits(0).says("none to remove");
    for name in ["db_backup_20200101_000000.sqlite3.gz", "mine.txt"] {
        assert!(home.join(name).exists() && sandbox.path(name).exists(), "{name}");
    }
    assert!(!sandbox.path("sauvegardes d'été").exists());
}

#[test]
fn a_folder_that_may_not_be_entered_is_named_in_plain_words() {
    let Some(user) = Unprivileged::new() else { return };
    user.sandbox.configure("[backup]\nfolder = \"state/backups\"\n");
    user.sandbox.write("backend/media/closed/one.jpg", "a picture");
    user.sandbox.set_mode("backend/media/closed", 0o700);
    let report = user.run(&["backup", "media", "--format", "json"]).exits(1).json();
    let found = findings(&report, "BACKUP-002", "warning");
    let told = found[0]["message"].as_str().unwrap();
    assert_eq!(told, "is not in the backup: Permission denied (os error 13)", "{report}");
}

#[test]
fn backups_are_listed_when_the_record_cannot_be_opened() {
    let sandbox = site();
    sandbox.run(&["backup", "database", "--quiet"]).exits(0);
    std::fs::remove_dir_all(sandbox.path("state")).unwrap();
    sandbox.write("state", "no folder");
    let listed = sandbox.run(&["backup", "list"]).exits(1);
    assert!(listed.stdout.contains("db_backup_") && !listed.stdout.contains("verified"), "{}", listed.stdout);
    listed.complains("when they were verified and drilled is not known");
}
