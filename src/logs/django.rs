//! Reading Django logs: which lines begin an event, which belong to the one before, and which events are errors.

use super::errors::SlowQueries;
use super::formats::Formats;
use super::groups::Event;
use super::groups::Groups;
use super::history::After;
use super::history::Events;
use super::level::Level;
use super::lines::Line;
use super::lines::Sink;
use super::lines::bounded;
use super::lines::visible;
use super::logins::Logins;
use super::stamp::Clock;
use super::strange::Strange;
use super::twice::Twice;
use crate::config::LogsConfig;
use jiff::tz::TimeZone;
use memchr::memmem::Finder;

/// What the module of `logs config` writes of a failed login, before the name.
const FAILED_LOGIN: &[u8] = b"Failed login for ";

/// Lines with the words that are kept as examples.
const EXAMPLES: usize = 20;

const LONGEST_EXAMPLE: usize = 500;

/// Bytes at the start of a line that hold the date, with a bracket before it.
const DATE: usize = 11;

/// Collects the errors of all Django logs.
pub(super) struct DjangoEvents<'a> {
    formats: &'a Formats,
    clock: Clock,
    window_start: i64,
    after: After,
    log: String,
    event: Event,
    is_open: bool,
    last_event: Option<u64>,
    /// The format that the last event was written in.
    likely: usize,
    /// How its line began, and where its level stood.
    start: Vec<u8>,
    level_at: Option<usize>,
    slow_words: [Finder<'static>; 2],
    login_words: Finder<'static>,
    /// Which words the block has that is being read: of slowness, of failed logins.
    block_has: (bool, bool),
    twice: Twice,
    pub(super) groups: Groups,
    pub(super) errors: u64,
    pub(super) warnings: u64,
    pub(super) slow_queries: SlowQueries,
    pub(super) logins: Logins,
    /// Whether a line of this log was read as the start of an event.
    pub(super) recognised: bool,
    pub(super) strange: Strange,
}

impl<'a> DjangoEvents<'a> {
    pub(super) fn new(formats: &'a Formats, zone: &TimeZone, window_start: i64) -> Self {
        Self {
            formats,
            clock: Clock::new(zone),
            window_start,
            after: After::Everything,
            log: String::new(),
            event: Event::default(),
            is_open: false,
            last_event: None,
            likely: 0,
            start: Vec::new(),
            level_at: None,
            // Both `slow query` and `Slow query`.
            slow_words: [Finder::new("low query"), Finder::new("low request")],
            login_words: Finder::new(FAILED_LOGIN),
            block_has: (false, false),
            twice: Twice::default(),
            groups: Groups::default(),
            errors: 0,
            warnings: 0,
            slow_queries: SlowQueries::default(),
            logins: Logins::new(&LogsConfig::default()),
            recognised: false,
            strange: Strange::default(),
        }
    }

    /// Begins another log.
    pub(super) fn begin_log(&mut self, log: &str) {
        self.close();
        log.clone_into(&mut self.log);
        self.twice.begin_log();
        self.recognised = false;
        self.strange = Strange::default();
        self.level_at = None;
    }

    /// Counts the last event.
    pub(super) fn close(&mut self) {
        if std::mem::take(&mut self.is_open) && !self.twice.is_known(&self.event) {
            self.errors += 1;
            self.groups.add(&self.event, &self.log);
        }
    }

    fn open(&mut self, level: Level, time: Option<i64>, line: Line<'_>, logger: &[u8], message: &[u8]) {
        let event = &mut self.event;
        event.level = Some(level);
        event.time = time;
        event.logger.clear();
        event.logger.extend_from_slice(logger);
        event.message.clear();
        event.message.extend_from_slice(message);
        event.text.clear();
        event.left_out = 0;
        event.traceback.clear();
        event.push_line(line.bytes);
        event.after_last_run = self.after.covers(line.offset, time);
        event.finished = line.finished;
        self.is_open = true;
    }

    fn note_slow_query(&mut self, line: &[u8]) {
        let Some(position) = self.slow_words.iter().find_map(|words| words.find(line)) else { return };
        if position == 0 || !matches!(line[position - 1], b's' | b'S') {
            return;
        }
        let stamp = self.formats.header(line).and_then(|header| header.stamp);
        let time = stamp.map(|stamp| self.clock.microseconds(stamp));
        if time.is_none_or(|time| time >= self.window_start) {
            self.slow_queries.count += 1;
            if self.slow_queries.examples.len() < EXAMPLES {
                let text = visible(&line[..line.len().min(LONGEST_EXAMPLE)]);
                self.slow_queries.examples.push(bounded(&text, LONGEST_EXAMPLE).to_owned());
            }
        }
    }

    /// Notes a failed login; the address stands at the end, behind a name that the visitor chose and that is quoted.
    fn note_failed_login(&mut self, line: &[u8]) {
        let Some(words) = self.login_words.find(line) else { return };
        let Some(stamp) = self.formats.header(line).and_then(|header| header.stamp) else { return };
        let time = self.clock.microseconds(stamp);
        let told = line[words..].trim_ascii_end();
        let Some(from) = memchr::memmem::rfind(told, b" from ") else { return };
        if time >= self.window_start {
            self.logins.attempt(&told[from + 6..], time, 200);
        }
    }

    /// Why the lines of this log allow no verdict.
    pub(super) fn problem(&self) -> Option<String> {
        self.strange.problem(self.recognised)
    }

    /// Passes over a line whose start tells that it counts for nothing: it begins an event below WARNING, or continues
    /// one that is not open. Most lines end here.
    #[inline]
    fn pass_over(&mut self, line: Line<'_>) -> bool {
        if matches!(line.bytes, [b' ' | b'\t', ..]) {
            return self.formats.level_first;
        }
        // A level where the last event had its own, behind the same date. Comparing with no bytes costs 80 ns where
        // memcmp reads through the dangling pointer of an empty vector, so it is left out.
        let known = self.level_at.is_some_and(|level_at| {
            (self.start.is_empty() || line.bytes.starts_with(&self.start))
                && line.bytes.get(level_at..).is_some_and(is_minor)
        });
        if !known && !self.learn(line.bytes) {
            return false;
        }
        self.strange.pass_event();
        self.last_event = Some(line.offset);
        true
    }

    /// Whether the likely format makes of a line an event below WARNING; remembers how such a line starts.
    fn learn(&mut self, line: &[u8]) -> bool {
        let likely = self.formats.formats.get(self.likely);
        let Some((level, level_at)) = likely.and_then(|format| format.level(line)) else { return false };
        let minor = level < Level::Warning;
        if minor && (level_at > 0 || self.formats.level_first) {
            self.level_at = Some(level_at);
            self.start.clear();
            self.start.extend_from_slice(&line[..level_at.min(DATE)]);
        }
        minor
    }
}

#[inline]
fn is_minor(text: &[u8]) -> bool {
    match text {
        [b'I', b'N', b'F', b'O', next, ..] | [b'D', b'E', b'B', b'U', b'G', next, ..] => {
            !next.is_ascii_alphabetic()
        }
        _ => false,
    }
}

impl Sink for DjangoEvents<'_> {
    fn block(&mut self, block: &[u8]) {
        let is_slow = self.slow_words.iter().any(|words| words.find(block).is_some());
        self.block_has = (is_slow, self.login_words.find(block).is_some());
    }

    #[inline]
    fn line(&mut self, line: Line<'_>) {
        if self.block_has.0 {
            self.note_slow_query(line.bytes);
        }
        if self.block_has.1 {
            self.note_failed_login(line.bytes);
        }
        if !self.is_open && self.recognised && self.pass_over(line) {
            return;
        }
        let formats = self.formats;
        let Some((header, likely)) = formats.header_and_format(line.bytes) else {
            if self.is_open {
                self.event.push_line(line.bytes);
                self.event.traceback.line(line.bytes);
                self.event.finished &= line.finished;
            }
            // While an error is open its message may hold anything; it is told of in any case.
            let since = (!self.is_open).then_some(self.window_start);
            self.strange.note(line.bytes, since, &mut self.clock);
            return;
        };
        self.close();
        self.recognised = true;
        self.strange.begin_event();
        self.likely = likely;
        self.last_event = Some(line.offset);
        if header.level < Level::Warning {
            return;
        }
        let time = header.stamp.map(|stamp| self.clock.microseconds(stamp));
        if time.is_some_and(|time| time < self.window_start) {
            return;
        }
        if header.level == Level::Warning {
            self.warnings += 1;
        } else {
            self.open(header.level, time, line, header.logger, header.message);
        }
    }
}

impl Events for DjangoEvents<'_> {
    fn begin(&mut self, after: After) {
        self.after = after;
        self.last_event = None;
    }

    fn last_event(&self) -> Option<u64> {
        self.last_event
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LINES: &[&str] = &[
        "INFO 2026-11-23 00:46:56,204 log fine",
        "ERROR 2026-11-23 00:46:56,204 log boom",
        "ERROR 2026-11-20 00:46:56,204 log long ago",
        "[2026-11-23 00:46:56,204] INFO django.request fine",
        "[2026-11-23 00:46:56,204] ERROR django.request boom",
        "[2026-11-24 00:46:56,204] DEBUG django.request fine",
        "[2026-11-23 00:46:56] WARNING django.request hm",
        "2026-11-23 00:46:56,204 - shop - CRITICAL - boom",
        "2026-11-23 00:46:56,204 - shop - INFO - fine",
        "[23/Nov/2026 00:46:56] \"GET / HTTP/1.1\" 200 5",
        "[2026-11-23 00:46:56,204] [ERROR] boom",
        "[2026-11-23 00:46:56,204] django.request ERROR boom",
        "[2026-11-23 00:46:56,204] django.request INFO fine",
        "2026-11-23 00:46:56,204 INFO fine",
        "2026-11-23 00:46:56,204 DJANGO ERROR boom",
        "INFORMATION about ERROR",
        "Traceback (most recent call last):",
        "  File \"a.py\", line 3",
        "KeyError: 'a'",
        "",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn passing_over_dull_lines_loses_no_event(picks in prop::collection::vec(0..LINES.len(), 0..60)) {
            let formats = Formats::new(&[]).expect("formats");
            let start = "2026-11-22T00:00:00Z".parse::<jiff::Timestamp>().expect("a time").as_microsecond();
            let mut events = DjangoEvents::new(&formats, &TimeZone::UTC, start);
            let mut expected = (0, 0);
            for pick in picks {
                let bytes = LINES[pick].as_bytes();
                events.line(Line { bytes, offset: 0, finished: true });
                let Some(header) = formats.header(bytes) else { continue };
                if LINES[pick].contains("long ago") {
                    continue;
                }
                expected.0 += u64::from(header.level >= Level::Error);
                expected.1 += u64::from(header.level == Level::Warning);
            }
            events.close();
            prop_assert_eq!((events.errors, events.warnings), expected);
            prop_assert_eq!(events.groups.list.iter().map(|group| group.count).sum::<u64>(), expected.0);
        }

        #[test]
        fn any_lines_are_read_without_panic(lines in prop::collection::vec(prop::collection::vec(prop::num::u8::ANY, 0..50), 0..20)) {
            let formats = Formats::new(&[]).expect("formats");
            let mut events = DjangoEvents::new(&formats, &TimeZone::UTC, 0);
            for (number, bytes) in lines.iter().enumerate() {
                let text = LINES[number % LINES.len()].as_bytes();
                for bytes in [bytes.as_slice(), &[text, bytes].concat(), &[bytes, text].concat()] {
                    events.block(bytes);
                    events.line(Line { bytes, offset: 0, finished: true });
                }
            }
            events.close();
        }
    }
}
