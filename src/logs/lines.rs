//! Lines of a stream in bounded memory: one buffer, reused, whatever the length of the log or of a line.

use super::fingerprint::HEAD_LENGTH;
use crate::units::printable;
use std::io;
use std::io::ErrorKind;
use std::io::Read;

/// Bytes of a line that are looked at; the rest of a longer line is passed over.
pub(super) const LONGEST: usize = 64 * 1024;

const BUFFER: usize = 4 * LONGEST;

/// One line without its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub(super) bytes: &'a [u8],
    /// Where in the decompressed log the line starts.
    pub(super) offset: u64,
    /// Whether the end of the line has been written.
    pub(super) finished: bool,
}

/// Whoever looks at lines.
pub(super) trait Sink {
    /// Sees whole lines, or the last and unfinished one, before they come one by one.
    fn block(&mut self, _block: &[u8]) {}
    fn line(&mut self, line: Line<'_>);
}

/// A buffer that lines are cut out of.
#[derive(Debug)]
pub(super) struct Lines {
    buffer: Vec<u8>,
}

/// How far a stream was read, and why not further.
#[derive(Debug)]
pub(super) struct End {
    /// Offset behind the last finished line.
    pub(super) finished: u64,
    pub(super) error: Option<io::Error>,
}

impl Lines {
    pub(super) fn new() -> Self {
        Self { buffer: vec![0; BUFFER] }
    }

    /// Hands every line of `reader` to `sink`; the stream begins at `offset` of the log. `advance` is told the bytes.
    pub(super) fn read(
        &mut self,
        reader: &mut dyn Read,
        offset: u64,
        sink: &mut impl Sink,
        advance: &dyn Fn(u64),
    ) -> End {
        let mut end = End { finished: offset, error: None };
        // Offset of the first byte of the buffer, and the bytes of an unfinished line at its start.
        let mut base = offset;
        let mut filled = 0;
        let mut passing_over = false;
        loop {
            let free = self.buffer.get_mut(filled..).unwrap_or_default();
            let read = match reader.read(free) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => {
                    end.error = Some(error);
                    break;
                }
            };
            advance(read as u64);
            let searched = filled;
            filled += read;
            let Some(last) = memchr::memrchr(b'\n', &self.buffer[searched..filled]) else {
                if passing_over {
                    base += filled as u64;
                    filled = 0;
                } else if filled >= LONGEST {
                    let start = &self.buffer[..LONGEST];
                    sink.block(start);
                    emit(sink, start, base, true);
                    passing_over = true;
                    base += filled as u64;
                    filled = 0;
                }
                continue;
            };
            let whole = searched + last + 1;
            let mut start = 0;
            if passing_over {
                start = memchr::memchr(b'\n', &self.buffer[..whole]).map_or(whole, |position| position + 1);
                passing_over = false;
            }
            let block = &self.buffer[start..whole];
            sink.block(block);
            let mut line_start = 0;
            for line_end in memchr::memchr_iter(b'\n', block) {
                emit(sink, &block[line_start..line_end], base + (start + line_start) as u64, true);
                line_start = line_end + 1;
            }
            end.finished = base + whole as u64;
            base = end.finished;
            self.buffer.copy_within(whole..filled, 0);
            filled -= whole;
        }
        if filled > 0 && !passing_over {
            let rest = &self.buffer[..filled];
            sink.block(rest);
            // What is cut anyway does not wait for its end.
            emit(sink, rest, base, filled >= LONGEST);
        }
        end
    }
}

#[inline]
fn emit(sink: &mut impl Sink, bytes: &[u8], offset: u64, finished: bool) {
    let bytes = if bytes.len() > LONGEST { &bytes[..LONGEST] } else { bytes };
    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    sink.line(Line { bytes, offset, finished });
}

/// The first bytes of a stream, as many as a fingerprint is made of.
pub(super) fn head(reader: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(HEAD_LENGTH);
    reader.take(HEAD_LENGTH as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// Text of a log as it can be shown: invalid UTF-8 and control characters, which terminals obey, are spelt out.
pub(super) fn visible(bytes: &[u8]) -> String {
    printable(String::from_utf8_lossy(bytes))
}

/// At most `limit` bytes from the start, cut between characters.
pub(super) fn bounded(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Default)]
    struct Kept(Vec<(Vec<u8>, u64, bool)>);

    impl Sink for Kept {
        fn line(&mut self, line: Line<'_>) {
            self.0.push((line.bytes.to_vec(), line.offset, line.finished));
        }
    }

    /// A stream that gives out its content in pieces of the sizes told, over and over.
    struct Pieces<'a> {
        content: &'a [u8],
        sizes: std::iter::Cycle<std::vec::IntoIter<usize>>,
    }

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let size = self.sizes.next().unwrap_or(1).min(buffer.len()).min(self.content.len());
            buffer[..size].copy_from_slice(&self.content[..size]);
            self.content = &self.content[size..];
            Ok(size)
        }
    }

    fn lines(content: &[u8], sizes: Vec<usize>) -> (Kept, u64) {
        let mut kept = Kept::default();
        let mut pieces = Pieces { content, sizes: sizes.into_iter().cycle() };
        let end = Lines::new().read(&mut pieces, 0, &mut kept, &|_| ());
        assert!(end.error.is_none());
        (kept, end.finished)
    }

    #[test]
    fn a_line_without_its_end_is_told_from_the_others() {
        let (kept, finished) = lines(b"one\r\n\ntwo", vec![100]);
        let expected = [(b"one".to_vec(), 0, true), (Vec::new(), 5, true), (b"two".to_vec(), 6, false)];
        assert_eq!(kept.0, expected);
        assert_eq!(finished, 6);
    }

    #[test]
    fn a_line_of_a_megabyte_is_cut_and_the_next_one_is_whole() {
        let mut content = vec![b'x'; 1_000_000];
        content.extend_from_slice(b"\nnext\n");
        for size in [1_000_000_000, 4096, 65_536] {
            let (kept, finished) = lines(&content, vec![size]);
            assert_eq!(kept.0.len(), 2);
            assert_eq!(kept.0[0].0.len(), LONGEST);
            assert_eq!(kept.0[1], (b"next".to_vec(), 1_000_001, true));
            assert_eq!(finished, content.len() as u64);
        }
    }

    #[test]
    fn control_characters_never_reach_a_terminal() {
        assert_eq!(visible(b"a\x1b[31m\0\xff\tb"), "a\\u{1b}[31m\\u{0}\u{fffd}\tb");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn the_cuts_of_the_stream_do_not_change_the_lines(
            parts in prop::collection::vec((prop::collection::vec(prop::num::u8::ANY, 0..40), 0usize..3), 0..20),
            sizes in prop::collection::vec(1usize..70_000, 1..10),
        ) {
            let mut content = Vec::new();
            for (part, repeat) in parts {
                for _ in 0..[1, 40, 2_000][repeat] {
                    content.extend_from_slice(&part);
                }
            }
            let whole = lines(&content, vec![usize::MAX]);
            let cut = lines(&content, sizes);
            prop_assert!(whole.0.0 == cut.0.0, "other lines");
            prop_assert_eq!(whole.1, cut.1);
        }
    }
}
