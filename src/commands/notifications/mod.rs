//! `notifications`: what waits to be delivered; and telling people of the runs of other commands.

mod alert;

use super::Command;
use super::Context;
use crate::config::Config;
use crate::error;
use crate::error::Error;
use crate::error::Kind as ErrorKind;
use crate::error::one_line;
use crate::notifications;
use crate::notifications::Channel;
use crate::notifications::Message;
use crate::notifications::Outcome;
use crate::notifications::Problem;
use crate::output::ItemReport;
use crate::output::ListFormat;
use crate::output::Report;
use crate::output::csv_line;
use crate::state::State;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use crate::units::count;
use anyhow::Result;
use clap::Args;
use clap::Subcommand;
use jiff::SignedDuration;
use jiff::Timestamp;
use std::fmt::Write as _;

/// Mail, webhook and ping after checklists, backups and restores
///
/// [notifications] in sitekeep.toml says who is told, and of what. A message that cannot be delivered waits, and the
/// next run tries again; the run itself never fails for it.
#[derive(Debug, Clone, Subcommand)]
pub(super) enum NotificationsCommand {
    /// List the messages that wait to be delivered
    List,
    /// Try now to deliver what waits
    Send,
    /// Send a test message by every way that is configured
    Test(TestArgs),
    /// Tell people that a unit of systemd broke; units start it on failure
    Alert(alert::AlertArgs),
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Mail and webhook get a message that says it is a test; a ping goes to the
address's /log, which changes no verdict there.

Example: sitekeep notifications test --only email")]
pub(super) struct TestArgs {
    /// Only this way: email, webhook, ping
    #[arg(long, value_name = "WAY", value_parser = channel)]
    only: Option<Channel>,
}

fn channel(text: &str) -> Result<Channel, String> {
    let found = Channel::ALL.into_iter().find(|channel| channel.word() == text);
    found.ok_or_else(|| "there are email, webhook and ping".to_owned())
}

/// Runs the command.
///
/// # Errors
/// When the state cannot be read, or no way is configured.
pub(super) fn run(command: &NotificationsCommand, context: &Context) -> Result<Status> {
    let loaded = context.load_site()?;
    let config = &loaded.config;
    match command {
        NotificationsCommand::List => list(config, context),
        NotificationsCommand::Send => {
            context.printer.refuse_formats("notifications send")?;
            let mut state = context.state(config)?;
            let outcome = notifications::deliver(&config.notifications, &mut state, context.now)?;
            tell(&outcome, context);
            let waiting = state.waiting_messages()?.len();
            let delivered = count(outcome.delivered as u64, "message");
            context.printer.out(&format!("{delivered} delivered, {waiting} waiting\n"))?;
            Ok(if waiting == 0 && outcome.given_up.is_empty() { Status::Ok } else { Status::Warning })
        }
        NotificationsCommand::Test(args) => test(args, config, context),
        NotificationsCommand::Alert(args) => alert::run(args, config, context),
    }
}

fn list(config: &Config, context: &Context) -> Result<Status> {
    let zone = config.time_zone();
    let waiting = context.state(config)?.waiting_messages()?;
    let subject = |message: &str| {
        serde_json::from_str::<Message>(message).map_or_else(|_| String::new(), |message| message.subject)
    };
    let text = match context.printer.list_format()? {
        ListFormat::Json => {
            let rows: Vec<_> = waiting
                .iter()
                .map(|one| {
                    serde_json::json!({
                        "at": one.at.to_string(), "channel": one.channel, "subject": subject(&one.message),
                        "attempts": one.attempts, "problem": one.problem,
                    })
                })
                .collect();
            let document = serde_json::json!({ "schema_version": 1, "waiting": rows });
            format!("{}\n", serde_json::to_string_pretty(&document)?)
        }
        ListFormat::Csv => {
            let mut text = csv_line(&["at", "channel", "subject", "attempts", "problem"]);
            for one in &waiting {
                let (at, subject) = (one.at.to_string(), subject(&one.message));
                text.push_str(&csv_line(&[
                    at.as_str(),
                    &one.channel,
                    &subject,
                    &one.attempts.to_string(),
                    &one.problem,
                ]));
            }
            text
        }
        ListFormat::Text if waiting.is_empty() => "nothing waits to be delivered\n".to_owned(),
        ListFormat::Text => {
            let mut text = String::new();
            for one in &waiting {
                let at = one.at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{at}  {:<7}  {}", one.channel, subject(&one.message));
                if !one.problem.is_empty() {
                    let _ =
                        writeln!(text, "  {}: {}", count(u64::from(one.attempts), "attempt"), one.problem);
                }
            }
            text
        }
    };
    context.printer.out(&text)?;
    Ok(Status::Ok)
}

fn test(args: &TestArgs, config: &Config, context: &Context) -> Result<Status> {
    let settings = &config.notifications;
    let ways: Vec<Channel> = Channel::ALL
        .into_iter()
        .filter(|way| way.is_configured(settings) && args.only.is_none_or(|only| only == *way))
        .collect();
    if ways.is_empty() {
        return Err(Error::new(ErrorKind::Config, "no such way of telling people is configured")
            .hint("set email.to, webhook.url or ping.url in [notifications]")
            .into());
    }
    let summary = "This is a test: people are told of checklists, backups and restores like this.";
    let of = ("test", config.site.name.as_str(), "notifications test");
    let message = Message::new(of, context.now, ("ok", 0), Vec::new(), summary);
    let mut status = Status::Ok;
    for way in ways {
        match notifications::send_test(settings, way, &message) {
            Ok(()) => context.printer.out(&format!("{}: taken\n", way.word()))?,
            Err(problem) => {
                status = Status::Critical;
                context.printer.out(&format!("{}: {}\n", way.word(), one_line(&problem)))?;
            }
        }
    }
    Ok(status)
}

/// Runs a command; where people are told of such, its start and an end without a report are told too.
///
/// # Errors
/// As the command.
pub(super) fn around(command: Command, context: Context) -> Result<Status> {
    let Some(name) = command.told() else { return command.run(&context) };
    let context = &Context { told: true, ..context };
    // Settings that cannot be read are the command's to tell.
    let config = context.load_site().ok().map(|loaded| loaded.config);
    if let Some(config) = config.as_ref().filter(|config| Channel::Ping.is_configured(&config.notifications))
    {
        let message = message((&config.site.name, name), context.now, ("ok", 0), Vec::new(), "");
        if let Err(problem) = notifications::announce_start(&config.notifications, &message) {
            context.printer.warning(&format!("the start could not be told: ping: {}", one_line(&problem)));
        }
    }
    let result = command.run(context);
    if let (Err(problem), Some(config)) = (&result, &config)
        && !error::is_broken_pipe(problem)
    {
        failed(name, problem, config, context);
    }
    result
}

/// Tells people of a run that ended with a report.
pub(super) fn finished(report: &Report, config: &Config, state: Option<&mut State>, context: &Context) {
    if !context.told {
        return;
    }
    let mut found: Vec<&Finding> = report
        .findings()
        .map(|(_, finding)| finding)
        .filter(|finding| finding.counted() != Status::Ok && finding.id != kinds::NOTIFICATIONS.id)
        .collect();
    found.sort_by_key(|finding| std::cmp::Reverse(finding.status));
    let problems = found
        .into_iter()
        .map(|finding| Problem {
            id: finding.id.to_owned(),
            status: word(finding.status),
            subject: finding.subject.clone(),
            message: finding.message.clone(),
            remedy: finding.remedy.clone(),
        })
        .collect();
    let status = report.status();
    let summary = format!("{} OK", count(report.count(Status::Ok) as u64, "finding"));
    let of = (report.run_id.as_str(), report.site.as_str(), report.command.as_str());
    let code = context.globals.fail_on.exit_code(status);
    let message = Message::new(of, report.finished_at, (&word(status), code), problems, &summary);
    send(&message, config, state, context);
}

/// Tells people of a run that ended with an error.
fn failed(command: &str, problem: &anyhow::Error, config: &Config, context: &Context) {
    let code = error::exit_code(problem);
    let told = Problem {
        id: String::new(),
        status: "failed".to_owned(),
        subject: format!("exit code {code}"),
        message: one_line(problem),
        remedy: error::hints(problem).first().map(|hint| (*hint).to_owned()),
    };
    let message = message((&config.site.name, command), context.now, ("failed", code), vec![told], "");
    // Where the state cannot be opened, people are told all the same.
    let mut state = context.state(config).ok();
    send(&message, config, state.as_mut(), context);
}

fn message(
    (site, command): (&str, &str),
    at: Timestamp,
    status: (&str, u8),
    problems: Vec<Problem>,
    summary: &str,
) -> Message {
    let run = at.strftime("%Y%m%dT%H%M%SZ").to_string();
    Message::new((&run, site, command), at, status, problems, summary)
}

fn send(message: &Message, config: &Config, state: Option<&mut State>, context: &Context) {
    let settings = &config.notifications;
    if !Channel::ALL.into_iter().any(|way| way.is_configured(settings)) {
        return;
    }
    let sent = match state {
        Some(state) => notifications::queue(settings, state, message)
            .and_then(|()| notifications::deliver(settings, state, message.at)),
        None => Ok(notifications::send_unrecorded(settings, message)),
    };
    match sent {
        Ok(outcome) => tell(&outcome, context),
        Err(problem) => context.printer.warning(&format!("nobody was told: {}", one_line(&problem))),
    }
}

/// Says what could not be delivered.
fn tell(outcome: &Outcome, context: &Context) {
    for failed in &outcome.failed {
        let text = format!("{} waits: {} ({})", failed.channel, failed.problem, failed.subject);
        context.printer.warning(&text);
    }
    for lost in &outcome.given_up {
        let text = format!("{} is given up: {} ({})", lost.channel, lost.problem, lost.subject);
        context.printer.warning(&text);
    }
}

/// What could not be delivered before this run, as an item of its report.
pub(super) fn undelivered(state: Option<&State>, context: &Context) -> Option<ItemReport> {
    if !context.told {
        return None;
    }
    let kind = &kinds::NOTIFICATIONS;
    let finding = match state?.waiting_messages() {
        Ok(waiting) => {
            let tried: Vec<_> = waiting.iter().filter(|one| !one.problem.is_empty()).collect();
            let oldest = tried.first()?;
            let message = format!(
                "{} could not be delivered since {}: {}",
                count(tried.len() as u64, "message"),
                oldest.at,
                oldest.problem
            );
            Finding::warning(kind, oldest.channel.as_str(), message).remedy("sitekeep notifications send")
        }
        Err(problem) => Finding::unknown(kind, "notifications", one_line(&problem)),
    };
    Some(ItemReport {
        id: "notifications",
        title: "Messages about runs",
        line: "sitekeep",
        duration: SignedDuration::ZERO,
        findings: vec![finding],
        metrics: Vec::new(),
    })
}

/// A status as JSON has it.
fn word(status: Status) -> String {
    status.label().to_ascii_lowercase()
}
