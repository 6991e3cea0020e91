//! A file that is read while it is written, never past what its writer has told.
//!
//! What was read is let go of: the kernel begins to write it to disk, and does not keep it in memory, where a backup
//! of gigabytes would take the place of what the site needs at hand.

use anyhow::Context;
use anyhow::Result;
use rustix::fs::Advice;
use std::fs::File;
use std::io::IoSlice;
use std::io::Read;
use std::io::Write;
use std::num::NonZeroU64;
use std::path::Path;
use std::sync::mpsc;

/// So many bytes are let go of at a time.
const WINDOW: u64 = 16 << 20;
/// So far back that is asked again: the first time, what is not yet on disk is only sent there.
const BEHIND: u64 = 8 * WINDOW;

/// The writing side; the reading side ends when this is dropped.
pub(super) struct Sink<'a> {
    file: &'a File,
    length: u64,
    told: mpsc::Sender<u64>,
}

/// The reading side, with a file of its own.
pub(super) struct Follower {
    file: File,
    position: u64,
    released: u64,
    length: u64,
    told: mpsc::Receiver<u64>,
}

/// Both sides of a new file at `path`.
///
/// # Errors
/// When the file cannot be opened a second time.
pub(super) fn pair<'a>(file: &'a File, path: &Path) -> Result<(Sink<'a>, Follower)> {
    let second = File::open(path).with_context(|| format!("open {}", path.display()))?;
    let (told, heard) = mpsc::channel();
    let follower = Follower { file: second, position: 0, released: 0, length: 0, told: heard };
    Ok((Sink { file, length: 0, told }, follower))
}

impl Sink<'_> {
    fn tell(&mut self, count: usize) {
        self.length += count as u64;
        // A reader that has stopped tells why itself.
        let _ = self.told.send(self.length);
    }
}

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.tell(count);
        Ok(count)
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> std::io::Result<usize> {
        let count = self.file.write_vectored(slices)?;
        self.tell(count);
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// Lets go of a part of a file, or of all that follows `from`.
///
/// It is advice: a file system that does not take it keeps what it would have kept.
pub(super) fn release(file: &File, from: u64, length: Option<NonZeroU64>) {
    let _ = rustix::fs::fadvise(file, from, length, Advice::DontNeed);
}

impl Read for Follower {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.position == self.length {
            match self.told.recv() {
                Ok(length) => self.length = length,
                // Whatever stands behind what was told is read too, so that it is noticed.
                Err(mpsc::RecvError) => return self.file.read(buffer),
            }
        }
        let known = usize::try_from(self.length - self.position).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.file.read(&mut buffer[..known])?;
        self.position += count as u64;
        if self.position - self.released >= WINDOW {
            let from = self.released.saturating_sub(BEHIND);
            release(&self.file, from, NonZeroU64::new(self.position - from));
            self.released = self.position;
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_later_is_still_read_and_nothing_is_read_twice() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        let file = File::create(&path).expect("create");
        let (mut sink, mut follower) = pair(&file, &path).expect("pair");
        // More than is let go of at a time.
        let expected: Vec<u8> = (0..9_000_000_u32).flat_map(u32::to_le_bytes).collect();
        let read = std::thread::scope(|scope| {
            let reader = scope.spawn(move || {
                let mut all = Vec::new();
                follower.read_to_end(&mut all).expect("read");
                all
            });
            for chunk in expected.chunks(70_001) {
                let (first, second) = chunk.split_at(chunk.len() / 3);
                let mut slices = [IoSlice::new(first), IoSlice::new(second)];
                let count = sink.write_vectored(&slices).expect("write");
                IoSlice::advance_slices(&mut &mut slices[..], count);
                sink.write_all(&chunk[count..]).expect("write");
            }
            drop(sink);
            reader.join().expect("reader")
        });
        assert!(read == expected);
    }

    #[test]
    fn bytes_that_the_writer_did_not_tell_of_are_read_at_the_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        let mut file = File::create(&path).expect("create");
        let (mut sink, mut follower) = pair(&file, &path).expect("pair");
        sink.write_all(b"told").expect("write");
        drop(sink);
        file.write_all(b" and more").expect("write");
        let mut all = String::new();
        follower.read_to_string(&mut all).expect("read");
        assert_eq!(all, "told and more");
    }
}
