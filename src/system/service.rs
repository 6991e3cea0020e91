//! Stopping the site and starting it again: by commands, or by systemd's units.

use super::job::Job;
use super::process;
use crate::error::Error;
use crate::error::Kind;
use crate::error::one_line;
use anyhow::Context;
use anyhow::Result;
use serde::Deserialize;
use serde::Serialize;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

/// There while systemd runs the machine (`sd_booted(3)`).
const BOOTED: &str = "/run/systemd/system";
/// systemd itself gives a unit 90 s to stop before it kills it.
const LIMIT: Duration = Duration::from_mins(3);

/// How the site is stopped and started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// Lines for `/bin/sh`.
    Commands { stop: String, start: String },
    /// Units of systemd; in this order they are stopped.
    Units(Vec<String>),
}

impl Service {
    /// The unit of that name, where systemd runs this machine and knows it.
    pub fn usual(unit: &str) -> Option<Self> {
        (Path::new(BOOTED).exists() && properties(unit).is_ok_and(|unit| unit.loaded))
            .then(|| Self::Units(vec![unit.to_owned()]))
    }

    /// The part of the service that runs now, which is to be started again; `None` when nothing does.
    ///
    /// # Errors
    /// When systemd cannot be asked.
    pub fn running(&self) -> Result<Option<Self>> {
        let Self::Units(units) = self else { return Ok(Some(self.clone())) };
        let mut active = Vec::new();
        for unit in units {
            if properties(unit)?.active {
                active.push(unit.clone());
            }
        }
        Ok((!active.is_empty()).then_some(Self::Units(active)))
    }

    /// Stops it.
    ///
    /// # Errors
    /// With the words of the command or of systemctl.
    pub fn stop(&self) -> Result<()> {
        let stop = || match self {
            Self::Commands { stop, .. } => shell(stop),
            Self::Units(units) => systemctl("stop", units.iter()),
        };
        stop().map_err(|error| refused("stop", &error))
    }

    /// Starts it.
    ///
    /// # Errors
    /// With the words of the command or of systemctl.
    pub fn start(&self) -> Result<()> {
        let start = || match self {
            Self::Commands { start, .. } => shell(start),
            Self::Units(units) => systemctl("start", units.iter().rev()),
        };
        start().map_err(|error| refused("start", &error))
    }

    /// Stops it and starts it; what is down already may refuse to stop, and is started all the same.
    ///
    /// # Errors
    /// When it does not start, with the words of the stop too where that failed.
    pub fn restart(&self) -> Result<()> {
        let stopped = self.stop();
        self.start().map_err(|error| match stopped {
            Ok(()) => error,
            Err(stop) => error.context(one_line(&stop)),
        })
    }
}

impl std::fmt::Display for Service {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Commands { stop, .. } => write!(formatter, "`{stop}`"),
            Self::Units(units) => formatter.write_str(&units.join(", ")),
        }
    }
}

fn refused(verb: &str, error: &anyhow::Error) -> anyhow::Error {
    Error::new(Kind::Failed, format!("{verb} the site: {}", one_line(error)))
        .hint("run as root, or set [restore] stop and start to commands that this user may run")
        .into()
}

fn shell(line: &str) -> Result<()> {
    let mut command = process::command("/bin/sh");
    // What a daemon writes later must not keep a pipe of ours open, nor mix with the report.
    command.args(["-c", line]).stdout(Stdio::null());
    Job::start(&mut command)?.finish(LIMIT)
}

fn systemctl<'a>(verb: &str, units: impl Iterator<Item = &'a String>) -> Result<()> {
    systemctl_with(&[verb], units)
}

fn systemctl_with<'a>(words: &[&str], units: impl Iterator<Item = &'a String>) -> Result<()> {
    let mut command = process::command("systemctl");
    command.arg("--no-ask-password").args(words).arg("--").args(units).stdout(Stdio::null());
    Job::start(&mut command)?.finish(LIMIT)
}

/// A unit as systemd has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitState {
    pub unit: String,
    pub is_loaded: bool,
    /// Started with the machine.
    pub is_enabled: bool,
    pub is_active: bool,
}

/// Whether systemd runs this machine.
pub fn is_booted() -> bool {
    Path::new(BOOTED).exists()
}

/// How a service last ended: systemd's word for it, and the exit code or the signal.
///
/// # Errors
/// When systemd cannot be asked.
pub fn end(unit: &str) -> Result<(String, String)> {
    let text = show(unit, "Result,ExecMainStatus")?;
    let value =
        |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default().to_owned();
    Ok((value("Result="), value("ExecMainStatus=")))
}

/// How systemd has these units.
///
/// # Errors
/// When systemd cannot be asked.
pub fn states(units: &[String]) -> Result<Vec<UnitState>> {
    let state = |unit: &String| {
        let found = properties(unit)?;
        let is_enabled = found.enabled;
        Ok(UnitState { unit: unit.clone(), is_loaded: found.loaded, is_enabled, is_active: found.active })
    };
    units.iter().map(state).collect()
}

/// Reads the units anew and has them started now and with the machine.
///
/// # Errors
/// With the words of systemctl.
pub fn enable(units: &[String]) -> Result<()> {
    systemctl("daemon-reload", [].into_iter())?;
    systemctl_with(&["enable", "--now"], units.iter())
}

/// Stops units and has them no longer started.
///
/// # Errors
/// With the words of systemctl.
pub fn disable(units: &[String]) -> Result<()> {
    systemctl_with(&["disable", "--now"], units.iter())
}

/// Reads the units anew.
///
/// # Errors
/// With the words of systemctl.
pub fn reload() -> Result<()> {
    systemctl("daemon-reload", [].into_iter())
}

struct Properties {
    loaded: bool,
    enabled: bool,
    active: bool,
}

fn show(unit: &str, properties: &str) -> Result<String> {
    let output = process::command("systemctl")
        .args(["show", &format!("--property={properties}"), "--", unit])
        .output()
        .with_context(|| format!("ask systemctl for {unit}"))?;
    anyhow::ensure!(
        output.status.success(),
        "systemctl show {unit}: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn properties(unit: &str) -> Result<Properties> {
    let text = show(unit, "LoadState,UnitFileState,ActiveState")?;
    let is = |line: &str| text.lines().any(|one| one == line);
    Ok(Properties {
        loaded: is("LoadState=loaded"),
        enabled: is("UnitFileState=enabled"),
        active: ["active", "activating", "reloading"].iter().any(|state| is(&format!("ActiveState={state}"))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_run_and_their_words_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let mark = folder.path().join("l'état");
        let service = Service::Commands {
            stop: format!("touch \"{}\"", mark.display()),
            start: "echo no such service >&2; exit 5".to_owned(),
        };
        assert_eq!(service.running().expect("running"), Some(service.clone()));
        service.stop().expect("stopped");
        assert!(mark.exists());
        let error = service.start().expect_err("refused");
        assert!(error.to_string().contains("no such service"), "{error}");
        assert!(crate::error::hints(&error)[0].contains("[restore]"));
    }
}
