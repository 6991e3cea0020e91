//! One program run to its end with all that it says, in bounded memory: its time limited, its children ended with it.

use super::process;
use crate::progress::Progress;
use anyhow::Context;
use anyhow::Result;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::os::unix::process::ExitStatusExt;
use std::process::Child;
use std::process::Command;
use std::process::ExitStatus;
use std::process::Stdio;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;
use std::time::Instant;

/// Bytes of a stream that nobody asked for more of.
const LAST_WORDS: usize = 64 * 1024;
/// How long the streams are waited for after the end: a child that left the group may hold them open.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long is slept between two looks at a program that says nothing.
const PAUSE: Duration = Duration::from_millis(50);

/// Which end of the standard output is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// The first so many bytes, for what a program reads.
    First(usize),
    /// The last ones, for what people read.
    Last,
}

/// How a program ended, and what it said.
#[derive(Debug, Clone, PartialEq)]
pub struct Ran {
    pub name: String,
    /// `None` when it did not end by itself.
    pub status: Option<ExitStatus>,
    pub stdout: String,
    pub stderr: String,
    /// Whether more was said on the standard output than is kept.
    pub is_cut: bool,
    pub took: Duration,
}

impl Ran {
    pub fn succeeded(&self) -> bool {
        self.status.is_some_and(|status| status.success())
    }

    /// How it ended, in words.
    pub fn manner(&self) -> String {
        match self.status.map(|status| (status.code(), status.signal())) {
            None => format!("did not end within {} s and was stopped", self.took.as_secs()),
            Some((Some(code), _)) => format!("ended with exit code {code}"),
            Some((None, Some(signal))) => format!("was killed by signal {signal}"),
            Some((None, None)) => "ended".to_owned(),
        }
    }

    /// What it complained about: the last lines of its standard error, or of its output.
    pub fn words(&self) -> String {
        let said = if self.stderr.trim().is_empty() { &self.stdout } else { &self.stderr };
        let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        // npm names the cause first and then explains its options.
        let causes: Vec<&str> =
            lines.iter().filter_map(|line| line.strip_prefix("npm error ")).take(4).collect();
        if !causes.is_empty() {
            return causes.join("; ");
        }
        let last = lines.get(lines.len().saturating_sub(4)..).unwrap_or_default().join("; ");
        if last.is_empty() { "it said nothing".to_owned() } else { last }
    }
}

/// Runs a command in a process group of its own, until it ends, its time is up, or the work is given up.
///
/// # Errors
/// When it cannot be started, or the work is given up; nothing of it runs any more then.
pub fn run(command: &mut Command, limit: Duration, keep: Keep, progress: &dyn Progress) -> Result<Ran> {
    let name = process::name(command);
    let began = Instant::now();
    let child = process::spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0))?;
    let mut group = Group(child);
    let stdout = group.0.stdout.take().map(|stream| listen(stream, keep));
    let stderr = group.0.stderr.take().map(|stream| listen(stream, Keep::Last));
    let mut pause = Duration::from_millis(1);
    let status = loop {
        if let Some(status) = group.0.try_wait().with_context(|| format!("wait for {name}"))? {
            break Some(status);
        }
        if began.elapsed() >= limit {
            break None;
        }
        progress.go_on()?;
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    };
    drop(group);
    let heard = |stream: Option<Receiver<Heard>>| {
        let nothing_heard = Heard { bytes: Vec::new(), is_cut: true };
        stream.map_or_else(Heard::default, |stream| stream.recv_timeout(PATIENCE).unwrap_or(nothing_heard))
    };
    let (stdout, stderr) = (heard(stdout), heard(stderr));
    Ok(Ran {
        name,
        status,
        stdout: String::from_utf8_lossy(&stdout.bytes).into_owned(),
        stderr: String::from_utf8_lossy(&stderr.bytes).into_owned(),
        is_cut: stdout.is_cut,
        took: began.elapsed(),
    })
}

/// Runs a command as [`run`] does, and hands over each line of its standard output as it comes; none is kept.
///
/// # Errors
/// As [`run`].
pub fn run_lines(
    command: &mut Command,
    limit: Duration,
    on_line: &mut dyn FnMut(&str),
    progress: &dyn Progress,
) -> Result<Ran> {
    let name = process::name(command);
    let began = Instant::now();
    let child = process::spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0))?;
    let mut group = Group(child);
    let lines = group.0.stdout.take().map(each_line);
    let stderr = group.0.stderr.take().map(|stream| listen(stream, Keep::Last));
    let mut ended: Option<(ExitStatus, Instant)> = None;
    let mut open = lines.is_some();
    loop {
        progress.go_on()?;
        if ended.is_none() {
            ended = group
                .0
                .try_wait()
                .with_context(|| format!("wait for {name}"))?
                .map(|it| (it, Instant::now()));
        }
        match ended {
            Some((_, at)) if !open || at.elapsed() >= PATIENCE => break,
            None if began.elapsed() >= limit => break,
            _ => {}
        }
        match lines.as_ref().filter(|_| open).map(|lines| lines.recv_timeout(PAUSE)) {
            Some(Ok(line)) => on_line(&line),
            Some(Err(RecvTimeoutError::Timeout)) => {}
            Some(Err(RecvTimeoutError::Disconnected)) => open = false,
            None => std::thread::sleep(PAUSE),
        }
    }
    drop(group);
    let heard = stderr.and_then(|stream| stream.recv_timeout(PATIENCE).ok()).unwrap_or_default();
    Ok(Ran {
        name,
        status: ended.map(|(status, _)| status),
        stdout: String::new(),
        stderr: String::from_utf8_lossy(&heard.bytes).into_owned(),
        is_cut: false,
        took: began.elapsed(),
    })
}

/// The lines of a stream as they come; whoever does not take them stops the program, and not the memory.
fn each_line(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = mpsc::sync_channel(1000);
    std::thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        while stream.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            if sender.send(text).is_err() {
                break;
            }
            line.clear();
        }
    });
    lines
}

/// A child with all that it started; dropped, all of it ends.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        if let Ok(id) = i32::try_from(self.0.id())
            && let Some(group) = rustix::process::Pid::from_raw(id)
        {
            // None of the group may be left, which is as good.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.0.wait();
    }
}

#[derive(Default)]
struct Heard {
    bytes: Vec<u8>,
    is_cut: bool,
}

fn listen(mut stream: impl Read + Send + 'static, keep: Keep) -> Receiver<Heard> {
    let (sender, heard) = mpsc::channel();
    std::thread::spawn(move || {
        let mut all = Heard::default();
        let mut buffer = [0; 16 * 1024];
        // A read error ends the words as the end of the stream does; a pipe that nobody empties would stop the program.
        while let Ok(read @ 1..) = stream.read(&mut buffer) {
            let new = &buffer[..read];
            match keep {
                Keep::First(most) => {
                    let room = most.saturating_sub(all.bytes.len()).min(read);
                    all.is_cut |= room < read;
                    all.bytes.extend_from_slice(&new[..room]);
                }
                Keep::Last => {
                    all.bytes.extend_from_slice(new);
                    if all.bytes.len() > 2 * LAST_WORDS {
                        all.is_cut = true;
                        all.bytes.drain(..all.bytes.len() - LAST_WORDS);
                    }
                }
            }
        }
        // Nobody listens any more when the wait was over: the words are then nobody's.
        let _ = sender.send(all);
    });
    heard
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;

    #[test]
    fn lines_come_as_they_are_said_and_the_end_is_told() {
        let mut lines = Vec::new();
        let mut hear = |line: &str| lines.push(line.to_owned());
        let script = "echo one; echo two; echo trouble >&2; exit 3";
        let ran = run_lines(&mut shell(script), Duration::from_mins(1), &mut hear, &Silent).expect("run");
        assert_eq!(
            (lines, ran.status.and_then(|status| status.code())),
            (vec!["one".into(), "two".into()], Some(3))
        );
        assert_eq!(ran.words(), "trouble");
    }

    fn shell(script: &str) -> Command {
        let mut command = process::command("/bin/sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn what_a_program_says_is_kept_within_bounds() {
        let long = Duration::from_mins(1);
        let ran =
            run(&mut shell("echo one; echo two >&2; exit 3"), long, Keep::First(2), &Silent).expect("ran");
        assert_eq!((ran.stdout.as_str(), ran.stderr.as_str(), ran.is_cut), ("on", "two\n", true));
        assert_eq!((ran.manner().as_str(), ran.succeeded()), ("ended with exit code 3", false));
        let much = run(&mut shell("yes | head -c 900000; echo end"), long, Keep::Last, &Silent).expect("ran");
        assert!(much.stdout.len() <= 2 * LAST_WORDS && much.stdout.ends_with("end\n") && much.succeeded());
    }

    #[test]
    fn what_does_not_end_is_stopped_with_its_children() {
        let ran = run(
            &mut shell("sleep 600 & echo $!; wait"),
            Duration::from_millis(300),
            Keep::First(100),
            &Silent,
        )
        .expect("ran");
        assert!(ran.status.is_none() && ran.manner().contains("did not end"), "{ran:?}");
        // The end of the stream was reached, which the child would hold open if it went on.
        assert!(ran.stdout.trim().parse::<u32>().is_ok(), "the child goes on");
    }
}
