//! What is told of one run.

use jiff::Timestamp;
use serde::Deserialize;
use serde::Serialize;
use std::fmt::Write as _;

/// How one run of a command went, as every channel tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub schema_version: u32,
    pub tool_version: String,
    pub run_id: String,
    pub site: String,
    pub host: String,
    /// `weekly`, `backup full`.
    pub command: String,
    /// When the run ended.
    pub at: Timestamp,
    /// A status in small letters, or `failed` where there is no report.
    pub status: String,
    pub exit_code: u8,
    /// What was not OK.
    pub problems: Vec<Problem>,
    /// One line.
    pub subject: String,
    /// The same in a few lines, for people.
    pub text: String,
}

/// Something that was not OK.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub id: String,
    pub status: String,
    pub subject: String,
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Message {
    /// Words a message of a run that ended; `problems` begin with the worst, of which the subject tells; `summary` is a
    /// line above them.
    pub fn new(
        (run_id, site, command): (&str, &str, &str),
        at: Timestamp,
        (status, exit_code): (&str, u8),
        problems: Vec<Problem>,
        summary: &str,
    ) -> Self {
        let host = hostname();
        let what = match problems.as_slice() {
            [] => String::new(),
            [one] => format!(": {}", one.told()),
            [one, rest @ ..] => format!(": {} (and {} more)", one.told(), rest.len()),
        };
        let label = status.to_uppercase();
        let subject = shortened(&format!("{site} {command} {label}{what}"));
        let mut text = format!("{command} of {site} on {host}: {label}\n{summary}\n");
        for problem in &problems {
            // Writing to a string cannot fail.
            let _ = write!(text, "\n{} {}  {}\n", problem.status.to_uppercase(), problem.id, problem.told());
            if let Some(remedy) = &problem.remedy {
                let _ = writeln!(text, "  -> {remedy}");
            }
        }
        let _ = writeln!(text, "\nrun {run_id}, {at}");
        Self {
            schema_version: 1,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            run_id: run_id.to_owned(),
            site: site.to_owned(),
            host,
            command: command.to_owned(),
            at,
            status: status.to_owned(),
            exit_code,
            problems,
            subject,
            text,
        }
    }
}

impl Problem {
    fn told(&self) -> String {
        if self.subject.is_empty() {
            return self.message.clone();
        }
        format!("{}: {}", self.subject, self.message)
    }
}

/// Name of this machine.
pub fn hostname() -> String {
    sysinfo::System::host_name().ok().unwrap_or_else(|| "localhost".to_owned())
}

/// A subject line stays one line and readable.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 160;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    let mut short: String = line.chars().take(LONGEST - 1).collect();
    short.push('…');
    short
}
