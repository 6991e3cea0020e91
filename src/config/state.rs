//! `[state]`: where sitekeep keeps its own memory.

use serde::Deserialize;
use serde::Serialize;
use std::path::PathBuf;

/// Folder of the state database and of the lock.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StateConfig {
    /// Without it: `$STATE_DIRECTORY`, else `$XDG_STATE_HOME/sitekeep/NAME`, else `~/.local/state/sitekeep/NAME`.
    pub directory: Option<PathBuf>,
}
