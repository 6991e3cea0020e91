//! The one way out to the terminal: stdout is the report, stderr everything else.

use super::Look;
use super::Report;
use super::json;
use super::junit;
use super::nagios;
use super::prometheus;
use super::text;
use crate::error;
use crate::system::fs;
use crate::units::printable;
use anstream::AutoStream;
use anstyle::AnsiColor;
use anstyle::Style;
use anyhow::Context;
use anyhow::Result;
use clap::ValueEnum;
use std::io::IsTerminal;
use std::io::Write;
use std::path::Path;

/// Formats of reports and lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Text,
    /// One JSON document (docs/json.md)
    Json,
    /// Comma-separated values, for lists
    Csv,
    /// One line and performance data, for Nagios and its heirs
    Nagios,
    /// Text exposition format, for the textfile collector
    Prometheus,
    /// JUnit XML, for CI
    Junit,
}

/// Formats of lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListFormat {
    Text,
    Json,
    Csv,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    Always,
    Never,
}

/// Writes reports, notes, hints and errors, each to its stream.
#[derive(Debug, Clone, Copy)]
pub struct Printer {
    pub format: Format,
    pub quiet: bool,
    pub verbose: bool,
    pub color: ColorChoice,
}

impl Printer {
    fn choice(self) -> anstream::ColorChoice {
        match self.color {
            ColorChoice::Auto => anstream::ColorChoice::Auto,
            ColorChoice::Always => anstream::ColorChoice::Always,
            ColorChoice::Never => anstream::ColorChoice::Never,
        }
    }

    /// Columns of the terminal that stdout is; 0 for a pipe or file.
    pub fn width() -> usize {
        let stdout = std::io::stdout();
        if !stdout.is_terminal() {
            return 0;
        }
        rustix::termios::tcgetwinsize(&stdout).map_or(80, |size| usize::from(size.ws_col)).max(40)
    }

    /// Writes data to stdout as it is.
    ///
    /// # Errors
    /// When stdout cannot be written; a closed pipe is told apart by [`error::is_broken_pipe`].
    pub fn out(self, text: &str) -> Result<()> {
        let mut stream = AutoStream::new(std::io::stdout(), self.choice());
        let written = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
        written.context("write to standard output")
    }

    /// Says something beside the report, on stderr.
    pub fn note(self, text: &str) {
        if !self.quiet {
            self.tell(AnsiColor::Cyan, "note", text);
        }
    }

    /// Warns on stderr, even when quiet.
    pub fn warning(self, text: &str) {
        self.tell(AnsiColor::Yellow, "warning", text);
    }

    /// Asks on stderr; the answer is typed on the same line.
    pub fn ask(self, text: &str) {
        let style = Style::new().bold();
        self.stderr(&format!("{style}{text}{style:#} "));
    }

    /// Says what to do next, on stderr.
    pub fn hint(self, text: &str) {
        self.tell(AnsiColor::Cyan, "hint", text);
    }

    /// Prints a fatal error and its hints; as JSON where the report would have been.
    pub fn error(self, error: &anyhow::Error) {
        let mut hints = error::hints(error);
        if hints.is_empty() {
            hints.extend(error::way_out(error));
        }
        if self.format == Format::Json {
            let document = serde_json::json!({
                "error": error::one_line(error), "hints": hints, "exit_code": error::exit_code(error),
            });
            self.stderr(&format!("{document}\n"));
            return;
        }
        self.tell(AnsiColor::Red, "error", &error::one_line(error));
        for hint in hints {
            self.hint(hint);
        }
    }

    fn tell(self, color: AnsiColor, word: &str, text: &str) {
        let style = Style::new().bold().fg_color(Some(color.into()));
        self.stderr(&format!("{style}{word}:{style:#} {}\n", printable(text)));
    }

    fn stderr(self, text: &str) {
        let mut stream = AutoStream::new(std::io::stderr(), self.choice());
        // Nothing is left to tell it to when stderr is gone.
        let _ = stream.write_all(text.as_bytes());
    }

    /// Refuses a format that is for lists alone, before work is done for a report.
    ///
    /// # Errors
    /// A usage error that names the formats of reports.
    pub fn refuse_lists(self) -> Result<()> {
        if self.format != Format::Csv {
            return Ok(());
        }
        Err(error::Error::new(error::Kind::Usage, "a report has no csv format")
            .hint("use --format text, json, nagios, prometheus or junit")
            .into())
    }

    /// The format of a list.
    ///
    /// # Errors
    /// A usage error that names the formats of lists, for one that is for reports alone.
    pub fn list_format(self) -> Result<ListFormat> {
        match self.format {
            Format::Text => Ok(ListFormat::Text),
            Format::Json => Ok(ListFormat::Json),
            Format::Csv => Ok(ListFormat::Csv),
            Format::Nagios | Format::Prometheus | Format::Junit => {
                let message = "a list has no format for monitoring systems";
                let hint = "use --format text, json or csv; for monitoring: sitekeep status";
                Err(error::Error::new(error::Kind::Usage, message).hint(hint).into())
            }
        }
    }

    /// Refuses every format but text, for a command that has no other.
    ///
    /// # Errors
    /// A usage error that names the command.
    pub fn refuse_formats(self, command: &str) -> Result<()> {
        if self.format == Format::Text {
            return Ok(());
        }
        Err(error::Error::new(error::Kind::Usage, format!("{command} has no other format than text"))
            .hint("leave --format out")
            .into())
    }

    /// Prints a report in the chosen format, or writes it to `file` atomically.
    ///
    /// # Errors
    /// When the format is one for lists, or stdout or the file cannot be written.
    pub fn report(self, report: &Report, file: Option<&Path>) -> Result<()> {
        let width = if file.is_some() { 0 } else { Self::width() };
        let look = Look { width, quiet: self.quiet, verbose: self.verbose };
        let rendered = match self.format {
            Format::Text => text::render(report, look),
            Format::Json => json::render(report, self.quiet)?,
            Format::Nagios => nagios::render(report),
            Format::Prometheus => prometheus::render(report),
            Format::Junit => junit::render(report),
            Format::Csv => return self.refuse_lists(),
        };
        self.deliver(&rendered, file)
    }

    /// Prints a finished text, or writes it to `file` atomically and without colours.
    ///
    /// # Errors
    /// When stdout or the file cannot be written.
    pub fn deliver(self, text: &str, file: Option<&Path>) -> Result<()> {
        match file {
            Some(path) => fs::write_output(path, anstream::adapter::strip_str(text).to_string().as_bytes()),
            None => self.out(text),
        }
    }
}
