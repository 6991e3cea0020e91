//! What every command is given: settings, state, printer, the time.

use super::Globals;
use crate::config::Config;
use crate::config::Environment;
use crate::config::Loaded;
use crate::config::load;
use crate::output::Printer;
use crate::state::State;
use crate::system::time;
use anyhow::Context as _;
use anyhow::Result;
use jiff::Timestamp;
use std::path::PathBuf;

/// The surroundings of one command.
pub struct Context {
    pub globals: Globals,
    pub environment: Environment,
    pub printer: Printer,
    pub now: Timestamp,
}

impl Context {
    /// Prepares a context.
    ///
    /// # Errors
    /// When `SITEKEEP_NOW` is set and is no time.
    pub fn new(globals: Globals, environment: Environment, printer: Printer) -> Result<Self> {
        let now = time::now(environment.get("SITEKEEP_NOW"))?;
        Ok(Self { globals, environment, printer, now })
    }

    /// Loads the settings.
    ///
    /// # Errors
    /// A configuration error (exit 78).
    pub fn load(&self) -> Result<Loaded> {
        load(self.globals.config.as_deref(), &self.environment)
    }

    /// Folder of the state: as configured, else systemd's, else the user's.
    ///
    /// # Errors
    /// When there is no home folder to put it in.
    pub fn state_folder(&self, config: &Config) -> Result<PathBuf> {
        if let Some(folder) = &config.state.directory {
            return Ok(folder.clone());
        }
        if let Some(folder) = self.environment.get("STATE_DIRECTORY").and_then(|list| list.split(':').next())
        {
            return Ok(folder.into());
        }
        let user = match self.environment.get("XDG_STATE_HOME") {
            Some(folder) => PathBuf::from(folder),
            None => self
                .environment
                .home
                .as_ref()
                .context("find a folder for the state: there is no home folder; set [state] directory")?
                .join(".local/state"),
        };
        Ok(user.join("sitekeep").join(&config.site.name))
    }

    /// Opens the state of the configured site.
    ///
    /// # Errors
    /// When its folder cannot be written to, or a later version wrote it.
    pub fn state(&self, config: &Config) -> Result<State> {
        State::open(&self.state_folder(config)?)
    }
}
