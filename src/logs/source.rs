//! The files of one log: the current one and its rotated neighbours, opened once and known by their content.
//!
//! Rotation renames, copies, truncates and compresses; what stays is the first bytes. All files are opened before any
//! is read, so that a rotation in between changes nothing.

use super::fingerprint::HEAD_LENGTH;
use super::lines::head;
use crate::status::Finding;
use crate::status::kinds::LOG_SOURCE;
use flate2::read::MultiGzDecoder;
use serde::Serialize;
use std::cmp::Reverse;
use std::fs::File;
use std::fs::Metadata;
use std::io;
use std::io::ErrorKind;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::path::PathBuf;

/// A log, or a part of one, that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceProblem {
    pub path: String,
    pub reason: String,
    pub remedy: String,
}

impl SourceProblem {
    /// The problem as a finding: what could not be read is UNKNOWN.
    pub fn finding(&self) -> Finding {
        Finding::unknown(&LOG_SOURCE, &self.path, format!("cannot read {}: {}", self.path, self.reason))
            .with("reason", self.reason.as_str())
            .remedy(&self.remedy)
    }

    pub(super) fn new(path: &Path, reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { path: path.display().to_string(), reason: reason.into(), remedy: remedy.into() }
    }

    pub(super) fn from_io(path: &Path, error: &io::Error) -> Self {
        let (reason, remedy) = match error.kind() {
            ErrorKind::NotFound => (
                "there is no such file".to_owned(),
                "set the path in [logs] to the file that the site writes (LOGGING in settings.py, --access-logfile of gunicorn)",
            ),
            ErrorKind::PermissionDenied => (
                "permission denied".to_owned(),
                "add the user that runs sitekeep to the group of the file: usermod -aG GROUP USER (system logs: adm)",
            ),
            _ => (error.to_string(), "look at the file by hand: less FILE, or zless where it is compressed"),
        };
        Self::new(path, reason, remedy)
    }
}

/// One opened file of a log.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) path: PathBuf,
    file: File,
    pub(super) compressed: bool,
    /// First bytes, decompressed.
    pub(super) head: Vec<u8>,
    /// Bytes on disk.
    pub(super) length: u64,
    pub(super) current: bool,
    identity: (u64, u64),
    modified: i64,
}

impl Source {
    fn open(path: &Path, current: bool) -> Result<Self, SourceProblem> {
        let problem = |error: io::Error| SourceProblem::from_io(path, &error);
        // A pipe would block when opened, so the file is looked at first.
        regular(path, &std::fs::metadata(path).map_err(problem)?)?;
        let mut file = File::open(path).map_err(problem)?;
        let metadata = file.metadata().map_err(problem)?;
        let mut magic = Vec::new();
        (&file).take(2).read_to_end(&mut magic).map_err(problem)?;
        let compressed = magic == [0x1f, 0x8b];
        file.seek(SeekFrom::Start(0)).map_err(problem)?;
        let head = if compressed { head(&mut MultiGzDecoder::new(&file)) } else { head(&mut &file) };
        Ok(Self {
            path: path.to_owned(),
            head: head.map_err(problem)?,
            file,
            compressed,
            length: metadata.len(),
            current,
            identity: (metadata.dev(), metadata.ino()),
            modified: modified(&metadata),
        })
    }

    /// The content from `start` on, decompressed.
    pub(super) fn stream(&mut self, start: u64) -> io::Result<Box<dyn Read + '_>> {
        if !self.compressed {
            self.file.seek(SeekFrom::Start(start))?;
            return Ok(Box::new(&self.file));
        }
        self.file.seek(SeekFrom::Start(0))?;
        let mut stream = MultiGzDecoder::new(io::BufReader::with_capacity(128 * 1024, &self.file));
        io::copy(&mut (&mut stream).take(start), &mut io::sink())?;
        Ok(Box::new(stream))
    }

    /// Whether both hold the same content, one perhaps less of it: a copy that is not yet truncated, or compressed
    /// and not yet removed.
    fn same_content(&self, other: &Self) -> bool {
        let shared = self.head.len().min(other.head.len());
        let conclusive = shared >= 64 || self.head.len() == other.head.len();
        self.identity == other.identity
            || (shared > 0 && conclusive && self.head[..shared] == other.head[..shared])
    }
}

fn modified(metadata: &Metadata) -> i64 {
    metadata.mtime().saturating_mul(1_000_000).saturating_add(metadata.mtime_nsec() / 1000)
}

fn regular(path: &Path, metadata: &Metadata) -> Result<(), SourceProblem> {
    if metadata.is_dir() {
        let remedy = "name the log file in it: the path in [logs] must be a file";
        return Err(SourceProblem::new(path, "it is a folder", remedy));
    }
    if !metadata.is_file() {
        let remedy = "let the site log into a file, and name that in [logs]";
        return Err(SourceProblem::new(path, "it is a device or pipe, not a file", remedy));
    }
    Ok(())
}

/// Some file systems keep the time of the last change in whole or even seconds, in microseconds.
const COARSE: i64 = 2_000_000;

/// Opens all files of a log that were written to at `oldest` (microseconds) or later, oldest first.
pub(super) fn open_all(log: &Path, oldest: i64) -> (Vec<Source>, Vec<SourceProblem>) {
    let mut problems = Vec::new();
    let mut sources = Vec::new();
    let current = Source::open(log, true);
    for path in rotated(log, &mut problems) {
        match std::fs::metadata(&path) {
            Ok(metadata) if metadata.is_file() && modified(&metadata) >= oldest.saturating_sub(COARSE) => {}
            _ => continue,
        }
        if let Some(packed) = ["xz", "bz2", "zst"].into_iter().find(|packed| has_extension(&path, packed)) {
            let reason = format!("it is compressed with {packed}");
            problems.push(SourceProblem::new(&path, reason, "set `compresscmd gzip` in logrotate.conf"));
            continue;
        }
        match Source::open(&path, false) {
            Ok(source) => sources.push(source),
            // A compressor at work leaves half a file beside the whole one until it is done.
            Err(_) if has_extension(&path, "gz") && path.with_extension("").exists() => {}
            Err(problem) => problems.push(problem),
        }
    }
    sort(log, &mut sources);
    match current {
        Ok(source) => sources.push(source),
        // Right after a rotation there may be no current file yet.
        Err(_) if !log.exists() && !sources.is_empty() => {}
        Err(problem) => problems.push(problem),
    }
    (without_copies(sources), problems)
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|own| own == extension)
}

fn without_copies(sources: Vec<Source>) -> Vec<Source> {
    let mut kept: Vec<Source> = Vec::new();
    for source in sources {
        match kept.iter_mut().find(|other| other.same_content(&source)) {
            Some(other) if source.compressed && !other.compressed => {}
            Some(other) if source.compressed == other.compressed && source.length < other.length => {}
            Some(other) => *other = source,
            None => kept.push(source),
        }
    }
    kept
}

/// What the name of a rotated file adds: `.1`, `-20261122`, `.2026-11-22`; without the mark of its compression.
fn rotation<'a>(log: &Path, name: &'a str) -> Option<&'a str> {
    let base = log.file_name()?.to_str()?;
    let name = [".gz", ".xz", ".bz2", ".zst"].iter().find_map(|mark| name.strip_suffix(mark)).unwrap_or(name);
    let is_suffix = |suffix: &&str| {
        suffix.len() > 1
            && suffix.starts_with(['.', '-'])
            && suffix[1..].starts_with(|first: char| first.is_ascii_digit())
            && suffix.chars().all(|part| part.is_ascii_digit() || matches!(part, '.' | '-' | '_' | 'T'))
    };
    let suffix = name.strip_prefix(base).filter(is_suffix);
    // logrotate's `extension .log` puts the date before it: django-20261122.log.
    let before_extension = || {
        let (stem, extension) = base.rsplit_once('.')?;
        name.strip_suffix(extension)?.strip_suffix('.')?.strip_prefix(stem).filter(is_suffix)
    };
    suffix.or_else(before_extension)
}

fn rotated(log: &Path, problems: &mut Vec<SourceProblem>) -> Vec<PathBuf> {
    let folder = log.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        // The log itself tells why.
        Err(error) if error.kind() == ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            problems.push(SourceProblem::from_io(folder, &error));
            return Vec::new();
        }
    };
    let named = |path: &PathBuf| {
        path.file_name().and_then(|name| name.to_str()).is_some_and(|name| rotation(log, name).is_some())
    };
    entries.filter_map(|entry| Some(entry.ok()?.path())).filter(named).collect()
}

/// Oldest first: by number or date where all names have one, else by the time of the last change.
fn sort(log: &Path, sources: &mut [Source]) {
    let suffix = |source: &Source| -> String {
        let name = source.path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        rotation(log, name).map(|suffix| suffix[1..].to_owned()).unwrap_or_default()
    };
    let number = |source: &Source| suffix(source).parse::<u32>().ok().filter(|number| *number < 10_000);
    if sources.iter().all(|source| number(source).is_some()) {
        sources.sort_by_key(|source| Reverse(number(source)));
    } else if sources.iter().all(|source| number(source).is_none()) {
        sources.sort_by_cached_key(suffix);
    } else {
        sources.sort_by_key(|source| source.modified);
    }
}

const _: () = assert!(HEAD_LENGTH >= 64, "shorter heads say nothing");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotated_files_are_known_by_their_names() {
        let log = Path::new("/var/log/shop/django.log");
        for (name, suffix) in [
            ("django.log.1", ".1"),
            ("django.log.2.gz", ".2"),
            ("django.log-20261122", "-20261122"),
            ("django.log-20261122.gz", "-20261122"),
            ("django.log.2026-11-22", ".2026-11-22"),
            ("django.log.2026-11-22_13-05", ".2026-11-22_13-05"),
            ("django-20261122.log.gz", "-20261122"),
        ] {
            assert_eq!(rotation(log, name), Some(suffix), "{name}");
        }
        for name in [
            "django.log",
            "django.log.bak",
            "django.log.gz",
            "django.log.d",
            "mydjango.log.1",
            "django-errors.log",
        ] {
            assert_eq!(rotation(log, name), None, "{name}");
        }
    }

    #[test]
    fn a_log_that_is_no_file_says_so() {
        let folder = tempfile::tempdir().expect("a folder");
        let (sources, problems) = open_all(folder.path(), 0);
        assert!(sources.is_empty());
        assert_eq!(problems[0].reason, "it is a folder");
        let (_, problems) = open_all(&folder.path().join("none/django.log"), 0);
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].reason, "there is no such file");
        assert_eq!(problems[0].finding().status, crate::status::Status::Unknown);
        let (_, problems) = open_all(Path::new("/dev/null"), 0);
        assert_eq!(problems[0].reason, "it is a device or pipe, not a file");
    }
}
