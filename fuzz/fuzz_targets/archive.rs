//! Archives: whatever one says, nothing appears outside of the folder, no link is made, and what is unpacked is what
//! is told.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sitekeep::backup;
use sitekeep::progress::Silent;
use std::os::unix::fs::PermissionsExt;
use std::sync::LazyLock;
use worlds::Scratch;

static SCRATCH: LazyLock<Scratch> = LazyLock::new(Scratch::new);

const NAMES: [&str; 4] = [
    "backup_complet_20261122_020000.tar.gz",
    "db_backup_20261122_020000.sqlite3.gz",
    "db_backup_20261122_020000.dump.gz",
    "db_backup_20261122_020000.sql.gz",
];
const LARGEST: u64 = 1 << 20;

fuzz_target!(|data: &[u8]| {
    let Some((choice, content)) = data.split_first() else { return };
    let name = if choice & 8 == 0 { NAMES[0] } else { NAMES[usize::from(choice % 4)] };
    let file = match choice >> 6 {
        0 => content.to_vec(),
        1 => worlds::gzip(content),
        _ => worlds::gzip(&worlds::with_checksums([content, &[0; 1024]].concat())),
    };
    let path = SCRATCH.write(name, &file);
    let artefact = backup::Artefact::at(&path, &jiff::tz::TimeZone::UTC).expect("an artefact");
    assert!(!artefact.is_ours(), "without a manifest it is never ours, and never removed");
    let report = backup::verify(&artefact, &Silent).expect("a file can be read");
    assert!(!report.is_complete(), "without checksums nothing is complete: {report:?}");
    let before = SCRATCH.tree();
    let target = SCRATCH.path("target");
    let limits = backup::Limits { entries: 200, bytes: LARGEST };
    let extracted = backup::extract(&artefact, &target, &|_| true, None, limits, &Silent);
    let mut found = Vec::new();
    worlds::walk(&target, &mut found);
    let mut bytes = 0;
    let mut files = 0;
    for (place, content) in &found {
        let looked = std::fs::symlink_metadata(place).expect("look");
        assert!(!looked.is_symlink(), "{}", place.display());
        assert_eq!(looked.permissions().mode() & 0o7000, 0, "{}", place.display());
        if looked.is_file() {
            (files, bytes) = (files + 1, bytes + content.len() as u64);
        }
    }
    assert!(bytes <= LARGEST, "{bytes}");
    if let Ok(extracted) = extracted {
        assert_eq!((extracted.files.len(), extracted.bytes), (files, bytes));
        assert_eq!(report.files, files as u64, "both read the same: {report:?}");
    } else if report.is_sound() {
        // Two names that cannot both be there show only when they are made; and the limits here are smaller.
        assert!(report.files > 0, "{report:?}");
    }
    SCRATCH.remove("target");
    assert_eq!(SCRATCH.tree(), before, "something was written outside");
    SCRATCH.remove(name);
});
