//! What the targets share: a folder in memory, and reports of logs.

use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

/// Every target happens then.
pub const NOW: &str = "2026-11-23T08:00:00Z";

pub fn now() -> jiff::Timestamp {
    NOW.parse().expect("a time")
}

/// A folder in memory that is gone with the target.
pub struct Scratch(tempfile::TempDir);

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl Scratch {
    pub fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        Self(folder.expect("a folder"))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(&path, content).expect("write");
        path
    }

    pub fn remove(&self, name: &str) {
        let path = self.path(name);
        let _ = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
    }

    /// Everything below it, with the bytes of the files.
    pub fn tree(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        walk(self.0.path(), &mut found);
        found.sort();
        found
    }
}

/// Everything below a folder; a link is not followed, and its bytes are where it leads.
pub fn walk(folder: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let kind = entry.file_type().expect("a kind");
        if kind.is_dir() {
            found.push((path.clone(), Vec::new()));
            walk(&path, found);
        } else if kind.is_symlink() {
            let target = std::fs::read_link(&path).expect("a link");
            found.push((path, target.into_os_string().into_encoded_bytes()));
        } else {
            let content = std::fs::read(&path).unwrap_or_default();
            found.push((path, content));
        }
    }
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).and_then(|()| out.finish()).expect("pack")
}

/// Gives each header of a tar stream the checksum that it asks for, which no chance would meet.
pub fn with_checksums(mut tar: Vec<u8>) -> Vec<u8> {
    let mut position = 0;
    while let Some(header) = tar.get_mut(position..position + 512) {
        if header.iter().all(|byte| *byte == 0) {
            break;
        }
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        let digits: String =
            header[124..136].iter().map(|byte| *byte as char).filter(char::is_ascii_digit).collect();
        let size = usize::from_str_radix(&digits, 8).unwrap_or(0).min(1 << 20);
        position += 512 + size.next_multiple_of(512);
    }
    tar
}

/// Splits an input at the bytes 0xFF, which no text has.
pub fn parts<const N: usize>(data: &[u8]) -> [&[u8]; N] {
    let mut parts = data.splitn(N, |byte| *byte == 0xff);
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}
