//! A file that is read while it is written, never past what its writer has told.

use anyhow::Context;
use anyhow::Result;
use std::fs::File;
use std::io::IoSlice;
use std::io::Read;
use std::io::Write;
use std::path::Path;
use std::sync::mpsc;

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
    Ok((Sink { file, length: 0, told }, Follower { file: second, position: 0, length: 0, told: heard }))
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
        let expected: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
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
