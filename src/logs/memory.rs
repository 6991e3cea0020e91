//! What earlier runs left to know, and whether this run adds to it.

use crate::error::one_line;
use crate::state::LogCheckpoint;
use crate::state::LogGroup;
use crate::state::State;
use crate::status::Finding;
use crate::status::kinds::STATE_UNAVAILABLE;
use anyhow::Result;
use jiff::Timestamp;

/// The memory of earlier runs.
#[derive(Debug)]
pub enum Memory<'a> {
    /// There is none: nothing is known to be new, and logs are read from their start.
    Absent,
    /// Earlier runs are known, and this one is not remembered: a look by hand.
    ReadOnly(&'a State),
    /// Earlier runs are known, and what is noted of this one makes it the last once it is told.
    Noted(&'a State, &'a mut Notes),
}

/// What a run will have been, once its report has reached its reader: until then, what is new stays new.
#[derive(Debug, Default)]
pub struct Notes {
    notes: Vec<Note>,
}

#[derive(Debug)]
struct Note {
    now: Timestamp,
    checkpoints: Vec<(String, LogCheckpoint)>,
    groups: Vec<LogGroup>,
}

impl Notes {
    /// Makes the run the last one that later runs compare with.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub fn commit(self, state: &mut State) -> Result<()> {
        for note in self.notes {
            state.record_log_groups(note.now, note.groups.iter())?;
            for (log, checkpoint) in &note.checkpoints {
                state.record_log_checkpoint(log, checkpoint)?;
            }
        }
        Ok(())
    }
}

impl Memory<'_> {
    pub(super) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    fn state(&self) -> Option<&State> {
        match self {
            Self::Absent => None,
            Self::ReadOnly(state) | Self::Noted(state, _) => Some(state),
        }
    }

    /// Checkpoints of a log, newest first; those that lie ahead of `now` come from a clock that was wrong.
    pub(super) fn checkpoints(&self, log: &str, now: Timestamp) -> Result<Vec<LogCheckpoint>> {
        let Some(state) = self.state() else { return Ok(Vec::new()) };
        let mut checkpoints = state.log_checkpoints(log)?;
        checkpoints.retain(|checkpoint| checkpoint.at <= now);
        Ok(checkpoints)
    }

    pub(super) fn knows_group(&self, fingerprint: &str) -> Result<bool> {
        match self.state() {
            Some(state) => Ok(state.log_group(fingerprint)?.is_some()),
            None => Ok(false),
        }
    }

    pub(super) fn note(
        &mut self,
        now: Timestamp,
        checkpoints: Vec<(String, LogCheckpoint)>,
        groups: Vec<LogGroup>,
    ) {
        if let Self::Noted(_, notes) = self {
            notes.notes.push(Note { now, checkpoints, groups });
        }
    }
}

/// Notes a failure of the memory: the logs are judged all the same.
pub(super) fn noted<T: Default>(result: Result<T>, problem: &mut Option<String>) -> T {
    result.unwrap_or_else(|error| {
        problem.get_or_insert(one_line(&error));
        T::default()
    })
}

/// The failure as a finding.
pub(super) fn finding(problem: &str) -> Finding {
    Finding::warning(&STATE_UNAVAILABLE, "logs", format!("the logs were read without memory: {problem}"))
        .remedy("make the folder of the state writable, or set [state] directory to another one")
}
