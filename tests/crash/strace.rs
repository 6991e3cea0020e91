//! Runs the binary under strace, and kills it or fails it at one chosen system call.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::process::Command;
use std::process::ExitStatus;
use std::process::Stdio;

/// Every call by which a process changes what a file system holds, or orders it to be on disk.
///
/// Left out are mappings: the one shared mapping that sitekeep has is SQLite's `-shm`, which SQLite makes anew.
pub const CALLS: &[&str] = &[
    "open",
    "openat",
    "openat2",
    "creat",
    "write",
    "pwrite64",
    "writev",
    "pwritev",
    "pwritev2",
    "sendfile",
    "splice",
    "copy_file_range",
    "truncate",
    "ftruncate",
    "fallocate",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "rmdir",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "mkdir",
    "mkdirat",
    "mknod",
    "mknodat",
    "chmod",
    "fchmod",
    "fchmodat",
    "chown",
    "fchown",
    "lchown",
    "fchownat",
    "utime",
    "utimes",
    "utimensat",
    "futimesat",
    "setxattr",
    "fsetxattr",
    "fsync",
    "fdatasync",
    "sync_file_range",
    "syncfs",
    "sync",
];

/// One moment of a run: some thread is about to make its `count`-th call of this name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub call: String,
    pub count: usize,
    /// Whether another thread makes about as many calls of this name, so that an error would meet it too.
    pub is_shared: bool,
    /// The line of strace, for whoever looks into a failure.
    pub line: String,
}

impl Step {
    /// Whether it makes or takes away a name other than of SQLite's own: never left out of a sample.
    pub fn is_naming(&self) -> bool {
        let names = ["rename", "unlink", "link", "rmdir"];
        names.iter().any(|name| self.call.starts_with(name)) && !self.line.contains("/state.sqlite3-")
    }
}

/// The moments of one run, and how many of its changes no step stands right before.
#[derive(Debug, Default)]
pub struct Moments {
    pub steps: Vec<Step>,
    pub masked: usize,
}

/// Whether strace may be used here; where it is not, that is told loudly, and in CI it is a failure.
pub fn is_there() -> bool {
    let works = Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "true"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    assert!(works || std::env::var_os("CI").is_none(), "strace does not work, and in CI it is never skipped");
    if !works {
        eprintln!("SKIPPED: strace does not work (apt-get install strace), no run was killed at its steps");
    }
    works
}

/// Runs a command to its end and tells at which moments it changes a file system: it and the programs that it starts, or
/// it alone.
pub fn moments(command: &Command, is_alone: bool) -> (Moments, ExitStatus) {
    let log = tempfile::NamedTempFile::new().unwrap();
    let trace = format!("trace=?{}", CALLS.join(",?"));
    let path = log.path().display().to_string();
    let status = run(&[&["-y", "-o", &path, "-e", &trace], alone(is_alone)].concat(), command);
    (parse(&std::fs::read_to_string(log.path()).unwrap()), status)
}

/// Kills a command at a step. It may end by itself where its threads come in another order this time.
pub fn kill(command: &Command, step: &Step, is_alone: bool) -> ExitStatus {
    let inject = format!("inject={}:signal=SIGKILL:when={}", step.call, step.count);
    let options = ["-o", "/dev/null", "-e", &format!("trace={}", step.call), "-e", &inject];
    run(&[&options, alone(is_alone)].concat(), command)
}

/// The option by which strace lets go of whatever the command starts.
fn alone(is_alone: bool) -> &'static [&'static str] {
    if is_alone { &["-b", "execve"] } else { &[] }
}

/// The command that strace fails at a step, with this error.
pub fn failing(command: &Command, step: &Step, error: &str) -> Command {
    let inject = format!("inject={}:error={error}:when={}", step.call, step.count);
    under(&["-o", "/dev/null", "-e", &format!("trace={}", step.call), "-e", &inject], command)
}

fn run(options: &[&str], command: &Command) -> ExitStatus {
    under(options, command).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap()
}

/// The command, run by strace with these options.
pub fn under(options: &[&str], command: &Command) -> Command {
    crate::sandbox::under(&[&["strace", "-f", "-qq", "-e", "signal=none"], options].concat(), command)
}

fn parse(log: &str) -> Moments {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut moments = Moments::default();
    for line in log.lines() {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let Some((call, arguments)) = rest.trim_start().split_once('(') else { continue };
        if !CALLS.contains(&call) {
            continue;
        }
        let count = counts.entry((thread, call)).or_default();
        *count += 1;
        let is_first = seen.insert((call.to_owned(), *count));
        if !changes(call, arguments) {
            continue;
        }
        if is_first {
            let (call, line) = (call.to_owned(), line.to_owned());
            moments.steps.push(Step { call, count: *count, is_shared: false, line });
        } else {
            moments.masked += 1;
        }
    }
    for step in &mut moments.steps {
        let thread = step.line.split_once(' ').map(|(thread, _)| thread);
        step.is_shared = counts.iter().any(|((other, call), count)| {
            *call == step.call && Some(*other) != thread && *count * 2 >= step.count
        });
    }
    moments
}

/// Whether a call that was made had anything to change.
fn changes(call: &str, arguments: &str) -> bool {
    let refused = arguments.contains(" = -1 ");
    if call.starts_with("open") {
        return !refused && (arguments.contains("O_CREAT") || arguments.contains("O_TRUNC"));
    }
    let on_descriptor = ["write", "pwrite", "sendfile", "splice", "copy_file_range"];
    if on_descriptor.iter().any(|name| call.starts_with(name)) {
        let target = arguments.split_once('<').map_or("", |(_, path)| path);
        return target.starts_with('/') && !target.starts_with("/dev/") && !target.starts_with("/proc/");
    }
    !refused
}

/// Every step, or in a quick run a part of them with all that make or take away names.
pub fn sample(moments: &Moments, at_most: usize) -> Vec<Step> {
    if super::is_whole() {
        return moments.steps.clone();
    }
    let (naming, others): (Vec<_>, Vec<_>) = moments.steps.iter().cloned().partition(Step::is_naming);
    let pace = others.len().div_ceil(at_most.max(1)).max(1);
    naming.into_iter().chain(others.into_iter().step_by(pace)).collect()
}

/// Leaves so many steps of a quick run, evenly.
pub fn thin_out(moments: &mut Moments, at_most: usize) {
    take_one_in(moments, 1, at_most);
}

/// Leaves one step in so many of a whole run, where each is followed by much work, and a few of a quick one.
pub fn take_one_in(moments: &mut Moments, pace: usize, at_most: usize) {
    let pace = if super::is_whole() { pace } else { moments.steps.len().div_ceil(at_most.max(1)) };
    moments.steps = std::mem::take(&mut moments.steps).into_iter().step_by(pace.max(1)).collect();
}
