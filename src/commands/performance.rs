//! `performance`: the review of the site's speed.

use super::Context;
use super::report::Record;
use super::report::ReportArgs;
use crate::checklist;
use crate::checklist::Item;
use crate::checklist::Round;
use crate::config::Config;
use crate::language::Language;
use crate::output::Bar;
use crate::output::ItemReport;
use crate::output::html::Card;
use crate::output::html::Column;
use crate::output::html::Html;
use crate::output::html::Line;
use crate::output::html::Page;
use crate::output::html::Table;
use crate::output::html::line;
use crate::state::State;
use crate::status::Status;
use crate::system::fs;
use crate::units::ByteSize;
use crate::units::count;
use anyhow::Result;
use clap::Args;
use clap::Subcommand;
use jiff::SignedDuration;
use jiff::Timestamp;
use std::path::PathBuf;

/// What is looked at besides the items of its own.
const OTHERS: [&str; 4] = ["disk.space", "disk.media", "disk.database", "health.resources"];

/// How far back the charts go: 180 days.
const CHARTS: SignedDuration = SignedDuration::from_hours(24 * 180);

/// How fast the site is, and what makes it slow
#[derive(Debug, Clone, Subcommand)]
pub(super) enum PerformanceCommand {
    Review(ReviewArgs),
}

/// Review the site's speed: pages over time, slow requests and queries, pictures, cache
///
/// The times of the pages are those that the daily checks recorded: the last 30 days against the 30 before. Queries are
/// asked for their plans and never run.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep performance review
  sitekeep performance review --html review.html   with charts of half a year")]
pub(super) struct ReviewArgs {
    /// Also write the review as a page with charts
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    #[command(flatten)]
    report: ReportArgs,
}

/// Runs the command.
///
/// # Errors
/// For wrong settings, or a report that cannot be printed or written.
pub(super) fn run(command: &PerformanceCommand, context: &Context) -> Result<Status> {
    let PerformanceCommand::Review(args) = command;
    context.printer.refuse_lists()?;
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let items: Vec<&'static Item> = checklist::items()
        .filter(|item| {
            (item.id.starts_with("performance.") && !item.is_signed()) || OTHERS.contains(&item.id)
        })
        .collect();
    let mut record = Record::open(config, context);
    let bar = Bar::new(context.printer.quiet);
    let mut round = Round::new(config, record.state.as_mut(), context.now, &bar);
    let found = checklist::run(&items, &mut round).reports;
    drop(round);
    record.ran = items.iter().map(|item| item.id).collect();
    if let Some(path) = &args.html {
        let page = page(&found, record.state.as_ref(), config, context.now)?;
        fs::write_output(path, page.as_bytes())?;
    }
    record.tell("performance review", Vec::new(), found, config, &args.report, context)
}

/// The review as a page: what was found, and what the records show over time.
fn page(found: &[ItemReport], state: Option<&State>, config: &Config, now: Timestamp) -> Result<String> {
    let language = Language::English;
    let zone = config.time_zone();
    let made = now.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    let mut page = Page::new(language, "Performance review", &config.site.name, made);
    let number = |status: Status| {
        let all = found.iter().flat_map(|item| &item.findings);
        all.filter(|finding| finding.status == status).count() as u64
    };
    let card = |label: &str, status| Card {
        label: label.to_owned(),
        figure: number(status).to_string(),
        note: String::new(),
    };
    page.cards(&[
        card("To be mended", Status::Critical),
        card("To be looked at", Status::Warning),
        card("Not known", Status::Unknown),
        card("As it should be", Status::Ok),
    ]);
    let mut open = Table::new(vec![Column::text("Status"), Column::text("What"), Column::text("Found")]);
    let mut well = Table::new(vec![Column::text("What"), Column::text("Found")]);
    for finding in found.iter().flat_map(|item| &item.findings) {
        if finding.status == Status::Ok {
            well.row(&[&finding.subject, &finding.message]);
        } else {
            let remedy = finding.remedy.as_ref().map(|remedy| format!(" → {remedy}")).unwrap_or_default();
            let told = format!("{}{remedy}", finding.message);
            open.row(&[&finding.status.to_string(), &finding.subject, &told]);
        }
    }
    if found.iter().any(|item| item.status() != Status::Ok) {
        page.section("What wants attention", &open.html());
    }
    if let Some(state) = state {
        for (heading, metric, subject, shown) in [
            ("Home page, each daily check", "page_seconds", "home", seconds as fn(f64) -> String),
            ("95 in 100 requests of the daily check are faster than", "request_seconds", "p95", seconds),
            ("Size of the database", "database_bytes", "", bytes),
            ("Size of the media folder", "media_bytes", "", bytes),
        ] {
            let points: Vec<(Timestamp, f64)> = state
                .history(metric, subject, now - CHARTS)?
                .iter()
                .map(|point| (point.at, point.value))
                .collect();
            let drawn = if points.len() < 2 {
                let records = count(points.len() as u64, "record");
                Html::element(
                    "p",
                    "soft",
                    &format!("{records} so far: a chart wants two. Run sitekeep daily."),
                )
            } else {
                let dated = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%Y-%m-%d").to_string();
                let mut table = Table::new(vec![Column::text("Day"), Column::number("Value")]);
                for (at, value) in &points {
                    table.row(&[&dated(*at), &shown(*value)]);
                }
                line(
                    language,
                    &Line { title: heading, points: &points, shown: &shown, dated: &dated },
                    &table,
                )
            };
            page.section(heading, &drawn);
        }
    }
    page.section("What is as it should be", &well.html());
    page.render()
}

fn seconds(value: f64) -> String {
    format!("{:.0} ms", value * 1e3)
}

fn bytes(value: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a recorded size, far below 2^53"
    )]
    ByteSize(value.max(0.0) as u64).to_string()
}
