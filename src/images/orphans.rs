//! Files that nothing names, and names that no file has.
//!
//! A file is an orphan when no text of the database names it, it is older than `[images] orphan_age` by content and by
//! name, nothing keeps it, and no file that stays is what it was made of. Everything else stays; looking changes nothing.

use super::files;
use super::files::Files;
use super::index::Index;
use super::missing::Missing;
use super::missing::MissingFile;
use super::references;
use super::references::Use;
use super::thumbnails;
use super::thumbnails::Originals;
use crate::config::Config;
use crate::db::TextsRead;
use crate::error::Error;
use crate::error::Kind;
use crate::progress::Progress;
use anyhow::Result;
use jiff::SignedDuration;
use jiff::Timestamp;
use std::path::Path;
use std::path::PathBuf;

/// Surroundings of a look for orphans.
#[derive(Clone, Copy)]
pub struct Order<'a> {
    pub config: &'a Config,
    pub now: Timestamp,
    pub progress: &'a dyn Progress,
}

/// Why a file stays, or that it need not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The database names it.
    Used,
    /// It was made of a file that stays, or nobody can tell of which.
    Thumbnail,
    /// The settings keep it, or its name begins with a dot.
    Kept,
    /// It is too young to tell.
    Young,
    Orphan,
}

/// What a look found.
pub struct Survey {
    pub(super) files: Files,
    pub(super) index: Index,
    pub(super) standings: Vec<Standing>,
    uses: Vec<Option<Use>>,
    pub missing: Vec<MissingFile>,
    pub read: TextsRead,
}

/// A file without a use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orphan {
    /// Below the media folder.
    pub path: PathBuf,
    pub bytes: u64,
    pub modified: Timestamp,
}

/// Looks for orphans.
///
/// # Errors
/// When the media folder or the database cannot be read to the end.
pub fn survey(order: &Order<'_>) -> Result<Survey> {
    let site = &order.config.site;
    if !site.media.is_dir() {
        let message = format!("there is no media folder {}", site.media.display());
        return Err(Error::new(Kind::Failed, message)
            .hint("set [site] media to Django's MEDIA_ROOT, or restore the media")
            .into());
    }
    order.progress.start("walk the media folder", 0);
    let files = files::walk(&site.media);
    order.progress.finish();
    let files = files?;
    let index = Index::new(files.list.iter().map(|file| file.path.as_path()));
    let mut uses: Vec<Option<Use>> = vec![None; files.list.len()];
    let mut missing = Missing::new(site, &files.list);
    order.progress.start("read what the database names", 0);
    let read = references::read(
        &order.config.database,
        &index,
        order.progress,
        &mut |number, text| {
            if let Some(known) = uses.get_mut(number as usize) {
                known.get_or_insert_with(|| Use::of(text));
            }
        },
        &mut |text| missing.look(text),
    );
    order.progress.finish();
    let read = read?;
    let mut survey = Survey { files, index, standings: Vec::new(), uses, missing: missing.finish(), read };
    let is_used: Vec<bool> = survey.uses.iter().map(Option::is_some).collect();
    survey.standings = survey.judge(order, &is_used);
    Ok(survey)
}

impl Survey {
    /// All files, each with how it stands and what names it first.
    pub fn all(&self) -> impl Iterator<Item = (&Path, u64, Standing, Option<&Use>)> {
        let files = self.files.list.iter().zip(&self.standings).zip(&self.uses);
        files.map(|((file, standing), named)| {
            (file.path.as_path(), file.stamp.size, *standing, named.as_ref())
        })
    }

    pub fn orphans(&self) -> impl Iterator<Item = Orphan> {
        self.numbers_of(Standing::Orphan).filter_map(|number| self.files.list.get(number)).map(|file| {
            Orphan { path: file.path.clone(), bytes: file.stamp.size, modified: file.stamp.modified() }
        })
    }

    /// How many files stand so.
    pub fn count(&self, standing: Standing) -> u64 {
        self.numbers_of(standing).count() as u64
    }

    /// Bytes of the files that stand so.
    pub fn bytes(&self, standing: Standing) -> u64 {
        self.numbers_of(standing)
            .filter_map(|number| self.files.list.get(number))
            .map(|it| it.stamp.size)
            .sum()
    }

    /// All files below the media folder.
    pub fn total(&self) -> u64 {
        self.files.list.len() as u64
    }

    /// Places that could not be looked at, with why.
    pub fn unreadable(&self) -> &[(PathBuf, String)] {
        &self.files.unreadable
    }

    /// Links and the like, which are left alone.
    pub fn others(&self) -> u64 {
        self.files.others
    }

    pub(super) fn numbers_of(&self, standing: Standing) -> impl Iterator<Item = usize> {
        self.standings.iter().enumerate().filter(move |(_, it)| **it == standing).map(|(number, _)| number)
    }

    /// How each file stands, given which are named.
    pub(super) fn judge(&self, order: &Order<'_>, is_used: &[bool]) -> Vec<Standing> {
        let settings = &order.config.images;
        let age = SignedDuration::try_from(settings.orphan_age).unwrap_or(SignedDuration::MAX);
        let newest = order.now.checked_sub(age).unwrap_or(Timestamp::MIN);
        let files = &self.files.list;
        let mut standings: Vec<Standing> = files
            .iter()
            .zip(is_used)
            .map(|(file, is_used)| {
                if *is_used {
                    Standing::Used
                } else if is_kept(&file.path, &settings.keep) {
                    Standing::Kept
                } else if file.stamp.newest() > newest {
                    Standing::Young
                } else if thumbnails::is_nameless(&file.path) {
                    Standing::Thumbnail
                } else {
                    Standing::Orphan
                }
            })
            .collect();
        if standings.contains(&Standing::Orphan) {
            let originals = Originals::new(files);
            let before = standings.clone();
            for (number, file) in files.iter().enumerate() {
                let stays = |original: &u32| {
                    let original = *original as usize;
                    original != number && before.get(original).is_some_and(|it| *it != Standing::Orphan)
                };
                if before[number] == Standing::Orphan && originals.of(&file.path).iter().any(stays) {
                    standings[number] = Standing::Thumbnail;
                }
            }
        }
        standings
    }

    /// Reads the database once more: which of the files are orphans by now.
    pub(super) fn look_again(&self, order: &Order<'_>) -> Result<Vec<Standing>> {
        let mut is_used = vec![false; self.files.list.len()];
        let database = &order.config.database;
        references::read(
            database,
            &self.index,
            order.progress,
            &mut |number, _| {
                if let Some(used) = is_used.get_mut(number as usize) {
                    *used = true;
                }
            },
            &mut |_| {},
        )?;
        Ok(self.judge(order, &is_used))
    }
}

fn is_kept(path: &Path, keep: &[String]) -> bool {
    let is_hidden = path.iter().any(|part| part.to_string_lossy().starts_with('.'));
    is_hidden || keep.iter().any(|kept| path.starts_with(kept))
}
