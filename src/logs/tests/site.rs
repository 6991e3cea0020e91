//! A site whose log grows, rotates and is triaged, with a clock of its own.

use super::super::Memory;
use super::super::Notes;
use super::super::errors::ErrorReport;
use super::super::errors::triage_django;
use crate::config::LogsConfig;
use crate::progress::Silent;
use crate::state::State;
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fs::File;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::UNIX_EPOCH;

/// A site with one Django log, in the zone UTC+1, and a clock of its own.
pub(super) struct Site {
    pub(super) folder: tempfile::TempDir,
    pub(super) state: State,
    pub(super) config: LogsConfig,
    pub(super) now: Timestamp,
}

pub(super) const TRACEBACK: &str = "Traceback (most recent call last):\n  File \"/srv/shop/views.py\", line 3, in view\n    \
                         raise KeyError(key)\nKeyError: 'price'\n";

impl Site {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let state = State::open(&folder.path().join("state")).expect("state");
        let config = LogsConfig { django: vec![folder.path().join("django.log")], ..LogsConfig::default() };
        let now = "2026-11-23T06:00:00Z".parse().expect("a time");
        Self { folder, state, config, now }
    }

    pub(super) fn log(&self) -> PathBuf {
        self.config.django[0].clone()
    }

    pub(super) fn rotated(&self, suffix: &str) -> PathBuf {
        self.folder.path().join(format!("django.log{suffix}"))
    }

    pub(super) fn append(&self, text: &[u8]) {
        let mut file = OpenOptions::new().create(true).append(true).open(self.log()).expect("open");
        file.write_all(text).expect("write");
        self.touch(&self.log());
    }

    pub(super) fn touch(&self, path: &Path) {
        let modified = UNIX_EPOCH + Duration::from_secs(self.now.as_second().unsigned_abs());
        OpenOptions::new().append(true).open(path).expect("open").set_modified(modified).expect("touch");
    }

    /// The guide's format, in the site's time.
    pub(super) fn line(&self, level: &str, module: &str, message: &str) -> String {
        let local = TimeZone::fixed(jiff::tz::offset(1)).to_datetime(self.now);
        format!(
            "{level} {},{:03} {module} {message}\n",
            local.strftime("%Y-%m-%d %H:%M:%S"),
            local.millisecond()
        )
    }

    pub(super) fn error(&self, message: &str) {
        self.append(self.line("ERROR", "log", message).as_bytes());
    }

    pub(super) fn pass(&mut self, seconds: i64) {
        self.now += jiff::SignedDuration::from_secs(seconds);
    }

    pub(super) fn run(&mut self) -> ErrorReport {
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        let mut notes = Notes::default();
        let mut memory = Memory::Noted(&self.state, &mut notes);
        let report = triage_django(&self.config, &zone, &mut memory, self.now, &Silent).expect("triage");
        // A state that cannot be written is told by whoever commits.
        let _ = notes.commit(&mut self.state);
        report
    }

    pub(super) fn run_without_memory(&self) -> ErrorReport {
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        triage_django(&self.config, &zone, &mut Memory::Absent, self.now, &Silent).expect("triage")
    }

    pub(super) fn compress(&self, from: &Path, to: &Path) {
        let content = std::fs::read(from).expect("read");
        let mut packed = Vec::new();
        // Two members, as `cat a.gz b.gz` or an appending compressor leaves them.
        for part in [&content[..content.len() / 2], &content[content.len() / 2..]] {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(part).expect("compress");
            packed.extend(encoder.finish().expect("compress"));
        }
        File::create(to).expect("create").write_all(&packed).expect("write");
        std::fs::remove_file(from).expect("remove");
        self.touch(to);
    }
}
