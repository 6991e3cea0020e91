//! What every command is given: settings, state, printer, the time.

use super::Globals;
use crate::config::Config;
use crate::config::Environment;
use crate::config::Loaded;
use crate::config::load;
use crate::error::Error;
use crate::error::Kind;
use crate::error::one_line;
use crate::output::Printer;
use crate::state::State;
use crate::system::fs;
use crate::system::lock;
use crate::system::lock::Lock;
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
    /// Whether people are told how the command ends ([`super::notifications`]).
    pub told: bool,
}

impl Context {
    /// Prepares a context.
    ///
    /// # Errors
    /// When `SITEKEEP_NOW` is set and is no time.
    pub fn new(globals: Globals, environment: Environment, printer: Printer) -> Result<Self> {
        let now = time::now(environment.get("SITEKEEP_NOW")).map_err(|error| {
            Error::new(Kind::Config, one_line(&error)).hint("write it as 2026-11-23T08:00:00Z")
        })?;
        Ok(Self { globals, environment, printer, now, told: false })
    }

    /// Loads the settings, or the guide's defaults where there are none.
    ///
    /// # Errors
    /// A configuration error (exit 78).
    pub fn load(&self) -> Result<Loaded> {
        load(self.globals.config.as_deref(), &self.environment)
    }

    /// Loads the settings of a site; defaults alone describe none.
    ///
    /// # Errors
    /// A configuration error (exit 78), also when there is no configuration.
    pub fn load_site(&self) -> Result<Loaded> {
        let loaded = self.load()?;
        if loaded.is_configured() {
            return Ok(loaded);
        }
        let places: Vec<String> =
            self.environment.candidates().iter().map(|path| path.display().to_string()).collect();
        Err(Error::new(Kind::Config, format!("no configuration: there is none of {}", places.join(", ")))
            .hint("write one with `sitekeep init` in the project's folder, or name one with --config FILE")
            .into())
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

    /// Keeps every other run that changes something away from this site, for as long as the lock lives; commands take
    /// it by `site::lock`.
    ///
    /// # Errors
    /// When another run works on the site (exit 75), or the folder of the state cannot be written to.
    pub(super) fn lock(&self, config: &Config, purpose: &str) -> Result<Lock> {
        let folder = self.state_folder(config)?;
        fs::create_private_folder(&folder)?;
        lock::acquire(&folder.join("lock"), self.globals.lock_wait, purpose)
    }

    /// Opens the state of the configured site.
    ///
    /// # Errors
    /// When its folder cannot be written to, or a later version wrote it.
    pub fn state(&self, config: &Config) -> Result<State> {
        State::open(&self.state_folder(config)?)
    }
}
