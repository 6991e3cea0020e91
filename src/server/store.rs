//! One connection to the site's database, with the schema found on it, and the signs that it has grown stale.

use super::answers::Version;
use super::frame::Frame;
use crate::config::DatabaseConfig;
use crate::config::DatabaseSource;
use crate::db;
use crate::db::Access;
use crate::db::Database;
use crate::db::Showcase;
use anyhow::Result;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

/// How often the schema is read again: a column that a migration added raises no error.
const SCHEMA_CHECK: Duration = Duration::from_secs(10);

/// How long what stands around the pages is kept; a changed row must show within a second.
const FRAME_AGE: Duration = Duration::from_millis(500);

/// The frame read last, shared by all connections.
#[derive(Debug, Default)]
pub(super) struct SharedFrame(Mutex<Option<(Instant, Arc<Frame>)>>);

impl SharedFrame {
    /// The frame, if it is young enough to be the truth.
    pub(super) fn fresh(&self) -> Option<Arc<Frame>> {
        self.get().filter(|(read, _)| read.elapsed() < FRAME_AGE).map(|(_, frame)| frame)
    }

    /// The frame, however old: better than none on a page that says what went wrong.
    pub(super) fn last(&self) -> Option<Arc<Frame>> {
        self.get().map(|(_, frame)| frame)
    }

    fn get(&self) -> Option<(Instant, Arc<Frame>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, read: Instant, frame: &Arc<Frame>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((read, Arc::clone(frame)));
    }
}

/// A connection and what is known about it.
pub(super) struct Store {
    pub(super) database: Box<dyn Database>,
    pub(super) showcase: Showcase,
    app: String,
    file: Option<FileId>,
    schema_checked: Instant,
    /// State of the database in which the schema was read last.
    schema_of: Option<Version>,
    frame: Arc<SharedFrame>,
}

/// What became of a connection after a question that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It is as it was: the question was at fault.
    Sound,
    /// It has another schema, which is known now.
    Migrated,
    /// It answers no more.
    Broken,
}

/// Device and inode: another file under the same name has others.
pub(super) type FileId = (u64, u64);

impl Store {
    pub(super) fn open(settings: &DatabaseConfig, app: &str, frame: &Arc<SharedFrame>) -> Result<Self> {
        // Before opening: a file exchanged in between then looks stale at the next check, not fresh for ever.
        let file = database_file(settings);
        let mut database = db::connect(settings, Access::Read)?;
        let showcase = Showcase::resolve(database.schema()?, app)?;
        let (schema_checked, schema_of) = (Instant::now(), None);
        let app = app.to_owned();
        Ok(Self { database, showcase, app, file, schema_checked, schema_of, frame: Arc::clone(frame) })
    }

    /// Whether the connection still leads to the database that the configuration names.
    pub(super) fn is_current(&mut self, settings: &DatabaseConfig, app: &str) -> bool {
        if self.database.is_closed() || database_file(settings) != self.file {
            return false;
        }
        if self.schema_checked.elapsed() >= SCHEMA_CHECK {
            self.schema_checked = Instant::now();
            return self.examine(app) != State::Broken;
        }
        true
    }

    /// Reads the schema, which also shows whether the connection is good.
    pub(super) fn examine(&mut self, app: &str) -> State {
        match self.database.schema().and_then(|schema| Showcase::resolve(schema, app)) {
            Ok(showcase) if showcase == self.showcase => State::Sound,
            Ok(showcase) => {
                self.showcase = showcase;
                State::Migrated
            }
            Err(_) => State::Broken,
        }
    }

    /// Makes sure that the schema known is not older than a state of the database: what is answered from it may be kept.
    pub(super) fn learn_schema(&mut self, version: &Version) -> Result<()> {
        if self.schema_of.as_ref() != Some(version) {
            self.showcase = Showcase::resolve(self.database.schema()?, &self.app)?;
            self.schema_of = Some(version.clone());
        }
        Ok(())
    }

    /// What stands around the pages, as it is now or was half a second ago.
    pub(super) fn frame(&mut self) -> Result<Arc<Frame>> {
        if let Some(frame) = self.frame.fresh() {
            return Ok(frame);
        }
        let read = Instant::now();
        let frame = Arc::new(Frame::read(self)?);
        self.frame.set(read, &frame);
        Ok(frame)
    }
}

fn database_file(settings: &DatabaseConfig) -> Option<FileId> {
    match settings.source() {
        DatabaseSource::Sqlite(path) => file_id(path),
        DatabaseSource::Postgres(_) => None,
    }
}

pub(super) fn file_id(path: &Path) -> Option<FileId> {
    std::fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}
