//! Writes the entries of a tar file (GNU format), hashing each on the way.
//!
//! An entry's header comes before its bytes, so a small file is read whole first; of a large one that changes while
//! it is read, exactly as many bytes are written as the header says, and the change is told.

use super::ArchivePath;
use super::Entry;
use super::Folder;
use super::Problem;
use super::ProblemKind;
use super::digest::Hasher;
use super::gzip::Blocks;
use super::member::Packing;
use super::sniff;
use super::source;
use super::source::Exactly;
use super::source::Fault;
use super::source::WHOLE;
use super::tree;
use super::tree::Facts;
use crate::progress::Progress;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use tar::EntryType;
use tar::Header;

const BLOCK: usize = 512;
/// How often a small file is read again that changes under the reader.
const ATTEMPTS: usize = 3;

/// A tar file in the making.
pub(super) struct Tarball<'a> {
    blocks: &'a mut Blocks,
    progress: &'a dyn Progress,
    buffer: Vec<u8>,
    pub(super) entries: Vec<Entry>,
    pub(super) folders: Vec<Folder>,
    pub(super) problems: Vec<Problem>,
}

impl<'a> Tarball<'a> {
    pub(super) fn new(blocks: &'a mut Blocks, progress: &'a dyn Progress) -> Self {
        Self {
            blocks,
            progress,
            buffer: Vec::new(),
            entries: Vec::new(),
            folders: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Adds a folder.
    ///
    /// # Errors
    /// Here as below: when the archive cannot be written; what cannot be read is a problem instead.
    pub(super) fn add_folder(&mut self, path: ArchivePath, mode: u32, mtime: Timestamp) -> Result<()> {
        self.header(&path, EntryType::Directory, 0, mode, mtime, None, Packing::Deflated)?;
        self.folders.push(Folder { path, mode });
        Ok(())
    }

    /// Adds a file that exists in memory only.
    pub(super) fn add_text(&mut self, path: ArchivePath, text: &[u8], mtime: Timestamp) -> Result<()> {
        let entry = self.write_bytes(path, text, 0o600, mtime)?;
        self.entries.push(entry);
        Ok(())
    }

    /// Adds the manifest, which does not list itself.
    pub(super) fn add_manifest(&mut self, path: ArchivePath, text: &[u8], mtime: Timestamp) -> Result<()> {
        self.write_bytes(path, text, 0o600, mtime).map(|_| ())
    }

    fn write_bytes(&mut self, path: ArchivePath, text: &[u8], mode: u32, mtime: Timestamp) -> Result<Entry> {
        let size = text.len() as u64;
        self.header(&path, EntryType::Regular, size, mode, mtime, None, Packing::Deflated)?;
        let mut hasher = Hasher::default();
        hasher.update(text);
        self.blocks.write(text, Packing::Deflated)?;
        self.pad(size, Packing::Deflated)?;
        Ok(Entry { path, sha256: hasher.finish(), size, mode, mtime })
    }

    /// Adds a file of the site; `false` when it is not in the archive, which is told.
    pub(super) fn add_file(&mut self, from: &Path, to: ArchivePath) -> Result<bool> {
        self.progress.go_on()?;
        let opened = source::open(from).and_then(|file| Ok((file.metadata()?, file)));
        let (metadata, mut file) = match opened {
            Ok((metadata, _)) if !metadata.is_file() => {
                self.problems.push(tree::skipped(from, &metadata));
                return Ok(false);
            }
            Ok((metadata, file)) => (metadata, file),
            Err(error) => {
                self.problems.push(source::refused(from, &error));
                return Ok(false);
            }
        };
        if metadata.len() <= WHOLE {
            self.add_whole(from, to, &mut file, metadata)
        } else {
            self.add_stream(from, to, &mut file, &metadata)?;
            Ok(true)
        }
    }

    /// Adds a file that the configuration names: following a link, and told as missing when it is not there.
    pub(super) fn add_configuration(&mut self, from: &Path, to: ArchivePath) -> Result<bool> {
        match std::fs::canonicalize(from) {
            Ok(real) => self.add_file(&real, to),
            Err(error) => {
                let detail = format!("is named in the configuration, and is not in the backup: {error}");
                self.problems.push(Problem::new(ProblemKind::Missing, from, detail));
                Ok(false)
            }
        }
    }

    fn add_whole(
        &mut self,
        from: &Path,
        to: ArchivePath,
        file: &mut File,
        mut metadata: std::fs::Metadata,
    ) -> Result<bool> {
        let mut content = std::mem::take(&mut self.buffer);
        let mut changed = false;
        for attempt in 0..ATTEMPTS {
            match source::read_whole(file, attempt > 0, &mut content) {
                Ok(after) => {
                    changed =
                        Facts::of(&metadata) != Facts::of(&after) || content.len() as u64 != after.len();
                    metadata = after;
                    if !changed {
                        break;
                    }
                }
                Err(error) => {
                    self.problems.push(source::refused(from, &error));
                    self.buffer = content;
                    return Ok(false);
                }
            }
        }
        if changed {
            self.problems.push(Problem::new(ProblemKind::Changed, from, "changed while it was being read"));
        }
        let facts = Facts::of(&metadata);
        let packing = sniff::packing(&content[..content.len().min(sniff::HEAD_LENGTH)]);
        let size = content.len() as u64;
        self.header(&to, EntryType::Regular, size, facts.mode, facts.mtime, Some(&metadata), packing)?;
        let mut hasher = Hasher::default();
        hasher.update(&content);
        self.blocks.write(&content, packing)?;
        self.pad(size, packing)?;
        self.progress.advance(size);
        self.buffer = content;
        self.entries.push(Entry {
            path: to,
            sha256: hasher.finish(),
            size,
            mode: facts.mode,
            mtime: facts.mtime,
        });
        Ok(true)
    }

    fn add_stream(
        &mut self,
        from: &Path,
        to: ArchivePath,
        file: &mut File,
        metadata: &std::fs::Metadata,
    ) -> Result<()> {
        let facts = Facts::of(metadata);
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.resize(1 << 18, 0);
        let mut reader = Exactly { reader: file, left: facts.size, fault: None };
        let mut known = None;
        let mut hasher = Hasher::default();
        loop {
            let count = reader.read_some(&mut buffer);
            let bytes = &buffer[..count];
            let packing = if let Some(packing) = known {
                packing
            } else {
                let packing = sniff::packing(&bytes[..count.min(sniff::HEAD_LENGTH)]);
                let (size, mode, mtime) = (facts.size, facts.mode, facts.mtime);
                self.header(&to, EntryType::Regular, size, mode, mtime, Some(metadata), packing)?;
                known = Some(packing);
                packing
            };
            if count == 0 {
                self.pad(facts.size, packing)?;
                break;
            }
            self.progress.go_on()?;
            hasher.update(bytes);
            self.blocks.write(bytes, packing)?;
            self.progress.advance(count as u64);
        }
        let fault = reader.fault;
        self.buffer = buffer;
        let same = file.metadata().is_ok_and(|after| Facts::of(&after) == facts);
        match fault {
            Some(Fault::Failed(error)) => self.problems.push(Problem::new(
                ProblemKind::Unreadable,
                from,
                format!("could not be read to its end, and ends in zeros: {error}"),
            )),
            Some(Fault::Short) => self.problems.push(Problem::new(
                ProblemKind::Changed,
                from,
                "became shorter while it was being read, and ends in zeros",
            )),
            None if !same => self.problems.push(Problem::new(
                ProblemKind::Changed,
                from,
                "changed while it was being read",
            )),
            None => {}
        }
        self.entries.push(Entry {
            path: to,
            sha256: hasher.finish(),
            size: facts.size,
            mode: facts.mode,
            mtime: facts.mtime,
        });
        Ok(())
    }

    /// Ends the archive with its two empty blocks.
    pub(super) fn finish(&mut self) -> Result<()> {
        self.blocks.write(&[0; 2 * BLOCK], Packing::Deflated)
    }

    #[expect(clippy::too_many_arguments, reason = "they are the fields of the header")]
    fn header(
        &mut self,
        path: &ArchivePath,
        kind: EntryType,
        size: u64,
        mode: u32,
        mtime: Timestamp,
        owner: Option<&std::fs::Metadata>,
        packing: Packing,
    ) -> Result<()> {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(size);
        header.set_mode(mode);
        header.set_mtime(u64::try_from(mtime.as_second()).unwrap_or(0));
        header.set_uid(owner.map_or(0, |metadata| metadata.uid().into()));
        header.set_gid(owner.map_or(0, |metadata| metadata.gid().into()));
        let mut name = path.as_path().as_os_str().as_bytes().to_vec();
        if kind == EntryType::Directory {
            name.push(b'/');
        }
        // The field of the plain header; a longer name stands in an entry of its own before it.
        let field = header.as_old().name.len();
        if name.len() > field {
            self.long_name(&name, packing)?;
            name.truncate(field);
        }
        let target = &mut header.as_old_mut().name;
        target.get_mut(..name.len()).context("write the name of an entry")?.copy_from_slice(&name);
        header.set_cksum();
        self.blocks.write(header.as_bytes(), packing)
    }

    fn long_name(&mut self, name: &[u8], packing: Packing) -> Result<()> {
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::GNULongName);
        header.as_old_mut().name[..13].copy_from_slice(b"././@LongLink");
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        // The name ends with a zero byte, as GNU tar writes it.
        let size = name.len() as u64 + 1;
        header.set_size(size);
        header.set_cksum();
        self.blocks.write(header.as_bytes(), packing)?;
        self.blocks.write(name, packing)?;
        self.blocks.write(&[0], packing)?;
        self.pad(size, packing)
    }

    fn pad(&mut self, size: u64, packing: Packing) -> Result<()> {
        let rest = usize::try_from(size % BLOCK as u64).unwrap_or(0);
        if rest == 0 {
            return Ok(());
        }
        self.blocks.write(&[0; BLOCK][rest..], packing)
    }
}
