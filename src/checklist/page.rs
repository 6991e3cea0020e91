//! The lists as a web page that stands alone: how each item stands, the period's runs, what they found, who signed.

use super::Due;
use super::Sheet;
use super::Standing;
use super::sheet::told;
use crate::acknowledge::Acknowledgement;
use crate::acknowledge::Acknowledgements;
use crate::config::Config;
use crate::state::CATCH_UP;
use crate::state::Done;
use crate::state::Manner;
use crate::state::Run;
use crate::state::State;
use crate::status::Status;
use anyhow::Context;
use anyhow::Result;
use askama::Template;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Runs that are told one by one; of more, the newest are.
const MOST_RUNS: usize = 60;
/// Findings of one run that are told one by one.
const MOST_FINDINGS: usize = 20;
/// Events among which the signatures are looked for.
const MOST_EVENTS: usize = 10_000;

#[derive(Template)]
#[template(path = "checklist.html")]
struct Page<'a> {
    site: &'a str,
    at: String,
    version: &'static str,
    verdict: Word,
    counts: String,
    sheets: Vec<List<'a>>,
    acknowledged: Vec<&'a Acknowledgement>,
}

/// A word and the class that colours it.
struct Word {
    text: String,
    class: &'static str,
}

struct List<'a> {
    heading: &'static str,
    since: String,
    done: usize,
    lines: Vec<Line<'a>>,
    runs: Vec<RunRow>,
    further_runs: usize,
    signatures: Vec<Signature>,
}

struct Line<'a> {
    title: &'a str,
    done: bool,
    items: Vec<ItemRow>,
}

struct ItemRow {
    id: &'static str,
    title: &'static str,
    state: Word,
    /// How the last run ended, where it was not well.
    result: Option<Word>,
    told: String,
}

struct RunRow {
    at: String,
    command: String,
    partial: bool,
    status: Word,
    findings: Vec<FindingRow>,
    further: usize,
}

struct FindingRow {
    status: Word,
    id: String,
    subject: String,
    message: String,
    acknowledged: Option<String>,
}

struct Signature {
    at: String,
    item: String,
    by: String,
    note: String,
}

/// Renders the lists with the runs of their periods.
///
/// # Errors
/// When the state cannot be read.
pub fn page(
    sheets: &[Sheet],
    acknowledgements: &Acknowledgements,
    state: &State,
    config: &Config,
    now: Timestamp,
) -> Result<String> {
    let zone = config.time_zone();
    let all = || sheets.iter().flat_map(|sheet| &sheet.lines).flat_map(|line| &line.standings);
    let number = |due| all().filter(|standing| standing.due == due).count();
    let worst = all().map(|standing| standing.due).max().unwrap_or(Due::Not);
    let lists = sheets
        .iter()
        .map(|sheet| list(sheet, acknowledgements, state, &zone, now))
        .collect::<Result<Vec<_>>>()?;
    Page {
        site: &config.site.name,
        at: time(now, &zone),
        version: env!("CARGO_PKG_VERSION"),
        verdict: of_due(worst),
        counts: format!(
            "{} done, {} due, {} overdue",
            number(Due::Not),
            number(Due::Due),
            number(Due::Overdue)
        ),
        sheets: lists,
        acknowledged: acknowledgements.in_force().collect(),
    }
    .render()
    .context("write the page")
}

fn list<'a>(
    sheet: &'a Sheet,
    acknowledgements: &Acknowledgements,
    state: &State,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<List<'a>> {
    let since = sheet.period.before(now, zone);
    let ids: Vec<&str> =
        sheet.lines.iter().flat_map(|line| &line.standings).map(|standing| standing.item.id).collect();
    let mut events = state.done_since(None, since, MOST_EVENTS)?;
    events.retain(|done| ids.contains(&done.item.as_str()));
    let mut runs = state.runs_since(since, sheet.period.word())?;
    // A run that caught up is told on each list of which it did something.
    runs.retain(|run| run.command != CATCH_UP || events.iter().any(|done| is_of(done, run)));
    let further_runs = runs.len().saturating_sub(MOST_RUNS);
    runs.truncate(MOST_RUNS);
    Ok(List {
        heading: sheet.period.heading(),
        since: time(since, zone),
        done: sheet.lines.iter().filter(|line| line.is_done()).count(),
        lines: sheet
            .lines
            .iter()
            .map(|line| Line {
                title: line.title,
                done: line.is_done(),
                items: line.standings.iter().map(|standing| item(standing, zone)).collect(),
            })
            .collect(),
        runs: runs
            .iter()
            .map(|run| row(run, &ids, acknowledgements, state, zone))
            .collect::<Result<Vec<_>>>()?,
        further_runs,
        signatures: events.into_iter().filter_map(|done| signature(done, zone)).collect(),
    })
}

fn item(standing: &Standing, zone: &TimeZone) -> ItemRow {
    ItemRow {
        id: standing.item.id,
        title: standing.item.title,
        state: of_due(standing.due),
        result: standing.last.as_ref().and_then(|done| match done.manner {
            Manner::Ran { status, .. } if status != Status::Ok => Some(of_status(status)),
            _ => None,
        }),
        told: told(standing, zone),
    }
}

fn is_of(done: &Done, run: &Run) -> bool {
    matches!(&done.manner, Manner::Ran { run_id, .. } if *run_id == run.id)
}

fn signature(done: Done, zone: &TimeZone) -> Option<Signature> {
    let Manner::Signed { by, note } = done.manner else { return None };
    Some(Signature { at: time(done.at, zone), item: done.item, by, note })
}

fn row(
    run: &Run,
    ids: &[&str],
    acknowledgements: &Acknowledgements,
    state: &State,
    zone: &TimeZone,
) -> Result<RunRow> {
    let mut open = state.open_findings(&run.id)?;
    // Of a run over all lists, what is of this one.
    open.retain(|finding| run.command != CATCH_UP || ids.contains(&finding.item.as_str()));
    let further = open.len().saturating_sub(MOST_FINDINGS);
    let findings = open
        .into_iter()
        .take(MOST_FINDINGS)
        .map(|finding| {
            let acknowledged = acknowledgements.on(&finding.id, &finding.subject);
            FindingRow {
                status: of_status(finding.status),
                acknowledged: acknowledged.map(|entry| {
                    format!("acknowledged by {} until {}: {}", entry.by, entry.until, entry.reason)
                }),
                id: finding.id,
                subject: finding.subject,
                message: finding.message,
            }
        })
        .collect();
    Ok(RunRow {
        at: time(run.started_at, zone),
        command: run.command.clone(),
        partial: run.partial,
        status: of_status(run.status),
        findings,
        further,
    })
}

fn of_due(due: Due) -> Word {
    let class = match due {
        Due::Not => "ok",
        Due::Due => "warning",
        Due::Overdue => "critical",
    };
    Word { text: due.word().to_owned(), class }
}

fn of_status(status: Status) -> Word {
    let class = match status {
        Status::Ok => "ok",
        Status::Warning => "warning",
        Status::Critical => "critical",
        Status::Unknown => "unknown",
    };
    Word { text: status.label().to_owned(), class }
}

fn time(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
}
