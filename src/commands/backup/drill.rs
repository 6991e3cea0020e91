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
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use anyhow::Result;
use std::path::Path;
use std::time::Instant;

impl Work<'_> {
    /// Drills the named backup, or the newest full one, or the newest of the database.
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
            Some(name) => named(name, self.folder, self.config)?,
            None => self.newest()?,
        };
        let order = Drill { config: self.config, scratch, now: self.now };
        let mut check = match recovery::drill(order, &artefact, self.progress) {
            Ok(check) => check,
            Err(problem) if error::is_interruption(&problem) => return Err(problem),
            Err(problem) => {
                let message = format!("the drill could not take place: {}", error::one_line(&problem));
                let hint = error::hints(&problem).first().map(ToString::to_string);
                Finding::unknown(&kinds::BACKUP_DRILL, &artefact.name, message)
                    .remedy(
                        hint.unwrap_or_else(|| "mend that and drill again: sitekeep backup drill".to_owned()),
                    )
                    .into()
            }
        };
        if check.status() == Status::Ok || check.status() == Status::Warning {
            self.remember(&artefact, record, &mut check);
        }
        Ok(vec![item(artefact.kind, begin, check)])
    }

    fn newest(&self) -> Result<Artefact> {
        let all = backup::list(self.folder, &self.config.time_zone())?;
        let newest = |kind| all.iter().rfind(|artefact| artefact.kind == kind && artefact.is_ours()).cloned();
        newest(Kind::Full).or_else(|| newest(Kind::Database)).ok_or_else(|| {
            Error::new(
                ErrorKind::Undetermined,
                format!("no backup of sitekeep's own is in {}", self.folder.display()),
            )
            .hint("make one: sitekeep backup full")
            .into()
        })
    }

    fn remember(&self, artefact: &Artefact, record: &mut Record, check: &mut Check) {
        let recorded =
            record.state.as_mut().map_or(Ok(()), |state| state.record_drilled(&artefact.name, self.now));
        if let Err(problem) = recorded {
            check.add(Finding::warning(&kinds::BACKUP_DRILL, &artefact.name, error::one_line(&problem)));
        }
    }
}
