//! A program of the site's own, run within a time: what it said, and how it ended.

use super::process;
use anyhow::Context;
use anyhow::Result;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;
use std::time::Instant;

/// Bytes of each stream that are kept; all else is read and forgotten, so that no full pipe stops the program.
const KEPT: u64 = 64 * 1024;
/// How long the words of a program that has ended are waited for: a child of its own may hold them open.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Code(i32),
    Signal(i32),
    /// It was killed when its time was over.
    OutOfTime,
}

/// What a program came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    pub end: End,
    /// Standard output, or standard error where that is empty.
    pub words: String,
}

/// Runs a command to its end, or kills it after `limit`.
///
/// # Errors
/// When the program is not there or may not be executed.
pub fn run(command: &mut Command, limit: Duration) -> Result<Ran> {
    let mut child = process::spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    let began = Instant::now();
    let (output, complaints) = (listen(child.stdout.take()), listen(child.stderr.take()));
    let mut pause = Duration::from_millis(1);
    let end = loop {
        if let Some(status) = child.try_wait().context("wait for the command")? {
            break match (status.code(), status.signal()) {
                (Some(code), _) => End::Code(code),
                (None, signal) => End::Signal(signal.unwrap_or_default()),
            };
        }
        if began.elapsed() >= limit {
            // It may end by itself meanwhile, which is as good.
            let _ = child.kill();
            child.wait().context("end the command")?;
            break End::OutOfTime;
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    };
    let words = [output, complaints]
        .into_iter()
        .map(|stream| stream.recv_timeout(LAST_WORDS).unwrap_or_default())
        .find(|words| !words.trim().is_empty())
        .unwrap_or_default();
    Ok(Ran { end, words })
}

fn listen(stream: Option<impl Read + Send + 'static>) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    if let Some(mut stream) = stream {
        std::thread::spawn(move || {
            let mut kept = Vec::new();
            // A read error ends the words as the end of the stream does: what came until then is told.
            let _ = stream.by_ref().take(KEPT).read_to_end(&mut kept);
            let _ = std::io::copy(&mut stream, &mut std::io::sink());
            // Nobody listens any more when the program was given up.
            let _ = sender.send(String::from_utf8_lossy(&kept).into_owned());
        });
    }
    receiver
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, limit: Duration) -> (End, String) {
        let ran = run(process::command("/bin/sh").args(["-c", script]), limit).expect("a shell");
        (ran.end, ran.words)
    }

    #[test]
    fn the_end_and_the_words_are_told() {
        let minute = Duration::from_mins(1);
        assert_eq!(shell("echo fine; echo noise >&2", minute), (End::Code(0), "fine\n".to_owned()));
        assert_eq!(shell("echo why >&2; exit 3", minute), (End::Code(3), "why\n".to_owned()));
        assert_eq!(shell("kill -9 $$", minute).0, End::Signal(9));
        // More than is kept, and more than a pipe holds.
        assert_eq!(shell("yes | head -c 1000000", minute).1.len(), 64 * 1024);
    }

    #[test]
    fn a_program_that_does_not_end_is_ended() {
        assert_eq!(shell("exec sleep 600", Duration::ZERO).0, End::OutOfTime);
    }
}
