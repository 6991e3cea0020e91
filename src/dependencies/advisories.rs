//! A collection of advisories in the OSV format, read one at a time: a file, an archive, or a folder of both.

use super::Advisory;
use super::Ecosystem;
use super::Package;
use super::advisory::Entry;
use crate::progress::Progress;
use anyhow::Context;
use anyhow::Result;
use anyhow::bail;
use anyhow::ensure;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufReader;
use std::io::Read;
use std::path::Path;
use walkdir::WalkDir;

/// Bytes of one advisory that are read.
const LARGEST: u64 = 16 * 1024 * 1024;
/// So many that could not be read are named.
const NAMED: usize = 5;

/// What a collection said of some packages.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// How many advisories there were of each ecosystem.
    pub(super) read: BTreeMap<Ecosystem, u64>,
    /// When the newest of them was changed.
    pub(super) newest: Option<Timestamp>,
    pub(super) found: Vec<(Package, Advisory)>,
    /// The first that could not be read or compared: which, and why.
    pub(super) problems: Vec<String>,
    /// How many there were.
    pub(super) unread: u64,
}

impl Said {
    fn trouble(&mut self, place: &str, problem: &anyhow::Error) {
        self.unread += 1;
        if self.problems.len() < NAMED {
            self.problems.push(format!("{place}: {}", crate::error::one_line(problem)));
        }
    }
}

/// Judges packages by every advisory of a collection.
///
/// # Errors
/// When the collection is not there, is no collection, or is cut short.
pub(super) fn consult(path: &Path, packages: &[Package], progress: &dyn Progress) -> Result<Said> {
    let mut by_name: BTreeMap<(Ecosystem, &str), Vec<&Package>> = BTreeMap::new();
    for package in packages {
        by_name.entry((package.ecosystem, &package.name)).or_default().push(package);
    }
    let mut reader = Reader { by_name, said: Said::default(), progress };
    let kind = std::fs::metadata(path).with_context(|| format!("read advisories {}", path.display()))?;
    if kind.is_dir() {
        for entry in WalkDir::new(path).follow_links(true).max_depth(8) {
            let entry = entry.with_context(|| format!("read advisories {}", path.display()))?;
            if entry.file_type().is_file() && is_advisory(entry.path()) {
                reader.file(entry.path())?;
            }
        }
    } else {
        reader.file(path)?;
    }
    ensure!(!reader.said.read.is_empty() || reader.said.unread > 0, "{} holds no advisories", path.display());
    Ok(reader.said)
}

fn is_advisory(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json" || extension == "zip")
}

struct Reader<'a> {
    by_name: BTreeMap<(Ecosystem, &'a str), Vec<&'a Package>>,
    said: Said,
    progress: &'a dyn Progress,
}

impl Reader<'_> {
    fn file(&mut self, path: &Path) -> Result<()> {
        let place = path.display().to_string();
        let file = File::open(path).with_context(|| format!("read advisories {place}"))?;
        if path.extension().is_some_and(|extension| extension == "zip") {
            return self.archive(file, &place).with_context(|| format!("read advisories {place}"));
        }
        self.progress.go_on()?;
        match bounded(file) {
            Ok(bytes) => self.one(&place, &bytes),
            Err(problem) => self.said.trouble(&place, &problem),
        }
        Ok(())
    }

    fn archive(&mut self, file: File, place: &str) -> Result<()> {
        let mut archive = zip::ZipArchive::new(BufReader::new(file)).context("it is no whole archive")?;
        for position in 0..archive.len() {
            self.progress.go_on()?;
            let member = archive.by_index(position).context("the archive is damaged")?;
            let name = member.name().context("the archive is damaged")?.into_owned();
            if !member.is_file() || Path::new(&name).extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            // A member that does not unpack means that the others of the file cannot be relied on either.
            let bytes = bounded(member).with_context(|| format!("unpack {name}"))?;
            self.one(&format!("{place}: {name}"), &bytes);
        }
        Ok(())
    }

    fn one(&mut self, place: &str, bytes: &[u8]) {
        let entry = match Entry::read(bytes) {
            Ok(entry) => entry,
            Err(problem) => return self.said.trouble(place, &problem),
        };
        self.said.newest = self.said.newest.max(entry.modified);
        let about: BTreeSet<(Ecosystem, String)> = entry.about().collect();
        for ecosystem in about.iter().map(|(ecosystem, _)| *ecosystem).collect::<BTreeSet<_>>() {
            *self.said.read.entry(ecosystem).or_default() += 1;
        }
        for (ecosystem, name) in &about {
            for package in self.by_name.get(&(*ecosystem, name.as_str())).into_iter().flatten() {
                match entry.judge(package) {
                    Ok(Some(advisory)) => self.said.found.push(((*package).clone(), advisory)),
                    Ok(None) => {}
                    Err(problem) => self.said.trouble(place, &problem),
                }
            }
        }
    }
}

fn bounded(source: impl Read) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        bail!("it has more than {}", crate::units::ByteSize(LARGEST));
    }
    Ok(bytes)
}
