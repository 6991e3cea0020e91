//! Archives that the guide's own scripts made.

use super::change;
use super::prices;
use super::restore;
use super::run;
use super::site;
use super::tree;
use std::path::Path;
use std::process::Command;

fn shell(folder: &Path, line: &str) {
    let status = Command::new("sh").args(["-ec", line]).current_dir(folder).status().unwrap();
    assert!(status.success(), "{line}");
}

#[test]
fn the_guides_full_archive_is_restored_and_what_it_lacks_told() {
    let sandbox = site("");
    let root = sandbox.path("");
    // The guide's "Créer une Sauvegarde Complète", with its folder of the date.
    shell(
        &root,
        "mkdir -p backups/20261122_020000 && cp backend/db.sqlite3 backups/20261122_020000/ && \
         cp -r backend/media backups/20261122_020000/ && cp backend/shop/settings.py backups/20261122_020000/ && \
         cp backend/.env backups/20261122_020000/ && cd backups && \
         tar -czf backup_complet_20261122_020000.tar.gz 20261122_020000/ && rm -rf 20261122_020000/",
    );
    let then = tree(&sandbox.path("backend"));
    change(&sandbox);
    let before = tree(&sandbox.path("backend"));
    restore(&sandbox, "latest", &[]).exits(1).says("not verified").says("nothing to compare them with");
    let (mut now, mut then) = (tree(&sandbox.path("backend")), then);
    for tree in [&mut now, &mut then] {
        tree.remove(&sandbox.path("backend/db.sqlite3"));
    }
    assert_eq!(now, then);
    run(&sandbox, &["undo", "--confirm", "shop"]).exits(0);
    assert_eq!(tree(&sandbox.path("backend")), before);
}

#[test]
fn the_guides_single_archives_are_restored() {
    let sandbox = site("");
    let root = sandbox.path("");
    let media = tree(&sandbox.path("backend/media"));
    let prices_then = prices(&sandbox.path("backend/db.sqlite3"));
    shell(
        &root,
        "mkdir -p backups && tar -czf backups/media_backup_20261122.tar.gz backend/media/ && \
         cp backend/db.sqlite3 backups/db_backup_20261122_020000.sqlite3 && gzip backups/db_backup_20261122_020000.sqlite3",
    );
    change(&sandbox);
    restore(&sandbox, "media_backup_20261122.tar.gz", &["--no-safety-backup"]).exits(1);
    assert_eq!(tree(&sandbox.path("backend/media")), media);
    restore(&sandbox, "db_backup_20261122_020000.sqlite3.gz", &["--no-safety-backup"]).exits(1);
    assert_eq!(prices(&sandbox.path("backend/db.sqlite3")), prices_then);
}

#[test]
fn h1_a_damaged_copy_of_the_guide_is_not_put_in_place() {
    let sandbox = site("");
    let database = sandbox.path("backend/db.sqlite3");
    // What `cp` of a database that is written to often makes: whole in length, torn inside.
    let mut torn = std::fs::read(&database).unwrap();
    let page = torn.len() / 4096 / 2 * 4096;
    torn[page..page + 4096].fill(0xA5);
    sandbox.write_bytes("backups/db_backup_20261122_020000.sqlite3", &torn);
    shell(&sandbox.path("backups"), "gzip db_backup_20261122_020000.sqlite3");
    let before = tree(&sandbox.path("backend"));
    restore(&sandbox, "db_backup_20261122_020000.sqlite3.gz", &[]).exits(2).says("is damaged");
    assert_eq!(tree(&sandbox.path("backend")), before);
}

#[test]
fn the_guides_script_name_restores() {
    let sandbox = site("");
    run(&sandbox, &["backup", "full"]).exits(0);
    let media = tree(&sandbox.path("backend/media"));
    change(&sandbox);
    let binary = Path::new(env!("CARGO_BIN_EXE_sitekeep")).parent().unwrap().to_owned();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/restore.sh");
    let mut command = sandbox.command(&[]);
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    let run_script = |arguments: &[&str]| {
        Command::new("sh")
            .arg(&script)
            .args(arguments)
            .current_dir(sandbox.path(""))
            .env("PATH", &path)
            .env("SITEKEEP_SITE__URL", super::NOBODY)
            .env("SITEKEEP_NOW", crate::sandbox::NOW)
            .output()
            .unwrap()
    };
    command.env("PATH", &path);
    assert_eq!(run_script(&[]).status.code(), Some(64));
    let output =
        run_script(&["backups/backup_complet_latest.tar.gz", "--only", "media", "--confirm", "shop"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(tree(&sandbox.path("backend/media")), media);
}
