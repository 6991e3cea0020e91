//! `troubleshoot errors --debug`: DEBUG on for a while, and off again whatever happens.
//!
//! The run holds the site's lock while the window is open. A second process waits for its end, and closes the window
//! where the first was killed; where both were, the next command that takes the lock does.

use super::TroubleshootArgs;
use super::look;
use super::report;
use super::summary;
use crate::commands::Context;
use crate::commands::site;
use crate::config::Config;
use crate::config::Loaded;
use crate::error::one_line;
use crate::health;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use crate::system::interrupt::Interrupt;
use crate::system::process;
use crate::troubleshoot::Closed;
use crate::troubleshoot::Problem;
use crate::troubleshoot::Window;
use anyhow::Context as _;
use anyhow::Result;
use clap::Args;
use jiff::SignedDuration;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Child;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

/// Whoever looks for an error needs minutes; backups wait for the lock meanwhile.
const LONGEST: SignedDuration = SignedDuration::from_hours(1);
const PAUSE: Duration = Duration::from_millis(100);

#[derive(Debug, Clone, Args)]
pub(in crate::commands) struct ErrorsArgs {
    /// Turn DEBUG on in the .env for so long (at most 1h), restart the site, and take both back; `off` does so now
    #[arg(long, value_name = "TIME", value_parser = length, conflicts_with_all = ["fix", "dry_run"])]
    debug: Option<Length>,
    /// Begin when standard input ends
    #[arg(long, hide = true, requires = "debug")]
    after_input: bool,
    #[command(flatten)]
    pub(super) common: TroubleshootArgs,
}

/// What is asked of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    Off,
    For(SignedDuration),
}

fn length(text: &str) -> Result<Length, String> {
    if text == "off" {
        return Ok(Length::Off);
    }
    let length: SignedDuration =
        text.parse().map_err(|_| format!("`{text}` is no time: write 10m, 90s or off"))?;
    if length < SignedDuration::from_secs(1) || length > LONGEST {
        return Err("a window is open for 1s to 1h".to_owned());
    }
    Ok(Length::For(length))
}

/// Opens the window, or closes the one that was left; nothing when no window is asked for.
///
/// # Errors
/// When it is not agreed to, the settings do not take DEBUG from the `.env`, or the site cannot be restarted.
pub(super) fn run(args: &ErrorsArgs, loaded: &Loaded, context: &Context) -> Result<Option<Status>> {
    let Some(length) = args.debug else { return Ok(None) };
    if args.after_input {
        // Its end is all that is waited for; whoever wrote to it is gone then.
        let _ = std::io::stdin().lock().read_to_end(&mut Vec::new());
    }
    let config = &loaded.config;
    let state_folder = context.state_folder(config)?;
    if let Length::For(_) = length {
        let what = "This shows settings and data to every visitor, on error pages,";
        site::confirm(config, args.common.confirm.as_deref(), what, context)?;
    }
    let (_lock, mut record) = site::begin(config, "troubleshoot errors --debug", context)?;
    let begin = Instant::now();
    let mut check = Check::default();
    if let Length::For(length) = length {
        let window = Window::plan(config, &record.run_id, context.now, length)?;
        check.add(hold(&window, length, &state_folder, loaded, context)?);
    } else {
        check.add(Finding::ok(&kinds::DEBUG_WINDOW, "DEBUG", "no window is open"));
    }
    check.absorb(ask_site(config)?);
    let mut found = look(Problem::Errors, &mut record, config, context);
    record.summary = summary(Problem::Errors, &found, config);
    found.insert(0, report("troubleshoot.debug", "DEBUG window", Problem::Errors, begin, check));
    record.tell("troubleshoot errors", Vec::new(), found, config, &args.common.report, context).map(Some)
}

/// Opens the window, waits, and closes it.
fn hold(
    window: &Window,
    length: SignedDuration,
    state_folder: &Path,
    loaded: &Loaded,
    context: &Context,
) -> Result<Finding> {
    // From here a signal ends the window, and not the process.
    let interrupt = Interrupt::listen()?;
    let mut guard = guard(loaded, context)?;
    context.printer.note(&window.told());
    let opened = window.open(state_folder);
    let begin = Instant::now();
    if opened.is_ok() {
        let until = window.until.to_zoned(loaded.config.time_zone()).strftime("%H:%M:%S").to_string();
        context.printer.warning(&format!(
            "DEBUG is on until {until}: have the error happen again, and read its page (Ctrl-C closes the window)"
        ));
        let limit = Duration::try_from(length).context("tell how long the window is")?;
        while begin.elapsed() < limit && interrupt.check().is_ok() {
            std::thread::sleep(PAUSE);
        }
    }
    let lasted = SignedDuration::from_secs(begin.elapsed().as_secs().cast_signed());
    let subject = window.file.display().to_string();
    let closed = window.close(state_folder);
    if closed.is_ok() {
        // It has nothing to do any more; otherwise it tries once more when this process ends.
        let _ = guard.kill();
        let _ = guard.wait();
    }
    if let (Err(_), Err(problem)) = (&opened, &closed) {
        context.printer.warning(&format!("DEBUG may still be on: {}", one_line(problem)));
    }
    opened?;
    Ok(match closed {
        Ok(Closed::AsBefore) => Finding::ok(
            &kinds::DEBUG_WINDOW,
            subject,
            format!("DEBUG was on for {lasted:#}, the former line is back and the site was restarted"),
        ),
        Ok(Closed::SetSince) => {
            let message = format!(
                "DEBUG was on for {lasted:#}; somebody changed its line meanwhile, which stays as they wrote it, and \
                 the site was restarted"
            );
            Finding::warning(&kinds::DEBUG_WINDOW, subject, message)
                .remedy(format!("see that it says what it is to say: {}", window.place()))
        }
        Err(problem) => Finding::critical(
            &kinds::DEBUG_WINDOW,
            subject,
            format!("DEBUG may still be on: {}", one_line(&problem)),
        )
        .remedy("mend that, then: sitekeep troubleshoot errors --debug off"),
    })
}

/// Starts the process that closes the window if this one is killed: it waits for the end of a pipe that only this one
/// holds open.
fn guard(loaded: &Loaded, context: &Context) -> Result<Child> {
    let mut command = process::command(std::env::current_exe().context("find this program")?);
    if let Some(file) = &loaded.file {
        command.arg("--config").arg(file);
    }
    command.args([
        "--quiet",
        "--lock-wait",
        "10m",
        "troubleshoot",
        "errors",
        "--debug",
        "off",
        "--after-input",
    ]);
    command.envs(&context.environment.variables).env("LC_ALL", "C.UTF-8");
    // A group of its own: what ends this one's does not end it too.
    command.stdin(Stdio::piped()).stdout(Stdio::null()).process_group(0);
    process::spawn(&mut command)
}

/// Asks the site that was restarted whether DEBUG is off, and gives it its time to answer.
///
/// # Errors
/// When its answers do not tell, and the project's files cannot be read either.
fn ask_site(config: &Config) -> Result<Check> {
    let kind = &kinds::DEBUG_WINDOW;
    let site = &config.site.url;
    let deadline = Instant::now() + config.restore.patience;
    loop {
        let seen = health::debug_is_seen(config);
        let is_late = Instant::now() >= deadline;
        match seen {
            Ok(Some(false)) => {
                return Ok(Finding::ok(kind, site, "the site shows no debug page any more").into());
            }
            // Its answers do not tell: what its files say is looked at then.
            Ok(None) => return health::check_debug(config),
            Ok(Some(true)) if is_late => {
                return Ok(Finding::critical(kind, site, "the site still shows debug pages to visitors")
                    .remedy("see that every process of the site was restarted: systemctl status")
                    .into());
            }
            Err(problem) if is_late => {
                let message = format!("the site does not answer after its restart: {}", one_line(&problem));
                return Ok(Finding::unknown(kind, site, message).remedy("sitekeep troubleshoot site").into());
            }
            Ok(Some(true)) | Err(_) => std::thread::sleep(PAUSE),
        }
    }
}
