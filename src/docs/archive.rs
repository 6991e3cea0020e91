//! Dated copies of the guides: `GUIDE_20261123_090000.md` below the archive, made when a guide is not as its newest copy.
//!
//! A copy never takes the name of another, and none is ever removed. Below the archive stand the folders in which the
//! guides stand below the site's, so that two guides of one name do not meet.

use super::lines::Difference;
use super::pattern;
use crate::config::DocsConfig;
use crate::system::fs;
use anyhow::Context;
use anyhow::Result;
use anyhow::bail;
use jiff::Zoned;
use std::collections::BTreeSet;
use std::io::Read;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

/// Letters of the date in a copy's name: `_20261123_090000`.
const DATE: usize = 16;

/// Larger files are no guides, and are not copied.
const LARGEST: u64 = 32_000_000;

/// What became of the guides.
#[derive(Debug, Default)]
pub struct Archived {
    pub guides: Vec<(PathBuf, Result<Copied>)>,
    /// Patterns that mean no file.
    pub nothing: Vec<PathBuf>,
}

/// What became of one guide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Copied {
    /// It is as its newest copy.
    Unchanged { newest: PathBuf },
    /// It was copied, or would be; without a former copy there is nothing to compare with.
    Copy { copy: PathBuf, former: Option<PathBuf>, difference: Option<Difference> },
}

/// Copies the guides that changed into the archive; with `dry_run`, only looks.
///
/// # Errors
/// When a pattern leads into a folder that cannot be read; a guide that cannot be copied is told with the others.
pub fn archive(
    settings: &DocsConfig,
    folder: &Path,
    root: &Path,
    now: &Zoned,
    dry_run: bool,
) -> Result<Archived> {
    let mut archived = Archived::default();
    let mut guides = BTreeSet::new();
    for pattern in &settings.guides {
        let found = pattern::files(pattern).with_context(|| format!("find {}", pattern.display()))?;
        let found: Vec<PathBuf> = found.into_iter().filter(|path| !path.starts_with(folder)).collect();
        if found.is_empty() {
            archived.nothing.push(pattern.clone());
        }
        guides.extend(found);
    }
    for guide in guides {
        let copied = one(&guide, folder, root, now, dry_run);
        archived.guides.push((guide, copied));
    }
    Ok(archived)
}

fn one(guide: &Path, archive: &Path, root: &Path, now: &Zoned, dry_run: bool) -> Result<Copied> {
    let (content, mode) = read(guide)?;
    let below = guide.strip_prefix(root).unwrap_or(guide);
    let parents = below.parent().into_iter().flat_map(Path::components);
    let folder = parents
        .filter(|part| matches!(part, Component::Normal(_)))
        .fold(archive.to_owned(), |folder, part| folder.join(part));
    let former = newest(&folder, guide)?;
    let before = former.as_deref().map(read).transpose()?.map(|(content, _)| content);
    if let Some(newest) = former.clone().filter(|_| before.as_ref() == Some(&content)) {
        return Ok(Copied::Unchanged { newest });
    }
    let (stem, ending) = parts(guide);
    let copy = folder.join(format!("{stem}{}{ending}", now.strftime("_%Y%m%d_%H%M%S")));
    let difference = before.as_deref().and_then(|before| {
        Some(Difference::between(std::str::from_utf8(before).ok()?, std::str::from_utf8(&content).ok()?))
    });
    if !dry_run {
        write(&copy, &content, mode).with_context(|| format!("write the copy {}", copy.display()))?;
    }
    Ok(Copied::Copy { copy, former, difference })
}

/// Name without and with the ending: `GUIDE`, `.md`.
fn parts(guide: &Path) -> (String, String) {
    let text = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let ending =
        guide.extension().map_or_else(String::new, |ending| format!(".{}", ending.to_string_lossy()));
    (text(guide.file_stem()), ending)
}

/// The newest copy of a guide in its folder of the archive.
fn newest(folder: &Path, guide: &Path) -> Result<Option<PathBuf>> {
    let (stem, ending) = parts(guide);
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        other => other.with_context(|| format!("read folder {}", folder.display()))?,
    };
    let mut newest: Option<String> = None;
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let date = name.strip_prefix(&stem).and_then(|rest| rest.strip_suffix(&ending));
        let is_copy = date.is_some_and(|date| {
            date.len() == DATE
                && date.bytes().enumerate().all(|(position, byte)| match position {
                    0 | 9 => byte == b'_',
                    _ => byte.is_ascii_digit(),
                })
        });
        if is_copy && newest.as_ref().is_none_or(|newest| *newest < name) {
            newest = Some(name);
        }
    }
    Ok(newest.map(|name| folder.join(name)))
}

/// Content and mode of a file.
fn read(path: &Path) -> Result<(Vec<u8>, u32)> {
    let file = std::fs::File::open(path).with_context(|| format!("open {}", path.display()))?;
    let mode = file.metadata().with_context(|| format!("look at {}", path.display()))?.permissions().mode();
    let mut content = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut content).with_context(|| format!("read {}", path.display()))?;
    if content.len() as u64 > LARGEST {
        bail!("{} is larger than 32 MB: no guide", path.display());
    }
    Ok((content, mode & 0o777))
}

/// Writes a copy beside its place, and gives it its name only if that is free; what is private stays private.
fn write(copy: &Path, content: &[u8], mode: u32) -> Result<()> {
    let folder = copy.parent().unwrap_or(Path::new("/"));
    std::fs::create_dir_all(folder).with_context(|| format!("create folder {}", folder.display()))?;
    let mut file = tempfile::Builder::new().prefix(".sitekeep-").tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().set_permissions(std::fs::Permissions::from_mode(mode))?;
    file.as_file().sync_all()?;
    fs::rename_new(file.path(), copy)?;
    // The name it was made under is gone: there is nothing left to remove.
    drop(file.into_temp_path().keep());
    fs::sync_folder(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_guides_own_copies_are_its_former_versions() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in [
            "GUIDE_20261001_090000.md",
            "GUIDE_20261101_090000.md",
            "GUIDE_2_20261201_090000.md",
            "GUIDE_20261301-090000.md",
            "GUIDE_20261201_090000.txt",
            "GUIDE.md",
        ] {
            write(&folder.path().join(name), b"x", 0o600).expect("write");
        }
        let newest = newest(folder.path(), Path::new("/site/GUIDE.md")).expect("read");
        assert_eq!(newest, Some(folder.path().join("GUIDE_20261101_090000.md")));
        assert!(write(&folder.path().join("GUIDE.md"), b"y", 0o600).is_err(), "a name is never taken twice");
        assert_eq!(std::fs::read(folder.path().join("GUIDE.md")).expect("read"), b"x");
        assert_eq!(std::fs::read_dir(folder.path()).expect("list").count(), 6, "nothing is left behind");
    }
}
