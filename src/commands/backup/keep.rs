//! The rotation: what stays, why, and removing the rest.

use super::PruneArgs;
use super::Work;
use super::make::item;
use crate::backup;
use crate::backup::Kind;
use crate::backup::Protected;
use crate::commands::report::Record;
use crate::commands::site;
use crate::config::RetentionConfig;
use crate::output::ItemReport;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use crate::units::ByteSize;
use crate::units::count;
use anyhow::Result;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::time::Instant;

impl Work<'_> {
    /// Rotates every kind, or shows what would be done.
    ///
    /// # Errors
    /// When the confirmation names another site, or the folder cannot be read.
    pub(super) fn prune(&self, args: &PruneArgs, record: &mut Record) -> Result<Vec<ItemReport>> {
        site::refuse_other(self.config, args.confirm.as_deref())?;
        if !args.dry_run {
            backup::clean(self.folder)?;
        }
        Kind::ALL
            .into_iter()
            .map(|kind| {
                let begin = Instant::now();
                let mut check = Check::default();
                self.rotate(kind, args.dry_run, args.confirm.is_some(), record, &mut check)?;
                Ok(item(kind, begin, check))
            })
            .collect()
    }

    /// Plans the rotation of a kind and carries it out.
    ///
    /// # Errors
    /// When the folder or the state cannot be read, or a file cannot be removed.
    pub(super) fn rotate(
        &self,
        kind: Kind,
        dry_run: bool,
        confirmed: bool,
        record: &mut Record,
        check: &mut Check,
    ) -> Result<()> {
        let zone = self.config.time_zone();
        let artefacts = backup::list(self.folder, &zone)?;
        let (verified, drilled) = match &record.state {
            Some(state) => (state.verified_artefacts()?, state.drilled_artefacts()?),
            None => (BTreeMap::new(), BTreeMap::new()),
        };
        let last = |times: &BTreeMap<String, Timestamp>| {
            let of_kind = artefacts.iter().filter(|artefact| artefact.kind == kind);
            of_kind
                .filter_map(|artefact| Some((*times.get(&artefact.name)?, artefact.name.clone())))
                .max()
                .map(|(_, name)| name)
        };
        let (last_verified, last_drilled) = (last(&verified), last(&drilled));
        let protected =
            Protected { last_verified: last_verified.as_deref(), last_drilled: last_drilled.as_deref() };
        let mut plan = backup::plan(&artefacts, kind, self.policy(kind), self.now, &zone, protected);
        if record.state.is_none() && !plan.remove.is_empty() {
            let unknown = "the record of which were verified and drilled cannot be read".to_owned();
            plan.needs_confirmation.get_or_insert(unknown);
        }
        for (name, reasons) in plan.keep.iter().filter(|_| dry_run) {
            let reasons: Vec<String> = reasons.iter().map(ToString::to_string).collect();
            check.add(Finding::ok(&kinds::BACKUP_ROTATION, name, format!("stays: {}", reasons.join(", "))));
        }
        let bytes: u64 = artefacts
            .iter()
            .filter(|artefact| plan.remove.contains(&artefact.name))
            .map(|artefact| artefact.size)
            .sum();
        let size = ByteSize(bytes);
        if dry_run {
            for name in &plan.remove {
                check.add(Finding::ok(&kinds::BACKUP_ROTATION, name, "would be removed"));
            }
        }
        if let Some(doubt) = plan.needs_confirmation.as_ref().filter(|_| !confirmed) {
            check.add(
                Finding::warning(
                    &kinds::BACKUP_ROTATION,
                    kind.word(),
                    format!("nothing is removed: {doubt}"),
                )
                .remedy(format!(
                    "look at it with `sitekeep backup prune --dry-run`, and agree with --confirm {}",
                    self.config.site.name
                )),
            );
            return Ok(());
        }
        if !dry_run && !plan.remove.is_empty() {
            backup::apply(&plan, self.folder, &zone, confirmed)?;
            if let Some(state) = &mut record.state {
                state.forget_artefacts(&plan.remove)?;
            }
        }
        let kept = count(plan.keep.len() as u64, "backup");
        let message = match (plan.remove.len() as u64, dry_run) {
            (0, _) => format!("{kept}, none to remove"),
            (removed, true) => format!("{kept} would stay, {removed} would go ({size})"),
            (removed, false) => format!("{kept} kept, {removed} removed ({size})"),
        };
        check.add(Finding::ok(&kinds::BACKUP_ROTATION, kind.word(), message).with("removed", plan.remove));
        Ok(())
    }

    fn policy(&self, kind: Kind) -> RetentionConfig {
        let backup = &self.config.backup;
        match kind {
            Kind::Database => backup.database,
            Kind::Media => backup.media,
            Kind::Full => backup.full,
        }
    }
}
