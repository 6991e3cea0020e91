//! Artefacts of `sitekeep::backup` in the hands of the tools that every system has, and the other way round.

use jiff::tz::TimeZone;
use sitekeep::backup::Artefact;
use sitekeep::backup::Contents;
use sitekeep::backup::DatabaseCopy;
use sitekeep::backup::Limits;
use sitekeep::backup::Order;
use sitekeep::backup::Unread;
use sitekeep::progress::Silent;
use std::path::Path;
use std::process::Command;

fn run(folder: &Path, line: &str) -> String {
    let output = Command::new("bash").args(["-ec", line]).current_dir(folder).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{line}\n{text}\n{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// A site with a SQLite database, pictures, text, and names that break scripts.
fn site(folder: &Path) {
    run(
        folder,
        r#"mkdir -p media/products/2025/11 'media/empty' backups; chmod 700 backups
        printf '\xff\xd8\xff\xe0' > 'media/products/carte mère.JPG'; head -c 3000000 /dev/urandom >> 'media/products/carte mère.JPG'
        seq 400000 > media/text.svg; : > media/empty.txt; echo x > $'media/new\nline.jpg'
        mkdir -p media/$(printf 'd%.0s' {1..150}); echo deep > media/$(printf 'd%.0s' {1..150})/$(printf 'f%.0s' {1..200}).png
        echo DEBUG=False > settings.py; echo SECRET_KEY=abc > .env"#,
    );
    let database = rusqlite::Connection::open(folder.join("db.sqlite3")).unwrap();
    let rows =
        "CREATE TABLE t AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
        SELECT i, hex(i * i) AS h FROM n";
    database.execute_batch(rows).unwrap();
}

fn zone() -> TimeZone {
    TimeZone::get("Africa/Porto-Novo").unwrap()
}

fn back_up(folder: &Path, full: bool) -> Artefact {
    let (backups, media, database) =
        (folder.join("backups"), folder.join("media"), folder.join("db.sqlite3"));
    let (settings, env_file, zone) = (folder.join("settings.py"), folder.join(".env"), zone());
    let order = Order {
        folder: &backups,
        site: "niasotac",
        now: "2026-11-22T01:00:00Z".parse().unwrap(),
        zone: &zone,
        secret_key: None,
        fresh_copy_days: 30,
        before_restore: false,
        origin: None,
    };
    let copy = DatabaseCopy {
        path: &database,
        extension: "sqlite3",
        engine: "sqlite",
        original: "db.sqlite3",
        fingerprint: &serde_json::Value::Null,
    };
    let contents = if full {
        Contents::Full { database: copy, media: &media, settings: Some(&settings), env_file: Some(&env_file) }
    } else {
        Contents::Database(copy)
    };
    let created = sitekeep::backup::create(&order, contents, &Silent).unwrap();
    assert_eq!(created.manifest.problems, []);
    Artefact::at(&created.path, &zone).unwrap()
}

#[test]
fn tar_gzip_and_sha256sum_read_what_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    site(root);
    back_up(root, true);
    back_up(root, false);
    run(root, "cd backups && sha256sum --strict -c *.sha256 && gzip -t *.gz");
    run(root, "mkdir out && tar -xzpf backups/backup_complet_20261122_020000.tar.gz -C out");
    run(root, "diff -r media out/20261122_020000/media && cmp .env out/20261122_020000/.env");
    run(
        root,
        "cmp db.sqlite3 out/20261122_020000/db.sqlite3 && cmp settings.py out/20261122_020000/settings.py",
    );
    run(root, "gunzip -c backups/db_backup_20261122_020000.sqlite3.gz | cmp - db.sqlite3");
    run(root, "test ! -e 'out/20261122_020000/media/empty/x' && test -d out/20261122_020000/media/empty");
    let note = run(root, "cat out/20261122_020000/RESTORE.md");
    assert!(
        note.contains("Restaurer sans sitekeep") && note.contains("Restoring without sitekeep"),
        "{note}"
    );
    let python =
        "import json; m = json.load(open('out/20261122_020000/manifest.json')); print(len(m['entries']))";
    assert_eq!(run(root, &format!("python3 -c \"{python}\"")).trim(), "9");
}

/// The commands of the note are carried out as they stand there.
#[test]
fn the_note_inside_restores_the_site_without_sitekeep() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    site(root);
    let artefact = back_up(root, true);
    run(root, "mkdir -p new/backend/media && echo old > new/backend/media/old.txt && cp backups/* new/");
    let note = run(root, &format!("tar -xzOf '{}' 20261122_020000/RESTORE.md", artefact.path.display()));
    let english = note.split("Restoring without").nth(1).unwrap();
    let commands: Vec<&str> = english.lines().filter_map(|line| line.strip_prefix("    ")).collect();
    assert!(commands.len() >= 6, "{note}");
    let has_sqlite = Command::new("sqlite3").arg("--version").output().is_ok();
    for command in commands.iter().filter(|command| has_sqlite || !command.starts_with("sqlite3")) {
        run(&root.join("new"), command);
    }
    run(root, "diff -r media new/backend/media && cmp db.sqlite3 new/backend/db.sqlite3");
    run(root, "test -e new/backend/media.old/old.txt");
}

#[test]
fn the_guides_own_archives_are_verified_as_far_as_they_can_be_and_unpacked() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    site(root);
    run(
        root,
        "mkdir 20261101_020000 && cp -r media db.sqlite3 settings.py .env 20261101_020000/
        tar -czf backups/backup_complet_20261101_020000.tar.gz 20261101_020000/
        tar -czf backups/media_backup_20261101.tar.gz media/
        tar --format=posix -czf backups/media_backup_20261102.tar.gz ./media
        gzip -c db.sqlite3 > backups/db_backup_20261101_020000.sqlite3.gz",
    );
    let artefacts = sitekeep::backup::list(&root.join("backups"), &zone()).unwrap();
    assert_eq!(artefacts.len(), 4);
    for (number, artefact) in artefacts.iter().enumerate() {
        assert!(!artefact.is_ours());
        let report = sitekeep::backup::verify(artefact, &Silent).unwrap();
        assert!(report.is_sound() && !report.is_complete(), "{report:?}");
        let target = root.join(format!("target {number}"));
        let limits = Limits::new::<Unread>(None, artefact.size);
        sitekeep::backup::extract(artefact, &target, &|_| true, None, limits, &Silent).unwrap();
    }
    run(root, "diff -r media 'target 0/media'; ls target*");
    let whole = run(root, "ls -d target*/20261101_020000/media");
    run(root, &format!("diff -r media '{}'", whole.trim()));
    // A cut or a flipped byte of theirs is seen all the same: gzip has its checksum.
    for artefact in &artefacts {
        let bytes = std::fs::read(&artefact.path).unwrap();
        for (cut, flip) in [(bytes.len() / 2, None), (bytes.len(), Some(bytes.len() / 3))] {
            let mut changed = bytes[..cut].to_vec();
            if let Some(position) = flip {
                changed[position] ^= 16;
            }
            std::fs::write(&artefact.path, &changed).unwrap();
            assert!(!sitekeep::backup::verify(artefact, &Silent).unwrap().is_sound(), "{}", artefact.name);
        }
    }
}
