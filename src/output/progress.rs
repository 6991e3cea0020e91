//! Progress on a terminal: a bar on stderr, and nothing elsewhere.

use crate::progress::Progress;
use crate::system::interrupt::Interrupt;
use indicatif::ProgressBar;
use indicatif::ProgressDrawTarget;
use indicatif::ProgressStyle;
use std::sync::Mutex;
use std::sync::PoisonError;

/// A bar while work is under way; hidden off a terminal and when quiet.
#[derive(Debug)]
pub struct Bar {
    hidden: bool,
    current: Mutex<ProgressBar>,
    interrupt: Interrupt,
}

impl Bar {
    pub fn new(quiet: bool) -> Self {
        Self::that_hears(quiet, Interrupt::default())
    }

    /// A bar whose work is given up when a signal comes.
    pub fn that_hears(quiet: bool, interrupt: Interrupt) -> Self {
        Self { hidden: quiet, current: Mutex::new(ProgressBar::hidden()), interrupt }
    }

    fn with(&self, act: impl FnOnce(&mut ProgressBar)) {
        act(&mut self.current.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Progress for Bar {
    fn start(&self, what: &str, total: u64) {
        let target = if self.hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let template = if total == 0 {
            "{spinner} {msg} {human_pos}"
        } else {
            "{msg} {wide_bar} {percent:>3}% {eta:>4}"
        };
        let bar = ProgressBar::with_draw_target((total > 0).then_some(total), target);
        // A wrong template would show in the first run on a terminal; the plain style serves then.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(what.to_owned());
        self.with(|current| *current = bar);
    }

    fn advance(&self, amount: u64) {
        self.with(|bar| bar.inc(amount));
    }

    fn finish(&self) {
        self.with(|bar| bar.finish_and_clear());
    }

    fn go_on(&self) -> anyhow::Result<()> {
        self.interrupt.check()
    }
}
