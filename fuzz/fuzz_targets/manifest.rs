//! Manifests: what is read is written and read again as the same, and one that is in doubt makes no artefact ours.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sitekeep::backup::Artefact;
use sitekeep::backup::Entry;
use sitekeep::backup::Manifest;
use sitekeep::backup::Name;
use sitekeep::backup::Unread;
use std::sync::LazyLock;
use worlds::Scratch;

static SCRATCH: LazyLock<Scratch> = LazyLock::new(Scratch::new);

const NAME: &str = "db_backup_20261122_020000.sqlite3.gz";

fuzz_target!(|data: &[u8]| {
    let parsed = Manifest::<Vec<Entry>>::parse(data);
    if let Ok(manifest) = &parsed {
        let written = serde_json::to_vec(manifest).expect("a manifest can be written");
        let again = Manifest::<Vec<Entry>>::parse(&written).expect("what was written can be read");
        assert_eq!(*manifest, again);
        assert!(Manifest::<Unread>::parse(data).is_ok());
    }
    if let Some(name) = std::str::from_utf8(data).ok().and_then(Name::parse) {
        assert_eq!(Name::parse(&name.to_string()).map(|name| name.to_string()), Some(name.to_string()));
        assert!(!name.to_string().contains('/'));
    }
    let path = SCRATCH.write(NAME, b"no backup");
    SCRATCH.write(&format!("{NAME}.manifest.json"), data);
    let artefact = Artefact::at(&path, &jiff::tz::TimeZone::UTC).expect("an artefact");
    if artefact.is_ours() {
        let summary = artefact.summary.as_ref().expect("what it says of itself");
        assert_eq!(summary.artefact, NAME);
    }
    let report = sitekeep::backup::verify(&artefact, &sitekeep::progress::Silent).expect("a file can be read");
    assert!(!report.is_sound(), "no manifest makes a backup of what is none: {report:?}");
});
