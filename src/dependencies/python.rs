//! What the project's Python has installed, and what pip and pip-audit say of it.

use super::Advisory;
use super::Ecosystem;
use super::Later;
use super::Package;
use super::Severity;
use crate::error::Error;
use crate::error::Kind;
use crate::progress::Progress;
use crate::system::process;
use crate::system::run;
use crate::system::run::Keep;
use crate::system::run::Ran;
use anyhow::Context;
use anyhow::Result;
use anyhow::bail;
use anyhow::ensure;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Bytes of an answer that are read.
const LONGEST_ANSWER: usize = 64 * 1024 * 1024;

/// Asks Python itself, so that it is known without pip too.
const LOOK: &str = "\
import json, sys
from importlib.metadata import distributions
found = {d.metadata['Name']: d.version for d in distributions() if d.metadata['Name']}
print(json.dumps({'version': '.'.join(map(str, sys.version_info[:3])), 'packages': found}))";

/// The project's Python, and what it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Installed {
    /// Of the interpreter.
    pub(super) version: String,
    /// Version by name, as `PyPI` writes names.
    pub(super) packages: BTreeMap<String, String>,
}

/// One who asks the project's Python.
#[derive(Clone, Copy)]
pub(super) struct Python<'a> {
    pub(super) program: &'a Path,
    pub(super) limit: Duration,
    pub(super) progress: &'a dyn Progress,
}

impl Python<'_> {
    /// What is installed.
    ///
    /// # Errors
    /// When the interpreter does not run, or answers something else.
    pub(super) fn installed(&self) -> Result<Installed> {
        #[derive(Deserialize)]
        struct Answer {
            version: String,
            packages: BTreeMap<String, Option<String>>,
        }
        let ran = self.run(&["-I", "-c", LOOK])?;
        ensure!(ran.succeeded(), "{} {}: {}", self.program.display(), ran.manner(), ran.words());
        let answer: Answer = parse(&ran)?;
        let packages = answer
            .packages
            .into_iter()
            .filter_map(|(name, version)| Some((Ecosystem::PyPi.name(&name), version?)))
            .collect();
        Ok(Installed { version: answer.version, packages })
    }

    /// The later versions that `pip list --outdated` knows.
    ///
    /// # Errors
    /// When pip is not there, or could not ask the index: it says nothing of that itself and prints an empty list.
    pub(super) fn outdated(&self) -> Result<Vec<Later>> {
        #[derive(Deserialize)]
        struct Row {
            name: String,
            version: String,
            latest_version: String,
        }
        let ran = self.pip(&["list", "--outdated", "--format=json"])?;
        ensure!(ran.succeeded(), "pip {}: {}", ran.manner(), ran.words());
        if ran.stderr.contains("Retrying (") || ran.stderr.contains("Could not fetch") {
            return Err(unasked("pip could not ask the package index"));
        }
        let rows: Vec<Row> = parse(&ran)?;
        if rows.is_empty() {
            let probe = self.pip(&["index", "versions", "pip"])?;
            if !probe.succeeded() {
                return Err(unasked("pip could not ask the package index: it does not even know pip"));
            }
        }
        let later = |row: Row| {
            Later::new(Ecosystem::PyPi, Ecosystem::PyPi.name(&row.name), row.version, row.latest_version)
        };
        Ok(rows.into_iter().map(later).collect())
    }

    /// What `pip-audit` finds in the environment; `None` where it is not installed.
    ///
    /// # Errors
    /// When it could not ask.
    pub(super) fn audit(&self) -> Result<Option<Vec<(Package, Advisory)>>> {
        #[derive(Deserialize)]
        struct Answer {
            dependencies: Vec<Row>,
        }
        #[derive(Deserialize)]
        struct Row {
            name: String,
            version: Option<String>,
            #[serde(default)]
            vulns: Vec<Found>,
        }
        #[derive(Deserialize)]
        struct Found {
            id: String,
            #[serde(default)]
            fix_versions: Vec<String>,
            #[serde(default)]
            aliases: Vec<String>,
            #[serde(default)]
            description: String,
        }
        let own = self.program.with_file_name("pip-audit");
        let usual = process::search_path().into_iter().map(|folder| folder.join("pip-audit"));
        let Some(program) = std::iter::once(own).chain(usual).find(|path| path.is_file()) else {
            return Ok(None);
        };
        let mut command = process::command(&program);
        command.args(["--format", "json", "--progress-spinner", "off", "--local"]);
        // It then looks at this interpreter's packages and not at its own.
        command.env("PIPAPI_PYTHON_LOCATION", self.program);
        let ran = run::run(&mut command, self.limit, Keep::First(LONGEST_ANSWER), self.progress)?;
        // It ends with 1 when it finds something, and also when it fails.
        let answer: Answer = match parse(&ran) {
            Ok(answer) => answer,
            Err(_) => return Err(unasked(&format!("pip-audit {}: {}", ran.manner(), ran.words()))),
        };
        let mut found = Vec::new();
        for row in answer.dependencies {
            let Some(version) = row.version else { continue };
            let name = Ecosystem::PyPi.name(&row.name);
            for one in row.vulns {
                let package = Package {
                    ecosystem: Ecosystem::PyPi,
                    name: name.clone(),
                    version: version.clone(),
                    direct: false,
                    development: false,
                };
                let advisory = Advisory {
                    id: one.id,
                    aliases: one.aliases,
                    summary: one.description.lines().next().unwrap_or_default().to_owned(),
                    severity: Severity::Unsaid,
                    fixed: one.fix_versions,
                };
                found.push((package, advisory));
            }
        }
        Ok(Some(found))
    }

    /// Runs pip, which belongs to the project's Python and to no other.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(super) fn pip(&self, arguments: &[&str]) -> Result<Ran> {
        let mut all = vec!["-m", "pip", "--disable-pip-version-check", "--no-input", "--no-color"];
        all.extend(arguments);
        self.run(&all)
    }

    fn run(&self, arguments: &[&str]) -> Result<Ran> {
        let mut command: Command = process::bound_command(self.program);
        command.args(arguments).env("PYTHONDONTWRITEBYTECODE", "1").env_remove("PYTHONPATH");
        run::run(&mut command, self.limit, Keep::First(LONGEST_ANSWER), self.progress)
    }
}

/// Reads a JSON answer.
pub(super) fn parse<'a, T: Deserialize<'a>>(ran: &'a Ran) -> Result<T> {
    if ran.is_cut {
        bail!("{} said more than {} bytes", ran.name, ran.stdout.len());
    }
    serde_json::from_str(&ran.stdout)
        .with_context(|| format!("read the answer of {}: {}", ran.name, ran.words()))
}

/// The error of a question that reached nobody.
pub(super) fn unasked(message: &str) -> anyhow::Error {
    Error::new(Kind::Undetermined, message)
        .hint("look at the network and the index; where there is none, give advisories: --advisories DIR")
        .into()
}
