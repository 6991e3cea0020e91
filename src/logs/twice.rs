//! Events that several logs hold: Django often writes an error to its own log and to one of errors alone.

use super::groups::Event;
use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher;

/// Events that are remembered, for flat memory; later ones count in each log.
const MOST: usize = 200_000;

/// Events seen so far, by time, level and message.
#[derive(Debug, Default)]
pub(super) struct Twice {
    earlier_logs: HashSet<u64>,
    this_log: Vec<u64>,
}

impl Twice {
    /// Begins another log: equal events within one log are different events.
    pub(super) fn begin_log(&mut self) {
        self.earlier_logs.extend(self.this_log.drain(..));
    }

    /// Whether an earlier log had the event; an event without a time cannot be recognised.
    pub(super) fn is_known(&mut self, event: &Event) -> bool {
        let Some(time) = event.time else { return false };
        let mut hasher = DefaultHasher::new();
        (time, event.level, &event.message).hash(&mut hasher);
        let hash = hasher.finish();
        if self.earlier_logs.contains(&hash) {
            return true;
        }
        if self.earlier_logs.len() + self.this_log.len() < MOST {
            self.this_log.push(hash);
        }
        false
    }
}
