//! The copies away from this machine: listing, reading through, drilling and rotating them.

use super::DrillArgs;
use super::PruneArgs;
use super::VerifyArgs;
use super::Work;
use super::list;
use super::push::gives_up;
use crate::backup::remote::Copied;
use crate::backup::remote::Remote;
use crate::backup::remote::Snapshot;
use crate::backup::remote::judge;
use crate::commands::Context;
use crate::commands::report::Record;
use crate::commands::site;
use crate::config::Config;
use crate::error;
use crate::error::Error;
use crate::error::Kind as ErrorKind;
use crate::output::Bar;
use crate::output::ItemReport;
use crate::progress::Progress;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Metric;
use crate::status::Status;
use crate::status::Unit;
use crate::status::kinds;
use crate::units::ByteSize;
use crate::units::count;
use anyhow::Result;
use jiff::SignedDuration;
use jiff::Timestamp;
use std::path::Path;
use std::time::Instant;

/// How the record calls a drill of a copy that was brought back.
const DRILL: &str = "remote";

/// The configured repository.
///
/// # Errors
/// When none is configured, restic is not installed, or the secrets cannot be used.
pub(in crate::commands) fn open<'a>(
    config: &'a Config,
    state_folder: &Path,
    progress: &'a dyn Progress,
) -> Result<Remote<'a>> {
    Remote::new(&config.remote, Some(&config.site.name), state_folder, progress)
}

pub(in crate::commands) fn remote_item(
    id: &'static str,
    title: &'static str,
    begin: Instant,
    check: Check,
) -> ItemReport {
    ItemReport { line: "Sauvegarde et Restauration", ..site::item(id, title, begin, check) }
}

/// Lists the copies, oldest first.
///
/// # Errors
/// When the repository cannot be asked, or the format is one for monitoring systems.
pub(super) fn list(config: &Config, context: &Context) -> Result<Status> {
    context.printer.list_format()?;
    let bar = Bar::new(context.printer.quiet);
    let state_folder = context.state_folder(config)?;
    let remote = open(config, &state_folder, &bar)?;
    let snapshots = remote.snapshots()?;
    let text = list::remote(&snapshots, remote.label(), context)?;
    context.printer.out(&text)?;
    Ok(Status::Ok)
}

impl Work<'_> {
    /// Reads the repository through, in part or in full.
    ///
    /// # Errors
    /// For wrong settings, or when somebody asks to stop.
    pub(super) fn verify_remote(&self, args: &VerifyArgs, state_folder: &Path) -> Result<Vec<ItemReport>> {
        let (begin, kind) = (Instant::now(), &kinds::BACKUP_REMOTE_VERIFIED);
        let mut check = Check::default();
        if let Err(problem) = self.read_remote(args, state_folder, &mut check) {
            if gives_up(&problem) {
                return Err(problem);
            }
            check.add(unknown(kind, &self.config.site.name, "could not be verified", &problem));
        }
        Ok(vec![remote_item("remote.verify", "Copies away from this machine", begin, check)])
    }

    fn read_remote(&self, args: &VerifyArgs, state_folder: &Path, check: &mut Check) -> Result<()> {
        let (begin, kind) = (Instant::now(), &kinds::BACKUP_REMOTE_VERIFIED);
        let remote = open(self.config, state_folder, self.progress)?;
        let snapshot = remote.find("latest")?;
        let damaged = "keep this repository as it is, and push into a new one now: docs/offsite.md";
        if let Some(words) = remote.check(args.full)? {
            check.add(Finding::critical(kind, remote.label(), words).remedy(damaged));
        }
        crate::backup::remote::clean(state_folder)?;
        let sampled = match remote.sample(&snapshot, state_folder) {
            Ok(sampled) => sampled,
            // What is damaged may well not come back: that is told already.
            Err(problem) if !check.findings.is_empty() && !error::is_interruption(&problem) => {
                let message =
                    format!("{} does not come back: {}", snapshot.short(), error::one_line(&problem));
                check.add(Finding::critical(kind, remote.label(), message).remedy(damaged));
                return Ok(());
            }
            Err(problem) => return Err(problem),
        };
        for damage in &sampled.damage {
            check.add(Finding::critical(kind, &sampled.snapshot, damage).remedy(damaged));
        }
        if check.findings.is_empty() {
            let share = if args.full {
                "all".to_owned()
            } else {
                format!("{} of it", self.config.remote.verify_sample)
            };
            let files = count(sampled.files, "file");
            let message = format!(
                "sound: {share} read; {files} ({}) of copy {} are as its manifest says",
                ByteSize(sampled.bytes),
                sampled.snapshot
            );
            check.add(Finding::ok(kind, remote.label(), message).with("full", args.full));
            let seconds = begin.elapsed().as_secs_f64();
            check.measure(Metric::new(
                "remote_verify_seconds",
                &self.config.site.name,
                seconds,
                Unit::Seconds,
            ));
        }
        Ok(())
    }

    /// Brings a copy back into the state folder and drills it there.
    ///
    /// # Errors
    /// For wrong settings, or when somebody asks to stop.
    pub(super) fn drill_remote(
        &self,
        args: &DrillArgs,
        state_folder: &Path,
        record: &mut Record,
    ) -> Result<Vec<ItemReport>> {
        let begin = Instant::now();
        let name = args.backup.as_deref().unwrap_or("latest");
        let folder = state_folder.join(".sitekeep-remote-drill");
        let mut check = Check::default();
        let drilled = crate::backup::remote::clean(state_folder)
            .and_then(|()| self.fetch(name, &folder, state_folder, &mut check))
            .and_then(|artefact| self.drill_one(&artefact, DRILL, state_folder, begin, record, &mut check));
        // What cannot be removed now, the next one removes.
        let _ = std::fs::remove_dir_all(&folder);
        if let Err(problem) = drilled {
            if gives_up(&problem) {
                return Err(problem);
            }
            let told = "the drill could not take place";
            check.add(unknown(&kinds::BACKUP_DRILL, &self.config.site.name, told, &problem));
        }
        Ok(vec![remote_item("remote.drill", "Copies away from this machine", begin, check)])
    }

    /// Rotates the copies by the rules of the full backups, or shows what would be done.
    ///
    /// # Errors
    /// For wrong settings, a repository that cannot be asked, or a rotation that cannot be carried out.
    pub(super) fn prune_remote(&self, args: &PruneArgs, state_folder: &Path) -> Result<Vec<ItemReport>> {
        let (begin, kind) = (Instant::now(), &kinds::BACKUP_ROTATION);
        site::refuse_other(self.config, args.confirm.as_deref())?;
        let config = self.config;
        if config.remote.append_only && !args.dry_run {
            return Err(Error::new(ErrorKind::Config, "nothing is removed there: [remote] append_only = true")
                .hint("rotate from a machine whose keys may remove, or set append_only = false; --dry-run shows the plan")
                .into());
        }
        let remote = open(config, state_folder, self.progress)?;
        let snapshots = remote.snapshots()?;
        let plan = Remote::plan(&snapshots, config.backup.full, self.now, &config.time_zone());
        let mut check = Check::default();
        for (name, reasons) in plan.keep.iter().filter(|_| args.dry_run) {
            let reasons: Vec<String> = reasons.iter().map(ToString::to_string).collect();
            check.add(Finding::ok(kind, name, format!("stays: {}", reasons.join(", "))));
        }
        for name in plan.remove.iter().filter(|_| args.dry_run) {
            check.add(Finding::ok(kind, name, "would be removed"));
        }
        let doubt = plan.needs_confirmation.as_ref().filter(|_| args.confirm.is_none());
        if let Some(doubt) = doubt {
            check.add(Finding::warning(kind, "remote", format!("nothing is removed: {doubt}")).remedy(
                format!(
                    "look at it with `sitekeep backup prune --remote --dry-run`, and agree with --confirm {}",
                    config.site.name
                ),
            ));
        } else {
            let kept = match plan.keep.len() {
                1 => "1 copy".to_owned(),
                kept => format!("{kept} copies"),
            };
            let message = match (plan.remove.len(), args.dry_run) {
                (0, _) => format!("{kept}, none to remove"),
                (removed, true) => format!("{kept} would stay, {removed} would go"),
                (removed, false) => {
                    remote.forget(&plan)?;
                    format!("{kept} kept, {removed} removed")
                }
            };
            check.add(Finding::ok(kind, "remote", message).with("removed", plan.remove));
        }
        Ok(vec![remote_item("remote.prune", "Copies away from this machine", begin, check)])
    }
}

/// The finding for what could not be told.
pub(super) fn unknown(
    kind: &crate::status::Kind,
    subject: &str,
    what: &str,
    problem: &anyhow::Error,
) -> Finding {
    let message = format!("{what}: {}", error::one_line(problem));
    let hint = error::hints(problem).first().map(ToString::to_string);
    Finding::unknown(kind, subject, message)
        .remedy(hint.unwrap_or_else(|| "mend that and try again; the copies are untouched".to_owned()))
}

/// What is on record of the copies, for those who do not ask the network.
pub(in crate::commands) struct Recorded {
    pub check: Check,
    /// What was pushed, oldest first.
    pub copies: Vec<Copied>,
    pub verified: Option<Timestamp>,
    pub drilled: Option<Timestamp>,
}

/// Reads the record and judges what it says.
///
/// # Errors
/// When the record cannot be read.
pub(in crate::commands) fn recorded(config: &Config, record: &Record, now: Timestamp) -> Result<Recorded> {
    let Some(state) = &record.state else { anyhow::bail!("sitekeep's record cannot be read") };
    let since = now - SignedDuration::from_hours(24 * 400);
    let points = |name| state.history(name, &config.site.name, since);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number of bytes as it was recorded"
    )]
    let copies: Vec<Copied> = points("remote_bytes")?
        .iter()
        .map(|point| Copied { at: point.at, bytes: Some(point.value as u64) })
        .collect();
    // Measured of a verification that found nothing wrong.
    let verified = points("remote_verify_seconds")?.last().map(|point| point.at);
    let drills = state.drills()?;
    let passed = drills.iter().filter(|drill| drill.kind == DRILL && drill.passed());
    let drilled = passed.map(|drill| drill.at).max();
    Ok(Recorded { check: judge(&copies, &config.remote, &config.site.name, now), copies, verified, drilled })
}

/// The sizes of a copy in the words of a list.
pub(super) fn sizes(snapshot: &Snapshot) -> (String, String) {
    let bytes = snapshot.bytes().map_or_else(|| "-".to_owned(), |bytes| ByteSize(bytes).to_string());
    let files = snapshot.files().map_or_else(|| "-".to_owned(), |files| count(files, "file"));
    (bytes, files)
}
