//! Listing, cleaning and unpacking.

use super::*;

#[test]
fn a_full_artefact_unpacks_to_what_was_there() {
    let world = World::new();
    world.make(Kind::Full, day(0)).expect("create");
    let artefact = world.only();
    let manifest = artefact.manifest().expect("read").expect("manifest");
    let target = world.path("target");
    let limits = Limits::new(Some(&manifest), artefact.size);
    let extracted = extract(&artefact, &target, &|_| true, Some(&manifest), limits, &Silent).expect("unpack");
    assert_eq!(extracted.files.len(), manifest.entries.len());
    let root = target.join("20900101_020000");
    for name in ["media/products/carte mère.JPG", "media/texte.svg", "media/vide.txt", "settings.py", ".env"]
    {
        let (live, back) = (world.path(name), root.join(name));
        assert_eq!(std::fs::read(&live).expect("read"), std::fs::read(&back).expect("read"), "{name}");
        assert_eq!(mode_of(&live), mode_of(&back));
        let time = |path: &Path| std::fs::metadata(path).expect("look").modified().expect("mtime");
        assert_eq!(time(&live), time(&back), "{name}");
    }
    assert!(root.join("media/empty folder").is_dir());
    assert_eq!(std::fs::read(root.join("db.sqlite3")).expect("read"), sqlite(20));
    // A second unpacking over the first is refused: two archives never mix.
    let again = extract(&artefact, &target, &|_| true, Some(&manifest), limits, &Silent);
    assert!(again.expect_err("not empty").to_string().contains("is not empty"));
}

#[test]
fn one_part_alone_can_be_unpacked_and_a_database_too() {
    let world = World::new();
    world.make(Kind::Full, day(0)).expect("create");
    let artefact = world.only();
    let limits = Limits::new(artefact.summary.as_ref(), artefact.size);
    let target = world.path("target");
    let wanted = |path: &Path| path.ends_with("db.sqlite3");
    let extracted = extract(&artefact, &target, &wanted, None, limits, &Silent).expect("unpack");
    assert_eq!(extracted.files.len(), 1);
    assert!(!target.join("20900101_020000/media").exists());
    let single = world.make(Kind::Database, day(1)).expect("create");
    let artefact = Artefact::at(&single.path, &world.zone).expect("look");
    let target = world.path("single");
    let manifest = Some(&single.manifest);
    extract(&artefact, &target, &|_| true, manifest, limits, &Silent).expect("unpack");
    assert_eq!(std::fs::read(target.join("db.sqlite3")).expect("read"), sqlite(20));
}

#[test]
fn junk_is_passed_over_and_the_guides_artefacts_are_listed_as_foreign() {
    let world = World::new();
    world.make(Kind::Media, day(0)).expect("create");
    for name in ["notes.txt", "db_backup_20250105_020000.sqlite3.gz", "media_backup_20250105.tar.gz"] {
        fs::write_atomic(&world.backups().join(name), b"?", 0o644).expect("write");
    }
    std::fs::create_dir(world.backups().join("backup_complet_20250101_000000.tar.gz")).expect("folder");
    let link = world.backups().join("media_backup_latest.tar.gz");
    std::os::unix::fs::symlink("media_backup_20250105.tar.gz", link).expect("link");
    let found: Vec<_> = world
        .list()
        .into_iter()
        .map(|artefact| (artefact.name, artefact.standing == Standing::Ours))
        .collect();
    assert_eq!(
        found,
        [
            ("media_backup_20250105.tar.gz".to_owned(), false),
            ("db_backup_20250105_020000.sqlite3.gz".to_owned(), false),
            ("media_backup_20900101_020000.tar.gz".to_owned(), true),
        ]
    );
    assert_eq!(list(&world.path("nowhere"), &world.zone).expect("none"), []);
}

#[test]
fn a_manifest_of_another_artefact_or_size_makes_it_doubtful() {
    let world = World::new();
    let created = world.make(Kind::Media, day(0)).expect("create");
    let whole = std::fs::read(&created.path).expect("read");
    fs::write_atomic(&created.path, &whole[..26], 0o600).expect("cut");
    let Standing::Doubtful(why) = world.only().standing else { panic!("not doubtful") };
    assert!(why.contains("has 26 bytes"), "{why}");
    let renamed = world.backups().join("media_backup_20900102_020000.tar.gz");
    std::fs::rename(&created.path, &renamed).expect("rename");
    assert_eq!(world.only().standing, Standing::Foreign);
}

#[test]
fn what_a_dead_run_left_is_removed_and_nothing_else() {
    let world = World::new();
    world.make(Kind::Media, day(0)).expect("create");
    let gone = world.make(Kind::Database, day(1)).expect("create");
    std::fs::remove_file(&gone.path).expect("remove");
    let kept = world.names().into_iter().filter(|name| name.starts_with("media")).collect::<Vec<_>>();
    let foreign =
        ["db_backup_20250105_020000.sqlite3.gz.sha256", "notes.partial", ".hidden", "x.manifest.json"];
    let partial =
        [".sitekeep-media_backup_20900102_020000.tar.gz.partial", ".sitekeep-database.sqlite3.partial-wal"];
    for name in foreign.iter().chain(&partial) {
        fs::write_atomic(&world.backups().join(name), b"?", 0o644).expect("write");
    }
    let removed = clean(&world.backups()).expect("clean");
    assert_eq!(removed.len(), 4, "{removed:?}");
    let mut expected: Vec<String> = kept.into_iter().chain(foreign.map(str::to_owned)).collect();
    expected.sort();
    assert_eq!(world.names(), expected);
    assert_eq!(clean(&world.path("nowhere")).expect("nothing"), [""; 0]);
}

#[test]
fn a_run_that_fails_leaves_nothing() {
    let world = World::new();
    std::fs::remove_file(world.path("copy.sqlite3")).expect("remove");
    for kind in [Kind::Database, Kind::Full] {
        assert!(world.make(kind, day(0)).is_err());
    }
    assert_eq!(world.names(), [""; 0]);
}
