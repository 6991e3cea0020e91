//! Reads a compressed file to its last byte: hashed on one thread, decompressed on another.

use super::Sha256;
use super::digest::Hasher;
use crate::progress::Progress;
use anyhow::Context;
use anyhow::Result;
use anyhow::anyhow;
use flate2::Crc;
use flate2::bufread::MultiGzDecoder;
use std::fs::File;
use std::io::BufRead;
use std::io::Read;
use std::path::Path;
use std::sync::mpsc;
use std::thread;

const CHUNK: usize = 1 << 18;
const IN_FLIGHT: usize = 8;

/// The compressed file itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Raw {
    pub(super) sha256: Sha256,
    pub(super) crc: u32,
    pub(super) length: u64,
}

/// What reading a file came to: the file itself, and what was made of its content.
pub(super) struct Reading<T> {
    pub(super) raw: Raw,
    pub(super) content: Result<T>,
}

/// Opens a file for [`read`].
///
/// # Errors
/// When it cannot be opened.
pub(super) fn open(path: &Path) -> Result<File> {
    File::open(path).with_context(|| format!("open {}", path.display()))
}

/// Hands the decompressed content of the file at `path` to `act` and hashes the file, all of it even when `act` ends
/// early.
///
/// # Errors
/// When the file cannot be read, or the work is to be given up; damage of the content is in the answer.
pub(super) fn read<T>(
    file: impl Read + Send,
    path: &Path,
    progress: &dyn Progress,
    act: impl FnOnce(&mut dyn Read) -> Result<T>,
) -> Result<Reading<T>> {
    let (full, chunks) = mpsc::sync_channel(IN_FLIGHT);
    let (used, spare) = mpsc::channel();
    thread::scope(|scope| {
        let hashing = scope.spawn(move || hash(file, path, &full, &spare, progress));
        let content =
            act(&mut MultiGzDecoder::new(Chunks { full: chunks, used, current: Vec::new(), position: 0 }));
        let raw = hashing.join().map_err(|_| anyhow!("the reading thread has stopped"))??;
        Ok(Reading { raw, content })
    })
}

fn hash(
    mut file: impl Read,
    path: &Path,
    full: &mpsc::SyncSender<Vec<u8>>,
    spare: &mpsc::Receiver<Vec<u8>>,
    progress: &dyn Progress,
) -> Result<Raw> {
    let mut hasher = Hasher::default();
    let mut crc = Crc::new();
    let mut length = 0;
    loop {
        // The other side meets the end of the file then.
        progress.go_on()?;
        let mut chunk = spare.try_recv().unwrap_or_default();
        chunk.resize(CHUNK, 0);
        let count = match file.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error).with_context(|| format!("read {}", path.display())),
        };
        chunk.truncate(count);
        hasher.update(&chunk);
        crc.update(&chunk);
        length += count as u64;
        progress.advance(count as u64);
        // The other side may have seen enough; the file is hashed to its end all the same.
        let _ = full.send(chunk);
    }
    Ok(Raw { sha256: hasher.finish(), crc: crc.sum(), length })
}

/// The file's bytes as they come from the hashing thread.
struct Chunks {
    full: mpsc::Receiver<Vec<u8>>,
    used: mpsc::Sender<Vec<u8>>,
    current: Vec<u8>,
    position: usize,
}

impl BufRead for Chunks {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        if self.position == self.current.len()
            && let Ok(next) = self.full.recv()
        {
            let _ = self.used.send(std::mem::replace(&mut self.current, next));
            self.position = 0;
        }
        Ok(&self.current[self.position..])
    }

    fn consume(&mut self, amount: usize) {
        self.position = self.current.len().min(self.position + amount);
    }
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(buffer.len());
        buffer[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}
