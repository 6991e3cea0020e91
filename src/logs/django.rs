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
use super::stamp::Clock;
use jiff::tz::TimeZone;
use memchr::memmem::Finder;

/// Lines with the words that are kept as examples.
const EXAMPLES: usize = 20;

const LONGEST_EXAMPLE: usize = 500;

/// Collects the errors of all Django logs.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact about the line before, not a choice")]
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
    slow_query: Finder<'static>,
    block_is_slow: bool,
    pub(super) groups: Groups,
    pub(super) errors: u64,
    pub(super) warnings: u64,
    pub(super) slow_queries: SlowQueries,
    /// Whether a line of this log was read as the start of an event, and whether one was not.
    pub(super) recognised: bool,
    pub(super) strange: bool,
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
            // Both `slow query` and `Slow query`.
            slow_query: Finder::new("low query"),
            block_is_slow: false,
            groups: Groups::default(),
            errors: 0,
            warnings: 0,
            slow_queries: SlowQueries::default(),
            recognised: false,
            strange: false,
        }
    }

    /// Begins another log.
    pub(super) fn begin_log(&mut self, log: &str) {
        self.close();
        log.clone_into(&mut self.log);
        self.recognised = false;
        self.strange = false;
    }

    /// Counts the last event.
    pub(super) fn close(&mut self) {
        if std::mem::take(&mut self.is_open) {
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
        let Some(position) = self.slow_query.find(line) else { return };
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

    /// Passes over a line whose start tells that it counts for nothing: it begins an event below WARNING, or continues
    /// one that is not open. Most lines end here.
    #[inline]
    fn pass_over(&mut self, line: Line<'_>) -> bool {
        let minor = match line.bytes {
            // The first bytes settle it only where every format begins by position.
            [b' ' | b'\t', ..] => return self.formats.level_first,
            [b'I', b'N', b'F', b'O', next, ..] | [b'D', b'E', b'B', b'U', b'G', next, ..] => {
                self.formats.level_first && !next.is_ascii_alphabetic()
            }
            _ => {
                let likely = self.formats.formats.get(self.likely);
                likely.and_then(|format| format.level(line.bytes)).is_some_and(|level| level < Level::Warning)
            }
        };
        if minor {
            self.last_event = Some(line.offset);
        }
        minor
    }
}

impl Sink for DjangoEvents<'_> {
    fn block(&mut self, block: &[u8]) {
        self.block_is_slow = self.slow_query.find(block).is_some();
    }

    #[inline]
    fn line(&mut self, line: Line<'_>) {
        if self.block_is_slow {
            self.note_slow_query(line.bytes);
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
            } else if !line.bytes.trim_ascii().is_empty() {
                self.strange = true;
            }
            return;
        };
        self.close();
        self.recognised = true;
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
