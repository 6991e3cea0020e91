//! Archives made to do harm, through the binary: refused by restore, verify and drill, in bounded time and memory.

use super::is_refused;
use crate::restore::site;
use crate::restore::tree;
use crate::sandbox::Sandbox;
use crate::sandbox::under;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use std::path::PathBuf;
use tar::EntryType;
use tar::EntryType as Kind;
use tar::Header;

const NAME: &str = "backup_complet_20261120_020000.tar.gz";

const RESTORE: [&str; 5] = ["restore", NAME, "--confirm", "shop", "--no-safety-backup"];

/// Kind, name as it stands, link, content.
type Entry<'a> = (EntryType, &'a [u8], &'a str, &'a [u8]);

fn header((kind, name, link, content): &Entry<'_>) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(*kind);
    header.set_size(content.len() as u64);
    header.set_mode(0o6777);
    header.set_mtime(1_700_000_000);
    header.set_uid(0);
    header.set_gid(0);
    if !link.is_empty() {
        header.set_link_name_literal(link).unwrap();
    }
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.set_cksum();
    header
}

/// Writes an archive, entry by entry, under the name of one of the guide's.
fn archive<'a>(sandbox: &Sandbox, entries: impl IntoIterator<Item = Entry<'a>>) {
    std::fs::create_dir_all(sandbox.path("backups")).unwrap();
    let file = std::fs::File::create(sandbox.path(&format!("backups/{NAME}"))).unwrap();
    let mut out = GzEncoder::new(std::io::BufWriter::new(file), Compression::fast());
    for entry in entries {
        out.write_all(header(&entry).as_bytes()).unwrap();
        out.write_all(entry.3).unwrap();
        out.write_all(&[0; 512][..(512 - entry.3.len() % 512) % 512]).unwrap();
    }
    out.write_all(&[0; 1024]).unwrap();
    out.finish().unwrap().flush().unwrap();
}

/// What lies in and beside the site, less sitekeep's own records.
fn names(sandbox: &Sandbox) -> Vec<PathBuf> {
    let around = std::fs::canonicalize(sandbox.path("..")).unwrap();
    tree(&around).into_keys().filter(|path| !path.starts_with(sandbox.path("state"))).collect()
}

/// All three commands refuse it, and outside of the state folder and the backups nothing appears.
fn does_no_harm(sandbox: &Sandbox, what: &str) -> String {
    let before = names(sandbox);
    let told = is_refused(sandbox, NAME, what);
    for command in [["backup", "verify", NAME], ["backup", "drill", NAME]] {
        let outcome = sandbox.run(&command);
        assert!(outcome.code >= 2, "{what}: {command:?}\n{}{}", outcome.stdout, outcome.stderr);
    }
    assert_eq!(names(sandbox), before, "{what}");
    assert!(!sandbox.path("state/drill").exists(), "{what}: the scratch folder stays");
    told
}

#[test]
fn h5_an_archive_that_leads_out_of_its_folder_is_refused_by_every_command() {
    let sandbox = site("[restore]\npatience = \"0s\"\n");
    let outside = sandbox.path("../outside");
    std::fs::create_dir(&outside).unwrap();
    let target = outside.display().to_string();
    let absolute = format!("{target}/evil");
    let plain: Entry<'_> = (Kind::Regular, b"20261120/media/a.jpg", "", b"fine");
    let cases: Vec<(&str, Vec<Entry<'_>>)> = vec![
        ("leads out", vec![plain, (Kind::Regular, b"20261120/media/../../../../outside/evil", "", b"no")]),
        ("absolute", vec![plain, (Kind::Regular, absolute.as_bytes(), "", b"no")]),
        (
            "a link",
            vec![
                (Kind::Symlink, b"20261120/media/l", &target, b""),
                (Kind::Regular, b"20261120/media/l/evil", "", b"no"),
            ],
        ),
        ("a link", vec![plain, (Kind::Link, b"20261120/media/shadow", "/etc/shadow", b"")]),
        ("a device", vec![plain, (Kind::Char, b"20261120/media/null", "", b"")]),
        ("a device", vec![plain, (Kind::Fifo, b"20261120/media/pipe", "", b"")]),
        ("comes twice", vec![plain, (Kind::Regular, b"20261120/media//./a.jpg", "", b"other")]),
        ("leads out", vec![(Kind::XHeader, b"pax", "", b"24 path=../outside/evil\n"), plain]),
        ("two sizes", vec![(Kind::XHeader, b"pax", "", b"12 size=999\n"), plain]),
        ("a link", vec![(Kind::XHeader, b"pax", "", b"17 linkpath=/etc\n"), plain]),
        ("for all", vec![(Kind::XGlobalHeader, b"pax", "", b"13 path=evil\n"), plain]),
        ("zero byte", vec![(Kind::GNULongName, b"././@LongLink", "", b"a\0/../../evil\0"), plain]),
    ];
    for (expected, entries) in cases {
        archive(&sandbox, entries);
        let told = does_no_harm(&sandbox, expected);
        assert!(
            told.split_whitespace().collect::<Vec<_>>().join(" ").contains(expected),
            "{expected}: {told}"
        );
    }
    // A file below a file shows only when it is made.
    archive(&sandbox, [plain, (Kind::Regular, b"20261120/media/a.jpg/below", "", b"no")]);
    is_refused(&sandbox, NAME, "a file below a file");
    assert_eq!(std::fs::read_dir(outside).unwrap().count(), 0);
}

#[test]
fn h10_names_with_newlines_and_foreign_bytes_come_back_as_they_are() {
    let sandbox = site("[restore]\npatience = \"0s\"\n");
    let names: [&[u8]; 3] =
        [b"20261120/media/new\nline.jpg", b"20261120/media/caf\xe9.jpg", b"20261120/media/-rf *"];
    archive(&sandbox, names.iter().map(|name| (Kind::Regular, *name, "", &b"picture"[..])));
    crate::restore::restore(&sandbox, NAME, &["--only", "media", "--no-safety-backup"]).exits(1);
    let media = tree(&sandbox.path("backend/media"));
    assert_eq!(media.len(), 3, "{media:?}");
    assert!(media.contains_key(&sandbox.path("backend/media/new\nline.jpg")));
}

/// In a process that may not have more memory than this, and not take more time.
#[track_caller]
fn is_refused_within_bounds(sandbox: &Sandbox, commands: &[&[&str]], expected: &str) {
    let before = tree(&sandbox.path("backend"));
    for arguments in commands {
        let bounds = ["sh", "-c", "ulimit -v 1500000; ulimit -t 120; exec \"$0\" \"$@\""];
        let outcome = crate::sandbox::outcome(&mut under(&bounds, &sandbox.command(arguments)));
        let told = format!("{}{}", outcome.stdout, outcome.stderr);
        assert_eq!(outcome.code, 2, "{told}");
        assert!(told.split_whitespace().collect::<Vec<_>>().join(" ").contains(expected), "{told}");
    }
    assert_eq!(tree(&sandbox.path("backend")), before);
    assert_eq!(crate::restore::kept(sandbox), Vec::<PathBuf>::new());
}

#[test]
fn h5_ten_gigabytes_of_zeros_are_refused_within_bounds() {
    let sandbox = site("");
    std::fs::create_dir_all(sandbox.path("backups")).unwrap();
    let file = std::fs::File::create(sandbox.path(&format!("backups/{NAME}"))).unwrap();
    let mut out = GzEncoder::new(file, Compression::fast());
    let mut header = header(&(Kind::Regular, b"20261120/media/zeros", "", b""));
    header.set_size(10_000_000_000);
    header.set_cksum();
    out.write_all(header.as_bytes()).unwrap();
    let mut file = out.finish().unwrap();
    // Ten gigabytes, packed once and repeated: a gzip file may have many members.
    let mut member = GzEncoder::new(Vec::new(), Compression::best());
    member.write_all(&vec![0; 10_000_000]).unwrap();
    let member = member.finish().unwrap();
    for _ in 0..1000 {
        file.write_all(&member).unwrap();
    }
    is_refused_within_bounds(&sandbox, &[&RESTORE, &["backup", "verify", NAME]], "more than the limit");
}

#[test]
fn h5_more_than_a_million_entries_are_refused_within_bounds() {
    let sandbox = site("");
    std::fs::create_dir_all(sandbox.path("backups")).unwrap();
    let file = std::fs::File::create(sandbox.path(&format!("backups/{NAME}"))).unwrap();
    let mut out = GzEncoder::new(std::io::BufWriter::new(file), Compression::fast());
    for number in 0..1_000_100 {
        let name = format!("20261120/media/{number}");
        out.write_all(header(&(Kind::Regular, name.as_bytes(), "", b"")).as_bytes()).unwrap();
    }
    out.write_all(&[0; 1024]).unwrap();
    out.finish().unwrap().flush().unwrap();
    is_refused_within_bounds(&sandbox, &[&RESTORE], "more entries than the limit");
}
