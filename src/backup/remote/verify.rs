//! Reading a repository through: restic's own check, and files of the newest copy against its manifest.

use super::Remote;
use super::Snapshot;
use super::bring;
use super::literal;
use super::stage::MEDIA;
use super::trouble::Trouble;
use crate::backup::Entry;
use crate::backup::unchanged;
use crate::system::fs;
use crate::system::random;
use anyhow::Context;
use anyhow::Result;
use std::path::Path;

/// Media files that are brought back and compared; the database always is.
const SAMPLE: usize = 20;

/// Files of the newest copy that were brought back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sampled {
    pub snapshot: String,
    pub files: u64,
    pub bytes: u64,
    /// What is not as its manifest says.
    pub damage: Vec<String>,
}

impl Remote<'_> {
    /// Has restic check the repository: its structure, and all of its data or the configured share of it; returns what
    /// is damaged, in restic's words.
    ///
    /// # Errors
    /// When the repository cannot be read.
    pub fn check(&self, full: bool) -> Result<Option<String>> {
        let share = if full { "100%".to_owned() } else { format!("{}%", self.settings.verify_sample.0) };
        let arguments = ["check".to_owned(), format!("--read-data-subset={share}")];
        self.restic.progress.start("read the repository", 0);
        let told = self.restic.work(&arguments, &mut |_| {});
        self.restic.progress.finish();
        match told? {
            Ok(_) => Ok(None),
            Err(refusal) if refusal.trouble == Trouble::Damaged => Ok(Some(refusal.words)),
            Err(refusal) => Err(self.restic.error(&refusal)),
        }
    }

    /// Brings the database and some media of a copy back into `folder`, and compares them with the manifest.
    ///
    /// # Errors
    /// When they cannot be brought back.
    pub fn sample(&self, snapshot: &Snapshot, folder: &Path) -> Result<Sampled> {
        let manifest = self.manifest(snapshot)?;
        let stage = bring::stage_of(snapshot)?;
        let media = snapshot.paths.iter().find(|path| path.as_path() != stage);
        let scratch = Scratch(folder.join(format!(".sitekeep-remote-{:016x}", random::number())));
        fs::create_private_folder(&scratch.0)?;
        let (of_media, others): (Vec<&Entry>, Vec<&Entry>) = manifest
            .entries
            .iter()
            .filter(|entry| entry.path.as_path().to_str().is_some())
            .partition(|entry| entry.path.as_path().starts_with(MEDIA));
        let step = (of_media.len() / SAMPLE).max(1);
        let first = usize::try_from(random::number() % step as u64).unwrap_or(0);
        let chosen: Vec<(&Entry, std::path::PathBuf)> = others
            .into_iter()
            .map(|entry| (entry, stage.join(entry.path.as_path())))
            .chain(of_media.into_iter().skip(first).step_by(step).take(SAMPLE).filter_map(|entry| {
                Some((entry, media?.join(entry.path.as_path().strip_prefix(MEDIA).ok()?)))
            }))
            .collect();
        let only: Vec<String> = chosen.iter().map(|(_, path)| literal(path)).collect();
        let bytes = chosen.iter().map(|(entry, _)| entry.size).sum();
        self.restore(snapshot, &only, &scratch.0, bytes)?;
        let mut damage = Vec::new();
        for (entry, path) in &chosen {
            let path = scratch.0.join(path.strip_prefix("/").unwrap_or(path));
            let modified = std::fs::metadata(&path).and_then(|found| found.modified());
            let modified = modified.ok().and_then(|at| jiff::Timestamp::try_from(at).ok());
            let sha256 = unchanged::hash(&path).with_context(|| format!("read {}", path.display()));
            match sha256 {
                Ok(sha256) if sha256 == entry.sha256 => {}
                // It changed while it was pushed, which the push has told.
                Ok(_) if entry.path.as_path().starts_with(MEDIA) && modified != Some(entry.mtime) => {}
                Ok(_) => damage.push(format!("{}: its digest is not that of the manifest", entry.path)),
                Err(_) => damage.push(format!("{}: it is not in the copy", entry.path)),
            }
        }
        Ok(Sampled { snapshot: snapshot.short().to_owned(), files: chosen.len() as u64, bytes, damage })
    }
}

/// A folder that goes away with this.
struct Scratch(std::path::PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed now, the next one removes.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
