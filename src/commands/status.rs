//! `status`: are we safe? Backups of each kind, drills, the last daily run and what it left open.

use super::Context;
use super::backup::remote as backups;
use super::backup::remote::Recorded;
use super::report;
use super::report::Record;
use super::report::ReportArgs;
use super::site;
use crate::acknowledge::Acknowledgements;
use crate::backup;
use crate::backup::Kind;
use crate::backup::Survey;
use crate::backup::Verdict;
use crate::checklist;
use crate::config::Config;
use crate::error;
use crate::output::ItemReport;
use crate::quarantine;
use crate::state::State;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use crate::system::time;
use crate::troubleshoot;
use crate::units::Age;
use crate::units::ByteSize;
use anyhow::Context as _;
use anyhow::Result;
use clap::Args;
use jiff::Timestamp;
use std::path::Path;
use std::time::Instant;

/// Say whether we are safe: backups, drills, the last daily run, what is overdue
///
/// Looks at the files in the backup folder and at what is recorded; nothing is read through and nothing is changed. A
/// full backup counts for the database and the media too. What sitekeep did not make counts for nothing.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
CRITICAL: no sound backup of a kind, none for two weeks (full: two months), a
newest one that holds nothing, a last drill or verification that failed.
WARNING: none for a week (full: a month), less than half of the usual size, no
drill for a month, no daily run for a day, an item of the checklists that is
overdue. The ages are set in [status], [checklist] and [remote]; of copies away
from this machine the pushes on record count. What is acknowledged is told, and
does not count.

Examples:
  sitekeep status
  sitekeep status --format nagios   one line for a monitoring system")]
pub(super) struct StatusArgs {
    #[command(flatten)]
    report: ReportArgs,
}

/// Judges and reports.
///
/// # Errors
/// For wrong settings or a report that cannot be printed.
pub(super) fn run(args: &StatusArgs, context: &Context) -> Result<Status> {
    context.printer.refuse_lists()?;
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let folder = config
        .backup
        .folder
        .as_deref()
        .context("find the folder of the backups: there is no home folder; set [backup] folder")?;
    let mut record = Record::open(config, context);
    let begin = Instant::now();
    let state = record.state.as_ref();
    let survey =
        backup::survey(folder, &config.site.name, &config.time_zone(), state, &config.status, context.now);
    let acknowledgements = report::acknowledgements(config, context);
    let daily = last_daily(config, state, acknowledgements.as_ref().ok(), context.now);
    let due = due(config, state, context);
    record.summary = table(&survey.verdicts, folder, context.now);
    let mut items = items(survey, daily, due, begin);
    if config.remote.is_configured() {
        let (row, check) = match backups::recorded(config, &record, context.now) {
            Ok(recorded) => (Row::of_remote(&recorded).line("remote", context.now), recorded.check),
            Err(problem) => {
                let message = format!("not known: {}", error::one_line(&problem));
                let finding = Finding::unknown(&kinds::BACKUP_REMOTE_AGE, &config.site.name, message)
                    .remedy("ask the repository itself: sitekeep backup list --remote");
                (format!("  {:<9} {}\n", "remote", Status::Unknown), finding.into())
            }
        };
        record.summary += &row;
        let title = "Copies away from this machine";
        items.insert(
            3,
            ItemReport {
                line: "Sauvegarde et Restauration",
                ..site::item("status.remote", title, begin, check)
            },
        );
    }
    // What is wrong with the file is told in every report.
    if let Ok(acknowledgements) = &acknowledgements {
        let check = acknowledgements.check();
        items.push(checklist_item("status.acknowledgements", "Acknowledgements", begin, check));
    }
    let state_folder = context.state_folder(config)?;
    let mut cut_off = quarantine::check(&state_folder, &config.database);
    cut_off.absorb(troubleshoot::check_window(&state_folder, context.now));
    if !cut_off.findings.is_empty() {
        items.insert(0, site::item("status.changes", "Changes of the site", begin, cut_off));
    }
    record.tell("status", Vec::new(), items, config, &args.report, context)
}

/// What is overdue on the lists.
fn due(config: &Config, state: Option<&State>, context: &Context) -> Check {
    let kind = &kinds::CHECKLIST_DUE;
    let Some(state) = state else {
        let message = "sitekeep's record cannot be read: what is due is not known";
        return Finding::unknown(kind, "checklists", message)
            .remedy("see the finding on sitekeep's record (STATE-001)")
            .into();
    };
    let zone = config.time_zone();
    let look = || -> Result<Check> {
        let items = checklist::of_site(config)?.into_iter();
        let standings = checklist::standings(items, state, &config.checklist, &zone, context.now)?;
        Ok(checklist::overdue(&standings, &zone))
    };
    look().unwrap_or_else(|problem| {
        let finding = Finding::unknown(kind, "checklists", error::one_line(&problem));
        let hint = error::hints(&problem).first().map(ToString::to_string);
        finding
            .remedy(hint.unwrap_or_else(|| {
                "if sitekeep's record is damaged, move it away: only history is in it".to_owned()
            }))
            .into()
    })
}

fn last_daily(
    config: &Config,
    state: Option<&State>,
    acknowledgements: Option<&Acknowledgements>,
    now: Timestamp,
) -> Check {
    let Some(state) = state else {
        let message = "sitekeep's record cannot be read: nothing is known of the last daily run";
        return Finding::unknown(&kinds::STATUS_DAILY, "daily", message)
            .remedy("see the finding on sitekeep's record (STATE-001)")
            .into();
    };
    let look = || -> Result<Check> {
        let last = state.last_daily()?;
        let open = match &last {
            Some(run) => state.open_findings(&run.id)?,
            None => Vec::new(),
        };
        let hours = config.status.daily_warning_hours;
        Ok(checklist::last_daily(last.as_ref(), &open, acknowledgements, hours, now))
    };
    look().unwrap_or_else(|problem| {
        Finding::unknown(&kinds::STATUS_DAILY, "daily", error::one_line(&problem))
            .remedy("if sitekeep's record is damaged, move it away: only history is in it")
            .into()
    })
}

fn checklist_item(id: &'static str, title: &'static str, begin: Instant, check: Check) -> ItemReport {
    ItemReport { line: "Checklist de Maintenance", ..site::item(id, title, begin, check) }
}

fn items(survey: Survey, daily: Check, due: Check, begin: Instant) -> Vec<ItemReport> {
    let item = |id, title, check: Check| ItemReport {
        line: "Sauvegarde et Restauration",
        ..site::item(id, title, begin, check)
    };
    let mut items: Vec<ItemReport> = survey
        .verdicts
        .into_iter()
        .map(|verdict| {
            let (id, title) = match verdict.kind {
                Kind::Database => ("status.database", "Backups of the database"),
                Kind::Media => ("status.media", "Backups of the media"),
                Kind::Full => ("status.full", "Full backups"),
            };
            item(id, title, verdict.check)
        })
        .collect();
    items.push(item("status.folder", "Folder of the backups", survey.folder));
    items.push(ItemReport {
        line: "Quotidienne",
        ..site::item("status.daily", "Daily checklist", begin, daily)
    });
    items.push(checklist_item("status.due", "Checklists", begin, due));
    items
}

/// A line of the table.
struct Row {
    verdict: Status,
    newest: Option<Timestamp>,
    size: Option<u64>,
    copies: String,
    verified: Option<Timestamp>,
    drilled: Option<Timestamp>,
}

impl Row {
    fn of(verdict: &Verdict) -> Self {
        let newest = verdict.newest.as_ref();
        Self {
            verdict: verdict.check.status(),
            newest: newest.map(|newest| newest.created_at),
            size: newest.map(|newest| newest.size),
            copies: match (verdict.copies, verdict.full_copies) {
                (copies, 0) => copies.to_string(),
                (copies, full) => format!("{copies} + {full} full"),
            },
            verified: verdict.verified,
            drilled: verdict.drilled,
        }
    }

    fn of_remote(recorded: &Recorded) -> Self {
        let newest = recorded.copies.last();
        Self {
            verdict: recorded.check.status(),
            newest: newest.map(|newest| newest.at),
            size: newest.and_then(|newest| newest.bytes),
            // How many are there still, only the repository knows.
            copies: format!("{} pushed", recorded.copies.len()),
            verified: recorded.verified,
            drilled: recorded.drilled,
        }
    }

    fn line(&self, kind: impl std::fmt::Display, now: Timestamp) -> String {
        let age = |at: Timestamp| Age(time::age(now, at)).to_string();
        let or = |text: Option<String>, none: &str| text.unwrap_or_else(|| none.to_owned());
        format!(
            "  {kind:<9} {:<9} {:>8} {:>8}  {:<14} {:>9} {:>9}\n",
            self.verdict,
            or(self.newest.map(age), "none"),
            or(self.size.map(|size| ByteSize(size).to_string()), "-"),
            self.copies,
            or(self.verified.map(age), "never"),
            or(self.drilled.map(age), "never"),
        )
    }
}

/// One line for each kind: what people look for first.
fn table(verdicts: &[Verdict], folder: &Path, now: Timestamp) -> String {
    if verdicts.is_empty() {
        return String::new();
    }
    let head = format!(
        "Backups in {}\n  {:<9} {:<9} {:>8} {:>8}  {:<14} {:>9} {:>9}\n",
        folder.display(),
        "kind",
        "verdict",
        "newest",
        "size",
        "copies",
        "verified",
        "drilled"
    );
    verdicts.iter().fold(head, |text, verdict| text + &Row::of(verdict).line(verdict.kind, now))
}
