//! How the lines of a Django log are written: format strings of Python's logging, compiled to a matcher.
//!
//! A matcher walks the line once from the left, by position where it can; no regular expression is involved.

use super::level::Level;
use super::stamp;
use super::stamp::Stamp;

/// Longest word that can be the name of a logger or module.
const LONGEST_WORD: usize = 200;

/// One part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Text as it stands; `padded` when spaces may come before it, for it follows a field of fixed width.
    Literal {
        text: Vec<u8>,
        padded: bool,
    },
    Level,
    /// A time; without its fraction where a field of its own follows.
    Time {
        fraction: bool,
    },
    /// A name without spaces; the highest rank is the logger.
    Word {
        rank: u8,
    },
    Integer,
    /// Anything, up to the next literal.
    Text,
    /// The message, and all that follows.
    Message,
}

/// A compiled format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) pieces: Vec<Piece>,
    /// Whether a name of the application's own may stand in the place of the level.
    pub(super) any_level: bool,
}

/// The first line of an event, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header<'a> {
    pub(super) level: Level,
    pub(super) stamp: Option<Stamp>,
    pub(super) logger: &'a [u8],
    rank: u8,
    pub(super) message: &'a [u8],
}

impl Format {
    /// Takes a line apart; nothing when it is not written in this format.
    #[inline]
    pub(super) fn header<'a>(&self, line: &'a [u8]) -> Option<Header<'a>> {
        let mut header = Header { level: Level::Info, stamp: None, logger: b"", rank: 0, message: b"" };
        matches(&self.pieces, line, self.any_level, &mut header).then_some(header)
    }

    /// Level of a line and where it stands, if all that comes before it in this format has its place by position: far
    /// cheaper than the whole header.
    #[inline]
    pub(super) fn level<'a>(&self, whole: &'a [u8]) -> Option<(Level, usize)> {
        let mut line: &'a [u8] = whole;
        for (position, piece) in self.pieces.iter().enumerate() {
            match piece {
                Piece::Literal { text, padded: false } => line = line.strip_prefix(text.as_slice())?,
                Piece::Time { fraction } => line = &line[stamp::parse(line, *fraction)?.1..],
                Piece::Level => {
                    let (level, length) = Level::parse(line, self.any_level)?;
                    let Some(Piece::Literal { text, padded: false }) = self.pieces.get(position + 1) else {
                        return None;
                    };
                    let at = whole.len() - line.len();
                    return line[length..].starts_with(text).then_some((level, at));
                }
                _ => return None,
            }
        }
        None
    }

    /// Whether a line that starts with a level can only be read as one of that level.
    pub(super) fn starts_by_position(&self) -> bool {
        match self.pieces.first() {
            Some(Piece::Level | Piece::Time { .. } | Piece::Integer) => true,
            Some(Piece::Literal { text, padded }) => {
                !padded && text.first().is_some_and(|byte| !byte.is_ascii_alphabetic())
            }
            Some(Piece::Word { .. } | Piece::Text | Piece::Message) | None => false,
        }
    }
}

fn matches<'a>(pieces: &[Piece], mut line: &'a [u8], any_level: bool, header: &mut Header<'a>) -> bool {
    for (position, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Literal { text, padded } => {
                if *padded {
                    while line.first() == Some(&b' ')
                        && (!line.starts_with(text)
                            || line.get(1..).is_some_and(|rest| rest.starts_with(text)))
                    {
                        line = &line[1..];
                    }
                }
                let Some(rest) = line.strip_prefix(text.as_slice()) else { return false };
                line = rest;
            }
            Piece::Level => {
                let Some((level, length)) = Level::parse(line, any_level) else { return false };
                header.level = level;
                line = &line[length..];
            }
            Piece::Time { fraction } => {
                let Some((stamp, length)) = stamp::parse(line, *fraction) else { return false };
                header.stamp.get_or_insert(stamp);
                line = &line[length..];
            }
            Piece::Integer => {
                let length = line.iter().take_while(|byte| byte.is_ascii_digit()).count();
                if length == 0 {
                    return false;
                }
                line = &line[length..];
            }
            Piece::Word { rank } => {
                let rest = &pieces[position + 1..];
                return matches_text(rest, line, any_level, header, Some(*rank));
            }
            Piece::Text => return matches_text(&pieces[position + 1..], line, any_level, header, None),
            Piece::Message => {
                header.message = line;
                return true;
            }
        }
    }
    true
}

/// Matches a field of unknown length: it ends at the first occurrence of the next literal after which the rest fits.
fn matches_text<'a>(
    rest: &[Piece],
    line: &'a [u8],
    any_level: bool,
    header: &mut Header<'a>,
    word: Option<u8>,
) -> bool {
    let space: &[u8] = b" ";
    let literal = match rest.first() {
        Some(Piece::Literal { text, padded: false }) => text.as_slice(),
        _ => space,
    };
    let reach = line.len().min(LONGEST_WORD + literal.len());
    let find = |text: &[u8]| match literal {
        [byte] => memchr::memchr(*byte, text),
        _ => memchr::memmem::find(text, literal),
    };
    let mut from = 0;
    // A thread's name may hold a few of the separators; one that holds more is nobody's.
    for _ in 0..8 {
        let Some(found) = line.get(from..reach).and_then(find) else { return false };
        let end = from + found;
        from = end + 1;
        let field = &line[..end];
        if word.is_some() && (field.is_empty() || field.iter().any(u8::is_ascii_whitespace)) {
            return false;
        }
        let before = *header;
        if let Some(rank) = word
            && rank > header.rank
        {
            header.logger = field;
            header.rank = rank;
        }
        if matches(rest, &line[end..], any_level, header) {
            return true;
        }
        *header = before;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::super::formats::compile;
    use proptest::prelude::*;

    fn read(format: &str, line: &str) -> Option<(&'static str, String, String)> {
        let format = compile(format).expect("a format");
        let header = format.header(line.as_bytes())?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Some((header.level.label(), text(header.logger), text(header.message)))
    }

    #[test]
    fn fields_are_found_by_their_separators() {
        for (format, line, level, logger, message) in [
            (
                "{levelname} {asctime} {module} {message}",
                "ERROR 2026-11-23 00:46:56,204 log Internal Server Error: /",
                "ERROR",
                "log",
                "Internal Server Error: /",
            ),
            (
                "%(asctime)s - %(name)s - %(levelname)s - %(message)s",
                "2026-11-23 00:46:56,204 - shop.views - CRITICAL - out - of stock",
                "CRITICAL",
                "shop.views",
                "out - of stock",
            ),
            (
                "[{asctime}] {levelname:<8} {threadName} {name}:{lineno:d} {message}",
                "[2026-11-23 00:46:56,204] ERROR    Thread-1 (process request) shop.views:12 no: such 3 thing",
                "ERROR",
                "shop.views",
                "no: such 3 thing",
            ),
            (
                "%(levelname)-8s|%(asctime)s.%(msecs)03d|%(module)s|%(message)s",
                "ERROR   |2026-11-23 00:46:56.204|views|x",
                "ERROR",
                "views",
                "x",
            ),
            ("{levelname:>8} {name} {message}", "   ERROR shop x", "ERROR", "shop", "x"),
            ("{{{levelname}}} {asctime} {message}", "{AUDIT} 2026-11-23 00:46:56,204 x", "INFO", "", "x"),
        ] {
            let expected = (level, logger.to_owned(), message.to_owned());
            assert_eq!(read(format, line), Some(expected), "{format}");
        }
    }

    #[test]
    fn lines_of_a_traceback_are_no_headers() {
        for line in
            ["Traceback (most recent call last):", "  File \"x.py\", line 3", "KeyError: 'a'", "", "ERROR"]
        {
            assert_eq!(read("{levelname} {asctime} {module} {message}", line), None, "{line}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn any_format_reads_any_line_without_panic(format in "[-{}%()a-z:<8 ]{0,40}", line in prop::collection::vec(prop::num::u8::ANY, 0..80)) {
            if let Ok(format) = compile(&format) {
                let _ = format.header(&line);
            }
            for format in &super::super::formats::Formats::new(&[]).expect("formats").formats {
                let _ = format.header(&line);
            }
        }
    }
}
