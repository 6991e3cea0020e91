//! Damage of artefacts: whatever byte is changed or lost, it is seen.

use super::*;

fn damaged(artefact: &Artefact, world: &World) -> bool {
    // A damaged manifest changes what the artefact is thought to be: look again.
    match Artefact::at(&artefact.path, &world.zone) {
        Ok(artefact) => !verify(&artefact, &Silent).expect("verify").is_complete(),
        Err(_) => true,
    }
}

fn every_change_is_seen(kind: Kind) {
    let world = World::new();
    world.make(kind, day(0)).expect("create");
    let artefact = world.only();
    assert!(!damaged(&artefact, &world));
    for name in world.names() {
        let path = world.backups().join(&name);
        let whole = std::fs::read(&path).expect("read");
        let positions = (0..whole.len()).filter(|position| {
            *position < 200 || whole.len() - *position < 200 || position.is_multiple_of(whole.len() / 150 + 1)
        });
        for position in positions {
            let mut bytes = whole.clone();
            bytes[position] ^= 1 << (position % 8);
            overwrite(&path, &bytes);
            assert!(damaged(&artefact, &world), "{name}: a flip at {position} is not seen");
            overwrite(&path, &whole[..position]);
            assert!(damaged(&artefact, &world), "{name}: a cut at {position} is not seen");
        }
        let longer = [&whole[..], b"\0"].concat();
        overwrite(&path, &longer);
        assert!(damaged(&artefact, &world), "{name}: one byte more is not seen");
        overwrite(&path, &whole);
    }
    assert!(!damaged(&artefact, &world));
}

#[test]
fn h22_any_flipped_or_lost_byte_of_a_database_artefact_is_seen() {
    every_change_is_seen(Kind::Database);
}

#[test]
fn h22_any_flipped_or_lost_byte_of_a_media_artefact_is_seen() {
    every_change_is_seen(Kind::Media);
}

#[test]
fn h22_without_sidecars_gzip_and_the_manifest_inside_still_see_damage() {
    let world = World::new();
    world.make(Kind::Full, day(0)).expect("create");
    let artefact = world.only();
    for name in world.names().iter().filter(|name| **name != artefact.name) {
        std::fs::remove_file(world.backups().join(name)).expect("remove");
    }
    let foreign = world.only();
    assert_eq!(foreign.standing, Standing::Foreign);
    let report = verify(&foreign, &Silent).expect("verify");
    assert!(report.is_sound() && !report.is_complete(), "{report:?}");
    let whole = std::fs::read(&foreign.path).expect("read");
    for position in (0..whole.len()).step_by(37) {
        overwrite(&foreign.path, &whole[..position]);
        assert!(!verify(&foreign, &Silent).expect("verify").is_sound(), "cut at {position}");
    }
}

#[test]
fn h22_files_that_are_something_else_are_seen() {
    let world = World::new();
    fs::create_private_folder(&world.backups()).expect("folder");
    let pack = |bytes: &[u8]| {
        let mut file = Vec::new();
        gzip::write(&mut file, |blocks| blocks.write(bytes, member::Packing::Deflated)).expect("pack");
        file
    };
    let cases: [(&str, Vec<u8>); 7] = [
        ("db_backup_20261122_020000.sqlite3.gz", Vec::new()),
        ("db_backup_20261122_020000.sqlite3.gz", b"SQLite format 3\0".to_vec()),
        ("db_backup_20261122_020000.sqlite3.gz", pack(b"")),
        ("db_backup_20261122_020000.sqlite3.gz", pack(b"-- PostgreSQL database dump\n")),
        ("db_backup_20261122_020000.sql.gz", pack(&sqlite(2))),
        ("db_backup_20261122_020000.dump.gz", pack(&sqlite(2))),
        ("media_backup_20261122.tar.gz", pack(&[0; 10_240])),
    ];
    for (name, bytes) in cases {
        let path = world.backups().join(name);
        overwrite(&path, &bytes);
        let artefact = Artefact::at(&path, &world.zone).expect("look");
        let report = verify(&artefact, &Silent).expect("verify");
        assert!(!report.is_sound(), "{name} {report:?}");
        std::fs::remove_file(path).expect("remove");
    }
}

#[test]
fn what_does_not_read_back_as_it_was_written_is_not_published() {
    let world = World::new();
    let created = world.make(Kind::Media, day(0)).expect("create");
    let mut crc = flate2::Crc::new();
    crc.update(&std::fs::read(&created.path).expect("read"));
    let written = gzip::Written { length: created.size, crc: crc.sum() };
    let compare = |manifest: &Manifest, written| {
        let file = std::fs::File::open(&created.path).expect("open");
        let reading = read_back::read(file, &created.path, None).expect("read");
        read_back::compare(&created.path, reading, manifest, written).map_err(|error| error.to_string())
    };
    assert_eq!(compare(&created.manifest, written), Ok(created.sha256));
    let other = gzip::Written { crc: !written.crc, ..written };
    assert!(compare(&created.manifest, other).expect_err("differs").contains("does not read back"));
    let mut manifest = created.manifest.clone();
    manifest.entries.pop();
    manifest.totals.files -= 1;
    assert!(compare(&manifest, written).expect_err("differs").contains("is not in the manifest"));
}
