//! `notifications alert`: tells of a run that could not tell of itself, because it was killed or never began.

use super::message;
use super::send;
use crate::commands::Context;
use crate::config::Config;
use crate::error;
use crate::notifications::Channel;
use crate::notifications::Problem;
use crate::status::Status;
use crate::system::service;
use anyhow::Result;
use clap::Args;

/// Exit codes of runs that told people themselves: CRITICAL, UNKNOWN, locked, interrupted.
const TOLD: [&str; 5] = ["2", "3", "75", "130", "143"];

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
A run that ends by itself tells people of it. One that is killed, runs out of
time or never begins cannot: systemd then starts sitekeep-alert@UNIT, which runs
this. What happened comes from systemd ($MONITOR_SERVICE_RESULT, else systemctl
show).

Example, in a unit: OnFailure=sitekeep-alert@%n.service")]
pub(in crate::commands) struct AlertArgs {
    /// Unit that broke: sitekeep-weekly.service
    #[arg(value_name = "UNIT")]
    unit: String,
}

/// How a unit ended, in systemd's words.
struct End {
    /// `exit-code`, `signal`, `timeout`, `oom-kill`.
    result: String,
    /// Exit code, or name of the signal.
    status: String,
}

pub(super) fn run(args: &AlertArgs, config: &Config, context: &Context) -> Result<Status> {
    let unit = &args.unit;
    let end = end(unit, context);
    if let Ok(end) = &end
        && end.result == "exit-code"
        && TOLD.contains(&end.status.as_str())
    {
        context
            .printer
            .out(&format!("{unit} ended with exit code {}: the run told of itself\n", end.status))?;
        return Ok(Status::Ok);
    }
    if !Channel::ALL.into_iter().any(|way| way.is_configured(&config.notifications)) {
        context.printer.warning("nobody is told: no way is configured in [notifications]");
        return Ok(Status::Warning);
    }
    let told = match &end {
        Ok(end) => end.told(),
        Err(problem) => format!("it broke; how is not known: {}", error::one_line(problem)),
    };
    let problem = Problem {
        id: String::new(),
        status: "failed".to_owned(),
        subject: unit.clone(),
        message: told,
        remedy: Some(format!("see what it said last: journalctl -u {unit} -n 50")),
    };
    // The same word as in the messages of runs that end: a dead man's switch hangs on it.
    let command =
        unit.strip_prefix("sitekeep-").and_then(|rest| rest.strip_suffix(".service")).unwrap_or(unit);
    let message = message((&config.site.name, command), context.now, ("failed", 2), vec![problem], "");
    // Where the state cannot be opened, people are told all the same.
    let mut state = context.state(config).ok();
    send(&message, config, state.as_mut(), context);
    context.printer.out(&format!("{}\n", message.subject))?;
    Ok(Status::Ok)
}

/// From the variables that systemd gives a unit of `OnFailure=`, else from systemd itself.
fn end(unit: &str, context: &Context) -> Result<End> {
    let variable = |name| context.environment.get(name).map(ToOwned::to_owned);
    if let Some(result) = variable("MONITOR_SERVICE_RESULT") {
        return Ok(End { result, status: variable("MONITOR_EXIT_STATUS").unwrap_or_default() });
    }
    let (result, status) = service::end(unit)?;
    Ok(End { result, status })
}

impl End {
    fn told(&self) -> String {
        let status = &self.status;
        match self.result.as_str() {
            "timeout" => "ran out of time and was ended".to_owned(),
            "oom-kill" => "was killed: the machine was out of memory".to_owned(),
            "signal" | "core-dump" if status.is_empty() || status == "0" => {
                "was killed by a signal".to_owned()
            }
            "signal" | "core-dump" => format!("was killed by signal {status}"),
            "exit-code" => match status.as_str() {
                "64" => "its command line is wrong: install the schedule anew".to_owned(),
                "78" => "its configuration is wrong: sitekeep config validate".to_owned(),
                // What systemd could not prepare (systemd.exec, "Process Exit Codes").
                "203" => "could not begin: its program is not there: install the schedule anew".to_owned(),
                "217" => "could not begin: its user is not there ([schedule] user)".to_owned(),
                "226" => "could not begin: a folder that it may write to cannot be set up".to_owned(),
                "238" => "could not begin: the folder of its state cannot be set up".to_owned(),
                "243" => "could not begin: the file of a password or token is not there".to_owned(),
                _ => format!("could not begin or crashed: exit code {status}"),
            },
            "resources" => {
                "could not begin: systemd found no resources (a missing credential or folder)".to_owned()
            }
            other => format!("broke: {other} {status}").trim_end().to_owned(),
        }
    }
}
