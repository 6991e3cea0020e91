//! Files with the same content: the same size first, then the same SHA-256.

use super::Standing;
use super::Survey;
use super::references::Use;
use crate::progress::Progress;
use anyhow::Context;
use anyhow::Result;
use serde::Serialize;
use sha2::Digest;
use sha2::Sha256;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::ErrorKind;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;

/// One content that several files have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Duplicate {
    /// Of each of them.
    pub bytes: u64,
    pub copies: Vec<SameFile>,
}

/// One of the files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SameFile {
    /// Below the media folder.
    pub path: PathBuf,
    /// The first row that names it.
    pub named_by: Option<Use>,
    pub is_orphan: bool,
}

impl Duplicate {
    /// Bytes that one copy would save.
    pub fn spare(&self) -> u64 {
        self.bytes * (self.copies.len() as u64).saturating_sub(1)
    }
}

/// Compares all files of a survey, the largest waste first; files that go meanwhile are left out.
///
/// # Errors
/// When a file cannot be read.
pub fn duplicates(media: &Path, survey: &Survey, progress: &dyn Progress) -> Result<Vec<Duplicate>> {
    let mut by_size: BTreeMap<u64, Vec<SameFile>> = BTreeMap::new();
    for (path, bytes, standing, named) in survey.all().filter(|(_, bytes, ..)| *bytes > 0) {
        let is_orphan = standing == Standing::Orphan;
        let copy = SameFile { path: path.to_owned(), named_by: named.cloned(), is_orphan };
        by_size.entry(bytes).or_default().push(copy);
    }
    by_size.retain(|_, copies| copies.len() > 1);
    progress.start("compare files of one size", by_size.values().map(|copies| copies.len() as u64).sum());
    let found = by_size.into_iter().try_fold(Vec::new(), |mut found, (bytes, copies)| -> Result<_> {
        let mut by_sum: BTreeMap<[u8; 32], Vec<SameFile>> = BTreeMap::new();
        for copy in copies {
            progress.go_on()?;
            if let Some(sum) = sum(&media.join(&copy.path))? {
                by_sum.entry(sum).or_default().push(copy);
            }
            progress.advance(1);
        }
        let same = by_sum.into_values().filter(|copies| copies.len() > 1);
        found.extend(same.map(|copies| Duplicate { bytes, copies }));
        Ok(found)
    });
    progress.finish();
    let mut found = found?;
    found.sort_by_key(|duplicate| std::cmp::Reverse(duplicate.spare()));
    Ok(found)
}

fn sum(path: &Path) -> Result<Option<[u8; 32]>> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        other => other.with_context(|| format!("open {}", path.display()))?,
    };
    let (mut hasher, mut buffer) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut buffer).with_context(|| format!("read {}", path.display()))? {
            0 => return Ok(Some(hasher.finalize().into())),
            read => hasher.update(buffer.get(..read).unwrap_or_default()),
        }
    }
}
