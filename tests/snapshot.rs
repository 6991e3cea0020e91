//! Copies of the live database: whole transactions under any writer, failures that leave nothing, losses that show.

mod file;
mod losses;
mod restore;
mod server;
mod writer;

use sitekeep::config::DatabaseConfig;
use sitekeep::db;
use sitekeep::db::Fingerprint;
use sitekeep::db::Snapshot;
use sitekeep::progress::Silent;
use std::path::Path;

/// Snapshots per journal mode under a writer at full speed; `SITEKEEP_SNAPSHOTS=200` for the whole proof.
fn rounds() -> u32 {
    std::env::var("SITEKEEP_SNAPSHOTS").map_or(30, |count| count.parse().unwrap())
}

fn sqlite(path: &Path) -> DatabaseConfig {
    DatabaseConfig { path: path.to_owned(), ..DatabaseConfig::default() }
}

fn server(url: &str) -> DatabaseConfig {
    DatabaseConfig { url: Some(url.to_owned()), ..DatabaseConfig::default() }
}

#[track_caller]
fn take(settings: &DatabaseConfig, target: &Path) -> Snapshot {
    db::snapshot(settings, target, &Silent).unwrap_or_else(|error| panic!("{error:#}"))
}

/// What the error says, when nothing was left at the target.
#[track_caller]
fn refused(settings: &DatabaseConfig, target: &Path) -> String {
    let error = db::snapshot(settings, target, &Silent).expect_err("refused");
    assert!(!target.exists(), "a failed snapshot left its file");
    sitekeep::error::one_line(&error)
}

fn told(before: &Fingerprint, after: &Fingerprint) -> Vec<String> {
    before.differences(after).iter().map(ToString::to_string).collect()
}
