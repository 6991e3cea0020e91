//! `stats`: the figures of the catalogue, in the terminal, for programs, and as a page for people.

mod csv;
mod html;
mod json;
mod text;

use super::Context;
use super::language;
use super::language::LanguageArgs;
use super::report::Record;
use super::report::ReportArgs;
use crate::config::Config;
use crate::db::Access;
use crate::db::Price;
use crate::db::Showcase;
use crate::db::connect;
use crate::error;
use crate::error::Error;
use crate::error::Kind;
use crate::language::Language;
use crate::output::Format;
use crate::output::ItemReport;
use crate::output::Printer;
use crate::state::State;
use crate::stats;
use crate::stats::Growth;
use crate::stats::Statistics;
use crate::status::Check;
use crate::status::Status;
use crate::system::fs;
use anyhow::Result;
use clap::Args;
use jiff::Timestamp;
use std::path::PathBuf;
use std::time::Instant;

/// Count what the catalogue holds: products, stock, prices, pictures
///
/// Products in stock, featured, by category and brand; lowest, median, mean and highest price; the pictures on disk;
/// sessions and users. Each run is recorded, and the figures are compared with those of a month before. What this
/// version of the application's schema lacks is told as such, and never counts as 0.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sitekeep stats
  sitekeep stats --html statistics.html --lang fr   a page with charts
  sitekeep stats --format csv > statistics.csv")]
pub(super) struct StatsArgs {
    /// Write a page with charts to this file, atomically, instead of printing
    #[arg(long, value_name = "FILE", conflicts_with = "output")]
    html: Option<PathBuf>,
    #[command(flatten)]
    language: LanguageArgs,
    #[command(flatten)]
    report: ReportArgs,
}

/// What is told, and how it is written.
struct Told<'a> {
    config: &'a Config,
    figures: &'a Statistics,
    growth: &'a [Growth],
    /// Whether what earlier runs recorded could be read.
    has_history: bool,
    language: Language,
    now: Timestamp,
}

impl Told<'_> {
    /// By how much a figure grew; nothing where that is not known.
    fn change(&self, key: &str) -> Option<i64> {
        self.growth.iter().find(|growth| growth.key == key)?.change()
    }

    /// What the changes are told since, or why none are.
    fn compared_with(&self) -> String {
        let language = self.language;
        let before =
            self.growth.iter().find(|growth| growth.key == "products").and_then(|growth| growth.before);
        match before {
            Some(before) => {
                let words = language.pick("Changes are since", "Évolution depuis le");
                format!("{words} {}.", self.date(before.at))
            }
            None if self.has_history => language
                .pick(
                    "No older figures are recorded yet: a later run will tell what changed.",
                    "Rien de plus ancien n'est enregistré : l'évolution sera dite plus tard.",
                )
                .to_owned(),
            None => language
                .pick(
                    "UNKNOWN what changed: the record of earlier figures cannot be read.",
                    "Évolution INCONNUE : les chiffres enregistrés ne peuvent être lus.",
                )
                .to_owned(),
        }
    }

    fn date(&self, at: Timestamp) -> String {
        self.language.date(at.to_zoned(self.config.time_zone()).date())
    }

    /// A price with its currency; without hundredths where no product's price has any.
    fn price(&self, price: Price) -> String {
        let prices = &self.figures.prices;
        let is_whole = |price: Option<Price>| price.is_none_or(|price| price.0 % 100 == 0);
        let hundredths = if is_whole(prices.lowest) && is_whole(prices.highest) {
            (price.0 + 50).div_euclid(100) * 100
        } else {
            price.0
        };
        self.language.price(hundredths, &self.config.site.currency)
    }

    /// Day and hour of the figures.
    fn made(&self) -> String {
        let now = self.now.to_zoned(self.config.time_zone());
        format!("{}, {}", self.language.date(now.date()), now.strftime("%H:%M (%Q)"))
    }
}

/// Counts, tells and records.
///
/// # Errors
/// When the database cannot be read, or what is told cannot be written.
pub(super) fn run(args: &StatsArgs, context: &Context) -> Result<Status> {
    let printer = context.printer;
    if args.html.is_some() && printer.format != Format::Text {
        return Err(Error::new(Kind::Usage, "--html writes a page, --format another document")
            .hint("ask for one at a time")
            .into());
    }
    let loaded = context.load_site()?;
    let config = &loaded.config;
    let begin = Instant::now();
    let mut database = connect(&config.database, Access::Read)?;
    let showcase = Showcase::resolve(database.schema()?, &config.site.app)?;
    let figures = stats::read(database.as_mut(), &showcase, &config.site, context.now)?;
    let mut state = context.state(config);
    let growth = grown(&figures, state.as_ref().ok(), context.now)?;
    let check = stats::check(&figures, &growth);
    let status = check.status();
    let language = args.language.language(&context.environment);
    let told = Told {
        config,
        figures: &figures,
        growth: &growth,
        has_history: state.is_ok(),
        language,
        now: context.now,
    };
    if let Some(file) = &args.html {
        fs::write_output(file, html::page(&told)?.as_bytes())?;
        printer.note(&format!("{} is written", file.display()));
    } else {
        let rendered = match printer.format {
            Format::Text => {
                let width = if args.report.output.is_some() { 0 } else { Printer::width() };
                let unicode = language::is_unicode(&context.environment);
                text::render(&told, text::Look { width, unicode, all: printer.verbose })
            }
            Format::Json => json::render(&told, status)?,
            Format::Csv => csv::render(&told),
            Format::Nagios | Format::Prometheus | Format::Junit => {
                drop(state);
                return report(check, begin, config, &args.report, context);
            }
        };
        if !(printer.quiet && printer.format == Format::Text && status == Status::Ok) {
            printer.deliver(&rendered, args.report.output.as_deref())?;
        }
    }
    let recorded = state.as_mut().map_err(|error| anyhow::anyhow!(error::one_line(error)));
    Ok(match recorded.and_then(|state| state.record_metrics(context.now, check.metrics.iter())) {
        Ok(()) => status,
        Err(error) => {
            let told = format!("these figures are not recorded: {}", error::one_line(&error));
            printer.warning(&told);
            status.max(Status::Warning)
        }
    })
}

/// As a report for monitoring systems.
fn report(
    check: Check,
    begin: Instant,
    config: &Config,
    args: &ReportArgs,
    context: &Context,
) -> Result<Status> {
    let mut record = Record::open(config, context);
    let item = ItemReport::timed("stats", "Figures of the catalogue", "Analyser statistiques", begin, check);
    record.tell("stats", Vec::new(), vec![item], config, args, context)
}

fn grown(figures: &Statistics, state: Option<&State>, now: Timestamp) -> Result<Vec<Growth>> {
    stats::growth(figures, now, &mut |metric| match state {
        Some(state) => state.history(metric, "", Timestamp::UNIX_EPOCH),
        None => Ok(Vec::new()),
    })
}
