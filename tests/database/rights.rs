//! What a user may read: what they may not is told as that, and never as missing.

use super::guide_schema_on_postgres;
use super::on_both;
use crate::postgres::UNPRIVILEGED;
use crate::postgres::cluster;
use crate::sandbox::NOW;
use crate::sandbox::Outcome;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;
use crate::sandbox::outcome;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::process::Stdio;

#[test]
fn a_table_that_may_not_be_read_is_not_called_missing() {
    let Some(cluster) = cluster() else { return };
    let mut sql = guide_schema_on_postgres();
    sql.push_str("DROP ROLE IF EXISTS onlooker; CREATE ROLE onlooker LOGIN; REVOKE ALL ON ALL TABLES IN SCHEMA public FROM onlooker;");
    let url = cluster.create("granted", &sql).replace("postgres@", "onlooker@");
    let sandbox = Sandbox::site();
    sandbox.configure(&format!("[database]\nurl = \"{url}\"\n"));
    sandbox.run(&["health", "database"]).exits(3).says("permission denied").says("GRANT SELECT");
}

#[test]
fn a_reader_cannot_write() {
    on_both("reader", &[], |database, _| {
        assert!(database.query("DELETE FROM showcase_product", &[]).is_err());
        assert_eq!(
            database.query("SELECT count(*) FROM showcase_product", &[]).unwrap()[0].integer(0).unwrap(),
            3
        );
    });
}

#[test]
fn another_applications_database_is_told_with_a_hint() {
    let sandbox = Sandbox::site();
    sandbox.write(
        "sitekeep.toml",
        "[site]\nname = \"shop\"\napp = \"vitrine\"\n[state]\ndirectory = \"state\"\n",
    );
    sandbox.run(&["health", "database"]).exits(3).says("no table `vitrine_product`").says("[site] app");
}

#[test]
fn a_database_that_this_user_may_not_read_is_unknown() {
    let Some(user) = Unprivileged::new() else { return };
    user.sandbox.set_mode("backend/db.sqlite3", 0o600);
    let report = user.run(&["health", "database", "--format", "json"]).exits(3).json();
    let found = findings(&report, "HEALTH-015", "unknown");
    assert!(found[0]["remedy"].as_str().unwrap().contains("run as the user of the site"), "{report}");
}

#[test]
fn an_idle_wal_database_in_a_folder_that_may_only_be_read_is_read() {
    let Some(user) = Unprivileged::new() else { return };
    let path = user.sandbox.path("backend/db.sqlite3");
    let owner = rusqlite::Connection::open(&path).unwrap();
    owner.pragma_update(None, "journal_mode", "WAL").unwrap();
    drop(owner);
    assert!(!user.sandbox.path("backend/db.sqlite3-wal").exists(), "the database is idle");
    let report = user.run(&["health", "database", "--format", "json"]).exits(0).json();
    assert_eq!(findings(&report, "HEALTH-015", "ok")[0]["data"]["products"], 3);
}

/// A site whose files belong to root, looked at by a user who may only read them.
pub struct Unprivileged {
    pub sandbox: Sandbox,
}

impl Unprivileged {
    /// `None`, and loudly, where the tests do not run as root and so cannot become another user.
    pub fn new() -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            eprintln!("SKIPPED: only root can run the program as another user");
            return None;
        }
        let sandbox = Sandbox::site();
        // The program may lie where nobody may go.
        std::fs::copy(env!("CARGO_BIN_EXE_sitekeep"), sandbox.path("sitekeep")).unwrap();
        sandbox.set_mode("sitekeep", 0o755);
        for folder in ["..", ".", "backend"] {
            sandbox.set_mode(folder, 0o755);
        }
        sandbox.set_mode("backend/db.sqlite3", 0o644);
        std::fs::create_dir(sandbox.path("state")).unwrap();
        chown(sandbox.path("state"), Some(UNPRIVILEGED), Some(UNPRIVILEGED)).unwrap();
        Some(Self { sandbox })
    }

    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        let mut command = Command::new(self.sandbox.path("sitekeep"));
        command
            .args(arguments)
            .current_dir(self.sandbox.path("."))
            .env_clear()
            .env("HOME", self.sandbox.path("state"))
            .env("SITEKEEP_NOW", NOW)
            .stdin(Stdio::null())
            .uid(UNPRIVILEGED)
            .gid(UNPRIVILEGED);
        outcome(&mut command)
    }
}
