//! The system's journal, as `journalctl` gives it out.

use super::process;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;
use std::io::Read;
use std::process::Stdio;

/// What could be seen of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Journal {
    /// All of it.
    Read,
    /// There is none: no entry of any time.
    Empty,
    /// No more than this user's own entries.
    NotPermitted,
}

/// Hands the entries since a time to `work`, as JSON with one entry a line.
///
/// # Errors
/// When `journalctl` is not there or fails for another reason than permission.
pub fn read(since: Timestamp, work: &mut dyn FnMut(&mut dyn Read)) -> Result<Journal> {
    let fields = "--output-fields=MESSAGE,PRIORITY,SYSLOG_IDENTIFIER,_SYSTEMD_UNIT,UNIT";
    let since = format!("--since=@{}", since.as_second());
    // Without --all, a message of more than 4096 bytes is null (journalctl(1), --output=json).
    let (bytes, told) = run(&["--no-pager", "--all", "--output=json", fields, &since], work)?;
    if is_refused(&told) {
        return Ok(Journal::NotPermitted);
    }
    // A quiet day and a journal that is kept nowhere look alike: the latter has no last entry either.
    let (last, told) = if bytes > 0 {
        (bytes, told)
    } else {
        run(&["--no-pager", "--output=json", "--lines=1"], &mut drain)?
    };
    Ok(match last {
        _ if is_refused(&told) => Journal::NotPermitted,
        0 => Journal::Empty,
        _ => Journal::Read,
    })
}

/// Without the right to read it, journalctl shows what is left and ends well; only its hint tells
/// (systemd, `src/shared/logs-show.c` and `src/journal/journalctl.c`).
fn is_refused(told: &str) -> bool {
    told.contains("not seeing messages from other users") || told.contains("insufficient permissions")
}

fn drain(reader: &mut dyn Read) {
    // What cannot be read counts as not written.
    let _ = std::io::copy(reader, &mut std::io::sink());
}

/// Runs journalctl; returns the bytes it wrote and what it said besides.
fn run(arguments: &[&str], work: &mut dyn FnMut(&mut dyn Read)) -> Result<(u64, String)> {
    let mut command = process::command("journalctl");
    let mut child = process::spawn(command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    let output = child.stdout.take().context("read from journalctl")?;
    let mut errors = child.stderr.take().context("read from journalctl")?;
    let mut counted = Counted { output, bytes: 0 };
    let told = std::thread::scope(|scope| {
        // Read aside, or a full pipe would stop journalctl while its output is waited for.
        let told = scope.spawn(move || {
            let mut told = Vec::new();
            let _ = errors.by_ref().take(64 * 1024).read_to_end(&mut told);
            drain(&mut errors);
            String::from_utf8_lossy(&told).into_owned()
        });
        work(&mut counted);
        drain(&mut counted);
        told.join().unwrap_or_default()
    });
    let status = child.wait().context("wait for journalctl")?;
    if !status.success() && !is_refused(&told) {
        let first = told.lines().next().unwrap_or("it says nothing");
        anyhow::bail!("journalctl ended with {status}: {first}");
    }
    Ok((counted.bytes, told))
}

struct Counted<R> {
    output: R,
    bytes: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.output.read(buffer)?;
        self.bytes += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_that_shows_only_ones_own_entries_is_not_read() {
        let hint = "Hint: You are currently not seeing messages from other users and the system.\n      \
                    Users in groups 'adm', 'systemd-journal' can see all messages.";
        assert!(is_refused(hint));
        assert!(is_refused("No journal files were opened due to insufficient permissions."));
        assert!(!is_refused("No journal files were found."));
    }
}
