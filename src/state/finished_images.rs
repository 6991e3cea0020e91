//! The pictures that were looked at: a later run leaves alone what is as it was.

use super::KEPT_DAYS;
use super::State;
use anyhow::Context;
use anyhow::Result;
use anyhow::bail;
use jiff::SignedDuration;
use jiff::Timestamp;
use rusqlite::OptionalExtension;
use rusqlite::params;
use std::collections::HashMap;

/// By what a file is known without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    pub size: u64,
    /// Time of the last change, in nanoseconds since 1970.
    pub modified: i64,
    pub inode: u64,
}

/// What was found out about a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finished {
    /// It cannot be made smaller.
    Best,
    /// It is sound, and left as it is: why.
    Left(String),
    /// It is damaged: how.
    Damaged(String),
    /// It is no picture of the formats that are made smaller.
    Other,
}

/// A file that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishedImage {
    /// Path below the media folder, as bytes.
    pub path: Vec<u8>,
    pub stamp: Stamp,
    /// SHA-256 of its content; nothing for what was not read to its end.
    pub content: Option<[u8; 32]>,
    pub finished: Finished,
}

impl State {
    /// All files that were looked at with these settings, by path.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub fn finished_images(&self, settings: &str) -> Result<HashMap<Vec<u8>, (Stamp, Finished)>> {
        let read = || -> Result<HashMap<_, _>> {
            let mut query = self.connection.prepare(
                "SELECT path, size, modified, inode, outcome, reason FROM image_file WHERE settings = ?1",
            )?;
            let rows = query.query_map([settings], |row| {
                let stamp = Stamp {
                    size: row.get::<_, i64>(1)?.cast_unsigned(),
                    modified: row.get(2)?,
                    inode: row.get::<_, i64>(3)?.cast_unsigned(),
                };
                Ok((row.get::<_, Vec<u8>>(0)?, stamp, row.get::<_, String>(4)?, row.get::<_, String>(5)?))
            })?;
            rows.map(|row| {
                let (path, stamp, outcome, reason) = row?;
                Ok((path, (stamp, finished(&outcome, reason)?)))
            })
            .collect()
        };
        read().context("read which pictures are finished")
    }

    /// What was found out about a content, whatever the file's name was.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub fn finished_content(&self, settings: &str, content: &[u8; 32]) -> Result<Option<Finished>> {
        let read = || -> Result<Option<Finished>> {
            let row: Option<(String, String)> = self
                .connection
                .query_row(
                    "SELECT outcome, reason FROM image_content WHERE settings = ?1 AND content = ?2",
                    params![settings, content],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()?;
            row.map(|(outcome, reason)| finished(&outcome, reason)).transpose()
        };
        read().context("read which pictures are finished")
    }

    /// Records files that were looked at; contents that none has had for 400 days are forgotten.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub fn record_images(&mut self, settings: &str, at: Timestamp, images: &[FinishedImage]) -> Result<()> {
        let oldest = at - SignedDuration::from_hours(24 * KEPT_DAYS);
        self.transaction(|transaction| {
            transaction.execute("DELETE FROM image_content WHERE at < ?1", [oldest.as_microsecond()])?;
            let mut file = transaction.prepare(
                "INSERT OR REPLACE INTO image_file (path, size, modified, inode, settings, outcome, reason)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?;
            let mut content = transaction.prepare(
                "INSERT OR REPLACE INTO image_content (settings, content, at, outcome, reason)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?;
            for image in images {
                let (outcome, reason) = words(&image.finished);
                let stamp = image.stamp;
                file.execute(params![
                    image.path,
                    stamp.size.cast_signed(),
                    stamp.modified,
                    stamp.inode.cast_signed(),
                    settings,
                    outcome,
                    reason
                ])?;
                if let Some(sum) = &image.content {
                    content.execute(params![settings, sum, at.as_microsecond(), outcome, reason])?;
                }
            }
            Ok(())
        })
        .context("record which pictures are finished")
    }

    /// Forgets files that are gone.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub fn forget_images<'a>(&mut self, paths: impl IntoIterator<Item = &'a [u8]>) -> Result<()> {
        self.transaction(|transaction| {
            let mut forget = transaction.prepare("DELETE FROM image_file WHERE path = ?1")?;
            for path in paths {
                forget.execute([path])?;
            }
            Ok(())
        })
        .context("forget the pictures that are gone")
    }
}

fn words(finished: &Finished) -> (&'static str, &str) {
    match finished {
        Finished::Best => ("best", ""),
        Finished::Left(reason) => ("left", reason),
        Finished::Damaged(reason) => ("damaged", reason),
        Finished::Other => ("other", ""),
    }
}

fn finished(outcome: &str, reason: String) -> Result<Finished> {
    Ok(match outcome {
        "best" => Finished::Best,
        "left" => Finished::Left(reason),
        "damaged" => Finished::Damaged(reason),
        "other" => Finished::Other,
        _ => bail!("`{outcome}` is no outcome"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_recorded_is_known_by_path_and_by_content_under_its_settings() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut state = State::open(folder.path()).expect("state");
        let image = |name: &[u8], content: u8, finished| FinishedImage {
            path: name.to_vec(),
            stamp: Stamp { size: 7, modified: -3, inode: u64::MAX },
            content: Some([content; 32]),
            finished,
        };
        let one = image(b"a\n\xff.jpg", 1, Finished::Best);
        let two = image(b"b.jpg", 2, Finished::Damaged("cut short".into()));
        let now = Timestamp::UNIX_EPOCH;
        state.record_images("q85", now, &[one.clone(), two.clone()]).expect("record");
        let known = state.finished_images("q85").expect("read");
        assert_eq!(known.get(&one.path), Some(&(one.stamp, Finished::Best)));
        assert_eq!(known.get(&two.path), Some(&(two.stamp, two.finished.clone())));
        assert!(state.finished_images("q80").expect("read").is_empty());
        assert_eq!(state.finished_content("q85", &[2; 32]).expect("read"), Some(two.finished));
        assert_eq!(state.finished_content("q80", &[2; 32]).expect("read"), None);
        state.forget_images([one.path.as_slice()]).expect("forget");
        assert_eq!(state.finished_images("q85").expect("read").len(), 1);
        let later = now + SignedDuration::from_hours(24 * 401);
        state.record_images("q85", later, &[]).expect("record");
        assert_eq!(state.finished_content("q85", &[2; 32]).expect("read"), None);
    }
}
