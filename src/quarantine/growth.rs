//! A change whose parts stand for themselves and are prepared some at a time, as pictures are.

use super::Change;
use super::Part;
use super::Phase;
use super::Place;
use super::Quarantine;
use super::sync;
use anyhow::Context;
use anyhow::Result;
use anyhow::bail;
use anyhow::ensure;
use std::collections::BTreeSet;
use std::path::Path;

impl Quarantine<'_> {
    /// Puts some more parts of a change that is growing in the live places; the change ends with
    /// [`Quarantine::commit`]. Returns the parts that stand as before, and why: they are not part of the change.
    ///
    /// # Errors
    /// When the record cannot be written, or the disk refuses.
    pub fn apply_more(
        &self,
        change: &mut Change,
        mut parts: Vec<Part>,
    ) -> Result<Vec<(Part, anyhow::Error)>> {
        ensure!(change.independent, "the parts of `{}` are one whole", change.command);
        self.look(&mut parts)?;
        let before = change.parts.len();
        change.parts.extend(parts);
        self.enter(change, Phase::Applying)?;
        let mut refused = Vec::new();
        for part in change.parts.split_off(before) {
            match self.exchange_seen(&part) {
                Ok(()) => change.parts.push(part),
                Err(problem) => refused.push((part, problem)),
            }
        }
        sync(&change.parts[before..])?;
        Ok(refused)
    }

    /// Exchanges a part, and takes that back when what stood at the live place was not what was looked at.
    fn exchange_seen(&self, part: &Part) -> Result<()> {
        self.exchange(part)?;
        let (_, beside) = self.identities(&part.place)?;
        if beside != part.live {
            self.exchange(part)?;
            bail!("another program has replaced it meanwhile");
        }
        Ok(())
    }
}

/// Removes what was prepared for a change and is no part of it.
pub(super) fn end(change: &mut Change) -> Result<()> {
    if !change.growing {
        return Ok(());
    }
    let kept: BTreeSet<&Path> = change
        .parts
        .iter()
        .filter_map(|part| match &part.place {
            Place::Path { kept, .. } => Some(kept.as_path()),
            Place::Postgres(_) => None,
        })
        .collect();
    for folder in &change.folders {
        let entries = match std::fs::read_dir(folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            other => other.with_context(|| format!("read folder {}", folder.display()))?,
        };
        for entry in entries {
            let path = entry.with_context(|| format!("read folder {}", folder.display()))?.path();
            if !kept.contains(path.as_path()) {
                std::fs::remove_file(&path).with_context(|| format!("remove {}", path.display()))?;
            }
        }
    }
    change.growing = false;
    Ok(())
}
