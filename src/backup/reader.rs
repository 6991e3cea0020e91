//! Reads a tar stream that may be hostile: everything but plain files and folders with plain names is refused.
//!
//! Refused are names that are absolute or hold `..`, links, devices, sparse files, a name that comes twice, more
//! entries or bytes than the limits, and a stream without its end. An entry's bytes are handed on only after its own
//! header was found good.

use super::ArchivePath;
use super::Limits;
use anyhow::Context;
use anyhow::Result;
use anyhow::bail;
use anyhow::ensure;
use jiff::Timestamp;
use sha2::Digest;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;
use tar::Archive;
use tar::EntryType;
use tar::Header;
use tar::PaxExtensions;

/// Longest name of an entry, and longest list of extended attributes.
const LONGEST_NAME: u64 = 4096;
const LONGEST_EXTENSION: u64 = 1 << 20;

/// One entry whose name and kind are harmless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    pub path: ArchivePath,
    pub is_folder: bool,
    pub size: u64,
    pub mode: u32,
    /// Whole seconds; a tar file knows no finer ones.
    pub mtime: Timestamp,
}

/// Reads a tar stream and hands each entry to `visit` with its bytes.
///
/// # Errors
/// What is refused or cut, and the errors of `visit`.
pub(super) fn walk(
    stream: &mut dyn Read,
    limits: Limits,
    visit: &mut dyn FnMut(&Item, &mut dyn Read) -> Result<()>,
) -> Result<()> {
    let mut stream = stream;
    let mut archive = Archive::new(&mut stream);
    let mut seen: HashSet<[u8; 16]> = HashSet::new();
    let mut bytes = 0_u64;
    let mut entries = 0_u64;
    let mut extension = Extension::default();
    for entry in archive.entries().context("read the archive")?.raw(true) {
        let mut entry = entry.context("read the archive")?;
        let header = entry.header().clone();
        let size = header.entry_size().context("read the size of an entry")?;
        entries += 1;
        // Every entry may have one or two that extend it.
        ensure!(
            entries <= limits.entries.saturating_mul(3),
            "more entries than the limit of {}",
            limits.entries
        );
        match header.entry_type() {
            EntryType::GNULongName => extension.name = Some(read_name(&mut entry, size)?),
            EntryType::XHeader => extension.read(&mut entry, size)?,
            EntryType::XGlobalHeader => {
                let mut global = Extension::default();
                global.read(&mut entry, size)?;
                ensure!(global == Extension::default(), "the archive sets names for all of its entries");
            }
            EntryType::Regular | EntryType::Continuous | EntryType::Directory => {
                let Some(item) = item(&header, size, std::mem::take(&mut extension))? else { continue };
                bytes = bytes.saturating_add(item.size);
                ensure!(bytes <= limits.bytes, "unpacks to more than the limit of {} bytes", limits.bytes);
                ensure!(
                    (seen.len() as u64) < limits.entries,
                    "more entries than the limit of {}",
                    limits.entries
                );
                ensure!(seen.insert(short_digest(&item.path)), "`{}` comes twice", item.path);
                let mut content = Counted { inner: &mut entry, count: 0 };
                visit(&item, &mut content)?;
                std::io::copy(&mut content, &mut std::io::sink()).context("read the archive")?;
                ensure!(content.count == size, "the archive ends within `{}`", item.path);
            }
            kind => bail!("`{}` is {}", String::from_utf8_lossy(&header.path_bytes()), refused_as(kind)),
        }
    }
    ensure!(extension == Extension::default(), "the archive ends after the name of an entry");
    end_of(stream)
}

/// Checks that the end is there: the tar reader has taken one empty block, one more at least must follow.
fn end_of(stream: &mut dyn Read) -> Result<()> {
    let mut buffer = [0; 1 << 12];
    let mut zeros = 0;
    loop {
        let count = stream.read(&mut buffer).context("read the end of the archive")?;
        if count == 0 {
            break;
        }
        ensure!(buffer[..count].iter().all(|byte| *byte == 0), "something follows the end of the archive");
        zeros += count;
    }
    ensure!(zeros >= 512, "the end of the archive is missing: it was cut");
    Ok(())
}

fn item(header: &Header, size: u64, extension: Extension) -> Result<Option<Item>> {
    let name = extension.name.unwrap_or_else(|| header.path_bytes().into_owned());
    let is_folder = header.entry_type() == EntryType::Directory || name.ends_with(b"/");
    let Some(path) = plain(&name)? else {
        ensure!(is_folder && size == 0, "an entry without a name");
        return Ok(None);
    };
    ensure!(!is_folder || size == 0, "the folder `{}` has content", path.display());
    if let Some(said) = extension.size {
        ensure!(said == size, "`{}` has two sizes", path.display());
    }
    let seconds = i64::try_from(header.mtime().context("read the time of an entry")?).unwrap_or(i64::MAX);
    Ok(Some(Item {
        path: ArchivePath::new(path),
        is_folder,
        size,
        mode: header.mode().context("read the mode of an entry")? & 0o7777,
        mtime: Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX),
    }))
}

/// The name as a relative path of plain components; `None` for the root (`./`).
fn plain(name: &[u8]) -> Result<Option<PathBuf>> {
    let shown = || String::from_utf8_lossy(name);
    ensure!(!name.contains(&0), "the name `{}` holds a zero byte", shown());
    ensure!(name.len() as u64 <= LONGEST_NAME, "a name is longer than {LONGEST_NAME} bytes");
    let mut path = PathBuf::new();
    for part in Path::new(OsStr::from_bytes(name)).components() {
        match part {
            Component::Normal(part) => {
                ensure!(part.len() <= 255, "the name `{}` is too long", shown());
                path.push(part);
            }
            Component::CurDir => {}
            Component::ParentDir => bail!("`{}` leads out of the archive", shown()),
            Component::RootDir | Component::Prefix(_) => bail!("`{}` is an absolute name", shown()),
        }
    }
    Ok((!path.as_os_str().is_empty()).then_some(path))
}

/// What stands before an entry and speaks for it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Extension {
    name: Option<Vec<u8>>,
    size: Option<u64>,
}

impl Extension {
    fn read(&mut self, entry: &mut impl Read, size: u64) -> Result<()> {
        let bytes = read_all(entry, size, LONGEST_EXTENSION)?;
        for record in PaxExtensions::new(&bytes) {
            let record = record.context("read the attributes of an entry")?;
            match record.key_bytes() {
                b"path" => self.name = Some(record.value_bytes().to_vec()),
                b"size" => {
                    let text = record.value().context("read the size of an entry")?;
                    self.size = Some(text.parse().context("read the size of an entry")?);
                }
                b"linkpath" => bail!("the archive holds a link"),
                key if key.starts_with(b"GNU.sparse") => bail!("the archive holds a sparse file"),
                _ => {}
            }
        }
        Ok(())
    }
}

fn read_name(entry: &mut impl Read, size: u64) -> Result<Vec<u8>> {
    let mut name = read_all(entry, size, LONGEST_NAME + 1)?;
    if name.last() == Some(&0) {
        name.pop();
    }
    Ok(name)
}

fn read_all(entry: &mut impl Read, size: u64, limit: u64) -> Result<Vec<u8>> {
    ensure!(size <= limit, "what extends an entry is longer than {limit} bytes");
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes).context("read the archive")?;
    ensure!(bytes.len() as u64 == size, "the archive is cut");
    Ok(bytes)
}

/// Enough of a digest to tell a million names apart, and an attacker cannot choose two that agree.
fn short_digest(path: &ArchivePath) -> [u8; 16] {
    let digest: [u8; 32] = sha2::Sha256::digest(path.as_path().as_os_str().as_bytes()).into();
    let mut short = [0; 16];
    short.copy_from_slice(&digest[..16]);
    short
}

fn refused_as(kind: EntryType) -> &'static str {
    match kind {
        EntryType::Symlink | EntryType::Link => "a link, which no backup holds",
        EntryType::Char | EntryType::Block | EntryType::Fifo => "a device, which no backup holds",
        EntryType::GNUSparse => "a sparse file, which is not read",
        _ => "of a kind that is not read",
    }
}

struct Counted<'a> {
    inner: &'a mut dyn Read,
    count: u64,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count += count as u64;
        Ok(count)
    }
}
