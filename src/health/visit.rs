//! One round of requests: each answer timed, each failure a finding.

use super::client::Answer;
use super::client::Client;
use crate::error;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Kind;
use std::time::Duration;
use std::time::Instant;

/// After so many requests in a row without an answer, a site that did answer is taken for down.
const PATIENCE: u32 = 3;

/// Visits pages and keeps what was found and how long each took.
pub(super) struct Visit<'a> {
    client: &'a Client,
    pub(super) check: Check,
    pub(super) times: Vec<(String, Duration)>,
    unanswered: u32,
    begin: Instant,
    budget: Duration,
}

impl<'a> Visit<'a> {
    pub(super) fn new(client: &'a Client, budget: Duration) -> Self {
        let begin = Instant::now();
        Self { client, check: Check::default(), times: Vec::new(), unanswered: 0, begin, budget }
    }

    /// Whether going on makes no sense: nothing at all answered, or too many requests in a row did not.
    pub(super) fn given_up(&self) -> bool {
        self.unanswered >= PATIENCE || (self.times.is_empty() && self.unanswered > 0)
    }

    /// Whether the time for all visits is used up.
    pub(super) fn out_of_time(&self) -> bool {
        self.begin.elapsed() >= self.budget
    }

    pub(super) fn client(&self) -> &Client {
        self.client
    }

    /// Fetches a path that must answer 200; anything else is a critical finding of this kind.
    pub(super) fn get(&mut self, kind: &Kind, path: &str, subject: &str) -> Option<Answer> {
        let answer = self.ask(kind, path, subject)?;
        if answer.status == 200 {
            return Some(answer);
        }
        let finding = Finding::critical(kind, subject, format!("{path} answers {}", answer.status))
            .with("path", path)
            .with("status", answer.status);
        self.check.add(match answer.status {
            500..=599 => finding.remedy("read the traceback: sitekeep logs errors -v"),
            _ => finding.remedy("check the routes and what the frontend server forwards to the backend"),
        });
        None
    }

    /// Fetches a path whatever it answers; only no answer at all is a finding.
    pub(super) fn ask(&mut self, kind: &Kind, path: &str, subject: &str) -> Option<Answer> {
        if self.given_up() || self.out_of_time() {
            return None;
        }
        match self.client.get(path) {
            Ok(answer) => {
                self.unanswered = 0;
                self.times.push((path.to_owned(), answer.elapsed));
                Some(answer)
            }
            Err(error) => {
                self.unanswered += 1;
                self.check.add(
                    Finding::critical(
                        kind,
                        subject,
                        format!("{path} does not answer: {}", error::one_line(&error)),
                    )
                    .with("path", path)
                    .remedy("start the site, and check that [site] url is its address"),
                );
                None
            }
        }
    }
}
