//! What there is to do: files that are as they were when they were finished are not even opened.

use super::outcome::Outcome;
use super::outcome::Picture;
use super::recode::Format;
use super::walk::Entry;
use super::walk::walk;
use crate::config::ImagesConfig;
use crate::error::one_line;
use crate::picture;
use crate::picture::SNIFFED_BYTES;
use crate::picture::Sniffed;
use crate::progress::Progress;
use crate::state::Finished;
use crate::state::FinishedImage;
use crate::state::State;
use anyhow::Context;
use anyhow::Result;
use sha2::Digest;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// One content that is to be looked at, and the files that have it.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) format: Format,
    pub(super) content: [u8; 32],
    pub(super) pixels: u64,
    pub(super) entries: Vec<Entry>,
}

impl Job {
    pub(super) fn bytes(&self) -> u64 {
        self.entries.first().map_or(0, |entry| entry.stamp.size)
    }
}

/// What there is to do, and what is known already.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub(super) jobs: Vec<Job>,
    pub(super) pictures: Vec<Picture>,
    /// Files of other formats.
    pub(super) others: u64,
    /// What was found out about files without decoding them.
    pub(super) found: Vec<FinishedImage>,
    /// Paths that are no more.
    pub(super) gone: Vec<Vec<u8>>,
}

/// Looks at every file below the media folder.
///
/// # Errors
/// When the folder or the state cannot be read, or the work is given up.
pub(super) fn survey(
    media: &Path,
    settings: &ImagesConfig,
    key: &str,
    state: &State,
    progress: &dyn Progress,
) -> Result<Survey> {
    let mut known = state.finished_images(key)?;
    let walked = walk(media)?;
    let mut survey = Survey::default();
    for (path, problem) in walked.unreadable {
        survey.pictures.push(Picture { path, before: 0, outcome: Outcome::Failed(problem) });
    }
    let mut unknown = Vec::new();
    for entry in walked.entries {
        match known.remove(entry.path.as_os_str().as_bytes()) {
            Some((stamp, finished)) if stamp == entry.stamp => survey.take(&entry, finished),
            _ => unknown.push(entry),
        }
    }
    survey.gone = known.into_keys().collect();
    let fresh: BTreeSet<&[u8]> = unknown.iter().map(|entry| entry.path.as_os_str().as_bytes()).collect();
    survey.gone.retain(|path| !fresh.contains(path.as_slice()));
    progress.start("look at the pictures", unknown.iter().map(|entry| entry.stamp.size).sum());
    let mut jobs: BTreeMap<[u8; 32], Job> = BTreeMap::new();
    for entry in unknown {
        progress.go_on()?;
        progress.advance(entry.stamp.size);
        let bytes = match read(&media.join(&entry.path), settings) {
            Ok(Content::Picture(format, bytes)) => (format, bytes),
            Ok(Content::Other) => {
                survey.find(&entry, None, Finished::Other);
                continue;
            }
            // Not remembered: the limit may be another one next time.
            Ok(Content::TooLarge) => {
                let why = format!("larger than {} ([images] max_file)", settings.max_file);
                survey.take(&entry, Finished::Left(why));
                continue;
            }
            Err(problem) => {
                let outcome = Outcome::Failed(one_line(&problem));
                survey.pictures.push(Picture { path: entry.path, before: entry.stamp.size, outcome });
                continue;
            }
        };
        let (format, bytes) = bytes;
        let content: [u8; 32] = sha2::Sha256::digest(&bytes).into();
        if let Some(job) = jobs.get_mut(&content) {
            job.entries.push(entry);
        } else if let Some(finished) = state.finished_content(key, &content)? {
            survey.find(&entry, Some(content), finished);
        } else {
            let pixels =
                picture::dimensions(&bytes).map_or(0, |(width, height)| u64::from(width) * u64::from(height));
            jobs.insert(content, Job { format, content, pixels, entries: vec![entry] });
        }
    }
    progress.finish();
    survey.jobs = jobs.into_values().collect();
    Ok(survey)
}

impl Survey {
    /// A file of which the outcome is known.
    fn take(&mut self, entry: &Entry, finished: Finished) {
        let outcome = match finished {
            Finished::Best => Outcome::Best,
            Finished::Left(why) => Outcome::Left(why),
            Finished::Damaged(how) => Outcome::Damaged(how),
            Finished::Other => {
                self.others += 1;
                return;
            }
        };
        self.pictures.push(Picture { path: entry.path.clone(), before: entry.stamp.size, outcome });
    }

    /// A file of which the outcome is known now, and is to be remembered.
    fn find(&mut self, entry: &Entry, content: Option<[u8; 32]>, finished: Finished) {
        let path = entry.path.as_os_str().as_bytes().to_vec();
        self.found.push(FinishedImage { path, stamp: entry.stamp, content, finished: finished.clone() });
        self.take(entry, finished);
    }
}

/// What a file holds.
enum Content {
    Picture(Format, Vec<u8>),
    TooLarge,
    Other,
}

fn read(path: &Path, settings: &ImagesConfig) -> Result<Content> {
    let mut file = File::open(path).context("open it")?;
    let mut bytes = Vec::new();
    file.by_ref().take(SNIFFED_BYTES as u64).read_to_end(&mut bytes).context("read it")?;
    let Sniffed::Picture(format) = picture::sniff(&bytes) else { return Ok(Content::Other) };
    let Some(format) = Format::of(format) else { return Ok(Content::Other) };
    if file.metadata().context("look at it")?.len() > settings.max_file.0 {
        return Ok(Content::TooLarge);
    }
    file.take(settings.max_file.0).read_to_end(&mut bytes).context("read it")?;
    Ok(Content::Picture(format, bytes))
}
