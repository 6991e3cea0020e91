//! Which formats a Django log is read with: the configured ones, then those that are in use everywhere.

use super::format::Format;
use super::format::Header;
use super::format::Piece;
use crate::error::Error;
use crate::error::Kind;
use anyhow::Result;
use anyhow::bail;
use anyhow::ensure;

/// Formats that need no configuration; of two that fit a line the first is taken, so the strict ones lead.
///
/// Each names the level, or else is so narrow that it fits none but lines without one: a line that is read without its
/// level would be an error that nobody hears of.
const KNOWN: &[&str] = &[
    // Django's documentation (verbose), and the guide.
    "{levelname} {asctime} {module} {process:d} {thread:d} {message}",
    "{levelname} {asctime} {module} {message}",
    // gunicorn's error log.
    "[{asctime}] [{process:d}] [{levelname}] {message}",
    // Celery's.
    "[{asctime}: {levelname}/{processName}] {message}",
    "[{asctime}] {levelname}/{processName} {message}",
    // The application itself, and its neighbours.
    "[{asctime}] {levelname} [{name}:{lineno:d}] {message}",
    "[{asctime}] {levelname} [{name}] {message}",
    "[{asctime}] {levelname} {name} {message}",
    "[{asctime}] {levelname}: {message}",
    "[{asctime}] [{levelname}] {name}: {message}",
    "[{asctime}] [{levelname}] [{name}] {message}",
    "[{asctime}] [{levelname}] {message}",
    "[{asctime}] {levelname} in {module}: {message}",
    "[{asctime}] {levelname} {message}",
    "[{asctime}] [{name}] [{levelname}] {message}",
    "[{asctime}] [{name}] {levelname} {message}",
    "[{asctime}] {name} {levelname} {message}",
    "[{levelname}] {asctime} {name}: {message}",
    "[{levelname}] {asctime} {message}",
    "{asctime} - {name} - {levelname} - {message}",
    "{asctime} - {levelname} - {name} - {message}",
    "{asctime} - {levelname} - {message}",
    "{asctime} [{levelname}] {name}: {message}",
    "{asctime} [{levelname}] {message}",
    "{asctime} {levelname} {name}: {message}",
    "{asctime} {levelname}: {message}",
    "{asctime} {levelname} {name} {message}",
    "{asctime} {levelname} {message}",
    "{asctime} {name} {levelname} {message}",
    "{asctime} {name} [{levelname}] {message}",
    "{asctime}:{levelname}:{name}:{message}",
    // Django's runserver; it writes no level.
    "[{server_time}] \"{message}",
    "[{server_time}] code {status}, {message}",
    "[{server_time}] - Broken pipe {message}",
    "[{server_time}] You're accessing the development server {message}",
    // Python's logging.basicConfig, and Django's documentation (simple).
    "{levelname}:{name}:{message}",
    "{levelname} {message}",
];

/// All formats in force.
#[derive(Debug, Clone)]
pub(super) struct Formats {
    pub(super) formats: Vec<Format>,
    /// Whether the first word of a line settles its level; see [`Format::starts_by_position`].
    pub(super) level_first: bool,
}

impl Formats {
    /// Compiles the configured formats and adds the known ones.
    ///
    /// # Errors
    /// When a configured format cannot be read back.
    pub(super) fn new(configured: &[String]) -> Result<Self> {
        let mut formats = Vec::with_capacity(configured.len() + KNOWN.len());
        for format in configured {
            let compiled = compile(format).map_err(|error| {
                Error::new(Kind::Config, format!("[logs] formats, `{format}`: {error:#}"))
                    .hint("copy the format string from LOGGING in settings.py, in `{` or `%` style")
            })?;
            if !compiled.pieces.contains(&Piece::Level) {
                return Err(Error::new(
                    Kind::Config,
                    format!(
                        "[logs] formats, `{format}`: there is no levelname, so errors look like the rest"
                    ),
                )
                .hint("add {levelname} to the format in LOGGING of settings.py, and here")
                .into());
            }
            formats.push(compiled);
        }
        for format in KNOWN {
            // Where nobody said that the level stands here, a word that is none tells that this is another format.
            formats.push(Format { any_level: false, ..compile(format)? });
        }
        let level_first = formats.iter().all(Format::starts_by_position);
        Ok(Self { formats, level_first })
    }

    /// Takes the first line of an event apart; nothing when the line belongs to the event before.
    pub(super) fn header<'a>(&self, line: &'a [u8]) -> Option<Header<'a>> {
        self.header_and_format(line).map(|(header, _)| header)
    }

    /// The header with the position of its format.
    pub(super) fn header_and_format<'a>(&self, line: &'a [u8]) -> Option<(Header<'a>, usize)> {
        self.formats.iter().enumerate().find_map(|(position, format)| Some((format.header(line)?, position)))
    }
}

/// Compiles a format string of Python's logging in `{` or `%` style.
pub(super) fn compile(format: &str) -> Result<Format> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut padded = false;
    let parts = if format.contains("%(") { percent_parts(format)? } else { brace_parts(format)? };
    for part in parts {
        match part {
            Part::Literal(text) => pieces.push(Piece::Literal { text: text.into_bytes(), padded }),
            Part::Field { name, width } => {
                if width {
                    pieces.push(Piece::Literal { text: Vec::new(), padded: true });
                }
                if name == "msecs"
                    && let [.., Piece::Time { fraction }, Piece::Literal { .. }] = pieces.as_mut_slice()
                {
                    *fraction = false;
                }
                pieces.push(piece(&name));
                padded = width;
                continue;
            }
        }
        padded = false;
    }
    let Some(end) = pieces.iter().position(|piece| *piece == Piece::Message) else {
        bail!("there is no message");
    };
    pieces.truncate(end + 1);
    let after_the_message = format.contains("levelname") && !pieces.contains(&Piece::Level);
    ensure!(!after_the_message, "levelname must stand before message");
    let any_level = pieces.iter().any(|piece| matches!(piece, Piece::Time { .. }));
    Ok(Format { pieces, any_level })
}

fn piece(name: &str) -> Piece {
    match name {
        "levelname" => Piece::Level,
        "asctime" | "server_time" => Piece::Time { fraction: true },
        "message" => Piece::Message,
        "name" => Piece::Word { rank: 3 },
        "module" => Piece::Word { rank: 2 },
        "filename" | "funcName" | "pathname" => Piece::Word { rank: 1 },
        "lineno" | "process" | "thread" | "levelno" | "msecs" => Piece::Integer,
        _ => Piece::Text,
    }
}

enum Part {
    Literal(String),
    /// A field, and whether it is filled up to a width.
    Field {
        name: String,
        width: bool,
    },
}

fn is_name(name: &str) -> bool {
    name.chars().all(|character| character.is_alphanumeric() || matches!(character, '_' | '.' | '[' | ']'))
        && name.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

fn flush(literal: &mut String, parts: &mut Vec<Part>) {
    if !literal.is_empty() {
        parts.push(Part::Literal(std::mem::take(literal)));
    }
}

fn brace_parts(format: &str) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = format;
    ensure!(!rest.contains("${"), "the `$` style is not known: write it in `{{` or `%` style");
    while let Some(position) = rest.find(['{', '}']) {
        let (before, after) = rest.split_at(position);
        literal.push_str(before);
        let brace = &after[..1];
        if after[1..].starts_with(brace) {
            literal.push_str(brace);
            rest = &after[2..];
            continue;
        }
        ensure!(brace == "{", "there is a `}}` without its `{{`");
        let Some(end) = after.find('}') else { bail!("there is a `{{` without its `}}`") };
        let field = &after[1..end];
        let (name, specification) = field.split_once(':').unwrap_or((field, ""));
        let name = name.split_once('!').map_or(name, |(name, _)| name);
        ensure!(is_name(name), "`{{{field}}}` names no field");
        flush(&mut literal, &mut parts);
        let width = specification.contains(|character: char| character.is_ascii_digit()) && name != "msecs";
        parts.push(Part::Field { name: name.to_owned(), width });
        rest = &after[end + 1..];
    }
    literal.push_str(rest);
    flush(&mut literal, &mut parts);
    Ok(parts)
}

fn percent_parts(format: &str) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = format;
    while let Some((before, after)) = rest.split_once('%') {
        literal.push_str(before);
        if let Some(after) = after.strip_prefix('%') {
            literal.push('%');
            rest = after;
            continue;
        }
        let Some((name, after)) = after.strip_prefix('(').and_then(|after| after.split_once(')')) else {
            bail!("a `%` must be followed by `(name)s`, or by another `%`");
        };
        ensure!(is_name(name), "`%({name})` names no field");
        let end = after.find(|character: char| character.is_ascii_alphabetic());
        let Some(end) = end.filter(|end| matches!(&after[*end..=*end], "s" | "d" | "f" | "r" | "i" | "g"))
        else {
            bail!("`%({name})` must end in s, d or f");
        };
        flush(&mut literal, &mut parts);
        let width = after[..end].contains(|character: char| character.is_ascii_digit()) && name != "msecs";
        parts.push(Part::Field { name: name.to_owned(), width });
        rest = &after[end + 1..];
    }
    literal.push_str(rest);
    flush(&mut literal, &mut parts);
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_format_is_a_clear_error() {
        for (format, told) in [
            ("{levelname", "a `{` without its `}`"),
            ("{levelname} {asctime}}", "a `}` without its `{`"),
            ("{levelname} {} {message}", "`{}` names no field"),
            ("{levelname} {asctime}", "there is no message"),
            ("{asctime} {message}", "there is no levelname"),
            ("{message} {levelname}", "levelname must stand before message"),
            ("%(levelname) %(message)s", "%(levelname)"),
            ("%(levelname)s %x %(message)s", "a `%` must be followed"),
            ("${levelname} ${message}", "the `$` style is not known"),
        ] {
            let error = Formats::new(&[format.to_owned()]).expect_err(format);
            assert!(error.to_string().contains(told), "{format}: {error}");
            assert!(error.to_string().contains(format), "{error}");
            assert_eq!(crate::error::exit_code(&error), 78);
        }
    }

    #[test]
    fn common_variants_need_no_configuration() {
        let formats = Formats::new(&[]).expect("formats");
        assert!(formats.level_first);
        for (line, level, logger, message) in [
            ("ERROR 2026-11-23 00:46:56,204 log 12 139 boom", "ERROR", "log", "boom"),
            ("ERROR 2026-11-23 00:46:56,204 log Not found: /", "ERROR", "log", "Not found: /"),
            ("[2026-11-23 00:46:56,204] ERROR django.request boom", "ERROR", "django.request", "boom"),
            ("[2026-11-23 00:46:56 +0100] [81] [CRITICAL] WORKER TIMEOUT", "CRITICAL", "", "WORKER TIMEOUT"),
            ("2026-11-23 00:46:56,204 - shop - WARNING - boom", "WARNING", "shop", "boom"),
            ("[23/Nov/2026 00:46:56] \"GET / HTTP/1.1\" 200 5", "INFO", "", "GET / HTTP/1.1\" 200 5"),
            ("ERROR:django.request:boom", "ERROR", "django.request", "boom"),
            ("ERROR boom", "ERROR", "", "boom"),
        ] {
            let header = formats.header(line.as_bytes()).expect(line);
            assert_eq!(header.level.label(), level, "{line}");
            assert_eq!(String::from_utf8_lossy(header.logger), logger, "{line}");
            assert_eq!(String::from_utf8_lossy(header.message), message, "{line}");
        }
        assert_eq!(formats.header(b"ValueError: no"), None);
    }

    #[test]
    fn wherever_the_level_stands_an_error_is_one() {
        let formats = Formats::new(&[]).expect("formats");
        for (line, logger, message) in [
            ("[TIME] [ERROR] Internal Server Error: /", "", "Internal Server Error: /"),
            ("[TIME] ERROR: boom", "", "boom"),
            ("[TIME] ERROR boom", "", "boom"),
            ("[TIME] [ERROR] [django.request] boom", "django.request", "boom"),
            ("[TIME] [django.request] [ERROR] boom", "django.request", "boom"),
            ("[TIME] [django.request] ERROR boom", "django.request", "boom"),
            ("[TIME] ERROR [django.request] boom", "django.request", "boom"),
            ("[TIME] django.request ERROR boom", "django.request", "boom"),
            ("[TIME] ERROR/MainProcess boom", "", "boom"),
            ("[TIME: ERROR/ForkPoolWorker-1] boom", "", "boom"),
            ("TIME DJANGO ERROR x", "DJANGO", "x"),
            ("TIME shop [ERROR] x", "shop", "x"),
            ("TIME ERROR: boom", "", "boom"),
            ("TIME ERROR boom", "", "boom"),
            ("TIME - ERROR - boom", "", "boom"),
            ("TIME - ERROR - shop - boom", "shop", "boom"),
        ] {
            for time in ["2026-11-23 07:00:00,204", "2026-11-23T07:00:00.204+01:00", "23/Nov/2026 07:00:00"] {
                let line = line.replace("TIME", time);
                let header = formats.header(line.as_bytes()).expect(&line);
                assert_eq!(header.level.label(), "ERROR", "{line}");
                assert_eq!(String::from_utf8_lossy(header.logger), logger, "{line}");
                assert_eq!(String::from_utf8_lossy(header.message), message, "{line}");
            }
        }
    }

    #[test]
    fn a_line_whose_level_cannot_be_found_is_in_no_known_format() {
        let formats = Formats::new(&[]).expect("formats");
        for line in [
            "[2026-11-23 07:00:00,204] Internal Server Error: /",
            "[2026-11-23 07:00:00,204] <shop> |ERROR| boom",
            "[2026-11-23 07:00:00,204] web-1 | shop | ERROR | boom",
            "2026-11-23 07:00:00,204 WEB django.request ERROR boom",
            "2026-11-23 07:00:00,204 SHOP boom",
        ] {
            assert_eq!(formats.header(line.as_bytes()), None, "{line}");
        }
    }
}
