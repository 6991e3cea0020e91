//! Telling people and watchers how a run went: mail, webhook, ping.
//!
//! A message is written into the state before it is sent and removed when it was taken, so that an outage or a kill
//! delays it; it may arrive twice then, under the same identifier. Nothing here fails a job: what could not be
//! delivered is returned, to be told.

mod email;
mod http;
mod message;

pub use message::Message;
pub use message::Problem;
pub use message::hostname;

use crate::config::NotificationsConfig;
use crate::config::NotifyOn;
use crate::error::one_line;
use crate::state::State;
use anyhow::Context;
use anyhow::Result;
use jiff::SignedDuration;
use jiff::Timestamp;
use std::sync::mpsc;
use std::time::Duration;
use std::time::Instant;

/// How long one run's deliveries may take together, in time-outs of one.
const PATIENCE: u32 = 3;

/// A way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    Email,
    Webhook,
    Ping,
}

impl Channel {
    pub const ALL: [Self; 3] = [Self::Email, Self::Webhook, Self::Ping];

    pub fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Webhook => "webhook",
            Self::Ping => "ping",
        }
    }

    pub fn is_configured(self, config: &NotificationsConfig) -> bool {
        match self {
            Self::Email => !config.email.to.is_empty(),
            Self::Webhook => config.webhook.url.is_some(),
            Self::Ping => config.ping.url.is_some(),
        }
    }

    fn send(self, config: &NotificationsConfig, message: &Message) -> Result<(), Failure> {
        match self {
            Self::Email => email::send(config, message),
            Self::Webhook => http::post(config, message),
            Self::Ping => http::ping(config, message, None),
        }
    }
}

/// Why a message was not taken.
#[derive(Debug)]
struct Failure {
    problem: anyhow::Error,
    /// Whether this very message was refused, rather than the way blocked.
    refused: bool,
}

impl Failure {
    fn blocked(problem: impl Into<anyhow::Error>) -> Self {
        Self { problem: problem.into(), refused: false }
    }
}

/// What became of the messages.
#[derive(Debug, Default)]
pub struct Outcome {
    pub delivered: usize,
    /// One for each message that was tried and not taken.
    pub failed: Vec<Failed>,
    /// Messages that were waiting for too long and are given up.
    pub given_up: Vec<Failed>,
}

/// A message that was not delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    pub channel: String,
    pub subject: String,
    pub at: Timestamp,
    pub problem: String,
}

/// Whether people are told of a run; `before` and `now` are what was not OK, with its statuses, of which the former is
/// missing for a first run.
pub fn is_worth_telling(on: NotifyOn, before: Option<&[Problem]>, now: &[Problem]) -> bool {
    let changed = match before {
        None => !now.is_empty(),
        Some(before) => {
            let sorted = |problems: &[Problem]| {
                let mut all: Vec<_> = problems
                    .iter()
                    .map(|one| (one.id.clone(), one.status.clone(), one.subject.clone()))
                    .collect();
                all.sort();
                all.dedup();
                all
            };
            sorted(before) != sorted(now)
        }
    };
    match on {
        NotifyOn::Always => true,
        NotifyOn::Change => changed,
        NotifyOn::Problem => !now.is_empty() || changed,
    }
}

/// Writes a message down for every channel that is to carry it: the ping always, the others where it is worth telling.
///
/// # Errors
/// When the state cannot be written.
pub fn queue(config: &NotificationsConfig, state: &mut State, message: &Message) -> Result<()> {
    let text = serde_json::to_string(message).context("write a notification")?;
    let before: Option<Vec<Problem>> = match state.last_told(&message.command)? {
        Some(before) => Some(serde_json::from_str(&before).context("read what was told last")?),
        None => None,
    };
    let tell = is_worth_telling(config.on, before.as_deref(), &message.problems);
    for channel in Channel::ALL.into_iter().filter(|channel| channel.is_configured(config)) {
        let is_ping = channel == Channel::Ping;
        if tell || is_ping {
            state.queue_message((message.at, channel.word()), &message.command, &text, is_ping)?;
        }
    }
    state.note_told(&message.command, &serde_json::to_string(&message.problems)?)
}

/// Sends what waits, oldest first; of a channel that is blocked, only the first. Those that wait for too long are given
/// up.
///
/// # Errors
/// When the state cannot be read or written.
pub fn deliver(config: &NotificationsConfig, state: &mut State, now: Timestamp) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let end = Instant::now() + config.timeout * PATIENCE;
    let mut blocked: Vec<(String, String)> = Vec::new();
    let oldest = now - SignedDuration::from_hours(24 * i64::from(config.give_up_days));
    for waiting in state.waiting_messages()? {
        let message: Message = serde_json::from_str(&waiting.message).context("read a notification")?;
        let failed = |problem: String| Failed {
            channel: waiting.channel.clone(),
            subject: message.subject.clone(),
            at: waiting.at,
            problem,
        };
        let channel = Channel::ALL.into_iter().find(|it| it.word() == waiting.channel);
        let Some(channel) = channel.filter(|channel| channel.is_configured(config)) else {
            state.drop_message(waiting.number)?;
            outcome.given_up.push(failed(format!("{} is no longer configured", waiting.channel)));
            continue;
        };
        if waiting.at < oldest {
            state.drop_message(waiting.number)?;
            outcome.given_up.push(failed(waiting.problem.clone()));
            continue;
        }
        if let Some((_, problem)) = blocked.iter().find(|(channel, _)| *channel == waiting.channel) {
            outcome.failed.push(failed(problem.clone()));
            continue;
        }
        let left = end.saturating_duration_since(Instant::now()).min(config.timeout);
        if left.is_zero() {
            outcome.failed.push(failed("no time was left to try it".to_owned()));
            continue;
        }
        // Where the clock is set back, so is the claim.
        if !state.claim_message(waiting.number, now.max(waiting.at))? {
            continue;
        }
        match within(left, config, channel, &message) {
            Ok(()) => {
                state.drop_message(waiting.number)?;
                outcome.delivered += 1;
            }
            Err(failure) => {
                let problem = one_line(&failure.problem);
                state.keep_message(waiting.number, &problem)?;
                if !failure.refused {
                    blocked.push((waiting.channel.clone(), problem.clone()));
                }
                outcome.failed.push(failed(problem));
            }
        }
    }
    Ok(outcome)
}

/// Sends a message by every channel where there is no state to write it down in.
pub fn send_unrecorded(config: &NotificationsConfig, message: &Message) -> Outcome {
    let mut outcome = Outcome::default();
    for channel in Channel::ALL.into_iter().filter(|channel| channel.is_configured(config)) {
        match within(config.timeout, config, channel, message) {
            Ok(()) => outcome.delivered += 1,
            Err(failure) => outcome.given_up.push(Failed {
                channel: channel.word().to_owned(),
                subject: message.subject.clone(),
                at: message.at,
                problem: one_line(&failure.problem),
            }),
        }
    }
    outcome
}

/// Sends a test message by one channel; a ping changes no verdict.
///
/// # Errors
/// Why it was not taken.
pub fn send_test(config: &NotificationsConfig, channel: Channel, message: &Message) -> Result<()> {
    let sent = match channel {
        Channel::Ping => {
            let (settings, message) = (config.clone(), message.clone());
            bounded(config.timeout, move || http::ping(&settings, &message, Some("log")))
        }
        _ => within(config.timeout, config, channel, message),
    };
    sent.map_err(|failure| failure.problem)
}

/// Tells the watcher that a run begins.
///
/// # Errors
/// Why it could not be told.
pub fn announce_start(config: &NotificationsConfig, message: &Message) -> Result<()> {
    let (settings, message) = (config.clone(), message.clone());
    bounded(config.timeout, move || http::ping(&settings, &message, Some("start")))
        .map_err(|failure| failure.problem)
}

fn within(
    time: Duration,
    config: &NotificationsConfig,
    channel: Channel,
    message: &Message,
) -> Result<(), Failure> {
    let (config, message) = (config.clone(), message.clone());
    bounded(time, move || channel.send(&config, &message))
}

/// Looks names up, connects and talks on a thread of its own: not every step of it knows a time-out.
fn bounded(
    time: Duration,
    send: impl FnOnce() -> Result<(), Failure> + Send + 'static,
) -> Result<(), Failure> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        // Nobody waits for it any more when it took too long.
        let _ = sender.send(send());
    });
    receiver.recv_timeout(time).unwrap_or_else(|_| {
        Err(Failure::blocked(anyhow::anyhow!("no answer within {} s", time.as_secs_f32().round())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_told_of_what_changed() {
        let problem = |id: &str, status: &str| Problem {
            id: id.to_owned(),
            status: status.to_owned(),
            subject: "x".to_owned(),
            message: "worse by the minute".to_owned(),
            remedy: None,
        };
        let (warning, critical) = ([problem("DISK-001", "WARNING")], [problem("DISK-001", "CRITICAL")]);
        for (before, now, change, trouble) in [
            (None, &[][..], false, false),
            (None, &warning[..], true, true),
            (Some(&warning[..]), &warning[..], false, true),
            (Some(&warning[..]), &critical[..], true, true),
            (Some(&critical[..]), &[][..], true, true),
            (Some(&[][..]), &[][..], false, false),
        ] {
            assert_eq!(is_worth_telling(NotifyOn::Change, before, now), change, "{before:?} {now:?}");
            assert_eq!(is_worth_telling(NotifyOn::Problem, before, now), trouble, "{before:?} {now:?}");
            assert!(is_worth_telling(NotifyOn::Always, before, now));
        }
    }
}
