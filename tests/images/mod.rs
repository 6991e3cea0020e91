//! `sitekeep images`: nothing that is used is ever moved, and what was moved comes back.

mod lookup;
mod moved;
mod orphans;
mod permissions;
mod racing;

use crate::sandbox::Outcome;
use crate::sandbox::Sandbox;
use rusqlite::Connection;
use std::path::PathBuf;

/// A time at which every file of a test is old, whatever the machine's clock says.
pub const LATER: &str = "2199-01-01T08:00:00Z";

pub fn run(sandbox: &Sandbox, arguments: &[&str]) -> Outcome {
    at(sandbox, LATER, arguments)
}

pub fn at(sandbox: &Sandbox, now: &str, arguments: &[&str]) -> Outcome {
    sandbox.run_with(&[("SITEKEEP_NOW", now), ("SITEKEEP_SITE__URL", "http://127.0.0.1:9")], arguments)
}

pub fn live(sandbox: &Sandbox) -> Connection {
    Connection::open(sandbox.path("backend/db.sqlite3")).unwrap()
}

/// Puts files below the media folder, each with its own name as content.
pub fn put(sandbox: &Sandbox, paths: &[&str]) {
    for path in paths {
        sandbox.write(&format!("backend/media/{path}"), path);
    }
}

/// Paths below the media folder that stand so in the list.
pub fn standing(list: &Outcome, word: &str) -> Vec<String> {
    let mut found: Vec<String> = list
        .stdout
        .lines()
        .filter_map(|line| line.strip_prefix(&format!("{word},")))
        .map(|rest| rest.split(',').next().unwrap().to_owned())
        .collect();
    found.sort();
    found
}

/// The files that are kept in the quarantine.
pub fn kept(sandbox: &Sandbox) -> Vec<PathBuf> {
    let folders = crate::restore::kept(sandbox);
    folders
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).unwrap())
        .map(|it| it.unwrap().path())
        .collect()
}
