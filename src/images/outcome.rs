//! What became of the pictures of a site.

use std::path::PathBuf;

/// One picture, and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Below the media folder.
    pub path: PathBuf,
    /// Bytes.
    pub before: u64,
    pub outcome: Outcome,
}

/// What became of a picture.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// A smaller file with the same pixels, or with a score of how much it looks like the original, took its place.
    Smaller { after: u64, similarity: Option<f64> },
    /// It cannot be made smaller, or was already.
    Best,
    /// It is sound, and left as it is: why.
    Left(String),
    /// It is damaged: how.
    Damaged(String),
    /// It could not be looked at or replaced: why. It is as before.
    Failed(String),
}

/// What became of all of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Optimized {
    pub pictures: Vec<Picture>,
    /// Files of other formats, which are left alone.
    pub others: u64,
    /// Pictures that were looked at in this run; the others are as they were when they were finished.
    pub looked_at: u64,
    /// Bytes that all pictures to be looked at have, and those of the sample that was tried, where it was a trial.
    pub sample: Option<Sample>,
}

/// How much of the work a trial has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sample {
    pub tried: u64,
    pub tried_bytes: u64,
    pub saved_bytes: u64,
    pub pictures: u64,
    pub bytes: u64,
}

impl Sample {
    /// Bytes that the whole work would save, were all pictures like those tried.
    pub fn estimate(&self) -> u64 {
        let share = u128::from(self.saved_bytes) * u128::from(self.bytes);
        u64::try_from(share / u128::from(self.tried_bytes.max(1))).unwrap_or(u64::MAX)
    }
}

impl Optimized {
    /// Bytes before and after, over all pictures.
    pub fn bytes(&self) -> (u64, u64) {
        let before = self.pictures.iter().map(|picture| picture.before).sum();
        (before, self.pictures.iter().map(Picture::after).sum())
    }
}

impl Picture {
    pub fn after(&self) -> u64 {
        match self.outcome {
            Outcome::Smaller { after, .. } => after,
            _ => self.before,
        }
    }
}
