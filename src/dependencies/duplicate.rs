//! A copy of the site's database, which the project's tests and migrations have instead of the live one.
//!
//! Of a SQLite file it is a file in the folder of the trial, of a PostgreSQL database one beside it on its server.

use crate::config::DatabaseConfig;
use crate::db;
use crate::db::Aside;
use crate::db::Fingerprint;
use anyhow::Result;
use std::fmt::Write as _;
use std::path::PathBuf;

/// The copy, and what it held when it was made.
#[derive(Debug)]
pub(super) struct Duplicate {
    pub(super) place: Place,
    pub(super) fingerprint: Fingerprint,
}

/// Where a copy is.
#[derive(Debug)]
pub(super) enum Place {
    File(PathBuf),
    Server {
        /// Settings that lead to it.
        settings: Box<DatabaseConfig>,
        name: String,
        /// The name of the empty database that Django makes for tests.
        tests: String,
    },
}

impl Duplicate {
    /// What it holds now.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) fn now(&self) -> Result<Fingerprint> {
        match &self.place {
            Place::File(path) => db::fingerprint_copy(path),
            Place::Server { settings, .. } => db::fingerprint(settings),
        }
    }

    /// The lines of a settings.py by which Django takes it for the database.
    pub(super) fn lines(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = match &self.place {
            Place::File(path) => {
                writeln!(text, "DATABASES['default']['NAME'] = {:?}", path.display().to_string())
            }
            // Another engine would take the name for that of a file.
            Place::Server { name, tests, .. } => writeln!(
                text,
                "if any(word in DATABASES['default']['ENGINE'] for word in ('sqlite', 'spatialite', 'mysql', 'oracle')):\n    \
                 raise RuntimeError('[database] url is of PostgreSQL, and DATABASES is not')\n\
                 DATABASES['default']['NAME'] = {name:?}\n\
                 DATABASES['default'].setdefault('TEST', {{}})['NAME'] = {tests:?}"
            ),
        };
        text
    }
}

/// The name of the database that Django makes for the tests of a trial, always the same, so that the next trial finds
/// what a kill left.
///
/// # Errors
/// When the address names no database.
pub(super) fn name_for_tests(live: &DatabaseConfig) -> Result<String> {
    Ok(db::scratch_name("test", &db::name(live)?))
}

/// Drops the database of a trial's tests, where one was left. It may belong to a role that is not ours: Django says so then
/// when it cannot make it anew.
pub(super) fn drop_that_of_tests(live: &DatabaseConfig) {
    let _ = name_for_tests(live).and_then(|name| Aside::Database(name).drop(live));
}
