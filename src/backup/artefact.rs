//! The artefacts in a folder: which are ours, which the guide's scripts made, and what each says of itself.

use super::Kind;
use super::Manifest;
use super::Name;
use super::Summary;
use super::checksums::manifest_name;
use crate::error::Error;
use crate::error::Kind as ErrorKind;
use crate::error::one_line;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::path::PathBuf;

/// One backup on disk.
#[derive(Debug, Clone, PartialEq)]
pub struct Artefact {
    pub name: String,
    pub path: PathBuf,
    pub kind: Kind,
    /// From the manifest, else from the name, else the file's own time.
    pub created_at: Timestamp,
    pub size: u64,
    pub standing: Standing,
    /// What its manifest says, less the list of files.
    pub summary: Option<Summary>,
}

/// Whose an artefact is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Made by sitekeep: name and manifest agree.
    Ours,
    /// It has no manifest beside it: the guide's scripts made it, or somebody else.
    Foreign,
    /// It has a manifest that cannot be used, or that speaks of another size; why.
    Doubtful(String),
}

/// Lists the artefacts of a folder, oldest first; other files are passed over.
///
/// # Errors
/// When the folder cannot be read; one that does not exist holds none.
pub fn list(folder: &Path, zone: &TimeZone) -> Result<Vec<Artefact>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("read folder {}", folder.display())),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.with_context(|| format!("read folder {}", folder.display()))?;
        let is_artefact = entry.file_name().to_str().and_then(Name::parse).is_some();
        // A link (`backup_complet_latest.tar.gz`) is another name of an artefact, not one more.
        if is_artefact && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            found.push(Artefact::at(&entry.path(), zone)?);
        }
    }
    found.sort_by(|one, other| (one.created_at, &one.name).cmp(&(other.created_at, &other.name)));
    Ok(found)
}

impl Artefact {
    /// Looks at the artefact at `path`, which may lie anywhere.
    ///
    /// # Errors
    /// When there is no file, or its name ends as no backup's does.
    pub fn at(path: &Path, zone: &TimeZone) -> Result<Self> {
        let looked = std::fs::metadata(path).with_context(|| format!("look at {}", path.display()))?;
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if !looked.is_file() {
            anyhow::bail!("{} is no file", path.display());
        }
        let parsed = Name::parse(&name);
        let kind =
            parsed.as_ref().map(|name| name.kind).or_else(|| kind_by_ending(&name)).ok_or_else(|| {
                Error::new(ErrorKind::Failed, format!("{} has no backup's name", path.display()))
                    .hint("a backup's name ends with .tar.gz, .sqlite3.gz, .dump.gz or .sql.gz")
            })?;
        let (standing, summary) = standing(path, &name, looked.len());
        let file_time = Timestamp::from_second(looked.mtime()).unwrap_or(Timestamp::UNIX_EPOCH);
        let created_at = summary
            .as_ref()
            .map(|summary| summary.created_at)
            .or_else(|| parsed.as_ref()?.timestamp(zone))
            .unwrap_or(file_time);
        Ok(Self { name, path: path.to_owned(), kind, created_at, size: looked.len(), standing, summary })
    }

    /// Reads the whole manifest that stands beside the artefact; `None` where there is none.
    ///
    /// # Errors
    /// When it cannot be read, or is of a later format.
    pub fn manifest(&self) -> Result<Option<Manifest>> {
        read_manifest(&self.path, &self.name)
    }

    pub fn is_ours(&self) -> bool {
        self.standing == Standing::Ours
    }

    /// Whether it holds a state that a restore replaced, which is seldom the one that somebody wants back.
    pub fn is_before_restore(&self) -> bool {
        self.summary.as_ref().is_some_and(|summary| summary.before_restore)
    }

    /// Extension of the database in a single-file artefact: `sqlite3`, `dump`, `sql`; `None` for archives.
    pub fn database_extension(&self) -> Option<&str> {
        let stem = self.name.strip_suffix(".gz")?;
        let extension = Path::new(stem).extension()?.to_str()?;
        (extension != "tar").then_some(extension)
    }
}

fn kind_by_ending(name: &str) -> Option<Kind> {
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    if ends(&[".tar.gz"]) {
        Some(Kind::Full)
    } else {
        ends(&[".sqlite3.gz", ".dump.gz", ".sql.gz"]).then_some(Kind::Database)
    }
}

fn standing(path: &Path, name: &str, size: u64) -> (Standing, Option<Summary>) {
    let summary: Summary = match read_manifest(path, name) {
        Ok(Some(summary)) => summary,
        Ok(None) => return (Standing::Foreign, None),
        Err(error) => return (Standing::Doubtful(one_line(&error)), None),
    };
    let standing = match summary.artefact_size {
        _ if summary.artefact != name => {
            Standing::Doubtful(format!("its manifest is that of {}", summary.artefact))
        }
        Some(written) if written != size => {
            Standing::Doubtful(format!("has {size} bytes, {written} were written"))
        }
        _ => Standing::Ours,
    };
    (standing, Some(summary))
}

fn read_manifest<E: for<'de> serde::Deserialize<'de>>(
    path: &Path,
    name: &str,
) -> Result<Option<Manifest<E>>> {
    let path = path.with_file_name(manifest_name(name));
    match std::fs::read(&path) {
        Ok(bytes) => Manifest::parse(&bytes).with_context(|| format!("read {}", path.display())).map(Some),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("read {}", path.display())),
    }
}
