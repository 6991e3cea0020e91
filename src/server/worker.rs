//! One thread that owns one connection, answers questions with it, and makes it anew when it breaks.

use super::log::Log;
use super::store::SharedFrame;
use super::store::State;
use super::store::Store;
use crate::config::DatabaseConfig;
use crate::error::Error;
use crate::error::Kind;
use crate::error::one_line;
use anyhow::Result;
use anyhow::anyhow;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

/// Shortest and longest pause between two attempts to connect; in between it doubles.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(4));

/// Why a question got no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// More questions wait than could be answered in time.
    Busy,
    /// The database cannot be reached, is locked or is damaged.
    Down,
    /// The database answers, but not to this question.
    Failed,
}

/// What all workers share.
pub(super) struct Shared {
    pub(super) settings: DatabaseConfig,
    pub(super) app: String,
    pub(super) frame: Arc<SharedFrame>,
    pub(super) log: Log,
    /// One for all: when one connection is back, the others need not wait.
    pub(super) outage: Mutex<Option<Outage>>,
}

/// The database cannot be reached.
pub(super) struct Outage {
    pause: Duration,
    /// No attempt to connect before this.
    retry_at: Instant,
}

pub(super) struct Worker {
    shared: Arc<Shared>,
    store: Option<Store>,
}

impl Worker {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, store: None }
    }

    /// Answers a question; once more where the connection turns out broken, or the schema another by now.
    pub(super) fn answer<T>(&mut self, question: &dyn Fn(&mut Store) -> Result<T>) -> Result<T, Refusal> {
        let shared = Arc::clone(&self.shared);
        let mut again = true;
        loop {
            if let Some(store) = &mut self.store
                && !store.is_current(&shared.settings, &shared.app)
            {
                self.store = None;
            }
            let used = self.store.is_some();
            let store = self.connected()?;
            let answer = std::panic::catch_unwind(AssertUnwindSafe(|| question(store)));
            let crashed = answer.is_err();
            let error = match answer.unwrap_or_else(|_| Err(anyhow!("the page's code panicked"))) {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let busy = error.downcast_ref::<Error>().is_some_and(|error| error.kind == Kind::Undetermined);
            // A question that the database does not like leaves a sound connection; so does a lock.
            let state = if crashed || store.database.is_closed() {
                State::Broken
            } else if busy {
                State::Sound
            } else {
                store.examine(&shared.app)
            };
            if state == State::Broken {
                self.store = None;
            }
            let helps = match state {
                State::Sound => false,
                State::Migrated => true,
                State::Broken => used && !busy,
            };
            if again && helps {
                again = false;
                continue;
            }
            shared.log.line(format!("error: {}", one_line(&error)));
            let known = error.downcast_ref::<Error>().is_some();
            return Err(if known { Refusal::Down } else { Refusal::Failed });
        }
    }

    fn connected(&mut self) -> Result<&mut Store, Refusal> {
        if self.store.is_none() {
            self.store = Some(self.connect()?);
        }
        self.store.as_mut().ok_or(Refusal::Down)
    }

    fn connect(&self) -> Result<Store, Refusal> {
        let outage = || self.shared.outage.lock().unwrap_or_else(PoisonError::into_inner);
        if outage().as_ref().is_some_and(|outage| Instant::now() < outage.retry_at) {
            return Err(Refusal::Down);
        }
        let opened = Store::open(&self.shared.settings, &self.shared.app, &self.shared.frame);
        let mut outage = outage();
        match opened {
            Ok(store) => {
                if outage.take().is_some() {
                    self.shared.log.line("note: the database answers again");
                }
                Ok(store)
            }
            Err(error) => {
                let now = Instant::now();
                if outage.is_none() {
                    self.shared.log.line(format!("error: {}", one_line(&error)));
                }
                let pause = outage.as_ref().map_or(PAUSES.0, |outage| (outage.pause * 2).min(PAUSES.1));
                // Several that fail at once are one failed attempt.
                if outage.as_ref().is_none_or(|outage| outage.retry_at <= now) {
                    *outage = Some(Outage { pause, retry_at: now + pause });
                }
                Err(Refusal::Down)
            }
        }
    }
}
