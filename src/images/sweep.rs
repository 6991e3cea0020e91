//! Moves orphans to the quarantine.
//!
//! The references are read again when the list is made, each file is looked at again right before it is moved, and the
//! references are read once more after the last move: what a row names by then comes back in the same run. Left over is a
//! row that begins to name an old file after that, which `sitekeep undo` brings back; an upload is never concerned, its
//! file being too young.

use super::Order;
use super::Standing;
use super::Survey;
use super::files::Stamp;
use crate::error::one_line;
use crate::quarantine::Change;
use crate::quarantine::Part;
use crate::quarantine::Place;
use crate::quarantine::Quarantine;
use crate::quarantine::container;
use crate::quarantine::folder_in;
use crate::system::fs;
use anyhow::Result;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::path::PathBuf;

/// At least so many files are moved between two writings of the record, which is written no more than twice as often as
/// [`BATCHES`].
const BATCH: usize = 500;
const BATCHES: usize = 20;

/// Bytes of a file's name that its name in the quarantine keeps.
const NAME: usize = 200;

/// What became of the orphans.
#[derive(Debug, Default)]
pub struct Swept {
    /// Below the media folder.
    pub moved: Vec<PathBuf>,
    pub bytes: u64,
    pub left: Vec<Left>,
    /// Where they lie now; nothing when none was moved.
    pub folder: Option<PathBuf>,
}

/// An orphan that is where it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Below the media folder.
    pub path: PathBuf,
    pub why: String,
    /// Whether it is no orphan any more: nothing is to be done about it.
    pub is_fine: bool,
}

/// Moves the orphans that still are such; the caller holds the site's lock and has asked [`super::allow`].
///
/// # Errors
/// When the database cannot be read again, or nothing can be moved. What was moved before that is on record.
pub fn sweep(order: &Order<'_>, survey: &Survey, quarantine: &Quarantine<'_>, run: &str) -> Result<Swept> {
    let mut swept = Swept::default();
    order.progress.start("read again what the database names", 0);
    let standings = survey.look_again(order);
    order.progress.finish();
    let standings = standings?;
    let mut numbers = Vec::new();
    for number in survey.numbers_of(Standing::Orphan) {
        let Some(file) = survey.files.list.get(number) else { continue };
        let (why, is_fine) = if file.path.to_str().is_none() {
            ("its name is not UTF-8: move it by hand", false)
        } else if standings.get(number) != Some(&Standing::Orphan) {
            ("a row names it since the list was made", true)
        } else {
            numbers.push(number);
            continue;
        };
        swept.left.push(Left { path: file.path.clone(), why: why.to_owned(), is_fine });
    }
    if numbers.is_empty() {
        return Ok(swept);
    }
    let media = &order.config.site.media;
    let mut change =
        Change::growing(run, "images orphans --apply".to_owned(), order.now, &order.config.quarantine);
    let folder = folder_in(&container(media)?, &change);
    change.folders.push(folder.clone());
    quarantine.begin(&change)?;
    let moved = fs::create_private_folder(&folder)
        .and_then(|()| move_all(order, survey, quarantine, &mut change, &numbers, &mut swept));
    if change.parts.is_empty() {
        quarantine.discard(&change)?;
        return moved.map(|()| swept);
    }
    quarantine.commit(&mut change)?;
    let back = bring_named_back(order, survey, quarantine, &mut change, &mut swept);
    let sizes: BTreeMap<&Path, u64> = survey.all().map(|(path, bytes, ..)| (path, bytes)).collect();
    swept.moved = change.parts.iter().map(|part| PathBuf::from(&part.name)).collect();
    swept.bytes = swept.moved.iter().filter_map(|path| sizes.get(path.as_path())).sum();
    if change.parts.is_empty() {
        quarantine.discard(&change)?;
    } else {
        swept.folder = Some(folder);
    }
    moved.and(back).map(|()| swept)
}

fn move_all(
    order: &Order<'_>,
    survey: &Survey,
    quarantine: &Quarantine<'_>,
    change: &mut Change,
    numbers: &[usize],
    swept: &mut Swept,
) -> Result<()> {
    let folder = change.folders.first().cloned().unwrap_or_default();
    order.progress.start("move to the quarantine", numbers.len() as u64);
    let mut batches = numbers.chunks(BATCH.max(numbers.len() / BATCHES));
    let moved = batches.try_for_each(|batch| {
        order.progress.go_on()?;
        let mut parts = Vec::new();
        for number in batch {
            let Some(file) = survey.files.list.get(*number) else { continue };
            let live = order.config.site.media.join(&file.path);
            let now = std::fs::symlink_metadata(&live).map(|metadata| Stamp::of(&metadata));
            if now.is_ok_and(|now| now == file.stamp) {
                let kept = folder.join(kept_name(*number, &file.path));
                parts.push(Part::path(&file.path.to_string_lossy(), live, kept));
            } else {
                let why = "it changed since the list was made".to_owned();
                swept.left.push(Left { path: file.path.clone(), why, is_fine: true });
            }
        }
        let refused = quarantine.apply_more(change, parts)?;
        swept.left.extend(refused.into_iter().map(|(part, why)| Left {
            path: part.name.into(),
            why: one_line(&why),
            is_fine: false,
        }));
        order.progress.advance(batch.len() as u64);
        Ok(())
    });
    order.progress.finish();
    moved
}

/// Brings back what a row names by now.
fn bring_named_back(
    order: &Order<'_>,
    survey: &Survey,
    quarantine: &Quarantine<'_>,
    change: &mut Change,
    swept: &mut Swept,
) -> Result<()> {
    order.progress.start("read a last time what the database names", 0);
    let standings = survey.look_again(order);
    order.progress.finish();
    let standings = match standings {
        Ok(standings) => standings,
        Err(problem) => {
            quarantine.give_back(change, &|_| true)?;
            return Err(
                problem.context("look whether what was moved is named meanwhile; all of it was brought back")
            );
        }
    };
    let files = survey.files.list.iter().zip(&standings);
    let named: BTreeSet<&str> = files
        .filter(|(_, standing)| **standing != Standing::Orphan)
        .filter_map(|(file, _)| file.path.to_str())
        .collect();
    let is_named = |part: &Part| named.contains(part.name.as_str());
    if !change.parts.iter().any(is_named) {
        return Ok(());
    }
    let all: Vec<Part> = change.parts.iter().filter(|part| is_named(part)).cloned().collect();
    let refused = quarantine.give_back(change, &is_named)?;
    for part in all {
        let refused = refused.iter().find(|(one, _)| one.name == part.name);
        let why = refused.map_or_else(
            || "a row began to name it meanwhile: it was brought back".to_owned(),
            |(one, why)| format!("a row names it, and {why}; it lies in {}", kept_place(one)),
        );
        swept.left.push(Left { path: part.name.into(), why, is_fine: refused.is_none() });
    }
    Ok(())
}

fn kept_place(part: &Part) -> String {
    match &part.place {
        Place::Path { kept, .. } => kept.display().to_string(),
        Place::Postgres(_) => String::new(),
    }
}

/// `000042-a.jpg`: unique, and known to people.
fn kept_name(number: usize, path: &Path) -> OsString {
    let mut name = format!("{number:06}-").into_bytes();
    name.extend(path.file_name().unwrap_or_default().as_bytes().iter().take(NAME));
    OsString::from_vec(name)
}
