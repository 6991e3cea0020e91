//! Whether the SQLite file is still the one seen last, and in the same state.

use super::Version;
use crate::db::Watch;
use crate::server::store::FileId;
use crate::server::store::file_id;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

/// How long a file that cannot be watched is left alone; every question goes to the database meanwhile.
const PAUSE: Duration = Duration::from_millis(250);

/// A file watched; a restore puts another in its place.
pub(super) struct Watching {
    path: PathBuf,
    open: Option<Open>,
    /// States seen.
    count: u64,
    failed: Option<Instant>,
}

struct Open {
    file: FileId,
    watch: Watch,
    commits: i64,
}

impl Watching {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), open: None, count: 0, failed: None }
    }

    /// The state that the file is in now; nothing while that cannot be told.
    pub(super) fn version(&mut self) -> Option<Version> {
        let file = file_id(&self.path)?;
        if self.open.as_ref().is_none_or(|open| open.file != file) {
            self.open = None;
            self.count += 1;
            if self.failed.is_some_and(|failed| failed.elapsed() < PAUSE) {
                return None;
            }
            self.open = open(&self.path, file);
            self.failed = self.open.is_none().then(Instant::now);
        }
        let open = self.open.as_mut()?;
        let Ok(commits) = open.watch.commits() else {
            // A writer holds it, or it is damaged: the next look begins anew.
            self.open = None;
            return None;
        };
        if commits != open.commits {
            open.commits = commits;
            self.count += 1;
        }
        Some(Version::File(self.count))
    }
}

fn open(path: &Path, file: FileId) -> Option<Open> {
    let mut watch = Watch::open(path).ok()?;
    let commits = watch.commits().ok()?;
    // Exchanged between the two: which one was opened cannot be told.
    (file_id(path) == Some(file)).then_some(Open { file, watch, commits })
}
