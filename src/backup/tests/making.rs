//! Making artefacts of each kind.

use super::*;
use std::os::unix::fs::MetadataExt;

#[test]
fn each_kind_is_published_with_its_sidecars_and_verifies() {
    let world = World::new();
    for kind in Kind::ALL {
        let created = world.make(kind, day(0)).expect("create");
        assert_eq!(created.manifest.problems, []);
        assert_eq!(created.manifest.kind, kind);
    }
    let names = world.names();
    assert_eq!(names.len(), 9, "{names:?}");
    assert!(names.contains(&"db_backup_20900101_020000.sqlite3.gz".to_owned()), "{names:?}");
    assert!(names.contains(&"backup_complet_20900101_020000.tar.gz.sha256".to_owned()));
    world.verify_all();
    let full = world.list().into_iter().find(|artefact| artefact.kind == Kind::Full).expect("full");
    let manifest = full.manifest().expect("read").expect("manifest");
    let paths: Vec<_> = manifest.entries.iter().map(|entry| entry.path.to_string()).collect();
    assert_eq!(
        paths,
        [
            "RESTORE.md",
            "db.sqlite3",
            "settings.py",
            ".env",
            "media/products/2025/11/écran.png",
            "media/products/carte mère.JPG",
            "media/texte.svg",
            "media/vide.txt"
        ]
        .map(|path| format!("20900101_020000/{path}"))
    );
    assert_eq!(manifest.fingerprint, Some(serde_json::json!({"tables": {"showcase_product": 35}})));
    assert!(manifest.secret_key_fingerprint.expect("fingerprint").matches(&world.key));
}

#[test]
fn h8_nothing_is_readable_by_others_and_the_key_is_nowhere() {
    let world = World::new();
    for kind in Kind::ALL {
        world.make(kind, day(0)).expect("create");
    }
    assert_eq!(mode_of(&world.backups()), 0o700);
    for name in world.names() {
        let path = world.backups().join(&name);
        assert_eq!(mode_of(&path), 0o600, "{name}");
        let content = std::fs::read(path).expect("read");
        assert!(memchr::memmem::find(&content, b"django-insecure").is_none(), "{name}");
    }
}

#[test]
fn a_folder_that_others_use_is_left_open_and_told() {
    let world = World::new();
    std::fs::create_dir(world.backups()).expect("folder");
    std::fs::set_permissions(world.backups(), std::os::unix::fs::PermissionsExt::from_mode(0o1777))
        .expect("open");
    let created = world.make(Kind::Media, day(0)).expect("create");
    assert_eq!(mode_of(&world.backups()) & 0o777, 0o777);
    assert!(
        created.manifest.problems.iter().any(|problem| problem.kind == super::super::ProblemKind::Exposed)
    );
    assert_eq!(mode_of(&created.path), 0o600);
}

#[test]
fn two_artefacts_of_one_second_have_two_names() {
    let world = World::new();
    for _ in 0..3 {
        world.make(Kind::Database, day(0)).expect("create");
    }
    let names: Vec<_> = world.list().into_iter().map(|artefact| artefact.name).collect();
    assert_eq!(names, ["", "_2", "_3"].map(|number| format!("db_backup_20900101_020000{number}.sqlite3.gz")));
    world.verify_all();
}

#[test]
fn unchanged_media_are_one_more_name_of_the_last_artefact() {
    let world = World::new();
    let first = world.make(Kind::Media, day(0)).expect("create");
    let second = world.make(Kind::Media, day(7)).expect("create");
    let third = world.make(Kind::Media, day(14)).expect("create");
    let inode = |created: &Created| std::fs::metadata(&created.path).expect("look").ino();
    assert_eq!([inode(&first), inode(&first)], [inode(&second), inode(&third)]);
    assert_eq!(third.manifest.same_as.as_deref(), Some("media_backup_20900101_020000.tar.gz"));
    assert_eq!((third.manifest.created_at, third.manifest.written_at), (day(14), day(0)));
    world.verify_all();
    // One bad sector must not take all of them: after a month the bytes are written anew.
    let fresh = world.make(Kind::Media, day(31)).expect("create");
    assert_ne!(inode(&fresh), inode(&first));
    assert_eq!(fresh.manifest.same_as, None);
    world.verify_all();
}

#[test]
fn any_change_of_the_media_makes_a_new_copy() {
    let world = World::new();
    let inode = |created: &Created| std::fs::metadata(&created.path).expect("look").ino();
    let mut last = inode(&world.make(Kind::Media, day(0)).expect("create"));
    let changes: [&dyn Fn(); 5] = [
        &|| world.file("media/new.txt", b"new"),
        &|| std::fs::remove_file(world.path("media/new.txt")).expect("remove"),
        &|| std::fs::create_dir(world.path("media/folder")).expect("folder"),
        &|| {
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            std::fs::set_permissions(world.path("media/vide.txt"), mode).expect("mode");
        },
        &|| world.file("media/texte.svg", b"<svg/>"),
    ];
    for (days, change) in (1..).zip(changes) {
        change();
        let next = inode(&world.make(Kind::Media, day(days)).expect("create"));
        assert_ne!(next, last, "{days}");
        last = next;
        world.verify_all();
    }
}

#[test]
fn an_unchanged_site_is_one_more_name_of_the_last_full_artefact() {
    let world = World::new();
    let inode = |created: &Created| std::fs::metadata(&created.path).expect("look").ino();
    let first = world.make(Kind::Full, day(0)).expect("create");
    let second = world.make(Kind::Full, day(7)).expect("create");
    assert_eq!(inode(&first), inode(&second));
    assert_eq!(second.manifest.same_as.as_deref(), Some("backup_complet_20900101_020000.tar.gz"));
    assert_eq!(second.manifest.kind, Kind::Full);
    world.verify_all();
    // The copy of the database must be sound all the same: the same bytes may be bad ones.
    let error = world.make_proven(Kind::Full, day(8), &Unsound).expect_err("refused");
    assert_eq!(error.to_string(), "the database is damaged");
    assert_ne!(inode(&world.make(Kind::Full, day(31)).expect("create")), inode(&first));
    // A database alone is always one more copy.
    let first = world.make(Kind::Database, day(0)).expect("create");
    assert_ne!(inode(&first), inode(&world.make(Kind::Database, day(7)).expect("create")));
}

#[test]
fn any_change_of_the_site_makes_a_new_full_artefact() {
    let world = World::new();
    let inode = |created: &Created| std::fs::metadata(&created.path).expect("look").ino();
    let mut last = inode(&world.make(Kind::Full, day(0)).expect("create"));
    let changes: [&dyn Fn(); 6] = [
        &|| world.file("copy.sqlite3", &sqlite(21)),
        &|| world.file("settings.py", b"DEBUG = True \n"),
        &|| {
            let path = world.path(".env");
            let mtime = std::fs::metadata(&path).expect("look").modified().expect("mtime");
            let file = std::fs::OpenOptions::new().write(true).open(&path).expect("open");
            std::os::unix::fs::FileExt::write_at(&file, b"XXXX", 0).expect("write");
            file.set_modified(mtime).expect("set back");
        },
        &|| std::fs::remove_file(world.path(".env")).expect("remove"),
        &|| world.file(".env", b"SECRET_KEY=django-insecure-key\n"),
        &|| world.file("media/new.txt", b"new"),
    ];
    for (days, change) in (1..).zip(changes) {
        change();
        let next = inode(&world.make(Kind::Full, day(days)).expect("create"));
        assert_ne!(next, last, "{days}");
        last = next;
        world.verify_all();
    }
}

#[test]
fn content_that_changed_under_an_old_time_is_seen() {
    let world = World::new();
    // Made before the files last changed, as far as their inodes tell: nothing but the content can be believed.
    let before = "2020-01-01T00:00:00Z".parse::<Timestamp>().expect("time");
    let day = |days: i64| before.checked_add((24 * days).hours()).expect("time");
    let inode = |created: &Created| std::fs::metadata(&created.path).expect("look").ino();
    let first = world.make(Kind::Media, day(0)).expect("create");
    let second = world.make(Kind::Media, day(1)).expect("create");
    assert_eq!(inode(&first), inode(&second), "the same content is found by its hash");
    let path = world.path("media/texte.svg");
    let mtime = std::fs::metadata(&path).expect("look").modified().expect("mtime");
    let file = std::fs::OpenOptions::new().write(true).open(&path).expect("open");
    std::os::unix::fs::FileExt::write_at(&file, b"XXXX", 100).expect("write");
    file.set_modified(mtime).expect("set back");
    let third = world.make(Kind::Media, day(2)).expect("create");
    assert_ne!(inode(&second), inode(&third));
    world.verify_all();
}

#[test]
fn h28_what_the_configuration_names_and_is_missing_is_told() {
    let world = World::new();
    std::fs::remove_file(world.path(".env")).expect("remove");
    std::fs::remove_dir_all(world.path("media")).expect("remove");
    let created = world.make(Kind::Full, day(0)).expect("create");
    let kinds: Vec<_> = created.manifest.problems.iter().map(|problem| problem.kind).collect();
    assert_eq!(kinds, [ProblemKind::Missing, ProblemKind::Missing]);
    world.verify_all();
    assert!(world.make(Kind::Media, day(0)).is_err());
}

#[test]
fn h3_an_empty_or_missing_copy_of_the_database_publishes_nothing() {
    let world = World::new();
    world.file("copy.sqlite3", b"");
    for kind in [Kind::Database, Kind::Full] {
        let error = world.make(kind, day(0)).expect_err("refused");
        assert!(error.to_string().contains("is empty"), "{error}");
    }
    // A copy that is no database is found when the artefact is read back.
    world.file("copy.sqlite3", b"<html>502 Bad Gateway</html>");
    for kind in [Kind::Database, Kind::Full] {
        let error = world.make(kind, day(0)).expect_err("refused");
        assert!(error.to_string().contains("is no SQLite database"), "{error}");
    }
    assert_eq!(world.names(), [""; 0]);
}

/// A copy that turns out not to be sound.
#[derive(Debug)]
struct Unsound;

impl Proof for Unsound {
    fn fingerprint(&self) -> anyhow::Result<serde_json::Value> {
        anyhow::bail!("the database is damaged")
    }
}

#[test]
fn a_copy_that_fails_its_check_while_it_is_packed_publishes_nothing() {
    let world = World::new();
    for kind in [Kind::Database, Kind::Full] {
        let error = world.make_proven(kind, day(0), &Unsound).expect_err("refused");
        assert_eq!(error.to_string(), "the database is damaged");
    }
    assert_eq!(world.names(), [""; 0]);
}

#[test]
fn gzip_and_tar_read_what_is_made_of_many_members() {
    let world = World::new();
    // Several members: text that deflates, noise that is stored, and the two in turn.
    world.file("copy.sqlite3", &sqlite(900));
    world.file("media/large.jpg", &jpeg(3_000_000, 2));
    world.file("media/large.txt", &"montre connectée ".repeat(200_000).into_bytes());
    for kind in Kind::ALL {
        let created = world.make(kind, day(0)).expect("create");
        let run = |program: &str, arguments: &[&str]| {
            let output = crate::system::process::command(program)
                .args(arguments)
                .arg(&created.path)
                .output()
                .expect("run");
            assert!(output.status.success() && output.stderr.is_empty(), "{program}: {output:?}");
            output.stdout
        };
        run("gzip", &["-t"]);
        if kind == Kind::Database {
            assert!(run("gzip", &["-dc"]) == std::fs::read(world.path("copy.sqlite3")).expect("read"));
            continue;
        }
        let listed = String::from_utf8(run("tar", &["-tzf"])).expect("names");
        assert_eq!(listed.lines().filter(|name| name.contains("large.")).count(), 2, "{listed}");
        let content = run("tar", &["--wildcards", "--to-stdout", "-x", "*media/large.txt", "-zf"]);
        assert!(content == std::fs::read(world.path("media/large.txt")).expect("read"));
    }
}

#[test]
fn long_names_and_names_of_any_bytes_are_kept() {
    use std::os::unix::ffi::OsStrExt;
    let world = World::new();
    let long = format!("media/{}/{}.jpg", "d".repeat(150), "f".repeat(240));
    world.file(&long, b"long");
    for name in [&b"caf\xe9.jpg"[..], b"new\nline.jpg", b"-rf.jpg"] {
        let path = world.path("media").join(std::ffi::OsStr::from_bytes(name));
        fs::write_atomic(&path, b"odd", 0o644).expect("write");
    }
    world.make(Kind::Media, day(0)).expect("create");
    world.verify_all();
}

#[test]
fn a_folder_of_backups_within_the_media_is_refused() {
    let world = World::new();
    let (media, folder) = (world.path("media"), world.path("media/backups"));
    let order = Order {
        folder: &folder,
        site: "niasotac",
        now: day(0),
        zone: &world.zone,
        secret_key: None,
        fresh_copy_days: 30,
        before_restore: false,
        origin: None,
    };
    assert!(create(&order, Contents::Media(&media), &Silent).is_err());
    let relative = Order { folder: Path::new("backups"), ..order };
    assert!(create(&relative, Contents::Media(&media), &Silent).is_err());
}
