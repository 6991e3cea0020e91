//! `logs`: what the site's logs tell, beyond the daily verdict.

use super::Context;
use super::report;
use super::report::ReportArgs;
use crate::checklist;
use crate::config::Config;
use crate::logs;
use crate::logs::AccessReport;
use crate::logs::ErrorReport;
use crate::logs::Memory;
use crate::output::Bar;
use crate::output::Format;
use crate::output::Printer;
use crate::output::csv_line;
use crate::output::wrap;
use crate::status::Status;
use crate::units::count;
use anyhow::Result;
use clap::Args;
use clap::Subcommand;
use jiff::SpanRelativeTo;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::fmt::Write as _;
use std::time::Duration;

/// Read the logs: errors, slow requests, admin logins
#[derive(Debug, Clone, Subcommand)]
pub(super) enum LogsCommand {
    /// Errors of the Django log, grouped; -v shows an example of each
    Errors(LookArgs),
    /// Requests and queries that took long
    Slow(LookArgs),
    /// Failed admin logins by address
    Logins(LookArgs),
    /// One verdict on errors, answers, logins and the system log
    Summary(ReportArgs),
}

/// How far to look back.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Looking changes nothing: what is new is told against the last daily run, and stays new until the next.
Rotated and compressed neighbours of each log are read with it.

Examples:
  sitekeep logs errors --since 7d -v
  sitekeep logs logins --since 30d --format csv")]
pub(super) struct LookArgs {
    /// How far to look back: 90m, 24h, 7d [default: [logs] since, 24h]
    #[arg(long, value_name = "TIME", value_parser = since)]
    since: Option<Duration>,
    #[command(flatten)]
    report: ReportArgs,
}

fn since(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no time: write 90m, 24h or 7d");
    let span: jiff::Span = text.parse().map_err(|_| wrong())?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
    Duration::try_from(duration).map_err(|_| wrong())
}

/// Runs the command.
///
/// # Errors
/// For wrong settings, or a report that cannot be printed.
pub(super) fn run(command: &LogsCommand, context: &Context) -> Result<Status> {
    let (view, args) = match command {
        LogsCommand::Summary(args) => return verdict("logs", args, context),
        LogsCommand::Errors(args) => (View::Errors, args),
        LogsCommand::Slow(args) => (View::Slow, args),
        LogsCommand::Logins(args) => (View::Logins, args),
    };
    if !matches!(context.printer.format, Format::Text | Format::Json | Format::Csv) {
        return verdict(
            if view == View::Errors { "logs.errors" } else { "logs.access" },
            &args.report,
            context,
        );
    }
    let mut loaded = context.load()?;
    if let Some(since) = args.since {
        loaded.config.logs.since = since;
    }
    let config = &loaded.config;
    let state = context.state(config).map_err(|error| {
        context.printer.warning(&format!("what is new cannot be told: {}", crate::error::one_line(&error)));
    });
    let mut memory = state.as_ref().map_or(Memory::Absent, Memory::ReadOnly);
    let bar = Bar::new(context.printer.quiet);
    let zone = config.time_zone();
    let look = Look { printer: context.printer, config, zone: &zone, args };
    let mut django = || logs::triage_django(&config.logs, &zone, &mut memory, context.now, &bar);
    match view {
        View::Errors => look.errors(&django()?),
        View::Slow => {
            let django = django()?;
            look.slow(&logs::triage_access(&config.logs, &zone, &mut memory, context.now, &bar)?, &django)
        }
        View::Logins => {
            look.logins(&logs::triage_access(&config.logs, &zone, &mut memory, context.now, &bar)?)
        }
    }
}

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum View {
    Errors,
    Slow,
    Logins,
}

fn verdict(item: &str, args: &ReportArgs, context: &Context) -> Result<Status> {
    let (items, _) = checklist::select(checklist::items(), &[item.to_owned()], &[])?;
    report::run("logs", &items, Vec::new(), args, context)
}

/// One look at the logs, ready to be written down.
struct Look<'a> {
    printer: Printer,
    config: &'a Config,
    zone: &'a TimeZone,
    args: &'a LookArgs,
}

impl Look<'_> {
    fn errors(&self, report: &ErrorReport) -> Result<Status> {
        let status = report.check(&self.config.logs).status();
        match self.printer.format {
            Format::Json => self.json(status, report)?,
            Format::Csv => {
                let rows = report.groups.iter().map(|group| {
                    vec![
                        group.count.to_string(),
                        group.level.label().to_owned(),
                        group.title(),
                        time_or_empty(group.first),
                        time_or_empty(group.last),
                        group.new.map_or(String::new(), |new| new.to_string()),
                        group.log.clone(),
                    ]
                });
                self.csv(&["count", "level", "title", "first", "last", "new", "log"], rows)?;
            }
            _ => {
                let total = format!(
                    "{} in {}",
                    count(report.errors, "error"),
                    count(report.groups.len() as u64, "group")
                );
                let mut text = self.head(&total, report.since);
                for group in &report.groups {
                    let new = if group.new == Some(true) { "  NEW" } else { "" };
                    let line =
                        format!("{:>7}×  {:<8} {}{new}", group.count, group.level.label(), group.title());
                    self.line(&mut text, &line, 19);
                    let when = format!(
                        "          {} to {}, {}",
                        self.time(group.first),
                        self.time(group.last),
                        group.log
                    );
                    self.line(&mut text, &when, 12);
                    if self.printer.verbose {
                        for part in group.example.lines() {
                            // Writing to a string cannot fail.
                            let _ = writeln!(text, "            {part}");
                        }
                    }
                }
                self.problems(&mut text, report.problems.iter().map(logs::SourceProblem::finding));
                self.print(&text)?;
            }
        }
        Ok(status)
    }

    fn slow(&self, access: &AccessReport, django: &ErrorReport) -> Result<Status> {
        #[derive(Serialize)]
        struct Slow<'a> {
            requests: Vec<(&'a str, &'a logs::SlowRequests)>,
            queries: &'a logs::SlowQueries,
        }
        let requests: Vec<_> = access.logs.iter().map(|log| (log.log.as_str(), &log.slow)).collect();
        let any = requests.iter().any(|(_, slow)| slow.slow > 0) || django.slow_queries.count > 0;
        let timed = requests.iter().any(|(_, slow)| slow.timed > 0);
        let status = if any {
            Status::Warning
        } else if timed {
            Status::Ok
        } else {
            Status::Unknown
        };
        match self.printer.format {
            Format::Json => self.json(status, &Slow { requests, queries: &django.slow_queries })?,
            Format::Csv => {
                let rows = requests.iter().flat_map(|(log, slow)| {
                    slow.paths.iter().map(move |path| {
                        vec![
                            path.count.to_string(),
                            format!("{:.3}", path.mean_seconds),
                            format!("{:.3}", path.slowest_seconds),
                            path.path.clone(),
                            (*log).to_owned(),
                        ]
                    })
                });
                self.csv(&["count", "mean_seconds", "slowest_seconds", "path", "log"], rows)?;
            }
            _ => {
                let total: u64 = requests.iter().map(|(_, slow)| slow.slow).sum();
                let mut text = self.head(&count(total, "slow request"), access.since);
                for (log, slow) in &requests {
                    let line = if slow.timed == 0 {
                        format!(
                            "  {log}: its lines have no request time; let gunicorn write %(D)s or nginx $request_time at their end"
                        )
                    } else {
                        format!(
                            "  {log}: {} of {} timed requests, {:.3} s on average",
                            slow.slow, slow.timed, slow.mean_seconds
                        )
                    };
                    self.line(&mut text, &line, 4);
                    for path in &slow.paths {
                        let line = format!(
                            "{:>7}×  {:.2} s on average, {:.2} s at worst  {}",
                            path.count, path.mean_seconds, path.slowest_seconds, path.path
                        );
                        self.line(&mut text, &line, 10);
                    }
                }
                if django.slow_queries.count > 0 {
                    let _ = writeln!(
                        text,
                        "  {} with `slow query` in the Django log",
                        count(django.slow_queries.count, "line")
                    );
                    for example in &django.slow_queries.examples {
                        self.line(&mut text, &format!("          {example}"), 12);
                    }
                }
                self.problems(&mut text, access.problems.iter().map(logs::SourceProblem::finding));
                self.print(&text)?;
            }
        }
        Ok(status)
    }

    fn logins(&self, report: &AccessReport) -> Result<Status> {
        let limits = &self.config.logs;
        let status = if report.logs.is_empty() {
            Status::Unknown
        } else {
            Status::worst(report.logins.iter().map(|attempts| {
                if attempts.most_in_window >= limits.login_critical {
                    Status::Critical
                } else if attempts.most_in_window >= limits.login_warning {
                    Status::Warning
                } else {
                    Status::Ok
                }
            }))
        };
        match self.printer.format {
            Format::Json => self.json(status, &report.logins)?,
            Format::Csv => {
                let rows = report.logins.iter().map(|attempts| {
                    vec![
                        attempts.address.clone(),
                        attempts.failed.to_string(),
                        attempts.most_in_window.to_string(),
                        time_or_empty(attempts.first),
                        time_or_empty(attempts.last),
                        time_or_empty(attempts.success_after),
                    ]
                });
                self.csv(&["address", "failed", "most_in_window", "first", "last", "success_after"], rows)?;
            }
            _ => {
                let mut text = self.head(&count(report.failed_logins, "failed login"), report.since);
                for attempts in &report.logins {
                    let after = attempts
                        .success_after
                        .map_or(String::new(), |at| format!(", then a success at {}", self.time(Some(at))));
                    let line = format!(
                        "{:>7}×  {:<16} {} to {}{after}",
                        attempts.failed,
                        attempts.address,
                        self.time(attempts.first),
                        self.time(attempts.last)
                    );
                    self.line(&mut text, &line, 10);
                }
                self.problems(&mut text, report.problems.iter().map(logs::SourceProblem::finding));
                self.print(&text)?;
            }
        }
        Ok(status)
    }

    fn head(&self, total: &str, since: Timestamp) -> String {
        format!("{total} since {} ({})\n", self.time(Some(since)), self.config.site.timezone)
    }

    fn line(&self, text: &mut String, line: &str, indent: usize) {
        text.push_str(&wrap(line, self.width(), indent));
        text.push('\n');
    }

    fn problems(&self, text: &mut String, problems: impl Iterator<Item = crate::status::Finding>) {
        for problem in problems {
            self.line(text, &format!("  {} {}: {}", problem.status, problem.subject, problem.message), 4);
            if let Some(remedy) = problem.remedy {
                self.line(text, &format!("          → {remedy}"), 12);
            }
        }
    }

    /// Columns to wrap at; none when the report goes to a pipe or a file.
    fn width(&self) -> usize {
        if self.args.report.output.is_some() { 0 } else { Printer::width() }
    }

    fn time(&self, at: Option<Timestamp>) -> String {
        at.map_or("an unknown time".to_owned(), |at| {
            at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
        })
    }

    fn json(&self, status: Status, report: &impl Serialize) -> Result<()> {
        let document = serde_json::json!({
            "schema_version": 1, "tool_version": env!("CARGO_PKG_VERSION"), "site": self.config.site.name,
            "status": status, "report": report,
        });
        self.print(&(serde_json::to_string_pretty(&document)? + "\n"))
    }

    fn csv(&self, head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Result<()> {
        let mut text = csv_line(head);
        rows.for_each(|row| text.push_str(&csv_line(&row)));
        self.print(&text)
    }

    fn print(&self, text: &str) -> Result<()> {
        self.printer.deliver(text, self.args.report.output.as_deref())
    }
}

fn time_or_empty(at: Option<Timestamp>) -> String {
    at.map_or(String::new(), |at| at.to_string())
}
