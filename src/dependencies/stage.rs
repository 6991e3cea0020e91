//! Where an update or a trial is prepared: private folders beside the live ones, which a kill leaves to the next run.

use super::copy::copy_tree;
use super::duplicate;
use super::duplicate::Duplicate;
use super::duplicate::Place;
use super::project::Project;
use crate::config::DatabaseConfig;
use crate::config::DatabaseSource;
use crate::db;
use crate::db::Aside;
use crate::progress::Progress;
use crate::quarantine;
use crate::quarantine::Change;
use crate::quarantine::Part;
use crate::quarantine::Quarantine;
use crate::quarantine::container;
use crate::quarantine::folder_in;
use crate::system::fs;
use crate::system::mounts;
use crate::units::ByteSize;
use anyhow::Context;
use anyhow::Result;
use anyhow::ensure;
use std::path::Path;
use std::path::PathBuf;

/// Folders of a frontend that are made from the rest of it.
const MADE: &[&str] = &["node_modules", ".git", "dist"];

/// What is prepared, and the record that says so.
pub(super) struct Stage<'a> {
    quarantine: &'a Quarantine<'a>,
    pub(super) change: Change,
    progress: &'a dyn Progress,
}

impl<'a> Stage<'a> {
    pub(super) fn begin(
        quarantine: &'a Quarantine<'a>,
        change: Change,
        progress: &'a dyn Progress,
    ) -> Result<Self> {
        quarantine.begin(&change)?;
        Ok(Self { quarantine, change, progress })
    }

    /// The private folder beside what is live.
    pub(super) fn beside(&mut self, live: &Path) -> Result<PathBuf> {
        let folder = folder_in(&container(live)?, &self.change);
        if !self.change.folders.contains(&folder) {
            self.change.folders.push(folder.clone());
            // The record names the folder before there is one.
            self.quarantine.begin(&self.change)?;
            fs::create_private_folder(&folder)?;
        }
        Ok(folder)
    }

    /// A copy of the frontend without what is made from it.
    pub(super) fn frontend(&mut self, project: &Project) -> Result<Option<PathBuf>> {
        let Some(live) = &project.frontend else { return Ok(None) };
        ensure!(
            !project.backend.starts_with(live),
            "package.json lies in {}, which holds the whole site: a copy of it to try things in would be too much",
            live.display()
        );
        let copy = self.beside(live)?.join("frontend");
        copy_tree(live, &copy, MADE, self.progress)?;
        Ok(Some(copy))
    }

    /// A copy of the database for the tests to have instead of the live one: in a folder, or beside it on its server.
    pub(super) fn database(&mut self, settings: &DatabaseConfig, folder: &Path) -> Result<Option<Duplicate>> {
        let DatabaseSource::Sqlite(live) = settings.source() else {
            return self.database_beside(settings, folder).map(Some);
        };
        if !live.is_file() {
            return Ok(None);
        }
        self.need_room(live, std::fs::metadata(live)?.len())?;
        let copy = db::snapshot(settings, &folder.join("database.sqlite3"), self.progress)?;
        Ok(Some(Duplicate { place: Place::File(copy.path), fingerprint: copy.fingerprint }))
    }

    fn database_beside(&mut self, settings: &DatabaseConfig, folder: &Path) -> Result<Duplicate> {
        let name = db::scratch_name(&self.change.run.to_lowercase(), &db::name(settings)?);
        let tests = duplicate::name_for_tests(settings)?;
        duplicate::drop_that_of_tests(settings);
        let dump = db::snapshot(settings, &folder.join("database.dump"), self.progress)?;
        // The record names it before it is there.
        self.change.parts.push(Part::postgres("copy of the database", Aside::Database(name.clone())));
        self.quarantine.begin(&self.change)?;
        let there = db::restore_into(settings, &dump.path, &name)?;
        std::fs::remove_file(&dump.path).with_context(|| format!("remove {}", dump.path.display()))?;
        let place = Place::Server { settings: Box::new(there), name, tests };
        Ok(Duplicate { place, fingerprint: dump.fingerprint })
    }

    /// Removes the copy that is on the server: it is no part of what changes places.
    pub(super) fn drop_database(&mut self, settings: &DatabaseConfig) -> Result<()> {
        let is_copy = |part: &Part| matches!(part.place, quarantine::Place::Postgres(_));
        if !self.change.parts.iter().any(is_copy) {
            return Ok(());
        }
        duplicate::drop_that_of_tests(settings);
        for part in &self.change.parts {
            if let quarantine::Place::Postgres(aside) = &part.place {
                aside.drop(settings)?;
            }
        }
        self.change.parts.retain(|part| !is_copy(part));
        self.quarantine.begin(&self.change)
    }

    /// Refuses where a copy of so much would fill the disk.
    pub(super) fn need_room(&mut self, live: &Path, bytes: u64) -> Result<()> {
        let folder = self.beside(live)?;
        let free = mounts::space(&folder)?.free;
        ensure!(
            free / 2 > bytes,
            "{} are free at {} and {} are to be copied: half must stay free",
            ByteSize(free),
            folder.display(),
            ByteSize(bytes)
        );
        Ok(())
    }

    /// Removes all that was prepared.
    pub(super) fn end(self) -> Result<()> {
        self.quarantine.discard(&self.change)
    }

    /// Puts the prepared parts in the live places.
    pub(super) fn apply(mut self) -> Result<Change> {
        if let Err(problem) = self.quarantine.apply(&mut self.change) {
            return Err(match self.quarantine.discard(&self.change) {
                Ok(()) => problem,
                Err(left) => problem.context(format!("{left:#}, after")),
            });
        }
        if let Err(problem) = self.quarantine.commit(&mut self.change) {
            return Err(self.quarantine.back_out(&mut self.change, problem));
        }
        Ok(self.change)
    }
}

/// A file like the live one, with other content.
pub(super) fn stage_file(live: &Path, copy: &Path, content: &[u8]) -> Result<()> {
    use std::os::unix::fs::MetadataExt;
    let metadata = std::fs::metadata(live).with_context(|| format!("look at {}", live.display()))?;
    fs::write_atomic(copy, content, metadata.mode() & 0o7777)?;
    match std::os::unix::fs::chown(copy, Some(metadata.uid()), Some(metadata.gid())) {
        Err(problem) if problem.kind() != std::io::ErrorKind::PermissionDenied => {
            Err(problem).with_context(|| format!("keep the owner of {}", live.display()))
        }
        _ => Ok(()),
    }
}
