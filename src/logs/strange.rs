//! Lines of a Django log in no known format: most continue the event before, and others are events that nobody understands.

use super::access_line::AccessLine;
use super::lines::bounded;
use super::lines::visible;
use super::stamp;
use super::stamp::Clock;
use super::traceback::Traceback;
use crate::units::count;

/// Bytes at the start of a line within which its time is looked for.
const STAMP_WITHIN: usize = 48;

/// Bytes of such a line that are shown.
const LONGEST: usize = 120;

/// Lines at the end of a log that a message of many lines may have; what Python writes of tracebacks is not counted.
const TRAILING: u64 = 20;

/// Those of one log.
#[derive(Debug, Default)]
pub(super) struct Strange {
    /// Whether there is any at all.
    any: bool,
    /// Those behind the last event, which may be lines of its message.
    trailing: u64,
    /// Those that are certainly events: they begin with a time of the window.
    events: u64,
    example: String,
    traceback: Traceback,
}

impl Strange {
    /// Notes a line that begins no event in a known format; with `since`, the start of the window, it may be an event.
    pub(super) fn note(&mut self, line: &[u8], since: Option<i64>, clock: &mut Clock) {
        if line.trim_ascii().is_empty() {
            return;
        }
        self.any = true;
        // gunicorn may write its requests into the same file; they are judged where they are an access log.
        if self.continues(line) || AccessLine::parse(line).is_some() {
            return;
        }
        if since.is_some_and(|since| stamped(line, clock).is_some_and(|time| time >= since)) {
            self.events += 1;
            if self.example.is_empty() {
                let text = visible(&line[..line.len().min(LONGEST)]);
                self.example = bounded(&text, LONGEST).replace('\n', " ");
            }
        }
        self.trailing += 1;
    }

    /// An event in a known format begins: what came before it is explained.
    pub(super) fn begin_event(&mut self) {
        self.trailing = 0;
        self.traceback.clear();
    }

    /// An event in a known format was passed over.
    pub(super) fn pass_event(&mut self) {
        self.trailing = 0;
    }

    /// Why the lines of this log allow no verdict; `recognised` is whether any is in a known format.
    pub(super) fn problem(&self, recognised: bool) -> Option<String> {
        if !recognised && self.any {
            Some("no line is written in a known format".to_owned())
        } else if self.events > 0 {
            let lines = count(self.events, "line");
            Some(format!("{lines} with a time of the window in no known format, the first: {}", self.example))
        } else if self.trailing > TRAILING {
            Some(format!("its last {} lines are in no known format", self.trailing))
        } else {
            None
        }
    }

    /// Whether a line is one that Python writes of a traceback, or is indented as the rest of a message.
    fn continues(&mut self, line: &[u8]) -> bool {
        const BETWEEN: [&[u8]; 2] = [b"During handling of the above exception", b"The above exception was"];
        let was_open = self.traceback.is_open();
        self.traceback.line(line);
        if line[0].is_ascii_whitespace() {
            return true;
        }
        if self.traceback.is_open() && !line.starts_with(b"Traceback ") {
            // What broke off in the middle is no traceback for ever.
            self.traceback.clear();
            return false;
        }
        was_open || self.traceback.is_open() || BETWEEN.iter().any(|words| line.starts_with(words))
    }
}

/// The time at the start of a line, behind whatever may come before it.
fn stamped(line: &[u8], clock: &mut Clock) -> Option<i64> {
    let starts_number =
        |at: &usize| line[*at].is_ascii_digit() && (*at == 0 || !line[*at - 1].is_ascii_alphanumeric());
    let mut stamp = (0..line.len().min(STAMP_WITHIN)).filter(starts_number);
    let stamp = stamp.find_map(|at| stamp::parse(&line[at..], true))?.0;
    Some(clock.microseconds(stamp))
}
