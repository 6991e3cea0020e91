//! Names of files as they may be printed: foreign hands chose them.

use crate::units::printable;
use std::path::Path;

/// Examples that a finding names.
pub(super) const EXAMPLES: usize = 5;

/// A path with everything that would move the cursor or break the line made visible.
pub(super) fn shown(path: &Path) -> String {
    printable(path.to_string_lossy()).replace('\n', "\\n").replace('\t', "\\t")
}

/// A path as one word of a shell.
pub(super) fn quoted(path: &Path) -> String {
    format!("'{}'", shown(path).replace('\'', "'\\''"))
}

/// A count with its first examples, in bounded memory.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) count: u64,
    pub(super) examples: Vec<String>,
}

impl Found {
    pub(super) fn add(&mut self, path: &Path) {
        self.count += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(shown(path));
        }
    }

    /// The examples, and how many more there are.
    pub(super) fn list(&self) -> String {
        let named = self.examples.join(", ");
        match self.count.saturating_sub(self.examples.len() as u64) {
            0 => named,
            more => format!("{named} and {more} more"),
        }
    }
}
