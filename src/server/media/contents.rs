//! The bytes of a file on their way out: taken from the page cache at once, and by a thread where the disk is needed.

use axum::body::Bytes;
use hyper::body::Body;
use hyper::body::Frame;
use hyper::body::SizeHint;
use rustix::io::Errno;
use rustix::io::ReadWriteFlags;
use std::cell::Cell;
use std::fs::File;
use std::io;
use std::io::ErrorKind;
use std::io::IoSliceMut;
use std::os::unix::fs::FileExt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Context;
use std::task::Poll;
use std::task::ready;
use tokio::task::JoinHandle;

/// Most bytes read at a time: what a visitor who stands still takes of the memory.
const PIECE: usize = 64 * 1024;

thread_local! {
    /// The buffer of the piece that was sent last.
    static SPARE: Cell<Option<Box<[u8]>>> = const { Cell::new(None) };
}

/// Bytes on their way. When they are sent, their buffer waits for the thread's next piece: a fresh one for each costs
/// as much as the reading.
struct Piece {
    buffer: Box<[u8]>,
    length: usize,
}

impl Piece {
    /// Reads at most `length` bytes.
    fn read(length: usize, read: impl FnOnce(&mut [u8]) -> io::Result<usize>) -> io::Result<Self> {
        let mut piece = Self { buffer: SPARE.take().unwrap_or_else(|| vec![0; PIECE].into()), length: 0 };
        piece.length = read(&mut piece.buffer[..length])?;
        Ok(piece)
    }
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.buffer[..self.length]
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        // A thread that ends takes it along.
        let _ = SPARE.try_with(|spare| spare.set(Some(std::mem::take(&mut self.buffer))));
    }
}

/// A part of a file, read piece by piece as the visitor takes it.
pub(super) struct Contents {
    file: Arc<File>,
    at: u64,
    left: u64,
    reading: Option<JoinHandle<io::Result<Piece>>>,
}

impl Contents {
    pub(super) fn new(file: File, at: u64, left: u64) -> Self {
        Self { file: Arc::new(file), at, left, reading: None }
    }

    fn piece(&self) -> usize {
        usize::try_from(self.left).unwrap_or(PIECE).min(PIECE)
    }

    fn hand_over(&mut self, read: io::Result<Piece>) -> io::Result<Frame<Bytes>> {
        let piece = read?;
        if piece.length == 0 {
            // Cut off since its length was told: the visitor must not take it for whole.
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let length = piece.length as u64;
        self.at += length;
        self.left -= length;
        Ok(Frame::data(Bytes::from_owner(piece)))
    }
}

impl Body for Contents {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let (at, piece) = (self.at, self.piece());
        if self.reading.is_none() {
            if let Some(read) = read_at_once(&self.file, at, piece) {
                return Poll::Ready(Some(self.hand_over(read)));
            }
            let file = Arc::clone(&self.file);
            self.reading = Some(tokio::task::spawn_blocking(move || read_patiently(&file, at, piece)));
        }
        let Some(reading) = &mut self.reading else { return Poll::Pending };
        let read =
            ready!(Pin::new(reading).poll(context)).unwrap_or_else(|error| Err(io::Error::other(error)));
        self.reading = None;
        Poll::Ready(Some(self.hand_over(read)))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// Reads what the page cache holds; nothing where that is nothing, or the file system cannot tell.
fn read_at_once(file: &File, at: u64, length: usize) -> Option<io::Result<Piece>> {
    let read = Piece::read(length, |buffer| {
        let flags = ReadWriteFlags::NOWAIT;
        rustix::io::preadv2(file, &mut [IoSliceMut::new(buffer)], at, flags).map_err(io::Error::from)
    });
    let waits = |error: &io::Error| {
        let why = Errno::from_io_error(error);
        [Errno::AGAIN, Errno::OPNOTSUPP, Errno::NOSYS, Errno::INVAL, Errno::INTR, Errno::PERM]
            .iter()
            .any(|errno| why == Some(*errno))
    };
    if read.as_ref().is_err_and(waits) { None } else { Some(read) }
}

fn read_patiently(file: &File, at: u64, length: usize) -> io::Result<Piece> {
    Piece::read(length, |buffer| {
        loop {
            match file.read_at(buffer, at) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(bytes: &[u8]) -> File {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("film.mp4");
        crate::system::fs::write_atomic(&path, bytes, 0o600).expect("write");
        File::open(path).expect("open")
    }

    fn taken(mut contents: Contents) -> io::Result<Vec<u8>> {
        let mut context = Context::from_waker(std::task::Waker::noop());
        let mut all = Vec::new();
        loop {
            match Pin::new(&mut contents).poll_frame(&mut context) {
                Poll::Ready(Some(frame)) => all.extend(frame?.into_data().expect("data")),
                Poll::Ready(None) => return Ok(all),
                Poll::Pending => std::thread::yield_now(),
            }
        }
    }

    #[tokio::test]
    async fn a_part_is_handed_over_whole() {
        let bytes: Vec<u8> =
            (0..200_000_u32).map(|number| number.to_le_bytes()[0] ^ number.to_le_bytes()[1]).collect();
        for (at, left) in [(0, 200_000), (1, 199_999), (65_536, 65_536), (199_999, 1), (7, 0)] {
            let contents = Contents::new(file(&bytes), at, left);
            assert_eq!(contents.size_hint().exact(), Some(left));
            let range = usize::try_from(at).expect("small")..usize::try_from(at + left).expect("small");
            assert_eq!(taken(contents).expect("read"), bytes[range], "{at} {left}");
        }
    }

    #[tokio::test]
    async fn a_file_that_has_become_shorter_is_no_whole_answer() {
        let error = taken(Contents::new(file(&[1; 100]), 0, 101)).expect_err("cut off");
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    }

    #[test]
    fn both_ways_of_reading_read_the_same() {
        let file = file(b"0123456789");
        for (at, length, part) in [(0, 10, "0123456789"), (3, 4, "3456"), (8, 9, "89"), (10, 1, "")] {
            assert_eq!(read_patiently(&file, at, length).expect("read").as_ref(), part.as_bytes());
            if let Some(read) = read_at_once(&file, at, length) {
                assert_eq!(read.expect("read").as_ref(), part.as_bytes());
            }
        }
    }
}
