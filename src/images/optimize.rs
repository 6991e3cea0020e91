//! All pictures of a site, made smaller.
//!
//! Survey (what is finished is not opened) → decode, encode, decode again and compare, on all processors → exchange in
//! batches → remember. A kill leaves each picture old or new ([`crate::quarantine`]).

use super::outcome::Optimized;
use super::outcome::Outcome;
use super::outcome::Picture;
use super::outcome::Sample;
use super::pool;
use super::recipe::Recipe;
use super::recipe::Recoded;
use super::recode::recode;
use super::replace::Replaced;
use super::replace::Replacer;
use super::survey::Job;
use super::survey::Survey;
use super::survey::survey;
use crate::config::ImagesConfig;
use crate::config::QuarantineConfig;
use crate::error::one_line;
use crate::progress::Progress;
use crate::quarantine::Change;
use crate::quarantine::Quarantine;
use crate::state::Finished;
use crate::state::FinishedImage;
use crate::state::State;
use crate::units::ByteSize;
use anyhow::Context;
use anyhow::Result;
use anyhow::ensure;
use jiff::Timestamp;
use sha2::Digest;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Pictures that are recorded at a time.
const RECORDED_AT_ONCE: usize = 256;
/// Pictures that a trial tries.
const SAMPLE: usize = 24;

/// Surroundings of the work.
#[derive(Clone, Copy)]
pub struct OptimizeOrder<'a> {
    /// Without links in its path.
    pub media: &'a Path,
    pub settings: &'a ImagesConfig,
    pub recipe: Recipe,
    pub quarantine: &'a Quarantine<'a>,
    pub keep: &'a QuarantineConfig,
    pub run: &'a str,
    pub now: Timestamp,
    pub progress: &'a dyn Progress,
}

impl OptimizeOrder<'_> {
    /// Makes the pictures smaller; the caller holds the site's lock. Returns the change, if anything was changed; what
    /// became of the pictures is in `told`, also when it fails.
    ///
    /// # Errors
    /// When the media folder or the state cannot be read, there is no room, or the work is given up.
    pub fn carry_out(&self, state: &mut State, told: &mut Optimized) -> Result<Option<Change>> {
        let jobs = self.begin(state, told)?;
        let header = (self.run, "images optimize".to_owned(), self.now);
        let mut replacer =
            Replacer::new(self.media, self.settings.keep_times, self.quarantine, self.keep, header);
        let mut memory = Memory { key: self.recipe.key(), now: self.now, fresh: Vec::new() };
        let total = jobs.iter().map(Job::bytes).sum();
        self.progress.start(&format!("make {} smaller", ByteSize(total)), total);
        // Before hours of work of which nothing could be put in place.
        let begun = if jobs.is_empty() { Ok(()) } else { replacer.begin().map(|_| ()) };
        let jobs = jobs.into_iter().map(|job| {
            let pixels = job.pixels;
            (job, pixels)
        });
        let worked = begun.and_then(|()| {
            pool::for_each(
                jobs.collect(),
                |job| self.work(job),
                |job, result| {
                    self.progress.advance(job.bytes());
                    match result {
                        Ok(Recoded::Smaller { bytes, similarity }) => {
                            memory.take(replacer.add(&job, &bytes, similarity)?, told);
                        }
                        Ok(Recoded::Best) => memory.finish(&job, &Finished::Best, told),
                        Ok(Recoded::Left(why)) => memory.finish(&job, &Finished::Left(why), told),
                        Err(Trouble::Damage(how)) => memory.finish(&job, &Finished::Damaged(how), told),
                        Err(Trouble::Reading(why)) => fail(&job, &why, told),
                    }
                    memory.record(state, RECORDED_AT_ONCE)?;
                    self.progress.go_on()
                },
            )
        });
        let flushed = replacer.flush().map(|replaced| memory.take(replaced, told));
        let ended = replacer.end().context("end the change; the next command that changes the site does it");
        let recorded = memory.record(state, 1);
        self.progress.finish();
        worked.and(flushed)?;
        let change = ended?;
        recorded?;
        Ok(change)
    }

    /// Tries some pictures without changing any.
    ///
    /// # Errors
    /// As [`OptimizeOrder::carry_out`].
    pub fn try_out(&self, state: &mut State, told: &mut Optimized) -> Result<()> {
        let jobs = self.begin(state, told)?;
        let all: u64 = jobs.iter().map(|job| job.entries.len() as u64).sum();
        let bytes = jobs.iter().map(|job| job.bytes() * job.entries.len() as u64).sum();
        let mut sample = Sample { pictures: all, bytes, ..Sample::default() };
        // By their hash they lie in no order that means anything: each n-th is as good as drawn by chance.
        let step = jobs.len().div_ceil(SAMPLE).max(1);
        let chosen: Vec<_> = jobs
            .into_iter()
            .step_by(step)
            .map(|job| (job.pixels, job))
            .map(|(pixels, job)| (job, pixels))
            .collect();
        self.progress.start("try some pictures", chosen.iter().map(|(job, _)| job.bytes()).sum());
        let tried = pool::for_each(
            chosen,
            |job| self.work(job),
            |job, result| {
                self.progress.advance(job.bytes());
                let files = job.entries.len() as u64;
                sample.tried += files;
                sample.tried_bytes += job.bytes() * files;
                match result {
                    Ok(Recoded::Smaller { bytes, .. }) => {
                        sample.saved_bytes += job.bytes().saturating_sub(bytes.len() as u64) * files;
                    }
                    Ok(Recoded::Best) => {}
                    Ok(Recoded::Left(why)) => tell(&job, &Outcome::Left(why), told),
                    Err(Trouble::Damage(how)) => tell(&job, &Outcome::Damaged(how), told),
                    Err(Trouble::Reading(why)) => fail(&job, &why, told),
                }
                self.progress.go_on()
            },
        );
        self.progress.finish();
        told.sample = Some(sample);
        tried
    }

    /// Looks at what there is, and tells and records what is known of it.
    fn begin(&self, state: &mut State, told: &mut Optimized) -> Result<Vec<Job>> {
        let key = self.recipe.key();
        let Survey { jobs, pictures, others, found, gone } =
            survey(self.media, self.settings, &key, state, self.progress)?;
        told.pictures.extend(pictures);
        told.others = others;
        told.looked_at = jobs.iter().map(|job| job.entries.len() as u64).sum();
        if !found.is_empty() {
            state.record_images(&key, self.now, &found)?;
        }
        if !gone.is_empty() {
            state.forget_images(gone.iter().map(Vec::as_slice))?;
        }
        Ok(jobs)
    }

    /// Reads a picture again, which was not kept in memory, and makes it smaller.
    fn work(&self, job: &Job) -> Result<Recoded, Trouble> {
        let read = || -> Result<Vec<u8>> {
            let entry = job.entries.first().context("it has no file")?;
            let bytes = std::fs::read(self.media.join(&entry.path)).context("read it")?;
            let content: [u8; 32] = sha2::Sha256::digest(&bytes).into();
            ensure!(content == job.content, "it was changed meanwhile");
            Ok(bytes)
        };
        let bytes = read().map_err(|problem| Trouble::Reading(one_line(&problem)))?;
        recode(job.format, &bytes, &self.recipe).map_err(|problem| Trouble::Damage(one_line(&problem)))
    }
}

/// Why a picture was not made smaller.
enum Trouble {
    Damage(String),
    Reading(String),
}

/// What is to be remembered of finished pictures.
struct Memory {
    key: String,
    now: Timestamp,
    fresh: Vec<FinishedImage>,
}

impl Memory {
    /// Every file of a job is finished as it is.
    fn finish(&mut self, job: &Job, finished: &Finished, told: &mut Optimized) {
        for entry in &job.entries {
            let path = entry.path.as_os_str().as_bytes().to_vec();
            let (stamp, content) = (entry.stamp, Some(job.content));
            self.fresh.push(FinishedImage { path, stamp, content, finished: finished.clone() });
        }
        let outcome = match finished.clone() {
            Finished::Left(why) => Outcome::Left(why),
            Finished::Damaged(how) => Outcome::Damaged(how),
            Finished::Best | Finished::Other => Outcome::Best,
        };
        tell(job, &outcome, told);
    }

    /// Files that were replaced, or could not be.
    fn take(&mut self, replaced: Vec<Replaced>, told: &mut Optimized) {
        for one in replaced {
            let outcome = match one.result {
                Ok(stamp) => {
                    let path = one.entry.path.as_os_str().as_bytes().to_vec();
                    let content = Some(one.after);
                    self.fresh.push(FinishedImage { path, stamp, content, finished: Finished::Best });
                    Outcome::Smaller { after: stamp.size, similarity: one.similarity }
                }
                Err(why) => Outcome::Failed(why),
            };
            let (path, before) = (one.entry.path, one.entry.stamp.size);
            told.pictures.push(Picture { path, before, outcome });
        }
    }

    /// Writes down what is fresh, once there is so much of it.
    fn record(&mut self, state: &mut State, many: usize) -> Result<()> {
        if self.fresh.len() < many {
            return Ok(());
        }
        state.record_images(&self.key, self.now, &std::mem::take(&mut self.fresh))
    }
}

fn tell(job: &Job, outcome: &Outcome, told: &mut Optimized) {
    told.pictures.extend(job.entries.iter().map(|entry| Picture {
        path: entry.path.clone(),
        before: entry.stamp.size,
        outcome: outcome.clone(),
    }));
}

fn fail(job: &Job, why: &str, told: &mut Optimized) {
    tell(job, &Outcome::Failed(why.to_owned()), told);
}
