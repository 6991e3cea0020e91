//! The site is stopped, started and visited around the exchange, and comes back as it was when it does not work.

use super::change;
use super::configure;
use super::kept;
use super::run;
use super::site;
use super::tree;
use crate::sandbox::Outcome;
use crate::sandbox::Sandbox;
use crate::stub::Stub;
use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt;

/// Commands that note what they were called for and whether the site was exchanged by then.
const NOTING: &str = "[restore]\npatience = \"0s\"\n\
    stop = \"echo stop $(grep -c canary backend/.env) >> calls\"\nstart = \"echo start $(grep -c canary backend/.env) >> calls\"\n";

fn ready(more: &str) -> Sandbox {
    let sandbox = site(more);
    run(&sandbox, &["backup", "full"]).exits(0);
    change(&sandbox);
    sandbox
}

fn calls(sandbox: &Sandbox) -> String {
    std::fs::read_to_string(sandbox.path("calls")).unwrap_or_default()
}

/// Restores a site at this address.
fn restore_at(sandbox: &Sandbox, url: &str, more: &[&str]) -> Outcome {
    let mut arguments = vec!["restore", "latest", "--confirm", "shop"];
    arguments.extend(more);
    sandbox.run_with(
        &[("SITEKEEP_SITE__URL", url), ("SITEKEEP_SITE__SETTINGS", "backend/shop/settings.py")],
        &arguments,
    )
}

fn failing_site() -> Stub {
    Stub::start(HashMap::new(), (500, "text/html".to_owned(), b"<html>Server Error".to_vec()))
}

#[test]
fn a_site_that_does_not_work_with_it_gets_its_former_state_back() {
    let sandbox = ready(NOTING);
    let before = tree(&sandbox.path("backend"));
    let stub = failing_site();
    restore_at(&sandbox, &stub.url(), &[])
        .exits(2)
        .says("the former state is live again")
        .says("--keep-failed");
    assert_eq!(tree(&sandbox.path("backend")), before);
    assert_eq!(calls(&sandbox), "stop 0\nstart 1\nstop 1\nstart 0\n");
    assert!(kept(&sandbox).is_empty());
    restore_at(&sandbox, &stub.url(), &["--keep-failed"]).exits(2).says("does not work with it");
    assert!(std::fs::read_to_string(sandbox.path("backend/.env")).unwrap().contains("canary"));
    sandbox.run(&["undo", "--confirm", "shop"]);
    assert_eq!(tree(&sandbox.path("backend")), before);
}

#[test]
fn a_site_that_does_not_stop_is_not_exchanged() {
    let sandbox = ready("[restore]\nstop = \"echo no such unit >&2; exit 5\"\nstart = \"true\"\n");
    let before = tree(&sandbox.path("backend"));
    restore_at(&sandbox, super::NOBODY, &[]).exits(2).says("no such unit").says("not restored");
    assert_eq!(tree(&sandbox.path("backend")), before);
    assert!(kept(&sandbox).is_empty());
}

#[test]
fn a_site_that_does_not_start_gets_its_former_state_back() {
    // It starts with the former settings only.
    let sandbox = ready("[restore]\nstop = \"true\"\nstart = \"grep -q another backend/.env\"\n");
    let before = tree(&sandbox.path("backend"));
    restore_at(&sandbox, super::NOBODY, &[]).exits(2).says("the former state is live again");
    assert_eq!(tree(&sandbox.path("backend")), before);
}

#[test]
fn units_of_systemd_that_run_are_stopped_and_started() {
    let sandbox = ready("[restore]\nunits = [\"shop-worker\", \"shop-backend\"]\npatience = \"0s\"\n");
    sandbox.write(
        "bin/systemctl",
        "#!/bin/sh\necho \"$@\" >> \"$HOME/systemctl\"\n\
         if [ \"$1\" = show ]; then case \"$*\" in *worker*) s=inactive;; *) s=active;; esac\n\
         echo LoadState=loaded; echo ActiveState=$s; fi\n",
    );
    sandbox.set_mode("bin/systemctl", 0o755);
    let path = format!("{}:{}", sandbox.path("bin").display(), std::env::var("PATH").unwrap());
    let stub = failing_site();
    sandbox
        .run_with(
            &[("PATH", &path), ("SITEKEEP_SITE__URL", &stub.url())],
            &["restore", "latest", "--confirm", "shop", "--keep-failed"],
        )
        .exits(2);
    let home = sandbox.path("..");
    let calls = std::fs::read_to_string(home.join("systemctl")).unwrap();
    let acts: Vec<&str> = calls.lines().filter(|line| !line.starts_with("show")).collect();
    assert_eq!(acts, ["--no-ask-password stop -- shop-backend", "--no-ask-password start -- shop-backend"]);
}

#[test]
fn half_of_the_commands_is_a_mistake_in_the_settings() {
    let sandbox = Sandbox::site();
    configure(&sandbox, "[restore]\nstop = \"true\"\n");
    sandbox.run(&["restore", "latest"]).exits(78).complains("restore.start");
}

#[test]
fn what_was_stopped_by_a_killed_run_is_started_by_the_next() {
    let sandbox = ready(NOTING);
    // Killed between stop and exchange: as the record says then.
    let folder = sandbox.path("backend/.sitekeep-20261123T080000Z-dead");
    std::fs::create_dir(&folder).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).unwrap();
    let record = serde_json::json!({
        "run": "20261123T080000Z-dead", "command": "restore latest", "at": crate::sandbox::NOW, "phase": "staging",
        "parts": [], "folders": [folder], "keep_until": crate::sandbox::NOW,
        "stopped": { "commands": { "stop": "true", "start": "echo started again >> calls" } },
    });
    sandbox.write("state/quarantine/20261123T080000Z-dead.json", &record.to_string());
    run(&sandbox, &["status"]).exits(2).says("`restore latest` was cut off; the site was stopped for it");
    run(&sandbox, &["daily", "--only", "backup"]).exits(2).says("was cut off");
    run(&sandbox, &["backup", "database"]).exits(1).says("was cut off; the former state is live");
    assert_eq!(calls(&sandbox), "started again\n");
    assert!(kept(&sandbox).is_empty());
    run(&sandbox, &["backup", "database"]).exits(0);
}
