//! Errors of one cause, put together by logger, exception and normalised message, in bounded memory.

use super::fingerprint::fingerprint;
use super::level::Level;
use super::lines::bounded;
use super::lines::visible;
use super::normal::normalise;
use super::traceback::Traceback;
use std::collections::HashMap;

/// Groups that are told apart by their message; later ones only by logger and exception.
const WITH_MESSAGE: usize = 1000;

/// Groups in all; what comes later goes into one.
const MOST: usize = 2000;

/// Bytes of the first event that are kept of a group.
pub(super) const EXAMPLE: usize = 8 * 1024;

const OTHER: &str = "(other messages)";

/// One event, as it is being read; the buffers are used again for the next.
#[derive(Debug, Default)]
pub(super) struct Event {
    pub(super) level: Option<Level>,
    /// Microseconds since 1970, UTC.
    pub(super) time: Option<i64>,
    pub(super) logger: Vec<u8>,
    pub(super) message: Vec<u8>,
    pub(super) text: Vec<u8>,
    /// Bytes of the event that did not fit.
    pub(super) left_out: usize,
    pub(super) traceback: Traceback,
    pub(super) after_last_run: bool,
    /// Whether all of its lines have been written to their end.
    pub(super) finished: bool,
}

impl Event {
    /// Adds a line to the text of the event, as far as there is room.
    pub(super) fn push_line(&mut self, line: &[u8]) {
        if !self.text.is_empty() && self.left_out == 0 {
            self.text.push(b'\n');
        }
        let room = if self.left_out == 0 { EXAMPLE.saturating_sub(self.text.len()) } else { 0 };
        let taken = line.len().min(room);
        self.text.extend_from_slice(&line[..taken]);
        self.left_out += line.len() - taken;
    }

    /// The event in full, or its start and its exception.
    fn example(&self) -> String {
        let text = visible(&self.text);
        if self.left_out == 0 {
            return text.trim_end().to_owned();
        }
        let exception = self.traceback.summary().unwrap_or_default();
        format!("{}\n… ({} bytes left out)\n{exception}", bounded(&text, EXAMPLE), self.left_out)
    }
}

/// One group, as it is being counted.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) fingerprint: String,
    pub(super) level: Level,
    pub(super) logger: String,
    pub(super) exception: Option<String>,
    pub(super) message: String,
    pub(super) detail: Option<String>,
    pub(super) log: String,
    pub(super) example: String,
    pub(super) count: u64,
    pub(super) first: Option<i64>,
    pub(super) last: Option<i64>,
    pub(super) after_last_run: u64,
    /// Events after the last run that were finished: the next run will know them.
    pub(super) to_remember: u64,
}

/// All groups of a triage.
#[derive(Debug, Default)]
pub(super) struct Groups {
    positions: HashMap<String, usize>,
    pub(super) list: Vec<Group>,
    key: String,
}

impl Groups {
    pub(super) fn add(&mut self, event: &Event, log: &str) {
        let Some(level) = event.level else { return };
        let logger = visible(&event.logger);
        let message = normalise(&event.message);
        let exception = event.traceback.class().unwrap_or_default();
        let position = self
            .find(&logger, exception, &message)
            .or_else(|| self.insert(WITH_MESSAGE, event, level, log, &logger, exception, &message))
            .or_else(|| self.find(&logger, exception, OTHER))
            .or_else(|| self.insert(MOST, event, level, log, &logger, exception, OTHER))
            .or_else(|| self.find("", "", OTHER))
            .or_else(|| self.insert(usize::MAX, event, level, log, "", "", OTHER));
        let Some(group) = position.and_then(|position| self.list.get_mut(position)) else { return };
        group.count += 1;
        group.level = group.level.max(level);
        if let Some(time) = event.time {
            group.first = Some(group.first.map_or(time, |first| first.min(time)));
            group.last = Some(group.last.map_or(time, |last| last.max(time)));
        }
        group.after_last_run += u64::from(event.after_last_run);
        group.to_remember += u64::from(event.after_last_run && event.finished);
    }

    fn find(&mut self, logger: &str, exception: &str, message: &str) -> Option<usize> {
        self.key.clear();
        for part in [logger, "\0", exception, "\0", message] {
            self.key.push_str(part);
        }
        self.positions.get(&self.key).copied()
    }

    #[expect(clippy::too_many_arguments, reason = "the three parts of the key belong to the event")]
    fn insert(
        &mut self,
        most: usize,
        event: &Event,
        level: Level,
        log: &str,
        logger: &str,
        exception: &str,
        message: &str,
    ) -> Option<usize> {
        let position = self.list.len();
        if position >= most {
            return None;
        }
        self.find(logger, exception, message);
        self.positions.insert(self.key.clone(), position);
        self.list.push(Group {
            fingerprint: fingerprint(self.key.as_bytes()),
            level,
            logger: logger.to_owned(),
            exception: (!exception.is_empty()).then(|| exception.to_owned()),
            message: message.to_owned(),
            detail: event.traceback.summary(),
            log: log.to_owned(),
            example: event.example(),
            count: 0,
            first: None,
            last: None,
            after_last_run: 0,
            to_remember: 0,
        });
        Some(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(logger: &str, message: &str) -> Event {
        let mut event =
            Event { level: Some(Level::Error), time: Some(5), finished: true, ..Event::default() };
        event.logger.extend_from_slice(logger.as_bytes());
        event.message.extend_from_slice(message.as_bytes());
        event.push_line(message.as_bytes());
        event
    }

    #[test]
    fn h12_errors_group_by_logger_and_message() {
        let mut groups = Groups::default();
        for (logger, message) in [
            ("django.request", "Internal Server Error: /products/1/"),
            ("django.request", "Internal Server Error: /products/22/"),
            ("django.request", "Internal Server Error: /cart/"),
            ("shop.stock", "Internal Server Error: /cart/"),
        ] {
            groups.add(&event(logger, message), "django.log");
        }
        let counts: Vec<_> = groups.list.iter().map(|group| (group.message.as_str(), group.count)).collect();
        let expected = [
            ("Internal Server Error: /products/<n>/", 2),
            ("Internal Server Error: /cart/", 1),
            ("Internal Server Error: /cart/", 1),
        ];
        assert_eq!(counts, expected);
    }

    #[test]
    fn endless_different_messages_stay_in_bounded_memory() {
        let mut groups = Groups::default();
        let word = |number: u32| -> String {
            number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
        };
        for number in 0..5000 {
            groups.add(&event("shop", &word(number)), "django.log");
        }
        assert_eq!(groups.list.len(), WITH_MESSAGE + 1);
        assert_eq!(groups.list.iter().map(|group| group.count).sum::<u64>(), 5000);
        for number in 0..5000 {
            groups.add(&event(&word(number), "x"), "django.log");
        }
        assert!(groups.list.len() <= MOST + 1);
        assert_eq!(groups.list.iter().map(|group| group.count).sum::<u64>(), 10_000);
    }

    #[test]
    fn a_long_event_keeps_its_start_and_its_exception() {
        let mut long = event("shop", "start");
        for line in ["Traceback (most recent call last):", &"  x".repeat(10_000), "KeyError: 'a'"] {
            long.push_line(line.as_bytes());
            long.traceback.line(line.as_bytes());
        }
        let example = long.example();
        assert!(example.starts_with("start\nTraceback") && example.ends_with("KeyError: 'a'"));
        assert!(example.len() < EXAMPLE + 100);
    }
}
