//! One program run to its end: its words kept, its time limited, and never left behind.
//!
//! What a program complains about on stderr is the only explanation there will be, so that it is always read to the
//! end: a pipe that nobody empties would also stop the program.

use super::process;
use crate::error::Error;
use crate::error::Kind;
use anyhow::Context;
use anyhow::Result;
use std::io::BufRead;
use std::io::BufReader;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Child;
use std::process::ChildStdout;
use std::process::Command;
use std::process::ExitStatus;
use std::process::Stdio;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::time::Duration;
use std::time::Instant;

/// Lines of stderr that are kept; the first ones name the cause.
const KEPT_LINES: usize = 50;
/// How long the words of a program that has ended are waited for: a child of its own may hold its stderr open.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// A program that runs; dropped before its end, it is killed.
pub struct Job {
    name: String,
    child: Child,
    words: Receiver<String>,
    began: Instant,
}

impl Job {
    /// Starts a command; its standard error is kept, its standard output goes where the command says.
    ///
    /// # Errors
    /// When the program is not there or may not be executed.
    pub fn start(command: &mut Command) -> Result<Self> {
        let name = Path::new(command.get_program()).file_name().unwrap_or_default().display().to_string();
        let mut child = process::spawn(command.stderr(Stdio::piped()))?;
        let (sender, words) = mpsc::channel();
        if let Some(stderr) = child.stderr.take() {
            std::thread::spawn(move || {
                // Nobody listens any more when the job was dropped: the words are then nobody's.
                let _ = sender.send(read_words(BufReader::new(stderr)));
            });
        }
        Ok(Self { name, child, words, began: Instant::now() })
    }

    /// The program's standard output, when the command pipes it; `None` the second time.
    pub fn output(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// Waits until the program ends; it is killed when it has run for `limit`.
    ///
    /// # Errors
    /// With the program's own words when it ends in any way but success.
    pub fn finish(self, limit: Duration) -> Result<()> {
        let name = self.name.clone();
        let (status, words) = self.end(limit)?;
        if status.success() {
            return Ok(());
        }
        let words = if words.is_empty() { "it said nothing".to_owned() } else { words };
        anyhow::bail!("{name} {}: {words}", manner(status))
    }

    /// Waits as [`Job::finish`] does, and tells how it ended and what it said on stderr, whatever that is.
    ///
    /// # Errors
    /// When it does not end in time.
    pub fn end(mut self, limit: Duration) -> Result<(ExitStatus, String)> {
        let mut pause = Duration::from_millis(1);
        let status = loop {
            if let Some(status) = self.child.try_wait().with_context(|| format!("wait for {}", self.name))? {
                break status;
            }
            if self.began.elapsed() >= limit {
                let message = format!("{} did not end within {} s", self.name, limit.as_secs());
                return Err(Error::new(Kind::Failed, message)
                    .hint("look at what the database server is busy with (pg_stat_activity)")
                    .into());
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
        };
        let words = self.words.recv_timeout(LAST_WORDS).unwrap_or_default();
        Ok((status, words))
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            // It may end by itself meanwhile, which is as good.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// How a program ended, in words.
fn manner(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("ended with exit code {code}"),
        (None, Some(signal)) => format!("was killed by signal {signal}"),
        (None, None) => "ended".to_owned(),
    }
}

fn read_words(mut stderr: impl BufRead) -> String {
    let mut kept: Vec<String> = Vec::new();
    let mut line = Vec::new();
    // A read error ends the words as the end of the stream does: what came until then is told.
    while stderr.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        let text = String::from_utf8_lossy(&line).trim().to_owned();
        // libpq mentions that the password file it was given on purpose is none.
        if kept.len() < KEPT_LINES && !text.is_empty() && !text.contains("is not a plain file") {
            kept.push(text);
        }
        line.clear();
    }
    kept.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = process::command("/bin/sh");
        command.args(["-c", script]);
        command
    }

    fn told(script: &str, limit: Duration) -> String {
        let job = Job::start(&mut shell(script)).expect("a shell");
        job.finish(limit).map_or_else(|error| error.to_string(), |()| "success".to_owned())
    }

    #[test]
    fn the_end_and_the_words_are_told() {
        let minute = Duration::from_mins(1);
        assert_eq!(told("echo noise >&2", minute), "success");
        assert_eq!(told("echo one >&2; echo two >&2; exit 3", minute), "sh ended with exit code 3: one; two");
        assert_eq!(told("kill -9 $$", minute), "sh was killed by signal 9: it said nothing");
        // More than a pipe holds.
        assert!(told("yes complaint | head -c 1000000 >&2; exit 1", minute).contains("complaint; complaint"));
    }

    #[test]
    fn a_program_that_does_not_end_is_ended() {
        assert!(told("exec sleep 600", Duration::ZERO).contains("did not end"));
    }
}
