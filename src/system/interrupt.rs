//! Ctrl-C and the system's request to end, heard at the moments where stopping does no harm.

use crate::error::Error;
use crate::error::Kind;
use anyhow::Context;
use anyhow::Result;
use signal_hook::consts::SIGHUP;
use signal_hook::consts::SIGINT;
use signal_hook::consts::SIGTERM;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

/// The signals that came so far. Clones hear the same.
#[derive(Debug, Clone, Default)]
pub struct Interrupt {
    /// Number of the last signal; 0 when there was none.
    signal: Arc<AtomicUsize>,
}

impl Interrupt {
    /// From now on the signals do not end the process by themselves.
    ///
    /// # Errors
    /// When the kernel takes no handler.
    pub fn listen() -> Result<Self> {
        let interrupt = Self::default();
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            let number = usize::try_from(signal).unwrap_or_default();
            signal_hook::flag::register_usize(signal, Arc::clone(&interrupt.signal), number)
                .context("listen to signals")?;
        }
        Ok(interrupt)
    }

    /// Whether the work may go on.
    ///
    /// # Errors
    /// [`Kind::Interrupted`] when a signal came.
    pub fn check(&self) -> Result<()> {
        match u8::try_from(self.signal.load(Ordering::Relaxed)) {
            Ok(0) => Ok(()),
            Ok(signal) => {
                Err(Error::new(Kind::Interrupted(signal), "stopped on request; what had begun is taken back")
                    .into())
            }
            Err(error) => Err(error).context("read the signal"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_is_an_error_with_the_shells_exit_code() {
        let interrupt = Interrupt::default();
        interrupt.check().expect("none came");
        interrupt.signal.store(2, Ordering::Relaxed);
        assert_eq!(crate::error::exit_code(&interrupt.clone().check().expect_err("one came")), 130);
    }
}
