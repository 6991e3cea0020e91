//! Reading backups through.

use super::VerifyArgs;
use super::Work;
use super::make::failed;
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
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use crate::units::ByteSize;
use crate::units::count;
use anyhow::Result;
use std::time::Instant;

impl Work<'_> {
    /// Verifies the named backups, all, or the newest of each kind.
    ///
    /// # Errors
    /// When a named backup is not there, there is none at all, the folder cannot be read, or somebody asks to stop.
    pub(super) fn verify(&self, args: &VerifyArgs, record: &mut Record) -> Result<Vec<ItemReport>> {
        let mut items = Vec::new();
        for artefact in self.chosen(args)? {
            let begin = Instant::now();
            let check = self.verify_one(&artefact, record)?;
            items.push(item(artefact.kind, begin, check));
        }
        Ok(items)
    }

    fn chosen(&self, args: &VerifyArgs) -> Result<Vec<Artefact>> {
        let zone = self.config.time_zone();
        if !args.backups.is_empty() {
            return args.backups.iter().map(|name| named(name, self.folder, self.config)).collect();
        }
        let all = backup::list(self.folder, &zone)?;
        if all.is_empty() {
            return Err(Error::new(
                ErrorKind::Undetermined,
                format!("no backup is in {}", self.folder.display()),
            )
            .hint("make one: sitekeep backup full")
            .into());
        }
        if args.all {
            return Ok(all);
        }
        let newest = |kind| all.iter().rfind(move |artefact| artefact.kind == kind).cloned();
        Ok(Kind::ALL.into_iter().filter_map(newest).collect())
    }

    fn verify_one(&self, artefact: &Artefact, record: &mut Record) -> Result<Check> {
        let kind = &kinds::BACKUP_VERIFIED;
        let mut check = Check::default();
        let found = match backup::verify(artefact, self.progress) {
            Ok(found) => found,
            Err(problem) if error::is_interruption(&problem) => return Err(problem),
            Err(problem) => {
                check.add(failed(kind, &artefact.name, &problem));
                return Ok(check);
            }
        };
        let read = format!("{} in {} read", ByteSize(found.bytes), count(found.files, "file"));
        if let Some(first) = found.damage.first()
            && let Some(state) = &mut record.state
            && let Err(problem) = state.record_damaged(&artefact.name, self.now, first)
        {
            check.add(Finding::warning(kind, &artefact.name, crate::error::one_line(&problem)));
        }
        for damage in &found.damage {
            check.add(Finding::critical(kind, &artefact.name, damage).remedy(
                "make a new backup now, keep this one aside, and look at the disk (dmesg, smartctl)",
            ));
        }
        for gap in &found.unverified {
            check.add(
                Finding::warning(kind, &artefact.name, format!("not verified: {gap}"))
                    .remedy("a backup that sitekeep makes can be verified whole: sitekeep backup full"),
            );
        }
        if found.is_sound() && found.is_complete() {
            check.add(Finding::ok(kind, &artefact.name, format!("sound; {read}")).with("bytes", found.bytes));
            let recorded =
                record.state.as_mut().map_or(Ok(()), |state| state.record_verified(&artefact.name, self.now));
            if let Err(problem) = recorded {
                check.add(Finding::warning(kind, &artefact.name, error::one_line(&problem)));
            }
        }
        Ok(check)
    }
}
