//! What a backup holds, and how its file begins and ends.

use serde::Deserialize;
use serde::Serialize;
use std::fmt;

/// What an artefact holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Database,
    Media,
    /// Database, media, settings and `.env` together.
    Full,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Database, Self::Media, Self::Full];

    /// The word of the command line and of the configuration.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Media => "media",
            Self::Full => "full",
        }
    }

    /// Whether a backup of this kind holds all that one of the other does.
    pub const fn holds(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Self::Full, _) | (Self::Database, Self::Database) | (Self::Media, Self::Media)
        )
    }

    /// How the guide's scripts begin the names of this kind.
    pub(super) const fn prefix(self) -> &'static str {
        match self {
            Self::Database => "db_backup_",
            Self::Media => "media_backup_",
            Self::Full => "backup_complet_",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}
