//! What is going to be written: rows, files that come, and files that nothing may name afterwards.

use crate::db::rows::Fields;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Changes that happen together or not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    pub edits: Vec<Edit>,
    pub uploads: Vec<Upload>,
    /// Below the media root: pictures that the changed rows named before.
    pub left: BTreeSet<String>,
    pub told: Vec<Told>,
}

/// A row that is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// With rows that refer to it by `product_id`.
    Insert {
        table: String,
        fields: Fields,
        own: Vec<(String, Fields)>,
    },
    Update {
        table: String,
        before: Fields,
        changed: Fields,
    },
    Delete {
        table: String,
        before: Fields,
    },
}

/// A file that becomes a picture of the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    pub source: PathBuf,
    /// Below the media root.
    pub path: String,
    /// Length and time of the file that was looked at.
    pub(super) seen: Seen,
}

/// What tells that a file was written to: its length, and when it was last changed, in seconds and nanoseconds.
pub(super) type Seen = (u64, i64, i64);

/// One change, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub slug: String,
    pub what: What,
    /// Name of the value, what it was and what it is.
    pub values: Vec<(&'static str, String, String)>,
    /// What deserves a look, although it was done.
    pub warnings: Vec<String>,
}

/// What happens to a product or category.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Added,
    Changed,
    Deleted,
    Unchanged,
}

impl Plan {
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    pub fn count(&self, what: What) -> u64 {
        self.told.iter().filter(|told| told.what == what).count() as u64
    }
}
