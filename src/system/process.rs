//! Programs: the only place that starts any, and what runs on the machine.

use crate::error::Error;
use crate::error::Kind;
use anyhow::Context;
use anyhow::Result;
use procfs::process::FDTarget;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

/// Begins a command with no standard input and the C locale, so that its messages can be read.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    #[expect(clippy::disallowed_methods, reason = "the one place that starts programs")]
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).env("LC_ALL", "C.UTF-8");
    command
}

/// Begins a command that the kernel ends when this process dies, however it dies, where util-linux is installed.
pub fn bound_command(program: &Path) -> Command {
    let Some(setpriv) = find("setpriv") else { return command(program) };
    // One that is not there is told by the start of it, and not by setpriv.
    let is_there = if program.components().count() > 1 { program.is_file() } else { find(program).is_some() };
    if !is_there {
        return command(program);
    }
    let mut command = command(setpriv);
    command.args(BOUND).arg(program);
    command
}

/// What stands before the program of a [`bound_command`].
const BOUND: [&str; 3] = ["--pdeathsig", "KILL", "--"];

/// The program that a command starts, also where it is a [`bound_command`].
pub fn name(command: &Command) -> String {
    let mut arguments = command.get_args();
    let is_bound = BOUND.iter().all(|word| arguments.next() == Some(OsStr::new(word)));
    let program = if is_bound { arguments.next() } else { None }.unwrap_or(command.get_program());
    Path::new(program).file_name().unwrap_or_default().display().to_string()
}

/// Where a program is on PATH.
fn find(program: impl AsRef<Path>) -> Option<PathBuf> {
    search_path().into_iter().map(|folder| folder.join(&program)).find(|path| path.is_file())
}

/// Starts a command and says which program could not be started.
///
/// # Errors
/// When the program is not there or may not be executed.
pub fn spawn(command: &mut Command) -> Result<Child> {
    command.spawn().map_err(|error| {
        let program = Path::new(command.get_program()).display().to_string();
        Error::new(Kind::Undetermined, format!("start {program}: {error}"))
            .hint(format!("install {program}, or put its folder on PATH"))
            .into()
    })
}

/// Folders in which programs are looked for: those of PATH, in its order.
pub fn search_path() -> Vec<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "where programs are belongs to the place that starts them")]
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).filter(|folder| folder.is_absolute()).collect()
}

/// A process of the machine, as far as checks need to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    pub pid: i32,
    /// Command line with the interpreter and its options left out: `gunicorn app.wsgi`, `manage.py runserver`.
    pub command: String,
}

/// What runs on the machine, as far as this user may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Processes {
    pub running: Vec<Running>,
    /// Other users' processes are visible too (`/proc` is not mounted with `hidepid`).
    pub complete: bool,
}

/// All processes but this one, zombies and kernel threads.
///
/// # Errors
/// When `/proc` cannot be read.
pub fn running() -> Result<Processes> {
    let own = i32::try_from(std::process::id()).unwrap_or_default();
    let processes = procfs::process::all_processes().context("read /proc")?;
    // A process may end between the listing and the look at it: it is then not running.
    let running = processes
        .filter_map(std::result::Result::ok)
        .filter(|process| process.pid() != own)
        .filter_map(|process| {
            let line = process.cmdline().ok()?;
            let alive = process.stat().ok()?.state != 'Z';
            (alive && !line.is_empty())
                .then(|| Running { pid: process.pid(), command: effective_command(&line) })
        })
        .collect();
    let complete = procfs::process::Process::new(1).and_then(|first| first.cmdline()).is_ok();
    Ok(Processes { running, complete })
}

/// Which files are open anywhere on the machine, as far as this user may see.
#[derive(Debug, Default)]
pub struct OpenFiles {
    files: HashSet<(u64, u64)>,
    /// Other users' processes could be looked into too.
    pub complete: bool,
}

impl OpenFiles {
    pub fn holds(&self, file: &std::fs::Metadata) -> bool {
        self.files.contains(&(file.dev(), file.ino()))
    }
}

/// Looks into every process once; this one's own files are not among them.
pub fn open_files() -> OpenFiles {
    let own = i32::try_from(std::process::id()).unwrap_or_default();
    let mut open = OpenFiles { files: HashSet::new(), complete: true };
    let Ok(processes) = procfs::process::all_processes() else { return OpenFiles::default() };
    for process in processes.filter_map(std::result::Result::ok).filter(|process| process.pid() != own) {
        let folder = format!("/proc/{}/fd", process.pid());
        let handles = match std::fs::read_dir(&folder) {
            Ok(handles) => handles,
            Err(error) => {
                // One that ended meanwhile holds nothing any more.
                open.complete &= error.kind() != std::io::ErrorKind::PermissionDenied;
                continue;
            }
        };
        for handle in handles.flatten() {
            if let Ok(metadata) = std::fs::metadata(handle.path()) {
                open.files.insert((metadata.dev(), metadata.ino()));
            }
        }
    }
    open
}

/// The processes that have a file open, in words; those of other users only where this one may look.
pub fn holders(path: &Path) -> Vec<String> {
    let Ok(wanted) = std::fs::metadata(path) else { return Vec::new() };
    let own = i32::try_from(std::process::id()).unwrap_or_default();
    let Ok(processes) = procfs::process::all_processes() else { return Vec::new() };
    processes
        .filter_map(std::result::Result::ok)
        .filter(|process| process.pid() != own)
        .filter(|process| {
            let Ok(handles) = process.fd() else { return false };
            handles.flatten().any(|handle| match handle.target {
                // Followed by the kernel, so that a file that was renamed is still the one that is open.
                FDTarget::Path(_) => std::fs::metadata(format!("/proc/{}/fd/{}", process.pid(), handle.fd))
                    .is_ok_and(|open| (open.dev(), open.ino()) == (wanted.dev(), wanted.ino())),
                _ => false,
            })
        })
        .map(|process| {
            let command = process.cmdline().map(|line| effective_command(&line)).unwrap_or_default();
            format!("process {} ({})", process.pid(), command.chars().take(60).collect::<String>())
        })
        .collect()
}

/// Reduces a command line to what it runs: paths become names, an interpreter gives way to its script or module.
///
/// `ps aux | grep gunicorn` finds its own grep and any editor that has the word in a file name; comparing from the
/// start of this text does not.
fn effective_command(line: &[String]) -> String {
    let base = |word: &str| word.rsplit('/').next().unwrap_or(word).to_owned();
    let mut words = line.iter().map(String::as_str).peekable();
    let first = base(words.next().unwrap_or_default());
    let interpreter = first.starts_with("python") || first == "node" || first == "uv" || first == "poetry";
    if !interpreter {
        return std::iter::once(first).chain(words.map(ToOwned::to_owned)).collect::<Vec<_>>().join(" ");
    }
    while let Some(word) = words.peek() {
        if *word == "-m" || (*word == "run" && matches!(first.as_str(), "uv" | "poetry")) {
            words.next();
            break;
        }
        // Python's -W and -X take a value of their own.
        if matches!(*word, "-W" | "-X") {
            words.next();
            words.next();
        } else if word.starts_with('-') && *word != "-c" {
            words.next();
        } else {
            break;
        }
    }
    match words.next() {
        Some(script) => {
            let name = base(script).trim_end_matches(".mjs").trim_end_matches(".js").to_owned();
            std::iter::once(name).chain(words.map(ToOwned::to_owned)).collect::<Vec<_>>().join(" ")
        }
        None => first,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interpreter_gives_way_to_what_it_runs() {
        for (line, seen) in [
            (&["/srv/venv/bin/python3", "/srv/venv/bin/gunicorn", "shop.wsgi"][..], "gunicorn shop.wsgi"),
            (&["gunicorn: master [shop.wsgi]"], "gunicorn: master [shop.wsgi]"),
            (
                &["python", "-u", "-W", "ignore", "manage.py", "runserver", "0:8000"],
                "manage.py runserver 0:8000",
            ),
            (&["python", "-m", "gunicorn", "shop.wsgi"], "gunicorn shop.wsgi"),
            (&["node", "/srv/front/node_modules/.bin/vite", "--port", "5000"], "vite --port 5000"),
            (&["node", "/srv/front/node_modules/vite/bin/vite.js"], "vite"),
            (&["/usr/bin/sitekeep", "serve"], "sitekeep serve"),
            (&["grep", "gunicorn"], "grep gunicorn"),
            (&["vim", "gunicorn.conf.py"], "vim gunicorn.conf.py"),
            (&["python3"], "python3"),
        ] {
            let words: Vec<String> = line.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(effective_command(&words), seen);
        }
    }

    #[test]
    fn this_process_is_not_among_the_others() {
        let own = i32::try_from(std::process::id()).expect("a pid");
        assert!(running().expect("processes").running.iter().all(|process| process.pid != own));
    }
}
