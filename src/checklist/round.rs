//! What the items of one run share: settings, state, and the site's database, opened once.

use crate::backup::Kind;
use crate::config::Config;
use crate::db::Access;
use crate::db::Database;
use crate::db::Showcase;
use crate::db::connect;
use crate::health::Facts;
use crate::logs::Memory;
use crate::logs::Notes;
use crate::progress::Progress;
use crate::state::State;
use crate::status::Check;
use anyhow::Result;
use jiff::Timestamp;
use std::path::Path;

/// What the items do with backups, pictures and papers: the commands know how.
pub trait Keeper {
    /// Makes a backup and rotates its kind.
    ///
    /// # Errors
    /// When it cannot be tried at all; a backup that fails is a finding.
    fn make(&mut self, kind: Kind) -> Result<Check>;
    /// Reads the newest of each kind through.
    ///
    /// # Errors
    /// When there is none.
    fn verify(&mut self) -> Result<Check>;
    /// Drills the newest.
    ///
    /// # Errors
    /// When there is none.
    fn drill(&mut self) -> Result<Check>;
    /// Pushes a copy away from this machine.
    ///
    /// # Errors
    /// When the settings are wrong; a push that fails is a finding.
    fn push(&mut self) -> Result<Check>;
    /// Reads a share of the copies away from this machine through.
    ///
    /// # Errors
    /// When the settings are wrong.
    fn verify_remote(&mut self) -> Result<Check>;
    /// Backs the database up before it is rebuilt.
    ///
    /// # Errors
    /// When no backup could be made.
    fn before_rebuild(&mut self) -> Result<()>;
    /// Makes the pictures smaller that can be.
    ///
    /// # Errors
    /// When the media folder or the state cannot be used.
    fn optimize_images(&mut self) -> Result<Check>;
    /// Looks for files that nothing names, and names that no file has.
    ///
    /// # Errors
    /// When the database or the media folder cannot be read.
    fn look_for_orphans(&mut self) -> Result<Check>;
    /// Writes what changed among the products since the last report.
    ///
    /// # Errors
    /// When the database or the record cannot be read, or the report cannot be written.
    fn report_products(&mut self) -> Result<Check>;
    /// Keeps a dated copy of each guide that changed.
    ///
    /// # Errors
    /// When a folder of guides cannot be read.
    fn archive_guides(&mut self) -> Result<Check>;
    /// The folder of the state.
    fn state_folder(&self) -> &Path;
}

/// The surroundings in which items are checked.
pub struct Round<'a> {
    pub config: &'a Config,
    /// Missing when it cannot be opened; items then work without history.
    pub state: Option<&'a mut State>,
    pub now: Timestamp,
    pub progress: &'a dyn Progress,
    /// Whether this run becomes the last one that later runs compare with.
    pub remembers: bool,
    /// What it will have been then; to be committed when its report has reached its reader.
    pub notes: Notes,
    /// Missing in rounds that only look.
    pub keeper: Option<&'a mut dyn Keeper>,
    site: Option<Result<Site>>,
}

/// The site's database with what the checks compare the site with.
pub(super) struct Site {
    pub(super) database: Box<dyn Database>,
    pub(super) showcase: Showcase,
    pub(super) facts: Facts,
}

impl<'a> Round<'a> {
    pub fn new(
        config: &'a Config,
        state: Option<&'a mut State>,
        now: Timestamp,
        progress: &'a dyn Progress,
    ) -> Self {
        Self {
            config,
            state,
            now,
            progress,
            remembers: false,
            notes: Notes::default(),
            keeper: None,
            site: None,
        }
    }

    /// The site's database; the first failure to open it is everybody's answer, so that a lock is waited for once.
    pub(super) fn site(&mut self) -> Result<&mut Site, &anyhow::Error> {
        let config = self.config;
        match self.site.get_or_insert_with(|| open(config)) {
            Ok(site) => Ok(site),
            Err(error) => Err(error),
        }
    }

    /// Whoever makes and tries the backups.
    pub(super) fn keeper(&mut self) -> Result<&mut (dyn Keeper + 'a)> {
        match &mut self.keeper {
            Some(keeper) => Ok(&mut **keeper),
            None => anyhow::bail!("this round only looks"),
        }
    }

    /// What earlier runs left to know of the logs.
    pub(super) fn memory(&mut self) -> Memory<'_> {
        match self.state.as_deref() {
            None => Memory::Absent,
            Some(state) if self.remembers => Memory::Noted(state, &mut self.notes),
            Some(state) => Memory::ReadOnly(state),
        }
    }

    /// Days since 1970, which turn the samples.
    pub(super) fn day(&self) -> i64 {
        self.now.as_second().div_euclid(86400)
    }
}

fn open(config: &Config) -> Result<Site> {
    let mut database = connect(&config.database, Access::Read)?;
    let showcase = Showcase::resolve(database.schema()?, &config.site.app)?;
    let facts = Facts::read(database.as_mut(), &showcase, &config.site)?;
    Ok(Site { database, showcase, facts })
}
