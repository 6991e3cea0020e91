//! Lines of the system log that name the site: entries of the journal, and lines of syslog with either stamp.

use super::access_line::AccessLine;
use super::history::After;
use super::history::Events;
use super::lines::Line;
use super::lines::Sink;
use super::lines::bounded;
use super::lines::visible;
use super::normal::normalise;
use super::stamp;
use super::stamp::Clock;
use super::stamp::Stamp;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use regex::bytes::Regex;
use regex::bytes::RegexBuilder;
use serde::Deserialize;
use serde_json::Value;

/// Sorts of lines that are told apart.
const MOST: usize = 200;

/// Longest line that is shown, in bytes.
const LONGEST: usize = 500;

/// What a line says when something is wrong.
///
/// A word in a path, such as `/error.css`, says nothing.
const TROUBLE: &str = r"(?:^|[^\w/.?&-])(?:errors?|critical|fail(ed|ure|s)?|fatal|segfault|oom|oom-kill(er)?|out of memory|killed|panic|core[ -]dump(ed)?|traceback|emerg(ency)?|alert)(?:$|[^\w.-]|[.-](?:\W|$))";

/// Own lines: what sitekeep told yesterday is no news of the site.
const OWN: &[u8] = b"sitekeep";

/// Programs that tell of the site in words of their own: the machine, and what a Django site runs under. Of any other,
/// such as sshd, the name of the site may have come from a stranger.
const TELLERS: &[&str] = &[
    "kernel",
    "systemd",
    "supervisord",
    "gunicorn",
    "uwsgi",
    "uWSGI",
    "uvicorn",
    "hypercorn",
    "daphne",
    "celery",
    "python",
    "python3",
    "node",
];

/// Lines of one sort.
#[derive(Debug, Clone)]
pub(super) struct Sort {
    pub(super) normal: String,
    pub(super) example: String,
    pub(super) count: u64,
    pub(super) first: Option<i64>,
    pub(super) last: Option<i64>,
}

/// Collects the lines that name the site.
pub(super) struct SystemLines {
    names: Regex,
    trouble: Regex,
    clock: Clock,
    start: i64,
    now: Timestamp,
    zone: TimeZone,
    journal: bool,
    pub(super) recognised: bool,
    pub(super) strange: bool,
    /// Lines that name the site, and those that tell of trouble.
    pub(super) lines: u64,
    pub(super) troubled: u64,
    /// Entries of the journal that may be the site's and could not be understood.
    pub(super) unread: u64,
    pub(super) sorts: Vec<Sort>,
}

/// One entry of the journal.
#[derive(Debug, Deserialize)]
struct Entry {
    #[serde(rename = "MESSAGE", default)]
    message: Value,
    #[serde(rename = "PRIORITY", default)]
    priority: Value,
    #[serde(rename = "SYSLOG_IDENTIFIER", default)]
    identifier: Value,
    #[serde(rename = "_SYSTEMD_UNIT", default)]
    unit: Value,
    /// The unit that systemd itself tells about.
    #[serde(rename = "UNIT", default)]
    subject: Value,
    #[serde(rename = "__REALTIME_TIMESTAMP", default)]
    time: Value,
}

impl SystemLines {
    pub(super) fn new(
        words: &[String],
        zone: &TimeZone,
        start: i64,
        now: Timestamp,
        journal: bool,
    ) -> Result<Self> {
        let words: Vec<String> = words.iter().map(|word| regex::escape(word)).collect();
        let build = |pattern: &str| RegexBuilder::new(pattern).case_insensitive(true).build();
        Ok(Self {
            names: build(&words.join("|")).context("[logs] system_words")?,
            trouble: build(TROUBLE)?,
            clock: Clock::new(zone),
            start,
            now,
            zone: zone.clone(),
            journal,
            recognised: false,
            strange: false,
            lines: 0,
            troubled: 0,
            unread: 0,
            sorts: Vec::new(),
        })
    }

    fn entry(&mut self, line: &[u8]) {
        // Messages that are no UTF-8 come as numbers; the names are then in them and not in the line.
        if !self.names.is_match(line) && memchr::memmem::find(line, b"\"MESSAGE\":[").is_none() {
            return;
        }
        let Ok(entry) = serde_json::from_slice::<Entry>(line) else {
            self.unread += 1;
            return;
        };
        let (identifier, message) = (text(&entry.identifier), text(&entry.message));
        let unit = [&entry.unit, &entry.subject].map(text).concat();
        let about = [identifier.as_slice(), b": ", &message].concat();
        if identifier == OWN || !(self.names.is_match(&about) || self.names.is_match(&unit)) {
            return;
        }
        let number = |value: &Value| String::from_utf8(text(value)).ok()?.parse::<i64>().ok();
        let time = number(&entry.time);
        if entry.message.is_null() && time.is_none_or(|time| time >= self.start) {
            self.unread += 1;
        }
        // 3 is "error" (RFC 5424, section 6.2.1).
        let severe = number(&entry.priority).is_some_and(|priority| priority <= 3);
        // A unit tells whose the line is; the machine itself speaks of all.
        let own = if unit.is_empty() || matches!(identifier.as_slice(), b"kernel" | b"systemd") {
            self.is_own(&identifier)
        } else {
            self.names.is_match(&unit) || self.names.is_match(&identifier)
        };
        let troubled = severe || own && self.is_trouble(&message);
        self.add(time, &about, troubled);
    }

    /// Whether a program's words on the site are to be believed.
    fn is_own(&self, program: &[u8]) -> bool {
        self.names.is_match(program) || TELLERS.iter().any(|teller| teller.as_bytes() == program)
    }

    /// Whether the words of a line tell of trouble; requests are judged in the access log, by their status.
    fn is_trouble(&self, message: &[u8]) -> bool {
        self.trouble.is_match(message) && AccessLine::parse(message).is_none()
    }

    fn syslog(&mut self, line: &[u8]) {
        let named = self.names.is_match(line);
        if !named && self.recognised {
            return;
        }
        let Some((time, rest)) = self.stamped(line) else {
            self.strange |= !line.trim_ascii().is_empty();
            return;
        };
        self.recognised = true;
        // The host may be called like the site: what is meant stands behind it.
        let about = memchr::memchr(b' ', rest).map_or(rest, |space| &rest[space + 1..]);
        if named && !about.starts_with(OWN) && self.names.is_match(about) {
            let end = about.iter().position(|byte| matches!(byte, b'[' | b':' | b' ')).unwrap_or(about.len());
            let (program, message) = about.split_at(end);
            let message = memchr::memmem::find(message, b": ").map_or(message, |colon| &message[colon + 2..]);
            let troubled = self.is_own(program) && self.is_trouble(message);
            self.add(Some(time), about, troubled);
        }
    }

    /// Time of a line in microseconds, and what follows it from the host on.
    fn stamped<'a>(&mut self, line: &'a [u8]) -> Option<(i64, &'a [u8])> {
        if let Some((stamp, length)) = stamp::parse(line, true) {
            return Some((self.clock.microseconds(stamp), line.get(length + 1..)?));
        }
        let (month, day, second) = stamp::parse_traditional(line)?;
        let year = i64::from(self.zone.to_datetime(self.now).year());
        let limit = self.now.as_microsecond() + 86_400_000_000;
        let mut time = |year: i64| {
            let seconds = stamp::days(year, month, day) * 86_400 + second;
            self.clock.microseconds(Stamp { seconds, microseconds: 0, offset: None })
        };
        // The stamp has no year: what would lie ahead is of the year before.
        let this_year = time(year);
        let time = if this_year > limit { time(year - 1) } else { this_year };
        Some((time, line.get(16..)?))
    }

    fn add(&mut self, time: Option<i64>, about: &[u8], troubled: bool) {
        if time.is_some_and(|time| time < self.start) {
            return;
        }
        self.lines += 1;
        if !troubled {
            return;
        }
        self.troubled += 1;
        let normal = normalise(about);
        let position = self.sorts.iter().position(|sort| sort.normal == normal);
        let position = position.unwrap_or_else(|| {
            if self.sorts.len() >= MOST {
                return MOST - 1;
            }
            let example = visible(&about[..about.len().min(LONGEST)]);
            let example = bounded(&example, LONGEST).trim_end().replace(['\n', '\t'], " ");
            self.sorts.push(Sort { normal, example, count: 0, first: time, last: time });
            self.sorts.len() - 1
        });
        if let Some(sort) = self.sorts.get_mut(position) {
            sort.count += 1;
            sort.first = sort.first.into_iter().chain(time).min();
            sort.last = sort.last.max(time);
        }
    }
}

fn text(value: &Value) -> Vec<u8> {
    match value {
        Value::String(text) => text.clone().into_bytes(),
        Value::Number(number) => number.to_string().into_bytes(),
        Value::Array(bytes) => bytes.iter().filter_map(|byte| u8::try_from(byte.as_u64()?).ok()).collect(),
        _ => Vec::new(),
    }
}

impl Sink for SystemLines {
    fn line(&mut self, line: Line<'_>) {
        if self.journal { self.entry(line.bytes) } else { self.syslog(line.bytes) }
    }
}

impl Events for SystemLines {
    fn begin(&mut self, _after: After) {}

    fn last_event(&self) -> Option<u64> {
        None
    }
}
