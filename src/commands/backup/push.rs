//! Pushing the site away from this machine.

use super::Work;
use super::make::failed;
use super::make::names;
use super::make::tell_problems;
use super::remote::open;
use super::remote::remote_item;
use crate::backup::Contents;
use crate::backup::DatabaseCopy;
use crate::backup::Order;
use crate::backup::remote::Pushed;
use crate::commands::report::ReportArgs;
use crate::error;
use crate::error::Error;
use crate::error::Kind as ErrorKind;
use crate::output::ItemReport;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Metric;
use crate::status::Unit;
use crate::status::kinds;
use crate::units::ByteSize;
use crate::units::count;
use anyhow::Result;
use clap::Args;
use std::path::Path;
use std::time::Instant;

/// So many files that moved are named.
const NAMED: usize = 10;

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
The copy holds database, media, settings and .env, encrypted, in the repository
of restic that [remote] names; media go as files, so that only what changed is
sent. Nothing is ever removed there: keys that may add and not delete are
enough.

Examples:
  sitekeep backup push --init   the first time: creates the repository
  sitekeep backup push          each night")]
pub(in crate::commands) struct PushArgs {
    /// Create the repository if there is none
    #[arg(long)]
    pub(super) init: bool,
    /// Only say how much would be added
    #[arg(long, short = 'n')]
    pub(super) dry_run: bool,
    #[command(flatten)]
    pub(super) report: ReportArgs,
}

impl Work<'_> {
    /// Pushes a copy of the site.
    ///
    /// # Errors
    /// For wrong settings, or when somebody asks to stop; any other trouble is a finding.
    pub(super) fn push(&self, args: &PushArgs, state_folder: &Path) -> Result<Vec<ItemReport>> {
        let begin = Instant::now();
        let mut check = Check::default();
        match self.push_copy(args, state_folder, &mut check) {
            Ok(pushed) => self.tell_pushed(&pushed, args, begin.elapsed().as_secs_f64(), &mut check),
            Err(problem) if gives_up(&problem) => return Err(problem),
            Err(problem) => {
                let mut finding = failed(&kinds::BACKUP_PUSHED, &self.config.site.name, &problem);
                finding.message = format!("no copy was pushed: {}", finding.message);
                check.add(finding);
            }
        }
        Ok(vec![remote_item("remote.push", "Copy pushed away", begin, check)])
    }

    fn push_copy(&self, args: &PushArgs, state_folder: &Path, check: &mut Check) -> Result<Pushed> {
        let remote = open(self.config, state_folder, self.progress)?;
        if !remote.is_there()? {
            if !args.init || args.dry_run {
                return Err(Error::new(ErrorKind::Failed, format!("no repository is at {}", remote.label()))
                    .hint("name the right one in [remote] repository, or create it once: sitekeep backup push --init")
                    .into());
            }
            remote.create()?;
            let message = "the repository is created; without its password nobody restores from it";
            let remedy = "keep the password in a second place, away from this machine";
            check.add(Finding::ok(&kinds::BACKUP_PUSHED, remote.label(), message).remedy(remedy));
        }
        let stage = remote.prepare()?;
        let copy = self.copy_database(&stage, &|extension| stage.join(format!("db.{extension}")))?;
        let (label, zone) = (self.config.database.label(), self.config.time_zone());
        let (extension, engine) = names(copy.copied.engine);
        let secret_key = self.secret_key(check);
        let site = &self.config.site;
        let order = Order {
            folder: &stage,
            site: &site.name,
            now: self.now,
            zone: &zone,
            secret_key: secret_key.as_ref(),
            fresh_copy_days: 0,
            before_restore: false,
            origin: None,
        };
        let env_file = site.env_file();
        let contents = Contents::Full {
            database: DatabaseCopy {
                path: copy.copied.path(),
                extension,
                engine,
                original: &label,
                fingerprint: &copy,
            },
            media: &site.media,
            settings: site.settings.as_deref(),
            env_file: env_file.as_deref(),
        };
        let pushed = remote.push(&order, contents, args.dry_run);
        copy.tell(check);
        pushed
    }

    fn tell_pushed(&self, pushed: &Pushed, args: &PushArgs, seconds: f64, check: &mut Check) {
        let name = self.config.site.name.as_str();
        let totals = pushed.manifest.totals;
        let (size, added) = (ByteSize(totals.bytes), ByteSize(pushed.added));
        let files = count(totals.files, "file");
        let kind = &kinds::BACKUP_PUSHED;
        if args.dry_run {
            check.add(Finding::ok(kind, name, format!("{size} in {files}: {added} would be added")));
            tell_problems(&pushed.manifest.problems, check);
            return;
        }
        let message = format!("{size} in {files} as copy {}: {added} added", pushed.snapshot);
        check.add(
            Finding::ok(kind, name, message)
                .with("snapshot", pushed.snapshot.as_str())
                .with("bytes", totals.bytes)
                .with("files", totals.files)
                .with("added_bytes", pushed.added),
        );
        for path in pushed.moving.iter().take(NAMED) {
            let message = "changed each time while it was pushed: the copy has it as it was read";
            check.add(Finding::warning(kind, path, message).remedy("push again when nobody writes to it"));
        }
        if pushed.moving.len() > NAMED {
            let message =
                format!("{} more files changed while they were pushed", pushed.moving.len() - NAMED);
            check.add(Finding::warning(kind, name, message).remedy("push again when nobody writes to them"));
        }
        tell_problems(&pushed.manifest.problems, check);
        check.measure(Metric::new("remote_bytes", name, size.as_f64(), Unit::Bytes));
        check.measure(Metric::new("remote_added_bytes", name, added.as_f64(), Unit::Bytes));
        check.measure(Metric::new("remote_push_seconds", name, seconds, Unit::Seconds));
    }
}

/// Whether a problem is no finding: somebody asked to stop, or the settings are wrong.
pub(super) fn gives_up(problem: &anyhow::Error) -> bool {
    error::is_interruption(problem) || error::exit_code(problem) == ErrorKind::Config.exit_code()
}
