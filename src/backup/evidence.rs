//! What is known of the backups: the files in the folder, and what sitekeep remembers of them.

use super::Artefact;
use super::Kind;
use super::artefact;
use crate::state::Damage;
use crate::state::Drill;
use crate::state::State;
use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::path::Path;

/// Smaller than any file that holds something: an empty tar is larger, and so is the shortest dump.
const HOLLOW: u64 = 100;

/// What a judgement of the backups rests on.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// Name of the site that they are to save.
    pub site: String,
    /// Oldest first.
    pub artefacts: Vec<Artefact>,
    /// Missing where the state cannot be read: then nothing is known of verifications and drills.
    pub record: Option<Record>,
}

/// What was done with the backups.
#[derive(Debug, Clone, Default)]
pub struct Record {
    pub verified: BTreeMap<String, Timestamp>,
    pub damaged: BTreeMap<String, Damage>,
    /// Oldest first.
    pub drills: Vec<Drill>,
}

impl Evidence {
    /// Looks into the folder and the state.
    ///
    /// # Errors
    /// When either cannot be read.
    pub fn gather(folder: &Path, site: &str, zone: &TimeZone, state: Option<&State>) -> Result<Self> {
        let record = match state {
            Some(state) => Some(Record {
                verified: state.verified_artefacts()?,
                damaged: state.damaged_artefacts()?,
                drills: state.drills()?,
            }),
            None => None,
        };
        Ok(Self { site: site.to_owned(), artefacts: artefact::list(folder, zone)?, record })
    }

    /// Every file with the name of a kind, oldest first.
    pub(super) fn of(&self, kind: Kind) -> impl DoubleEndedIterator<Item = &Artefact> {
        self.artefacts.iter().filter(move |artefact| artefact.kind == kind)
    }

    /// The backups of sitekeep's own that hold what `kind` does, less those known not to be sound.
    pub(super) fn good(&self, kind: Kind) -> impl DoubleEndedIterator<Item = &Artefact> {
        self.artefacts.iter().filter(move |artefact| artefact.kind.holds(kind) && self.is_good(artefact))
    }

    fn is_good(&self, artefact: &Artefact) -> bool {
        artefact.is_ours()
            && !is_hollow(artefact)
            && self.damage(artefact).is_none()
            && self.stranger(artefact).is_none()
    }

    /// The site that the artefact says it is of, where that is another one.
    pub(super) fn stranger<'a>(&self, artefact: &'a Artefact) -> Option<&'a str> {
        artefact.summary.as_ref().map(|summary| summary.site.as_str()).filter(|site| *site != self.site)
    }

    pub(super) fn damage(&self, artefact: &Artefact) -> Option<&Damage> {
        self.record.as_ref()?.damaged.get(&artefact.name)
    }

    pub(super) fn verified(&self, artefact: &Artefact) -> Option<Timestamp> {
        self.record.as_ref()?.verified.get(&artefact.name).copied()
    }
}

/// Whether there is nothing in it, as in what gzip makes of a dump that failed.
pub(super) fn is_hollow(artefact: &Artefact) -> bool {
    artefact.size < HOLLOW
}
