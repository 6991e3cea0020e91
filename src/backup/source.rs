//! Reading files that others may be writing: opened without following links, read whole or for exactly so many bytes.

use super::Problem;
use super::ProblemKind;
use super::tree;
use rustix::fs::Mode;
use rustix::fs::OFlags;
use std::fs::File;
use std::io::Read;
use std::io::Seek;
use std::path::Path;

/// Size up to which a file is read whole before it is written.
pub(super) const WHOLE: u64 = 1 << 20;

/// Opens a file that may have become a link or a pipe since the walk.
pub(super) fn open(path: &Path) -> std::io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    Ok(File::from(rustix::fs::open(path, flags, Mode::empty())?))
}

/// The problem that an error of opening or reading comes to.
pub(super) fn refused(path: &Path, error: &std::io::Error) -> Problem {
    if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) {
        return Problem::new(ProblemKind::Skipped, path, "is a symbolic link, and is left out");
    }
    tree::failed(path, error)
}

/// Reads a file from its start to its end, but no more than twice what counts as small.
pub(super) fn read_whole(
    file: &mut File,
    again: bool,
    content: &mut Vec<u8>,
) -> std::io::Result<std::fs::Metadata> {
    content.clear();
    if again {
        file.rewind()?;
    }
    file.take(2 * WHOLE).read_to_end(content)?;
    file.metadata()
}

/// Yields exactly so many bytes: what a reader lacks is filled with zeros, what it has more is left.
pub(super) struct Exactly<'a, R> {
    pub(super) reader: &'a mut R,
    pub(super) left: u64,
    pub(super) fault: Option<Fault>,
}

/// Why a reader did not give all its bytes.
pub(super) enum Fault {
    Short,
    Failed(std::io::Error),
}

impl<R: Read> Exactly<'_, R> {
    /// Fills the start of the buffer; 0 at the end only.
    pub(super) fn read_some(&mut self, buffer: &mut [u8]) -> usize {
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let buffer = &mut buffer[..wanted];
        let mut count = 0;
        while count < wanted && self.fault.is_none() {
            match self.reader.read(&mut buffer[count..]) {
                Ok(0) => self.fault = Some(Fault::Short),
                Ok(more) => count += more,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => self.fault = Some(Fault::Failed(error)),
            }
        }
        buffer[count..].fill(0);
        self.left -= wanted as u64;
        wanted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(reader: &mut dyn Read, size: u64) -> (Vec<u8>, Option<Fault>) {
        let mut reader = reader;
        let mut source = Exactly { reader: &mut reader, left: size, fault: None };
        let mut all = Vec::new();
        let mut buffer = [0; 7];
        loop {
            match source.read_some(&mut buffer) {
                0 => return (all, source.fault),
                count => all.extend_from_slice(&buffer[..count]),
            }
        }
    }

    #[test]
    fn a_file_that_shrinks_is_filled_with_zeros_and_told() {
        let (bytes, fault) = drain(&mut &b"0123456789"[..], 20);
        assert_eq!(bytes, b"0123456789\0\0\0\0\0\0\0\0\0\0");
        assert!(matches!(fault, Some(Fault::Short)));
    }

    #[test]
    fn a_file_that_grows_is_cut_where_it_ended() {
        let (bytes, fault) = drain(&mut std::io::repeat(1), 20);
        assert_eq!(bytes, [1; 20]);
        assert!(fault.is_none());
    }

    struct Broken;

    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("input/output error"))
        }
    }

    #[test]
    fn a_disk_error_in_the_middle_is_told() {
        let (bytes, fault) = drain(&mut b"01234".chain(Broken), 9);
        assert_eq!(bytes, b"01234\0\0\0\0");
        assert!(matches!(fault, Some(Fault::Failed(_))));
    }
}
