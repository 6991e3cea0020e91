//! sitekeep's own memory: runs, findings, measurements, how far each log was read.
//!
//! One SQLite database per site in a private folder. It is a convenience and never the only copy of anything of the
//! site: losing it loses history, not data.

mod artefacts;
mod catalogue;
mod drills;
mod finished_images;
mod first_seen;
mod history;
mod items;
mod log_checkpoints;
mod log_groups;
mod migrations;
mod notifications;
mod runs;

pub use artefacts::Damage;
pub use catalogue::CatalogueDifference;
pub use catalogue::CatalogueProduct;
pub use catalogue::CatalogueRecord;
pub use drills::Drill;
pub use finished_images::Finished;
pub use finished_images::FinishedImage;
pub use finished_images::Stamp;
pub use history::Point;
pub use items::Done;
pub use items::Manner;
pub use log_checkpoints::LogCheckpoint;
pub use log_groups::LogGroup;
pub use notifications::Waiting;
pub use runs::CATCH_UP;
pub use runs::OpenFinding;
pub use runs::Run;

use crate::error::Error;
use crate::error::Kind;
use crate::system::fs;
use anyhow::Context;
use anyhow::Result;
use rusqlite::Connection;
use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

const FILE_NAME: &str = "state.sqlite3";

/// How long runs with their findings, and single measurements, are kept.
const KEPT_DAYS: i64 = 400;

/// An open state database.
#[derive(Debug)]
pub struct State {
    connection: Connection,
    folder: PathBuf,
}

impl State {
    /// Opens the state in `folder`, creating both when missing, and brings its tables up to date.
    ///
    /// # Errors
    /// When the folder cannot be written to, the file is no database, or a later sitekeep has written it.
    pub fn open(folder: &Path) -> Result<Self> {
        let hint =
            "see that its disk has room, or set [state] directory to a folder that this user may write to";
        fs::create_private_folder(folder)
            .map_err(|error| Error::new(Kind::Failed, crate::error::one_line(&error)).hint(hint))?;
        let path = folder.join(FILE_NAME);
        let open = || -> Result<Connection> {
            create(folder, &path)?;
            let connection = Connection::open(&path)?;
            connection.busy_timeout(Duration::from_secs(10))?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "NORMAL")?;
            Ok(connection)
        };
        let mut connection = open().map_err(|error| {
            Error::new(
                Kind::Failed,
                format!("open state {}: {}", path.display(), crate::error::one_line(&error)),
            )
            .hint(format!("{hint}; if the file is damaged, move it away: only history is in it"))
        })?;
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))
            .with_context(|| format!("make {} private", path.display()))?;
        migrations::apply(&mut connection).with_context(|| format!("open state {}", path.display()))?;
        Ok(Self { connection, folder: folder.to_owned() })
    }

    /// Whether a state is in `folder`, as far as this user may see.
    pub fn is_in(folder: &Path) -> bool {
        folder.join(FILE_NAME).is_file()
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs `work` in one transaction: all of it is remembered or nothing.
    pub(crate) fn transaction<T>(
        &mut self,
        work: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        let transaction =
            self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let value = work(&transaction)?;
        transaction.commit()?;
        Ok(value)
    }
}

/// Makes the empty file before SQLite does, so that it belongs to the owner of the folder and not to whoever comes first.
fn create(folder: &Path, path: &Path) -> Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(file) => fs::give_to_owner_of(folder, &file),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error.into()),
    }
}
