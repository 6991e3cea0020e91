//! One site that is the same before each run, and what must hold of it afterwards.

use super::strace;
use super::strace::Moments;
use super::strace::Step;
use crate::restore::tree;
use crate::sandbox::NOW;
use crate::sandbox::Outcome;
use crate::sandbox::Sandbox;
use sitekeep::progress::Silent;
use std::collections::BTreeSet;
use std::hash::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

/// A site, and a copy of its folder as it is before each run.
pub struct World {
    pub sandbox: Sandbox,
    before: TempDir,
    /// A folder of another file system, and what its one file holds before each run.
    elsewhere: Option<(TempDir, Vec<u8>)>,
    /// When everything happens.
    pub now: &'static str,
    /// Where programs are looked for; the tester's own PATH where it is empty.
    pub path: String,
    /// Whether the programs that the command starts are left alone, and only its own calls count.
    pub is_alone: bool,
}

/// The parts of the site that a restore exchanges, each on its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// What a program that opens it reads, and whether it is sound.
    pub database: String,
    /// Each file with its mode and a digest of its content.
    pub media: Vec<String>,
    pub env: String,
    pub settings: String,
}

impl World {
    pub fn new(sandbox: Sandbox) -> Self {
        let before = tempfile::tempdir().unwrap();
        copy(&sandbox.path(""), before.path());
        Self { sandbox, before, elsewhere: None, now: NOW, path: String::new(), is_alone: false }
    }

    /// The same with the `.env` behind a link, on a file system of its own.
    pub fn with_env_elsewhere(sandbox: Sandbox) -> Self {
        let folder = tempfile::tempdir_in("/dev/shm").unwrap();
        let env = sandbox.path("backend/.env");
        let content = std::fs::read(&env).unwrap();
        std::fs::remove_file(&env).unwrap();
        std::os::unix::fs::symlink(folder.path().join("env"), &env).unwrap();
        std::fs::write(folder.path().join("env"), &content).unwrap();
        Self { elsewhere: Some((folder, content)), ..Self::new(sandbox) }
    }

    pub fn reset(&self) {
        for entry in std::fs::read_dir(self.sandbox.path("")).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                std::fs::remove_dir_all(path).unwrap();
            } else {
                std::fs::remove_file(path).unwrap();
            }
        }
        copy(self.before.path(), &self.sandbox.path(""));
        if let Some((folder, content)) = &self.elsewhere {
            for entry in
                std::fs::read_dir(folder.path()).unwrap().flatten().filter(|entry| entry.path().is_dir())
            {
                std::fs::remove_dir_all(entry.path()).unwrap();
            }
            std::fs::write(folder.path().join("env"), content).unwrap();
        }
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.sandbox.command(arguments);
        command
            .env("SITEKEEP_SITE__URL", "http://127.0.0.1:9")
            .env("SITEKEEP_SITE__SETTINGS", "backend/shop/settings.py")
            .env("SITEKEEP_NOW", self.now);
        if !self.path.is_empty() {
            command.env("PATH", &self.path);
        }
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Outcome {
        crate::sandbox::outcome(&mut self.command(arguments))
    }

    /// Runs, and waits for the database no longer than it must.
    pub fn run_with_short_patience(&self, arguments: &[&str]) -> Outcome {
        crate::sandbox::outcome(self.command(arguments).env("SITEKEEP_DATABASE__TIMEOUT", "200ms"))
    }

    /// Runs a day later.
    pub fn run_later(&self, arguments: &[&str]) -> Outcome {
        crate::sandbox::outcome(self.command(arguments).env("SITEKEEP_NOW", "2026-11-24T08:00:00Z"))
    }

    /// The moments at which a command changes a file system; `None` where strace does not work.
    pub fn moments(&self, arguments: &[&str]) -> Option<Moments> {
        if !strace::is_there() {
            return None;
        }
        self.reset();
        let (moments, status) = strace::moments(&self.command(arguments), self.is_alone);
        assert!(matches!(status.code(), Some(0..=2)), "{arguments:?}: {status}");
        Some(moments)
    }

    /// Kills the command at its steps, each time in the same world, and looks at what is left.
    pub fn kill_at_steps(&self, name: &str, at_most: usize, arguments: &[&str], look: impl Fn(&Self, &Step)) {
        if let Some(moments) = self.moments(arguments) {
            self.kill_at(&moments, name, at_most, arguments, look);
        }
    }

    pub fn kill_at(
        &self,
        moments: &Moments,
        name: &str,
        at_most: usize,
        arguments: &[&str],
        look: impl Fn(&Self, &Step),
    ) {
        let command = self.command(arguments);
        let steps = strace::sample(moments, at_most);
        let mut killed = 0;
        for step in &steps {
            self.reset();
            let status = strace::kill(&command, step, self.is_alone);
            if status.signal() == Some(9) {
                killed += 1;
            } else {
                eprintln!("{name}: not met, ended with {status}: {step:?}");
            }
            look(self, step);
        }
        eprintln!(
            "{name}: killed at {killed} of {} steps ({} calls masked by another thread)",
            moments.steps.len(),
            moments.masked
        );
        assert!(killed * 10 >= steps.len() * 9, "{name}: only {killed} of {} steps were met", steps.len());
    }

    pub fn state(&self) -> State {
        let read = |path: &str| {
            std::fs::read(self.sandbox.path(path))
                .map_or_else(|error| error.to_string(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
        };
        let media = self.sandbox.path("backend/media");
        State {
            database: database(&self.sandbox.path("backend/db.sqlite3")),
            media: if media.is_dir() { digests(&media) } else { Vec::new() },
            env: read("backend/.env"),
            settings: read("backend/shop/settings.py"),
        }
    }

    /// Everything that is called `.sitekeep-…` and is no record's.
    pub fn leftovers(&self) -> Vec<PathBuf> {
        let mut named = BTreeSet::new();
        for entry in std::fs::read_dir(self.sandbox.path("state/quarantine")).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let record: serde_json::Value =
                    serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
                let folders = record["folders"].as_array().unwrap().iter();
                named.extend(folders.map(|folder| PathBuf::from(folder.as_str().unwrap())));
            }
        }
        let mut left = Vec::new();
        let elsewhere = self.elsewhere.iter().map(|(folder, _)| folder.path().to_owned());
        for root in elsewhere.chain([self.sandbox.path("")]) {
            let mut walk = walkdir::WalkDir::new(root).into_iter();
            while let Some(entry) = walk.next() {
                let entry = entry.unwrap();
                if entry.file_name().to_string_lossy().starts_with(".sitekeep-") {
                    if !named.contains(entry.path()) {
                        left.push(entry.path().to_owned());
                    }
                    if entry.file_type().is_dir() {
                        walk.skip_current_dir();
                    }
                }
            }
        }
        left.extend(
            std::fs::read_dir(self.sandbox.path("state/quarantine"))
                .into_iter()
                .flatten()
                .map(|entry| entry.unwrap().path())
                .filter(|path| path.extension().is_none_or(|extension| extension != "json")),
        );
        left
    }

    /// Every artefact that can be seen is whole; returns their names.
    #[track_caller]
    pub fn sound_artefacts(&self, when: &str) -> Vec<String> {
        let folder = self.sandbox.path("backups");
        let artefacts = sitekeep::backup::list(&folder, &jiff::tz::TimeZone::UTC).unwrap();
        for artefact in &artefacts {
            let found = sitekeep::backup::verify(artefact, &Silent).unwrap();
            assert!(artefact.is_ours() && found.is_complete(), "{when}: {found:?}");
        }
        artefacts.into_iter().map(|artefact| artefact.name).collect()
    }

    /// Whatever lies in the folder of the backups besides the artefacts and their sidecars.
    pub fn strangers(&self) -> Vec<String> {
        let names: BTreeSet<String> = std::fs::read_dir(self.sandbox.path("backups"))
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let is_known = |name: &str| {
            let main = name.strip_suffix(".manifest.json").or_else(|| name.strip_suffix(".sha256"));
            main.map_or_else(
                || Path::new(name).extension().is_some_and(|extension| extension == "gz"),
                |main| names.contains(main),
            )
        };
        names.iter().filter(|name| !is_known(name)).cloned().collect()
    }
}

/// Copies a folder's content with modes and times.
fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-a").arg(from.join(".")).arg(to).status().unwrap();
    assert!(status.success());
}

fn digests(folder: &Path) -> Vec<String> {
    let digest = |bytes: &[u8]| {
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        hasher.finish()
    };
    tree(folder)
        .iter()
        .map(|(path, (mode, bytes))| {
            format!("{} {mode:o} {:x}", path.strip_prefix(folder).unwrap().display(), digest(bytes))
        })
        .collect()
}

/// What a program reads that opens the database as it lies there, with what SQLite keeps beside it.
fn database(path: &Path) -> String {
    if !path.exists() {
        return "is not there".to_owned();
    }
    let folder = tempfile::tempdir().unwrap();
    for suffix in ["", "-wal", "-journal"] {
        // A journal is known to SQLite by its name.
        let _ = std::fs::copy(
            format!("{}{suffix}", path.display()),
            folder.path().join(format!("db.sqlite3{suffix}")),
        );
    }
    let database = rusqlite::Connection::open(folder.path().join("db.sqlite3")).unwrap();
    let ask = |sql: &str| {
        let answer: rusqlite::Result<String> = database.query_row(sql, [], |row| row.get(0));
        answer.unwrap_or_else(|error| error.to_string())
    };
    let sound = ask("PRAGMA integrity_check");
    let rows = "SELECT group_concat(id || slug || '=' || price || '/' || in_stock || description, ' ')
        FROM (SELECT * FROM showcase_product ORDER BY id)";
    format!("{sound}: {}", ask(rows))
}
