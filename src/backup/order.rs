//! What a backup is asked for: where to, for which site, and of what.

use super::Kind;
use super::Manifest;
use super::Role;
use crate::config::Secret;
use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt::Debug;
use std::path::Path;

/// Where, for which site and when.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// Absolute; created for this user alone where it does not exist.
    pub folder: &'a Path,
    pub site: &'a str,
    pub now: Timestamp,
    /// Zone of the times in names.
    pub zone: &'a TimeZone,
    /// Django's `SECRET_KEY`: only a salted digest of it is kept.
    pub secret_key: Option<&'a Secret>,
    /// Days for which what is unchanged is linked instead of copied.
    pub fresh_copy_days: u32,
    /// Whether a restore is about to replace what is backed up.
    pub before_restore: bool,
    /// What is known of the state, where it was brought back from elsewhere: it says then what stood where, and what
    /// was missing.
    pub origin: Option<&'a Manifest>,
}

impl Order<'_> {
    /// Where a part of the site stood, for the manifest.
    pub(super) fn original(&self, role: Role, path: &str) -> String {
        let known = self.origin.and_then(|origin| origin.sources.iter().find(|source| source.role == role));
        known.map_or_else(|| path.to_owned(), |source| source.original.clone())
    }
}

/// A consistent copy of the database, made by `db`.
#[derive(Debug, Clone, Copy)]
pub struct DatabaseCopy<'a> {
    pub path: &'a Path,
    /// `sqlite3` or `dump`.
    pub extension: &'a str,
    /// `sqlite` or `postgresql`.
    pub engine: &'a str,
    /// Path or address of the live database.
    pub original: &'a str,
    /// Its fingerprint, or what takes it.
    pub fingerprint: &'a dyn Proof,
}

/// Says what a copy of the database holds, and refuses one that is not sound.
///
/// It is asked while the copy is packed; when it refuses, nothing is published.
pub trait Proof: Debug + Sync {
    /// The fingerprint as the manifest will have it.
    ///
    /// # Errors
    /// When the copy is not sound.
    fn fingerprint(&self) -> Result<serde_json::Value>;
}

/// A fingerprint that was taken before.
impl Proof for serde_json::Value {
    fn fingerprint(&self) -> Result<Self> {
        Ok(self.clone())
    }
}

/// What the artefact is to hold.
#[derive(Debug, Clone, Copy)]
pub enum Contents<'a> {
    Database(DatabaseCopy<'a>),
    /// The media folder.
    Media(&'a Path),
    Full {
        database: DatabaseCopy<'a>,
        media: &'a Path,
        settings: Option<&'a Path>,
        env_file: Option<&'a Path>,
    },
}

impl<'a> Contents<'a> {
    pub fn kind(&self) -> Kind {
        match self {
            Self::Database(_) => Kind::Database,
            Self::Media(_) => Kind::Media,
            Self::Full { .. } => Kind::Full,
        }
    }

    /// The same with a fingerprint that was taken.
    pub(super) fn proven(mut self, fingerprint: &'a dyn Proof) -> Self {
        if let Self::Database(database) | Self::Full { database, .. } = &mut self {
            database.fingerprint = fingerprint;
        }
        self
    }

    pub(super) fn database(&self) -> Option<DatabaseCopy<'a>> {
        match self {
            Self::Database(database) | Self::Full { database, .. } => Some(*database),
            Self::Media(_) => None,
        }
    }

    pub(super) fn media(&self) -> Option<&'a Path> {
        match self {
            Self::Database(_) => None,
            Self::Media(media) | Self::Full { media, .. } => Some(media),
        }
    }

    /// The single files of a full artefact.
    pub(super) fn configuration(&self) -> Vec<(Role, &'a Path)> {
        match self {
            Self::Full { settings, env_file, .. } => {
                [(Role::Settings, *settings), (Role::EnvFile, *env_file)]
                    .into_iter()
                    .filter_map(|(role, path)| Some((role, path?)))
                    .collect()
            }
            _ => Vec::new(),
        }
    }
}
