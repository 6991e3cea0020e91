//! How the server is told to stop or to open its log again.

use super::log::Log;
use anyhow::Context;
use anyhow::Result;
use tokio::signal::unix::Signal;
use tokio::signal::unix::SignalKind;
use tokio::signal::unix::signal;
use tokio::sync::watch;

/// Stops a running server from another thread; dropping it stops nothing.
#[derive(Debug, Clone)]
pub struct Stop(watch::Sender<bool>);

impl Default for Stop {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Stop {
    /// Asks the server to finish what it does and to end.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<bool> {
        self.0.subscribe()
    }
}

/// SIGTERM and SIGINT stop; SIGHUP opens the access log again.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    /// Takes the signals over; must be called on the runtime.
    pub(super) fn take() -> Result<Self> {
        let take = |kind| signal(kind).context("take over the signals");
        Ok(Self {
            terminate: take(SignalKind::terminate())?,
            interrupt: take(SignalKind::interrupt())?,
            hang_up: take(SignalKind::hangup())?,
        })
    }

    /// Waits for a signal to stop, and reopens the log at each SIGHUP before it.
    pub(super) async fn stop(&mut self, access_log: Option<&Log>) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hang_up.recv() => if let Some(log) = access_log { log.reopen() },
            }
        }
    }
}
