//! `[database]`: where the site keeps its data.

use super::Secret;
use crate::units::Percent;
use serde::Deserialize;
use serde::Serialize;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

/// The site's database: a SQLite file, or a PostgreSQL server when `url` is set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseConfig {
    /// SQLite file; used when `url` is not set.
    pub path: PathBuf,
    /// `postgresql://user@host:5432/name`, without the password.
    pub url: Option<String>,
    /// Never in the file: from `SITEKEEP_DATABASE__PASSWORD` or the sources of [`DatabaseConfig::password_file`].
    pub password: Option<Secret>,
    /// Why the site's `.env` could not be read for it.
    #[serde(skip)]
    pub password_problem: Option<String>,
    /// File whose first line is the password.
    pub password_file: Option<PathBuf>,
    /// Name of the variable of the site's `.env` that holds the password.
    pub password_variable: String,
    /// Certificate authority of the server, in PEM; without it, the system's.
    pub ca_file: Option<PathBuf>,
    /// Folder of `pg_dump`, `pg_restore` and `psql`; without it, PATH and the packages' folders are searched.
    pub programs: Option<PathBuf>,
    /// How long to wait for a connection or for a locked database.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub timeout: Duration,
    /// Share of dead space from which a table, an index or a SQLite file is rebuilt.
    pub dead_space: Percent,
    /// Expired sessions that are removed in one transaction.
    pub session_batch: u32,
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self {
            path: "backend/db.sqlite3".into(),
            url: None,
            password: None,
            password_problem: None,
            password_file: None,
            password_variable: "PGPASSWORD".into(),
            ca_file: None,
            programs: None,
            timeout: Duration::from_secs(5),
            dead_space: Percent(20.0),
            session_batch: 5000,
        }
    }
}

/// Which of the two kinds of database the configuration names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseSource<'a> {
    Sqlite(&'a Path),
    Postgres(&'a str),
}

impl DatabaseConfig {
    /// The database as reports name it: the file, or name and host; never with a password.
    pub fn label(&self) -> String {
        let url = match self.source() {
            DatabaseSource::Sqlite(path) => return path.display().to_string(),
            DatabaseSource::Postgres(url) => url,
        };
        let Ok(config) = url.parse::<postgres::Config>() else { return "PostgreSQL".to_owned() };
        let host = config.get_hosts().first().map(|host| match host {
            postgres::config::Host::Tcp(name) => format!(" on {name}"),
            postgres::config::Host::Unix(path) => format!(" at {}", path.display()),
        });
        format!("PostgreSQL {}{}", config.get_dbname().unwrap_or_default(), host.unwrap_or_default())
    }

    pub fn source(&self) -> DatabaseSource<'_> {
        self.url.as_deref().map_or(DatabaseSource::Sqlite(&self.path), DatabaseSource::Postgres)
    }
}
