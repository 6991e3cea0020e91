//! What every command that changes the site does first: the lock, what a killed run left, and the user's word.

use super::Context;
use super::report::Record;
use crate::config::Config;
use crate::error;
use crate::error::Error;
use crate::error::Kind as ErrorKind;
use crate::output::ItemReport;
use crate::quarantine::Change;
use crate::quarantine::Quarantine;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use crate::system::lock::Lock;
use crate::troubleshoot::Closed;
use crate::troubleshoot::Window;
use crate::units::count;
use anyhow::Context as _;
use anyhow::Result;
use std::io::BufRead;
use std::io::IsTerminal;
use std::path::Path;
use std::time::Instant;

/// Keeps every other run that changes something away from this site, finishes what a killed one left half done, and
/// opens the record of this run, which tells of it.
///
/// # Errors
/// When another run is at work (exit 75), or what is half done cannot be finished.
pub(super) fn begin(config: &Config, purpose: &str, context: &Context) -> Result<(Lock, Record)> {
    let begin = Instant::now();
    let lock = context.lock(config, purpose)?;
    let recovered = Quarantine::new(&context.state_folder(config)?, &config.database)
        .recover()
        .context("finish what an interrupted run left half done")?;
    let mut check = Check::default();
    for one in recovered {
        let outcome = if one.is_applied { "it is finished" } else { "the former state is live" };
        let message = format!("`{}` was cut off; {outcome}", one.change.command);
        context.printer.warning(&message);
        check.add(
            Finding::warning(&kinds::INTERRUPTED, &one.change.run, message)
                .remedy("look at the site: sitekeep health"),
        );
    }
    check.findings.extend(close_window(&context.state_folder(config)?, context));
    let mut record = Record::open(config, context);
    if !check.findings.is_empty() {
        record.items.push(item("interrupted", "Interrupted run", begin, check));
    }
    Ok((lock, record))
}

/// Closes a DEBUG window that a killed run left open. What fails is told, and keeps nobody from the lock: a restore or a
/// backup may be what is needed.
fn close_window(state_folder: &Path, context: &Context) -> Option<Finding> {
    let closed = Window::on_record(state_folder).and_then(|window| {
        let Some(window) = window else { return Ok(None) };
        let closed = window.close(state_folder)?;
        Ok(Some((window, closed)))
    });
    let finding = match closed {
        Ok(None) => return None,
        Ok(Some((window, closed))) => {
            let (outcome, remedy) = match closed {
                Closed::AsBefore => ("it is off again", "look at the site: sitekeep health".to_owned()),
                Closed::SetSince => (
                    "somebody changed its line since, which stays as they wrote it,",
                    format!("see that it says what it is to say: {}", window.place()),
                ),
            };
            let message =
                format!("DEBUG was left on by a run that was cut off; {outcome} and the site was restarted");
            let file = window.file.display().to_string();
            Finding::warning(&kinds::DEBUG_WINDOW, file, message).remedy(remedy)
        }
        Err(problem) => {
            let message =
                format!("DEBUG was left on by a run that was cut off: {}", error::one_line(&problem));
            Finding::critical(&kinds::DEBUG_WINDOW, "DEBUG", message)
                .remedy("mend that, then: sitekeep troubleshoot errors --debug off")
        }
    };
    context.printer.warning(&format!("{}: {}", finding.subject, finding.message));
    Some(finding)
}

/// An item of a report about changes of the site.
pub(super) fn item(id: &'static str, title: &'static str, begin: Instant, check: Check) -> ItemReport {
    ItemReport::timed(id, title, "Restaurer une Sauvegarde", begin, check)
}

/// Refuses the name of another site.
///
/// # Errors
/// A usage error that tells this one's.
pub(super) fn refuse_other(config: &Config, given: Option<&str>) -> Result<()> {
    let site = &config.site.name;
    match given {
        Some(name) if name != site => Err(Error::new(ErrorKind::Usage, format!("`{name}` is not this site"))
            .hint(format!("this configuration is that of `{site}`"))
            .into()),
        _ => Ok(()),
    }
}

/// Has the user agree by the site's name: given on the command line, or typed on a terminal.
///
/// # Errors
/// A usage error when it is another name, or there is no terminal to ask on.
pub(super) fn confirm(config: &Config, given: Option<&str>, what: &str, context: &Context) -> Result<()> {
    let site = &config.site.name;
    refuse_other(config, given)?;
    if given.is_some() {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Error::new(ErrorKind::Usage, format!("{what} needs your word: nothing was changed"))
            .hint(format!("agree with --confirm {site}; --dry-run shows the plan"))
            .into());
    }
    context.printer.ask(&format!("{what}. Type the name of the site to agree:"));
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("read your answer")?;
    if line.trim() == site {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Usage, "not agreed: nothing was changed")
        .hint(format!("the name of this site is `{site}`"))
        .into())
}

/// Work that a lock or a missing right kept from being done has failed; only of a look it is unknown how things are.
pub(super) fn not_done(problem: anyhow::Error) -> anyhow::Error {
    if error::exit_code(&problem) != ErrorKind::Undetermined.exit_code() {
        return problem;
    }
    let failed = Error::new(ErrorKind::Failed, error::one_line(&problem));
    match error::hints(&problem).first() {
        Some(hint) => failed.hint(hint).into(),
        None => failed.into(),
    }
}

/// A change in one line: what made it, when, and which parts.
pub(super) fn told(change: &Change, config: &Config) -> String {
    let at = change.at.to_zoned(config.time_zone()).strftime("%Y-%m-%d %H:%M").to_string();
    format!("{} of {at} ({})", change.command, parts(change, ", "))
}

/// The parts of a change by name, or their number where each is one of many files.
pub(super) fn parts(change: &Change, between: &str) -> String {
    if change.rows.is_some() {
        return match change.parts.len() as u64 {
            0 => "rows".to_owned(),
            files => format!("rows{between}{}", count(files, "file")),
        };
    }
    if change.independent {
        return count(change.parts.len() as u64, "file");
    }
    change.names().join(between)
}
