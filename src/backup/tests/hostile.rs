//! Archives made to do harm: refused, and nothing is written outside of the folder.

use super::*;
use tar::EntryType;
use tar::Header;

type HandMade<'a> = (EntryType, &'a [u8], &'a str, u64, &'a [u8]);

/// An archive of hand-made entries: kind, name as it stands, link, size, content.
fn archive(entries: &[HandMade<'_>], end: bool) -> Vec<u8> {
    let mut stream = Vec::new();
    for (kind, name, link, size, content) in entries {
        let mut header = Header::new_gnu();
        header.set_entry_type(*kind);
        header.set_size(*size);
        header.set_mode(0o6777);
        header.set_mtime(1_700_000_000);
        header.set_uid(0);
        header.set_gid(0);
        if !link.is_empty() {
            header.set_link_name(link).expect("link");
        }
        header.as_old_mut().name[..name.len()].copy_from_slice(name);
        header.set_cksum();
        stream.extend_from_slice(header.as_bytes());
        stream.extend_from_slice(content);
        stream.resize(stream.len().next_multiple_of(512), 0);
    }
    if end {
        stream.resize(stream.len() + 1024, 0);
    }
    let mut file = Vec::new();
    gzip::write(&mut file, |blocks| blocks.write(&stream, member::Packing::Deflated)).expect("pack");
    file
}

/// Unpacks into `below/target`, and says with what error; whatever happens, nothing may appear beside it.
fn unpack(world: &World, file: &[u8], limits: Option<Limits>) -> Result<Extracted, String> {
    let path = world.path("backup_complet_20261122_020000.tar.gz");
    fs::write_atomic(&path, file, 0o600).expect("write");
    let artefact = Artefact::at(&path, &world.zone).expect("look");
    let before = snapshot(world);
    let limits = limits.unwrap_or(Limits::new::<Unread>(None, artefact.size));
    let target = world.path("below/target");
    let result = extract(&artefact, &target, &|_| true, None, limits, &Silent);
    for entry in walkdir::WalkDir::new(&target) {
        assert!(!entry.expect("entry").path_is_symlink());
    }
    std::fs::remove_dir_all(world.path("below")).expect("remove");
    assert_eq!(snapshot(world), before, "something was written outside");
    result.map_err(|error| crate::error::one_line(&error))
}

fn snapshot(world: &World) -> Vec<(PathBuf, Vec<u8>)> {
    walkdir::WalkDir::new(world.folder.path())
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.expect("entry").into_path())
        .filter(|path| !path.starts_with(world.path("below")))
        .map(|path| (path.clone(), std::fs::read(path).unwrap_or_default()))
        .collect()
}

#[test]
fn h5_traversal_absolute_names_links_and_devices_are_refused() {
    use EntryType as Kind;
    let world = World::new();
    let plain = (Kind::Regular, &b"a/fine"[..], "", 2, &b"ok"[..]);
    let cases: Vec<(&str, Vec<_>)> = vec![
        ("leads out", vec![plain, (Kind::Regular, b"../evil", "", 2, b"no")]),
        ("leads out", vec![(Kind::Regular, b"a/../../evil", "", 2, b"no")]),
        ("leads out", vec![(Kind::Directory, b"../evil/", "", 0, b"")]),
        ("absolute", vec![(Kind::Regular, b"/tmp/evil", "", 2, b"no")]),
        ("a link", vec![(Kind::Symlink, b"a", "/tmp", 0, b""), (Kind::Regular, b"a/evil", "", 2, b"no")]),
        ("a link", vec![(Kind::Link, b"a", "/etc/passwd", 0, b"")]),
        ("a device", vec![(Kind::Char, b"null", "", 0, b"")]),
        ("a device", vec![(Kind::Block, b"disk", "", 0, b"")]),
        ("a device", vec![(Kind::Fifo, b"pipe", "", 0, b"")]),
        ("sparse", vec![(Kind::GNUSparse, b"sparse", "", 2, b"no")]),
        ("of a kind", vec![(Kind::new(b'M'), b"multi", "", 0, b"")]),
        ("comes twice", vec![plain, plain]),
        ("comes twice", vec![plain, (Kind::Regular, b"./a//fine", "", 2, b"no")]),
        ("File exists", vec![plain, (Kind::Regular, b"a", "", 2, b"no")]),
        ("Not a directory", vec![(Kind::Regular, b"a", "", 2, b"ok"), plain]),
        ("without a name", vec![(Kind::Regular, b".", "", 2, b"no")]),
        ("has content", vec![(Kind::Directory, b"a/", "", 2, b"no")]),
        ("leads out", vec![(Kind::GNULongName, b"././@LongLink", "", 8, b"../evil\0"), plain]),
        ("zero byte", vec![(Kind::GNULongName, b"././@LongLink", "", 8, b"a\0/evil\0"), plain]),
        ("leads out", vec![(Kind::XHeader, b"pax", "", 16, b"16 path=../evil\n"), plain]),
        ("two sizes", vec![(Kind::XHeader, b"pax", "", 12, b"12 size=999\n"), plain]),
        ("a link", vec![(Kind::XHeader, b"pax", "", 17, b"17 linkpath=/etc\n"), plain]),
        ("for all", vec![(Kind::XGlobalHeader, b"pax", "", 13, b"13 path=evil\n"), plain]),
        ("after the name", vec![plain, (Kind::GNULongName, b"././@LongLink", "", 2, b"a\0")]),
        ("longer than", vec![(Kind::GNULongName, b"././@LongLink", "", 10_000_000_000, b"a\0")]),
        ("longer than", vec![(Kind::XHeader, b"pax", "", 10_000_000_000, b"")]),
        ("limit", vec![(Kind::Regular, b"huge", "", u64::MAX / 2, b"")]),
        ("ends within", vec![(Kind::Regular, b"cut", "", 5_000, b"no")]),
    ];
    for (expected, entries) in cases {
        let error = unpack(&world, &archive(&entries, true), None).expect_err(expected);
        assert!(error.contains(expected), "{expected}: {error}");
        let path = world.path("backup_complet_20261122_020000.tar.gz");
        let report = verify(&Artefact::at(&path, &world.zone).expect("look"), &Silent).expect("verify");
        // Two names that cannot both be files show only when they are made.
        let only_on_disk = ["File exists", "Not a directory"].contains(&expected);
        assert!(!report.is_sound() || only_on_disk, "{expected}: {report:?}");
    }
    let cut = unpack(&world, &archive(&[plain], false), None).expect_err("cut");
    assert!(cut.contains("end of the archive is missing"), "{cut}");
}

#[test]
fn h5_ten_gigabytes_of_zeros_and_a_million_entries_are_refused() {
    let world = World::new();
    let length = 300_000_000;
    let mut file = Vec::new();
    gzip::write(&mut file, |blocks| {
        let mut header = Header::new_gnu();
        header.set_path("zeros").expect("name");
        header.set_size(length);
        header.set_mode(0o644);
        header.set_cksum();
        blocks.write(header.as_bytes(), member::Packing::Deflated)
    })
    .expect("pack");
    let error = unpack(&world, &file, None).expect_err("too large");
    assert!(error.contains("limit of 268435456 bytes"), "{error}");
    let names: Vec<String> = (0..1001).map(|number| format!("{number}")).collect();
    let entries: Vec<_> =
        names.iter().map(|name| (EntryType::Regular, name.as_bytes(), "", 0, &b""[..])).collect();
    let limits = Limits { entries: 1000, bytes: 1 << 20 };
    let error = unpack(&world, &archive(&entries, true), Some(limits)).expect_err("too many");
    assert!(error.contains("limit of 1000"), "{error}");
    assert!(unpack(&world, &archive(&entries[1..], true), Some(limits)).is_ok());
}

#[test]
fn modes_lose_their_dangerous_bits_and_times_come_back() {
    let world = World::new();
    let file = archive(&[(EntryType::Regular, b"2026/.env", "", 2, b"ok")], true);
    let path = world.path("backup_complet_20261122_020000.tar.gz");
    fs::write_atomic(&path, &file, 0o600).expect("write");
    let artefact = Artefact::at(&path, &world.zone).expect("look");
    let target = world.path("target");
    let limits = Limits::new::<Unread>(None, artefact.size);
    extract(&artefact, &target, &|_| true, None, limits, &Silent).expect("unpack");
    assert_eq!(mode_of(&target), 0o700);
    assert_eq!(mode_of(&target.join("2026/.env")), 0o777);
    let modified = std::fs::metadata(target.join("2026/.env")).expect("look").modified().expect("mtime");
    assert_eq!(modified.duration_since(std::time::UNIX_EPOCH).expect("age").as_secs(), 1_700_000_000);
}
