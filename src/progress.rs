//! How long work tells that it goes on, without knowing whether anybody looks.

/// Receives the steps of one piece of long work.
pub trait Progress: Sync {
    /// Begins work of `total` units (bytes, files), or of unknown length when 0.
    fn start(&self, what: &str, total: u64);
    /// Says that `amount` more units are done.
    fn advance(&self, amount: u64);
    /// Ends the work begun last.
    fn finish(&self);
    /// Whether the work goes on: asked between two steps of work that can be given up without harm.
    ///
    /// # Errors
    /// When it is to be given up.
    fn go_on(&self) -> anyhow::Result<()> {
        Ok(())
    }
}

/// Progress that nobody watches.
pub struct Silent;

impl Progress for Silent {
    fn start(&self, _what: &str, _total: u64) {}
    fn advance(&self, _amount: u64) {}
    fn finish(&self) {}
}

/// Work within other work that is watched already: it only hears whether to go on.
pub struct Within<'a>(pub &'a dyn Progress);

impl Progress for Within<'_> {
    fn start(&self, _what: &str, _total: u64) {}
    fn advance(&self, _amount: u64) {}
    fn finish(&self) {}
    fn go_on(&self) -> anyhow::Result<()> {
        self.0.go_on()
    }
}
