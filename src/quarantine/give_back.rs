//! Taking back a change whose parts stand for themselves: each on its own, and none over what came since.

use super::Change;
use super::Part;
use super::Phase;
use super::Place;
use super::Quarantine;
use crate::error::one_line;
use crate::system::fs;
use crate::system::swap;
use anyhow::Context;
use anyhow::Result;
use anyhow::bail;
use anyhow::ensure;
use std::path::Path;

impl Quarantine<'_> {
    /// Brings back each part that is wanted and whose place is as the change left it. Returns those that are wanted and
    /// stay, and why; the record keeps them, so that a later undo tries them again.
    ///
    /// # Errors
    /// When the record cannot be written, or the disk refuses; [`Quarantine::recover`] brings back all parts then.
    pub fn give_back(
        &self,
        change: &mut Change,
        is_wanted: &dyn Fn(&Part) -> bool,
    ) -> Result<Vec<(Part, String)>> {
        ensure!(change.independent, "the parts of `{}` are one whole", change.command);
        change.parts.iter_mut().for_each(turn);
        self.enter(change, Phase::Reverting)?;
        self.go_on_giving_back(change, is_wanted)
    }

    /// Brings back what is not back yet: the rest after a kill, or all of it.
    pub(super) fn go_on_giving_back(
        &self,
        change: &mut Change,
        is_wanted: &dyn Fn(&Part) -> bool,
    ) -> Result<Vec<(Part, String)>> {
        let (mut left, mut back, mut stay) = (Vec::new(), Vec::new(), Vec::new());
        for mut part in std::mem::take(&mut change.parts) {
            if is_wanted(&part) {
                match self.give_one_back(&part) {
                    Ok(()) => {
                        back.push(part);
                        continue;
                    }
                    Err(problem) => left.push((part.clone(), one_line(&problem))),
                }
            }
            turn(&mut part);
            stay.push(part);
        }
        super::sync(&back)?;
        change.parts = stay;
        self.enter(change, if change.parts.is_empty() { Phase::Reverted } else { Phase::Applied })?;
        Ok(left)
    }

    fn give_one_back(&self, part: &Part) -> Result<()> {
        let now = self.identities(&part.place)?;
        if now == (part.beside.clone(), part.live.clone()) {
            return Ok(());
        }
        if now.1 != part.beside {
            bail!("what was kept of it is gone");
        }
        if now.0 != part.live {
            match now.0 {
                Some(_) => bail!("another stands in its place by now"),
                None => bail!("what had replaced it is gone by now"),
            }
        }
        if let Place::Path { live, .. } = &part.place {
            make_way(live)?;
        }
        self.exchange_seen(part)
    }
}

/// What was noted before the change becomes what is to be found before it is taken back, and the other way round.
pub(super) fn turn(part: &mut Part) {
    std::mem::swap(&mut part.live, &mut part.beside);
}

/// Makes the folder of a live place that is gone, like the next one that is there.
pub(super) fn make_way(live: &Path) -> Result<()> {
    let Some(folder) = live.parent().filter(|folder| swap::identity(folder).is_ok_and(|it| it.is_none()))
    else {
        return Ok(());
    };
    if let Some(above) = folder.parent() {
        make_way(folder)?;
        std::fs::create_dir(folder).with_context(|| format!("make {} again", folder.display()))?;
        let mode =
            std::fs::metadata(above).with_context(|| format!("look at {}", above.display()))?.permissions();
        std::fs::set_permissions(folder, mode).with_context(|| format!("open {}", folder.display()))?;
        fs::inherit_owner(folder)?;
    }
    Ok(())
}
