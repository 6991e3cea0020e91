//! A change of rows of the site's database and of the files that they name: the database's commit is the moment of
//! truth, and the files follow it.
//!
//! New files are put in place before the transaction, where nothing names them yet; what the rows no longer name moves
//! to the quarantine after it. What every row was and becomes is on disk before the commit, so that a look into the
//! database tells after a kill whether it took place. Taking a change back is the same with the sides exchanged.

use super::Change;
use super::Part;
use super::Phase;
use super::Quarantine;
use super::give_back::make_way;
use super::give_back::turn;
use crate::db;
use crate::db::Access;
use crate::db::rows::RowChange;
use crate::db::rows::Standing;
use crate::db::rows::Transaction;
use crate::error::Error;
use crate::error::Kind;
use crate::error::one_line;
use crate::system::fs;
use anyhow::Context;
use anyhow::Result;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

/// File of the rows in the folder of a change.
const ROWS: &str = "rows.json";

impl Quarantine<'_> {
    /// Begins a change of rows: the record and the folder in which the rows will be written down.
    ///
    /// # Errors
    /// When the record or the folder cannot be written.
    pub fn begin_rows(&self, change: &mut Change) -> Result<()> {
        let folder = self.rows_folder(change);
        change.rows = Some(folder.join(ROWS));
        change.folders.push(folder.clone());
        self.begin(change)?;
        fs::create_private_folder(&folder)
    }

    /// Puts the prepared files in place, has `write` change the rows in one transaction, and moves away what no row
    /// names any more. Returns what became of each row.
    ///
    /// # Errors
    /// When any step before the commit fails: nothing is changed then, and what was prepared is removed. After it, only
    /// when the files that are to go cannot be moved: the next run does it.
    pub fn apply_rows(
        &self,
        change: &mut Change,
        write: &mut dyn FnMut(&mut Transaction<'_>) -> Result<()>,
    ) -> Result<Vec<RowChange>> {
        let path = rows_path(change)?;
        let mut changed = Vec::new();
        let applied = self.transact(change, Phase::Applying, &mut |transaction| {
            write(transaction)?;
            changed = transaction.changes().to_vec();
            let text = serde_json::to_vec(&changed).context("write down the rows")?;
            fs::write_atomic(&path, &text, 0o600)
        });
        if change.phase == Phase::Staging {
            // The former state is live; what cannot be removed now goes with the next run.
            let _ = self.discard(change);
        }
        applied.map(|()| changed)
    }

    /// Brings the rows back to what they were before the change, or the second time to what it had made of them, and
    /// the files with them.
    ///
    /// # Errors
    /// When a row has moved on since: nothing is changed then.
    pub fn turn_rows(&self, change: &mut Change) -> Result<()> {
        let mut rows = read_rows(change)?.context("what the rows were is not written down")?;
        for part in &change.parts {
            self.require_way_back(part)?;
        }
        let phase = if change.phase == Phase::Reverted { Phase::Applying } else { Phase::Reverting };
        if phase == Phase::Applying {
            rows.reverse();
            for row in &mut rows {
                std::mem::swap(&mut row.before, &mut row.after);
            }
        }
        self.transact(change, phase, &mut |transaction| db::rows::put_back(transaction, &rows))
    }

    /// Refuses where a file cannot come back: another has its place by now, or it is gone itself. What is to go may have
    /// been replaced meanwhile; that goes then.
    fn require_way_back(&self, part: &Part) -> Result<()> {
        let (live, beside) = self.identities(&part.place)?;
        let why = match (&part.live, live, beside) {
            (Some(_), _, None) => "what was kept of it is gone",
            (Some(_), Some(_), Some(_)) => "another stands in its place by now",
            _ => return Ok(()),
        };
        Err(Error::new(Kind::Failed, format!("the file {} cannot come back: {why}", part.name))
            .hint("nothing was changed: see to that file first")
            .into())
    }

    /// What became of each row of a change.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn rows(&self, change: &Change) -> Result<Vec<RowChange>> {
        Ok(read_rows(change)?.unwrap_or_default())
    }

    fn transact(
        &self,
        change: &mut Change,
        phase: Phase,
        write: &mut dyn FnMut(&mut Transaction<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut database = db::connect(self.database, Access::Write)?;
        self.look(&mut change.parts)?;
        self.enter(change, phase)?;
        let mut is_sent = false;
        let written = self.put_in_place(change).and_then(|()| {
            let mut transaction = Transaction::begin(database.as_mut())?;
            write(&mut transaction)?;
            is_sent = true;
            transaction.commit().map(drop)
        });
        drop(database);
        let problem = match written {
            Ok(()) => {
                return self.follow(change).context(
                    "the rows are written; what they no longer name could not be moved away yet, the next run goes on",
                );
            }
            Err(problem) => problem,
        };
        // A commit whose answer was lost may have taken place: the database tells. What was refused before has not.
        let ended = if is_sent { self.finish_rows(change) } else { self.give_up(change) };
        match ended {
            Ok(()) if is_sent && change.phase == done(phase) => Ok(()),
            Ok(()) => Err(problem),
            Err(worse) => {
                let left =
                    format!("the files are not in order yet ({}); the next run goes on", one_line(&worse));
                Err(problem.context(left))
            }
        }
    }

    /// Ends a change of rows that was cut off, as the database says.
    pub(super) fn finish_rows(&self, change: &mut Change) -> Result<()> {
        let standing = match read_rows(change)? {
            None => Standing::Before,
            Some(rows) => {
                // A reader could not roll back what a kill left of a transaction.
                let mut database = db::connect(self.database, Access::Write)?;
                db::rows::standing(database.as_mut(), &rows)?
            }
        };
        let took_place = match change.phase {
            Phase::Applying => standing != Standing::Before,
            _ => standing != Standing::After,
        };
        if took_place { self.follow(change) } else { self.give_up(change) }
    }

    /// Ends a change of rows that did not take place: what had come for it goes away again.
    fn give_up(&self, change: &mut Change) -> Result<()> {
        let back: Vec<&Part> = change.parts.iter().filter(|part| comes(part)).collect();
        let named = self.named(&back)?;
        for part in back.into_iter().filter(|part| !named.contains(&part.name)) {
            if self.is_exchanged(part)? {
                self.exchange(part)?;
            }
        }
        super::sync(&change.parts)?;
        let former = match change.phase {
            Phase::Applying if change.was_reverted => Phase::Reverted,
            Phase::Applying => Phase::Staging,
            _ => Phase::Applied,
        };
        if former != Phase::Staging {
            // As before this try: what came then lies beside now, and the way back leads from there.
            change.parts.iter_mut().for_each(turn);
        }
        self.enter(change, former)
    }

    fn put_in_place(&self, change: &Change) -> Result<()> {
        for part in change.parts.iter().filter(|part| comes(part)) {
            if let super::Place::Path { live, .. } = &part.place {
                make_way(live)?;
            }
            self.exchange_seen(part)?;
        }
        super::sync(&change.parts)
    }

    /// Moves away what no row names any more, and ends the phase.
    fn follow(&self, change: &mut Change) -> Result<()> {
        let going: Vec<&Part> = change.parts.iter().filter(|part| goes(part)).collect();
        let named = self.named(&going)?;
        let mut stay = Vec::new();
        for part in going {
            if self.is_exchanged(part)? {
                continue;
            }
            let (live, _) = self.identities(&part.place)?;
            if named.contains(&part.name) || live != part.live {
                stay.push(part.name.clone());
            } else {
                self.exchange_seen(part)?;
            }
        }
        super::sync(&change.parts)?;
        // What stays is no part of the change: another row names it, or another file has its place.
        change.parts.retain(|part| !stay.contains(&part.name));
        change.was_reverted |= change.phase == Phase::Reverting;
        self.enter(change, done(change.phase))
    }

    /// Which of the files the database names now.
    fn named(&self, parts: &[&Part]) -> Result<BTreeSet<String>> {
        let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
        Ok(db::named(self.database, &names)?.into_iter().map(str::to_owned).collect())
    }

    fn rows_folder(&self, change: &Change) -> PathBuf {
        let state = self.folder.parent().unwrap_or(Path::new("/"));
        state.join("rows").join(format!("{}{}", super::PREFIX, change.run))
    }
}

/// The phase that follows when its steps are done.
fn done(phase: Phase) -> Phase {
    if phase == Phase::Reverting { Phase::Reverted } else { Phase::Applied }
}

fn comes(part: &Part) -> bool {
    part.live.is_none() && part.beside.is_some()
}

fn goes(part: &Part) -> bool {
    part.live.is_some() && part.beside.is_none()
}

fn rows_path(change: &Change) -> Result<PathBuf> {
    change.rows.clone().with_context(|| format!("`{}` changes no rows", change.command))
}

fn read_rows(change: &Change) -> Result<Option<Vec<RowChange>>> {
    let path = rows_path(change)?;
    match std::fs::read(&path) {
        Ok(bytes) => {
            serde_json::from_slice(&bytes).map(Some).with_context(|| format!("read {}", path.display()))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::new(Kind::Undetermined, format!("read {}: {error}", path.display())).into()),
    }
}
