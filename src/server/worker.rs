//! One thread that owns one connection, answers questions with it, and makes it anew when it breaks.

use super::log::Log;
use super::store::SharedFrame;
use super::store::Store;
use crate::config::DatabaseConfig;
use crate::error::Error;
use crate::error::one_line;
use anyhow::Result;
use anyhow::anyhow;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
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
    /// The outage has been told; its end has not.
    pub(super) down: AtomicBool,
}

pub(super) struct Worker {
    shared: Arc<Shared>,
    store: Option<Store>,
    pause: Duration,
    /// No attempt to connect before this.
    retry_at: Option<Instant>,
}

impl Worker {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, store: None, pause: PAUSES.0, retry_at: None }
    }

    /// Answers a question; where a used connection fails, once more with a new one.
    pub(super) fn answer<T>(&mut self, question: &dyn Fn(&mut Store) -> Result<T>) -> Result<T, Refusal> {
        loop {
            if let Some(store) = &mut self.store
                && !store.is_current(&self.shared.settings, &self.shared.app)
            {
                self.store = None;
            }
            let used = self.store.is_some();
            let store = self.connected()?;
            let answer = std::panic::catch_unwind(AssertUnwindSafe(|| question(store)))
                .unwrap_or_else(|_| Err(anyhow!("the page's code panicked")));
            match answer {
                Ok(answer) => return Ok(answer),
                Err(_) if used => self.store = None,
                Err(error) => {
                    self.store = None;
                    self.shared.log.line(&format!("error: {}", one_line(&error)));
                    let known = error.downcast_ref::<Error>().is_some();
                    return Err(if known { Refusal::Down } else { Refusal::Failed });
                }
            }
        }
    }

    fn connected(&mut self) -> Result<&mut Store, Refusal> {
        if self.store.is_none() {
            if self.retry_at.is_some_and(|time| Instant::now() < time) {
                return Err(Refusal::Down);
            }
            match Store::open(&self.shared.settings, &self.shared.app, &self.shared.frame) {
                Ok(store) => {
                    (self.pause, self.retry_at) = (PAUSES.0, None);
                    if self.shared.down.swap(false, Ordering::Relaxed) {
                        self.shared.log.line("note: the database answers again");
                    }
                    self.store = Some(store);
                }
                Err(error) => {
                    if !self.shared.down.swap(true, Ordering::Relaxed) {
                        self.shared.log.line(&format!("error: {}", one_line(&error)));
                    }
                    self.retry_at = Some(Instant::now() + self.pause);
                    self.pause = (self.pause * 2).min(PAUSES.1);
                }
            }
        }
        self.store.as_mut().ok_or(Refusal::Down)
    }
}
