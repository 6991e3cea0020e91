//! Whether the schedule is at work: its files, its timers, and the runs that should have taken place.

use super::File;
use super::Flavour;
use super::Plan;
use super::Record;
use super::file;
use super::file::Mark;
use super::install;
use super::runs;
use super::runs::Hours;
use super::timers;
use crate::config::Config;
use crate::error::one_line;
use crate::state::State;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use crate::system::process;
use crate::system::service;
use crate::units::count;
use anyhow::Result;
use jiff::Timestamp;
use std::path::Path;
use std::path::PathBuf;

/// A schedule that sitekeep installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    pub flavour: Flavour,
    /// Configuration file that it was made from.
    pub settings: PathBuf,
    /// When the oldest of its files was written.
    pub since: Timestamp,
    /// Whether the catalogue server is among it.
    pub serve: bool,
    files: Vec<(String, PathBuf, Mark)>,
}

/// Names of all files that a schedule may have.
pub fn names(flavour: Flavour) -> Vec<String> {
    flavour.files(&Plan::packaged()).into_iter().map(|file| file.name).collect()
}

/// The schedules that sitekeep installed below `root`: none, one, or both flavours by mistake.
///
/// # Errors
/// When a file cannot be read.
pub fn installed(root: &Path) -> Result<Vec<Installed>> {
    let mut all = Vec::new();
    for flavour in Flavour::ALL {
        let mut files = Vec::new();
        for name in names(flavour) {
            let path = flavour.folder(root).join(&name);
            if let Some(mark) = install::read(&path)?.and_then(|text| file::mark(&text)) {
                files.push((name, path, mark));
            }
        }
        let Some((.., first)) = files.first() else { continue };
        let settings = PathBuf::from(&first.settings);
        let since = files.iter().map(|(.., mark)| mark.at).min().unwrap_or(first.at);
        let serve = files.iter().any(|(name, ..)| name == "sitekeep-serve.service");
        all.push(Installed { flavour, settings, since, serve, files });
    }
    Ok(all)
}

/// What there is to say where sitekeep installed nothing: a WARNING for whoever asks for it, and a note in a checklist,
/// since a crontab of one's own does as well; whether runs come is judged by `sitekeep status`.
pub fn unscheduled(is_asked_for: bool) -> Check {
    let message = "no schedule of sitekeep's is installed here";
    let finding = if is_asked_for {
        Finding::warning(&kinds::SCHEDULE_FILE, "schedule", message)
            .remedy("see it: sitekeep schedule show; then: sudo sitekeep schedule install")
    } else {
        Finding::ok(
            &kinds::SCHEDULE_FILE,
            "schedule",
            format!("{message}: a crontab of your own is not looked at"),
        )
    };
    finding.into()
}

/// The files that the settings would give now.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    pub plan: &'a Plan,
    /// Whether the plan was made as the install makes it; else only the hours can be compared.
    pub is_exact: bool,
}

/// Judges what is installed.
///
/// # Errors
/// At the end of time.
pub fn check(
    installed: &[Installed],
    wanted: Wanted<'_>,
    config: &Config,
    state: Option<&State>,
    root: &Path,
    now: Timestamp,
) -> Result<Check> {
    let mut check = Check::default();
    if installed.len() > 1 {
        check.add(
            Finding::warning(
                &kinds::SCHEDULE_FILE,
                "schedule",
                "systemd and cron are both set up: each run comes twice",
            )
            .remedy("take one away: sudo sitekeep schedule remove --cron"),
        );
    }
    for one in installed {
        let plan = Plan { serve: one.serve, ..wanted.plan.clone() };
        files(one, &one.flavour.files(&plan), wanted.is_exact, &mut check);
        at_work(one.flavour, root, &mut check);
    }
    let Some(since) = installed.iter().map(|one| one.since).min() else { return Ok(check) };
    let cron_alone = installed.iter().all(|one| one.flavour == Flavour::Cron);
    // Cron reads the hours in the machine's zone.
    let zone = if cron_alone { jiff::tz::TimeZone::system() } else { config.time_zone() };
    let hours = Hours { config: &config.schedule, zone: &zone, since };
    match state.map(|state| Ok((Record::read(state)?, runs::is_at_work(state)?))) {
        None => check.add(Finding::unknown(
            &kinds::SCHEDULE_RUN,
            "runs",
            "sitekeep's record of runs cannot be read",
        )),
        Some(Err(problem)) => check.add(no_record(&problem)),
        Some(Ok((records, is_at_work))) => {
            runs::took_place(&records, hours, is_at_work, now, &mut check)?;
            runs::windows(&records, hours, now, &mut check)?;
        }
    }
    Ok(check)
}

fn no_record(problem: &anyhow::Error) -> Finding {
    Finding::unknown(&kinds::SCHEDULE_RUN, "runs", one_line(problem))
        .remedy("look at sitekeep's record in [state] directory")
}

/// The files: all there, as they were written, and as the settings would have them now.
fn files(installed: &Installed, wanted: &[File], is_exact: bool, check: &mut Check) {
    let kind = &kinds::SCHEDULE_FILE;
    let anew = "install it anew: sudo sitekeep schedule install";
    let before = check.findings.len();
    for file in wanted {
        let Some((name, path, mark)) = installed.files.iter().find(|(name, ..)| *name == file.name) else {
            check.add(Finding::warning(kind, &file.name, "is missing, or is not sitekeep's").remedy(anew));
            continue;
        };
        let subject = path.display().to_string();
        let is_current = if is_exact {
            mark.text == file.text
        } else {
            file::hours(name, &mark.text) == file::hours(name, &file.text)
        };
        if !mark.is_whole {
            check.add(
                Finding::warning(kind, subject, "was changed by hand since it was installed").remedy(format!(
                    "put the change into [schedule] or a drop-in (systemctl edit {name}), then: sudo sitekeep schedule install --replace"
                )),
            );
        } else if !is_current {
            check.add(Finding::warning(kind, subject, "is not what the settings say now").remedy(anew));
        }
    }
    if check.findings.len() == before {
        let number = count(installed.files.len() as u64, "file");
        let message = format!("{number}, as installed {} ", installed.since.strftime("%Y-%m-%d"));
        check.add(Finding::ok(kind, installed.flavour.word(), message.trim_end()));
    }
}

/// What starts the runs: each timer enabled and waiting, or a cron daemon.
fn at_work(flavour: Flavour, root: &Path, check: &mut Check) {
    let kind = &kinds::SCHEDULE_TIMER;
    if root != Path::new("/") {
        return check.add(Finding::ok(
            kind,
            root.display().to_string(),
            "is no running system: only its files count",
        ));
    }
    let looked = match flavour {
        Flavour::Systemd => service::states(&timers()).map(|states| timers_found(&states)),
        Flavour::Cron => process::running().map(|processes| vec![cron_found(&processes)]),
    };
    match looked {
        Ok(found) => found.into_iter().for_each(|finding| check.add(finding)),
        Err(problem) => check.add(
            Finding::unknown(kind, flavour.word(), one_line(&problem))
                .remedy("ask it yourself: systemctl list-timers 'sitekeep-*'"),
        ),
    }
}

fn timers_found(states: &[service::UnitState]) -> Vec<Finding> {
    let kind = &kinds::SCHEDULE_TIMER;
    let mut found: Vec<_> = states
        .iter()
        .filter(|state| !(state.is_enabled && state.is_active))
        .map(|state| {
            let message = match (state.is_loaded, state.is_enabled, state.is_active) {
                (false, ..) => "systemd does not know it",
                (_, false, true) => "is not enabled: it is gone after the next start of the machine",
                (_, true, false) => "is enabled, but does not wait for its hour",
                _ => "is switched off",
            };
            Finding::warning(kind, &state.unit, message)
                .remedy(format!("systemctl daemon-reload && systemctl enable --now {}", state.unit))
        })
        .collect();
    if found.is_empty() {
        let number = count(states.len() as u64, "timer");
        found.push(Finding::ok(kind, "systemd", format!("{number} enabled and waiting")));
    }
    found
}

fn cron_found(processes: &process::Processes) -> Finding {
    let kind = &kinds::SCHEDULE_TIMER;
    let is_cron = |command: &str| {
        let program = command.split(' ').next().unwrap_or_default();
        ["cron", "crond", "fcron", "dcron"].contains(&program) || command.starts_with("busybox crond")
    };
    if processes.running.iter().any(|process| is_cron(&process.command)) {
        return Finding::ok(kind, "cron", "runs");
    }
    if !processes.complete {
        return Finding::unknown(kind, "cron", "this user may not see other users' processes")
            .remedy("ask as root");
    }
    Finding::critical(kind, "cron", "no cron daemon runs: nothing starts the checklists").remedy(
        "install and start one (Debian: apt install cron), or: sudo sitekeep schedule install --systemd",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::Status;
    use crate::system::process::Processes;
    use crate::system::process::Running;
    use crate::system::service::UnitState;

    #[test]
    fn each_timer_must_be_enabled_and_waiting() {
        let state = |unit: &str, is_enabled, is_active| UnitState {
            unit: unit.to_owned(),
            is_loaded: true,
            is_enabled,
            is_active,
        };
        let found = timers_found(&[state("a", true, true), state("b", true, false), state("c", false, true)]);
        let told: Vec<_> = found.iter().map(|finding| (finding.subject.as_str(), finding.status)).collect();
        assert_eq!(told, [("b", Status::Warning), ("c", Status::Warning)]);
        assert_eq!(timers_found(&[state("a", true, true)])[0].status, Status::Ok);
    }

    #[test]
    fn cron_is_known_by_its_name_and_what_cannot_be_seen_is_unknown() {
        let with = |command: &str, complete| {
            let running = vec![Running { pid: 2, command: command.to_owned() }];
            cron_found(&Processes { running, complete }).status
        };
        assert_eq!(with("cron -f", true), Status::Ok);
        assert_eq!(with("busybox crond -f", true), Status::Ok);
        assert_eq!(with("vim crontab", true), Status::Critical);
        assert_eq!(with("vim crontab", false), Status::Unknown);
    }
}
