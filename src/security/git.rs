//! What a repository of git has of the project, without running anything that its settings name.

use crate::system::job::Job;
use crate::system::process;
use anyhow::Context;
use anyhow::Result;
use std::ffi::OsStr;
use std::io::Read;
use std::io::Seek;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_mins(1);
/// Bytes of an answer that are read.
const LONGEST: u64 = 16 * 1024 * 1024;

/// The folder with the repository that a folder lies in.
pub(super) fn repository(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().take(4).find(|folder| folder.join(".git").exists()).map(ToOwned::to_owned)
}

/// Files that the repository keeps, relative to it.
pub(super) fn tracked(repository: &Path) -> Result<Vec<PathBuf>> {
    let answer = ask(repository, &["ls-files", "-z", "--cached"])?;
    let names = answer.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    Ok(names.map(|name| PathBuf::from(OsStr::from_bytes(name))).collect())
}

/// Commits that brought a file of that name in, at most a few; the history is not read any further.
pub(super) fn added(repository: &Path, name: &str) -> Result<Vec<String>> {
    let anywhere = format!(":(glob)**/{name}");
    let arguments =
        ["log", "--all", "--diff-filter=A", "--max-count=3", "--no-renames", "--format=%h", "--", &anywhere];
    let answer = ask(repository, &arguments)?;
    Ok(String::from_utf8_lossy(&answer).lines().map(ToOwned::to_owned).collect())
}

fn ask(repository: &Path, arguments: &[&str]) -> Result<Vec<u8>> {
    let mut command = process::command("git");
    command
        // The repository may be another user's and its settings hostile: no program of theirs runs.
        .args(["--no-pager", "--no-optional-locks", "-c", "safe.directory=*", "-c", "core.fsmonitor=false"])
        .args(["-c", "core.hooksPath=/dev/null", "-C"])
        .arg(repository)
        .args(arguments)
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_CONFIG_NOSYSTEM", "1");
    // Into a file, so that the time is bounded however much is said.
    let mut said = tempfile::tempfile().context("keep what git says")?;
    Job::start(command.stdout(said.try_clone()?))?.finish(PATIENCE)?;
    said.rewind()?;
    let mut answer = Vec::new();
    said.take(LONGEST).read_to_end(&mut answer).context("read what git says")?;
    Ok(answer)
}
