//! A look at the logs, written down as text, JSON or CSV.

use super::LookArgs;
use crate::config::Config;
use crate::logs;
use crate::logs::AccessReport;
use crate::logs::ErrorReport;
use crate::logs::SourceProblem;
use crate::output::Format;
use crate::output::Printer;
use crate::output::csv_line;
use crate::output::wrap;
use crate::status::Status;
use crate::units::count;
use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::fmt::Write as _;

/// One look at the logs, ready to be written down.
pub(super) struct Look<'a> {
    pub(super) printer: Printer,
    pub(super) config: &'a Config,
    pub(super) zone: &'a TimeZone,
    pub(super) args: &'a LookArgs,
}

impl Look<'_> {
    pub(super) fn errors(&self, report: &ErrorReport) -> Result<Status> {
        let status = report.check(&self.config.logs).status();
        let problems: Vec<&SourceProblem> = report.problems.iter().collect();
        match self.printer.format {
            Format::Json => self.json(status, report, &problems)?,
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
                self.csv(&["count", "level", "title", "first", "last", "new", "log"], rows, &problems)?;
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
                self.problems(&mut text, &problems);
                self.tell(status, &text)?;
            }
        }
        Ok(status)
    }

    pub(super) fn slow(&self, access: &AccessReport, django: &ErrorReport) -> Result<Status> {
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
        let problems: Vec<&SourceProblem> = access.problems.iter().chain(&django.problems).collect();
        let status = status.max(status_of(&problems));
        match self.printer.format {
            Format::Json => {
                self.json(status, &Slow { requests, queries: &django.slow_queries }, &problems)?;
            }
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
                self.csv(&["count", "mean_seconds", "slowest_seconds", "path", "log"], rows, &problems)?;
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
                        "  {} with `slow query` or `slow request` in the Django log",
                        count(django.slow_queries.count, "line")
                    );
                    for example in &django.slow_queries.examples {
                        self.line(&mut text, &format!("          {example}"), 12);
                    }
                }
                self.problems(&mut text, &problems);
                self.tell(status, &text)?;
            }
        }
        Ok(status)
    }

    pub(super) fn logins(&self, report: &AccessReport) -> Result<Status> {
        let problems: Vec<&SourceProblem> = report.problems.iter().collect();
        let attempts = report.logins.iter().map(|attempts| attempts.status(&self.config.logs));
        let status = Status::worst(attempts.chain([status_of(&problems)]));
        match self.printer.format {
            Format::Json => self.json(status, &report.logins, &problems)?,
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
                let head = ["address", "failed", "most_in_window", "first", "last", "success_after"];
                self.csv(&head, rows, &problems)?;
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
                self.problems(&mut text, &problems);
                self.tell(status, &text)?;
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

    fn problems(&self, text: &mut String, problems: &[&SourceProblem]) {
        for problem in problems.iter().map(|problem| problem.finding()) {
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

    fn json(&self, status: Status, report: &impl Serialize, problems: &[&SourceProblem]) -> Result<()> {
        let document = serde_json::json!({
            "schema_version": 1, "tool_version": env!("CARGO_PKG_VERSION"), "site": self.config.site.name,
            "status": status, "report": report, "problems": problems,
        });
        self.print(&(serde_json::to_string_pretty(&document)? + "\n"))
    }

    /// The rows alone; what could not be read has no place among them and is said beside.
    fn csv(
        &self,
        head: &[&str],
        rows: impl Iterator<Item = Vec<String>>,
        problems: &[&SourceProblem],
    ) -> Result<()> {
        for problem in problems.iter().map(|problem| problem.finding()) {
            self.printer.warning(&format!("{}: {}", problem.subject, problem.message));
        }
        let mut text = csv_line(head);
        rows.for_each(|row| text.push_str(&csv_line(&row)));
        self.print(&text)
    }

    /// Prints a text for people; a quiet one only when there is something to tell.
    fn tell(&self, status: Status, text: &str) -> Result<()> {
        if self.printer.quiet && status == Status::Ok { Ok(()) } else { self.print(text) }
    }

    fn print(&self, text: &str) -> Result<()> {
        self.printer.deliver(text, self.args.report.output.as_deref())
    }
}

/// What could not be read is UNKNOWN, whatever the rest says.
fn status_of(problems: &[&SourceProblem]) -> Status {
    if problems.is_empty() { Status::Ok } else { Status::Unknown }
}

fn time_or_empty(at: Option<Timestamp>) -> String {
    at.map_or(String::new(), |at| at.to_string())
}
