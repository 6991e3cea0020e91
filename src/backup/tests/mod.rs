//! Whole artefacts: made, linked, listed, damaged, rotated; each test in a world of its own.

mod damage;
mod hostile;
mod keeping;
mod making;
mod moving;
mod rotation;
mod safety;

use super::*;
use crate::config::Secret;
use crate::progress::Silent;
use crate::system::fs;
use jiff::Timestamp;
use jiff::ToSpan;
use jiff::tz::TimeZone;
use std::path::Path;
use std::path::PathBuf;

/// A site of a few files, and an empty folder for its backups.
struct World {
    folder: tempfile::TempDir,
    zone: TimeZone,
    key: Secret,
}

impl World {
    fn new() -> Self {
        let world = Self {
            folder: tempfile::tempdir().expect("a folder"),
            zone: TimeZone::get("Africa/Porto-Novo").expect("zone"),
            key: Secret::new("django-insecure-key"),
        };
        world.file("media/products/carte mère.JPG", &jpeg(5_000, 1));
        world.file("media/products/2025/11/écran.png", b"\x89PNG\r\n\x1a\n rest");
        world.file("media/texte.svg", "<svg>".repeat(3_000).as_bytes());
        world.file("media/vide.txt", b"");
        fs::create_private_folder(&world.path("media/empty folder")).expect("folder");
        world.file("settings.py", b"DEBUG = False\n");
        world.file(".env", b"SECRET_KEY=django-insecure-key\n");
        world.file("copy.sqlite3", &sqlite(20));
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn backups(&self) -> PathBuf {
        self.path("backups")
    }

    fn file(&self, name: &str, content: &[u8]) {
        let path = self.path(name);
        fs::create_private_folder(path.parent().expect("parent")).expect("folder");
        fs::write_atomic(&path, content, 0o644).expect("write");
    }

    fn make(&self, kind: Kind, now: Timestamp) -> anyhow::Result<Created> {
        self.make_proven(kind, now, &serde_json::json!({"tables": {"showcase_product": 35}}))
    }

    fn make_proven(&self, kind: Kind, now: Timestamp, proof: &dyn Proof) -> anyhow::Result<Created> {
        let folder = self.backups();
        let order = Order {
            folder: &folder,
            site: "niasotac",
            now,
            zone: &self.zone,
            secret_key: Some(&self.key),
            fresh_copy_days: 30,
            before_restore: false,
            origin: None,
        };
        let (path, media) = (self.path("copy.sqlite3"), self.path("media"));
        let (settings, env_file) = (self.path("settings.py"), self.path(".env"));
        let database = DatabaseCopy {
            path: &path,
            extension: "sqlite3",
            engine: "sqlite",
            original: "/srv/site/db.sqlite3",
            fingerprint: proof,
        };
        let contents = match kind {
            Kind::Database => Contents::Database(database),
            Kind::Media => Contents::Media(&media),
            Kind::Full => Contents::Full {
                database,
                media: &media,
                settings: Some(&settings),
                env_file: Some(&env_file),
            },
        };
        create(&order, contents, &Silent)
    }

    fn list(&self) -> Vec<Artefact> {
        list(&self.backups(), &self.zone).expect("list")
    }

    fn only(&self) -> Artefact {
        let mut all = self.list();
        assert_eq!(all.len(), 1);
        all.remove(0)
    }

    /// Names in the folder of the backups, sorted.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.backups())
            .expect("list")
            .map(|entry| entry.expect("entry").file_name().into_string().expect("a name"))
            .collect();
        names.sort();
        names
    }

    fn verify_all(&self) {
        for artefact in self.list() {
            let report = verify(&artefact, &Silent).expect("verify");
            assert!(report.is_complete(), "{report:?}");
        }
    }
}

/// `days` after a fixed day that lies ahead of any file's own times.
fn day(days: i64) -> Timestamp {
    let start: Timestamp = "2090-01-01T01:00:00Z".parse().expect("time");
    start.checked_add((24 * days).hours()).expect("time")
}

/// Something that begins as a JPEG and does not deflate.
fn jpeg(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed;
    let noise = std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    });
    b"\xff\xd8\xff\xe0".iter().copied().chain(noise).take(length).collect()
}

/// So many pages that begin as a SQLite database.
fn sqlite(pages: u32) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..pages * 1024).flat_map(|number| (number / 3).to_le_bytes()).collect();
    bytes[..16].copy_from_slice(b"SQLite format 3\0");
    bytes[16..18].copy_from_slice(&4096_u16.to_be_bytes());
    bytes[28..32].copy_from_slice(&pages.to_be_bytes());
    bytes[24..28].fill(1);
    bytes[92..96].fill(1);
    bytes
}

/// Writes without waiting for the disk: the damage tests write thousands of times.
fn overwrite(path: &Path, content: &[u8]) {
    use std::io::Write;
    std::fs::File::create(path).and_then(|mut file| file.write_all(content)).expect("write");
}

fn mode_of(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::symlink_metadata(path).expect("look").permissions().mode() & 0o7777
}
