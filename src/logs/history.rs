//! Reading one log through its rotations, from where an earlier run allows to the end.
//!
//! What is judged is always the whole window; the memory only spares reading what is older.

use super::fingerprint::fingerprint;
use super::lines::Lines;
use super::lines::Sink;
use super::source::Source;
use super::source::SourceProblem;
use super::source::open_all;
use crate::progress::Progress;
use crate::state::LogCheckpoint;
use jiff::Timestamp;
use std::path::Path;
use std::time::Duration;

/// Shortest head by which a file is recognised: less than a time would be found in any log.
const SHORTEST_HEAD: u64 = 24;

/// The stretch of time that is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    /// Microseconds since 1970, UTC.
    pub(super) start: i64,
    pub(super) end: i64,
    pub(super) last_run: Option<Timestamp>,
}

impl Window {
    /// The last `since` before `now`. After a run that was that long ago and up to an eighth more, the window begins
    /// at that run: a daily run that comes a little late leaves no gap.
    pub(super) fn new(since: Duration, now: Timestamp, last_run: Option<Timestamp>) -> Self {
        let length = i64::try_from(since.as_micros()).unwrap_or(i64::MAX);
        let end = now.as_microsecond();
        let start = end.saturating_sub(length);
        let late = last_run
            .map(Timestamp::as_microsecond)
            .filter(|last| *last < start && *last >= start.saturating_sub(length / 8));
        Self { start: late.unwrap_or(start), end, last_run }
    }

    pub(super) fn since(&self) -> Timestamp {
        Timestamp::from_microsecond(self.start).unwrap_or(Timestamp::MIN)
    }
}

/// Which events of a file came after the last run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum After {
    /// There was no run before.
    #[default]
    Everything,
    /// Those from this offset on: the file had been read so far.
    Offset(u64),
    /// Those of a later time: the last run did not know the file.
    Time(i64),
}

impl After {
    pub(super) fn covers(self, offset: u64, time: Option<i64>) -> bool {
        match self {
            Self::Everything => true,
            Self::Offset(read) => offset >= read,
            Self::Time(last) => time.is_none_or(|time| time > last),
        }
    }
}

/// Whoever makes events out of the lines of a log.
pub(super) trait Events: Sink {
    /// The lines that follow are of another file of the log.
    fn begin(&mut self, after: After);
    /// Offset of the last event of the current file: it may still grow.
    fn last_event(&self) -> Option<u64>;
}

/// How the reading of a log went.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// Whether any file of the log was there and readable.
    pub(super) read: bool,
    pub(super) problems: Vec<SourceProblem>,
    pub(super) checkpoint: Option<LogCheckpoint>,
}

/// Hands the lines of a log to `events`, oldest file first; `past` are its checkpoints, newest first.
pub(super) fn read_log(
    log: &Path,
    past: &[LogCheckpoint],
    window: &Window,
    progress: &dyn Progress,
    events: &mut impl Events,
) -> Outcome {
    let (mut sources, problems) = open_all(log, window.start);
    let mut outcome = Outcome { read: !sources.is_empty(), problems, checkpoint: None };
    let starts: Vec<u64> = sources.iter().map(|source| start(source, past, window)).collect();
    let total = sources.iter().zip(&starts).map(|(source, start)| source.length.saturating_sub(*start)).sum();
    progress.start(&format!("read {}", log.display()), total);
    let mut lines = Lines::new();
    for (source, start) in sources.iter_mut().zip(starts) {
        events.begin(after(source, past));
        let (head, path, current) = (source.head.clone(), source.path.clone(), source.current);
        let end = match source.stream(start) {
            Ok(mut stream) => lines.read(&mut stream, start, events, &|bytes| progress.advance(bytes)),
            Err(error) => {
                outcome.problems.push(SourceProblem::from_io(&path, &error));
                continue;
            }
        };
        if let Some(error) = end.error {
            outcome.problems.push(SourceProblem::from_io(&path, &error));
        }
        if current && let Ok(at) = Timestamp::from_microsecond(window.end) {
            outcome.checkpoint = Some(LogCheckpoint {
                at,
                head_length: head.len() as u64,
                head: fingerprint(&head),
                finished: end.finished,
                resume: events.last_event().unwrap_or(end.finished).min(end.finished),
            });
        }
    }
    progress.finish();
    outcome
}

/// Whether a checkpoint was made of this file, under whatever name.
fn is_of(checkpoint: &LogCheckpoint, source: &Source) -> bool {
    let Ok(length) = usize::try_from(checkpoint.head_length) else { return false };
    checkpoint.head_length >= SHORTEST_HEAD
        && source.head.get(..length).is_some_and(|head| fingerprint(head) == checkpoint.head)
        // A file that is shorter than what was read of it was truncated, and begins anew.
        && (source.compressed || checkpoint.finished <= source.length)
}

fn start(source: &Source, past: &[LogCheckpoint], window: &Window) -> u64 {
    past.iter()
        .filter(|checkpoint| checkpoint.at.as_microsecond() <= window.start)
        .find(|checkpoint| is_of(checkpoint, source))
        .map_or(0, |checkpoint| checkpoint.resume)
}

fn after(source: &Source, past: &[LogCheckpoint]) -> After {
    match past.first() {
        None => After::Everything,
        Some(last) if is_of(last, source) => After::Offset(last.finished),
        Some(last) => After::Time(last.at.as_microsecond()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_daily_run_that_comes_a_little_late_leaves_no_gap() {
        let day = Duration::from_hours(24);
        let now = Timestamp::from_second(1_000_000).expect("a time");
        let ago = |hours: i64| Some(now - jiff::SignedDuration::from_hours(hours));
        let start = |last_run| Window::new(day, now, last_run).since();
        assert_eq!(Some(start(None)), ago(24));
        assert_eq!(Some(start(ago(3))), ago(24));
        assert_eq!(Some(start(ago(25))), ago(25));
        assert_eq!(Some(start(ago(28))), ago(24), "a missed run does not stretch the window");
        assert_eq!(Window::new(Duration::MAX, now, None).since(), Timestamp::MIN);
    }
}
