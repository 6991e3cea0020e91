//! What the checklists do with backups and pictures.

use super::DrillArgs;
use super::VerifyArgs;
use super::Work;
use super::folder;
use super::make::Purpose;
use super::push::PushArgs;
use crate::backup::Kind;
use crate::checklist;
use crate::commands::Context;
use crate::commands::docs;
use crate::commands::images;
use crate::commands::report::Record;
use crate::commands::report::ReportArgs;
use crate::config::Config;
use crate::output::ItemReport;
use crate::progress::Progress;
use crate::status::Check;
use anyhow::Result;
use std::path::Path;
use std::path::PathBuf;

/// Makes, verifies, drills and packs for a round that holds the site's lock.
pub(in crate::commands) struct Keeper<'a> {
    work: Work<'a>,
    record: Record,
    state_folder: PathBuf,
    context: &'a Context,
}

impl<'a> Keeper<'a> {
    /// Prepares the work.
    ///
    /// # Errors
    /// When there is no folder for backups or state.
    pub(in crate::commands) fn new(
        config: &'a Config,
        progress: &'a dyn Progress,
        context: &'a Context,
    ) -> Result<Self> {
        Ok(Self {
            work: Work { config, folder: folder(config)?, now: context.now, progress },
            record: Record::open(config, context),
            state_folder: context.state_folder(config)?,
            context,
        })
    }
}

fn together(items: Vec<ItemReport>) -> Check {
    let mut check = Check::default();
    for item in items {
        check.absorb(Check { findings: item.findings, metrics: item.metrics });
    }
    check
}

const NO_REPORT: ReportArgs = ReportArgs { output: None };

impl checklist::Keeper for Keeper<'_> {
    fn make(&mut self, kind: Kind) -> Result<Check> {
        Ok(together(vec![self.work.make(kind, Purpose::Rotated, &mut self.record)?]))
    }

    fn verify(&mut self) -> Result<Check> {
        let args =
            VerifyArgs { backups: Vec::new(), all: false, remote: false, full: false, report: NO_REPORT };
        self.work.verify(&args, &mut self.record).map(together)
    }

    fn drill(&mut self) -> Result<Check> {
        let args = DrillArgs { backup: None, remote: false, report: NO_REPORT };
        self.work.drill(&args, &self.state_folder, &mut self.record).map(together)
    }

    fn push(&mut self) -> Result<Check> {
        let args = PushArgs { init: false, dry_run: false, report: NO_REPORT };
        self.work.push(&args, &self.state_folder).map(together)
    }

    fn verify_remote(&mut self) -> Result<Check> {
        let args =
            VerifyArgs { backups: Vec::new(), all: false, remote: true, full: false, report: NO_REPORT };
        self.work.verify_remote(&args, &self.state_folder).map(together)
    }

    fn before_rebuild(&mut self) -> Result<()> {
        let Work { config, progress, .. } = self.work;
        super::before_rebuild(config, progress, &mut self.record, self.context).map(|_| ())
    }

    fn optimize_images(&mut self) -> Result<Check> {
        let Work { config, progress, .. } = self.work;
        images::optimize_of_round(config, &mut self.record, progress, self.context)
    }

    fn look_for_orphans(&mut self) -> Result<Check> {
        images::orphans_of_round(self.work.config, self.work.progress, self.context)
    }

    fn report_products(&mut self) -> Result<Check> {
        docs::report_of_round(self.work.config, self.context)
    }

    fn archive_guides(&mut self) -> Result<Check> {
        docs::archive_told(self.work.config, self.work.now, false)
    }

    fn state_folder(&self) -> &Path {
        &self.state_folder
    }
}
