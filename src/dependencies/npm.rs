//! What npm says of the frontend's packages.

use super::Advisory;
use super::Ecosystem;
use super::Later;
use super::Severity;
use super::python::parse;
use super::python::unasked;
use crate::progress::Progress;
use crate::system::process;
use crate::system::run;
use crate::system::run::Keep;
use crate::system::run::Ran;
use anyhow::Context;
use anyhow::Result;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

const LONGEST_ANSWER: usize = 64 * 1024 * 1024;

/// One who asks npm in a folder.
#[derive(Clone, Copy)]
pub(super) struct Npm<'a> {
    pub(super) folder: &'a Path,
    pub(super) limit: Duration,
    pub(super) progress: &'a dyn Progress,
}

impl Npm<'_> {
    /// Version of the Node that runs the build.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn node_version(&self) -> Result<String> {
        let mut command = process::command("node");
        command.arg("--version").current_dir(self.folder);
        let ran = run::run(&mut command, self.limit, Keep::First(1000), self.progress)?;
        anyhow::ensure!(ran.succeeded(), "node {}: {}", ran.manner(), ran.words());
        Ok(ran.stdout.trim().trim_start_matches('v').to_owned())
    }

    /// The later versions of the packages that the project names; `locked` has the versions that are installed.
    ///
    /// # Errors
    /// When npm is not there, or could not ask the registry.
    pub(super) fn outdated(&self, locked: &BTreeMap<String, String>) -> Result<Vec<Later>> {
        #[derive(Deserialize)]
        struct Row {
            current: Option<String>,
            latest: Option<String>,
        }
        // One package may lie in many places: its row is a list then.
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Rows {
            One(Row),
            Many(Vec<Row>),
        }
        // It ends with 1 when it finds something.
        let ran = self.npm(&["outdated", "--json"])?;
        let answer = answer(&ran)?;
        let rows: BTreeMap<String, Rows> =
            serde_json::from_value(answer).context("read the answer of npm outdated")?;
        let mut later = Vec::new();
        for (name, rows) in rows {
            let rows = match rows {
                Rows::One(row) => vec![row],
                Rows::Many(rows) => rows,
            };
            for row in rows {
                let current = row.current.or_else(|| locked.get(&name).cloned());
                if let (Some(version), Some(latest)) = (current, row.latest)
                    && version != latest
                {
                    later.push(Later::new(Ecosystem::Npm, name.clone(), version, latest));
                }
            }
        }
        later.dedup();
        Ok(later)
    }

    /// What `npm audit` finds: an advisory with the name of its package, and the range of versions it is about.
    ///
    /// # Errors
    /// When the registry did not answer; npm ends with 1 then too.
    pub(super) fn audit(&self) -> Result<Vec<(String, String, Advisory)>> {
        #[derive(Deserialize)]
        struct Report {
            vulnerabilities: BTreeMap<String, Found>,
        }
        #[derive(Deserialize)]
        struct Found {
            #[serde(default)]
            via: Vec<Value>,
            #[serde(rename = "fixAvailable", default)]
            fix: Value,
        }
        let ran = self.npm(&["audit", "--json"])?;
        let answer = answer(&ran)?;
        let report: Report = serde_json::from_value(answer).context("read the answer of npm audit")?;
        let mut all = Vec::new();
        for (name, found) in report.vulnerabilities {
            let is_same = found.fix.get("name").and_then(Value::as_str) == Some(&name);
            let fixed = found.fix.get("version").and_then(Value::as_str).filter(|_| is_same);
            // A bare name says that the fault lies in that package, which has a row of its own.
            for via in found.via.iter().filter(|via| via.is_object()) {
                let text = |key: &str| via.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
                let id = text("url").rsplit('/').next().filter(|id| !id.is_empty()).map_or_else(
                    || format!("npm-{}", via.get("source").unwrap_or(&Value::Null)),
                    ToOwned::to_owned,
                );
                let advisory = Advisory {
                    id,
                    aliases: Vec::new(),
                    summary: text("title"),
                    severity: Severity::named(&text("severity")).unwrap_or(Severity::Unsaid),
                    fixed: fixed.map(ToOwned::to_owned).into_iter().collect(),
                };
                all.push((name.clone(), text("range"), advisory));
            }
        }
        Ok(all)
    }

    /// Runs npm in the folder.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(super) fn npm(&self, arguments: &[&str]) -> Result<Ran> {
        let mut command = process::bound_command(Path::new("npm"));
        command.args(arguments).current_dir(self.folder).env("NO_UPDATE_NOTIFIER", "1").env("NO_COLOR", "1");
        run::run(&mut command, self.limit, Keep::First(LONGEST_ANSWER), self.progress)
    }
}

/// The JSON of an answer that is no error of npm's own.
fn answer(ran: &Ran) -> Result<Value> {
    let failed = |words: &str| Err(unasked(&format!("npm {}: {words}", ran.manner())));
    if ran.status.is_none() || (ran.stdout.trim().is_empty() && !ran.succeeded()) {
        return failed(&ran.words());
    }
    if ran.stdout.trim().is_empty() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    let value: Value = match parse(ran) {
        Ok(value) => value,
        Err(problem) => return failed(&crate::error::one_line(&problem)),
    };
    let said = |value: &Value| value.as_str().map(ToOwned::to_owned).filter(|text| !text.is_empty());
    if value.get("error").is_some_and(|error| error.get("current").is_none()) {
        let error = &value["error"];
        let words = said(&value["message"])
            .or_else(|| said(&error["summary"]))
            .or_else(|| said(&error["code"]))
            .unwrap_or_else(|| ran.words());
        return failed(&words);
    }
    Ok(value)
}
