//! The drill of a backup, from the command line.

use super::DrillArgs;
use super::Work;
use super::make::item;
use super::named;
use crate::backup;
use crate::backup::Artefact;
use crate::backup::Kind;
use crate::commands::report::Record;
use crate::error;
use crate::error::Error;
use crate::error::Kind as ErrorKind;
use crate::output::ItemReport;
use crate::recovery;
use crate::recovery::Drill;
use crate::state;
use crate::state::State;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use crate::system::random;
use anyhow::Result;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

impl Work<'_> {
    /// Drills the named backup, or one by chance, or the newest full one, or the newest of the database.
    ///
    /// # Errors
    /// When there is no such backup, or somebody asks to stop.
    pub(super) fn drill(
        &self,
        args: &DrillArgs,
        scratch: &Path,
        record: &mut Record,
    ) -> Result<Vec<ItemReport>> {
        let begin = Instant::now();
        let artefact = match &args.backup {
            Some(name) if name == "random" => self.random(record)?,
            Some(name) => named(name, self.folder, self.config)?,
            None => self.newest()?,
        };
        let mut check = Check::default();
        self.drill_one(&artefact, artefact.kind.word(), scratch, begin, record, &mut check)?;
        Ok(vec![item(artefact.kind, begin, check)])
    }

    /// Drills a backup, which is recorded under the word `kind`.
    ///
    /// # Errors
    /// When somebody asks to stop; any other trouble is a finding.
    pub(super) fn drill_one(
        &self,
        artefact: &Artefact,
        kind: &str,
        scratch: &Path,
        begin: Instant,
        record: &mut Record,
        check: &mut Check,
    ) -> Result<()> {
        let earlier = earlier(kind, record).unwrap_or_else(|problem| {
            check.add(Finding::warning(&kinds::BACKUP_DRILL, &artefact.name, error::one_line(&problem)));
            Vec::new()
        });
        let order = Drill { config: self.config, scratch, now: self.now, earlier: &earlier };
        match recovery::drill(order, artefact, self.progress) {
            Ok(found) => {
                let seconds = begin.elapsed().as_secs_f64();
                if let Err(problem) = self.remember(artefact, kind, &found, seconds, record) {
                    check.add(Finding::warning(
                        &kinds::BACKUP_DRILL,
                        &artefact.name,
                        error::one_line(&problem),
                    ));
                }
                check.absorb(found);
            }
            Err(problem) if error::is_interruption(&problem) => return Err(problem),
            Err(problem) => {
                let message = format!("the drill could not take place: {}", error::one_line(&problem));
                let hint = error::hints(&problem).first().map(ToString::to_string);
                check.add(Finding::unknown(&kinds::BACKUP_DRILL, &artefact.name, message).remedy(
                    hint.unwrap_or_else(|| "mend that and drill again: sitekeep backup drill".to_owned()),
                ));
            }
        }
        Ok(())
    }

    fn newest(&self) -> Result<Artefact> {
        let all = backup::list(self.folder, &self.config.time_zone())?;
        let newest = |kind| all.iter().rfind(|artefact| artefact.kind == kind && artefact.is_ours()).cloned();
        newest(Kind::Full).or_else(|| newest(Kind::Database)).ok_or_else(|| self.none())
    }

    /// One of those that can be drilled: a dump needs the server that the site is on.
    fn random(&self, record: &Record) -> Result<Artefact> {
        let all = backup::list(self.folder, &self.config.time_zone())?;
        let drilled = record.state.as_ref().map_or_else(|| Ok(BTreeMap::new()), State::drilled_artefacts)?;
        let server = self.config.database.url.is_some();
        let is_dump = |artefact: &Artefact| {
            artefact.summary.as_ref().and_then(|summary| summary.engine.as_deref()) == Some("postgresql")
        };
        let drillable: Vec<&Artefact> =
            all.iter().filter(|artefact| artefact.is_ours() && (server || !is_dump(artefact))).collect();
        backup::draw(&drillable, &drilled, self.now, random::number()).cloned().ok_or_else(|| self.none())
    }

    fn none(&self) -> anyhow::Error {
        Error::new(
            ErrorKind::Undetermined,
            format!("no backup of sitekeep's own that can be drilled is in {}", self.folder.display()),
        )
        .hint("make one: sitekeep backup full")
        .into()
    }

    /// Records what the drill came to; one that could not tell is no drill.
    fn remember(
        &self,
        artefact: &Artefact,
        kind: &str,
        found: &Check,
        seconds: f64,
        record: &mut Record,
    ) -> Result<()> {
        let Some(state) = &mut record.state else { return Ok(()) };
        let status = found.status();
        if status == Status::Unknown {
            return Ok(());
        }
        let worst = found.findings.iter().find(|finding| finding.status == status);
        let drill = state::Drill {
            name: artefact.name.clone(),
            at: self.now,
            kind: kind.to_owned(),
            status,
            message: worst.map_or_else(String::new, |finding| {
                format!("{} {}: {}", finding.id, finding.subject, finding.message)
            }),
            seconds,
        };
        state.record_drill(&drill)?;
        if drill.passed() && kind == artefact.kind.word() {
            state.record_drilled(&artefact.name, self.now)?;
        }
        Ok(())
    }
}

/// How long the earlier drills of this kind took, oldest first; those that failed say nothing of that.
fn earlier(kind: &str, record: &Record) -> Result<Vec<f64>> {
    let Some(state) = &record.state else { return Ok(Vec::new()) };
    let drills = state.drills()?;
    let same = drills.iter().filter(|drill| drill.kind == kind && drill.passed());
    Ok(same.map(|drill| drill.seconds).collect())
}
