//! `sitekeep schedule`: units and cron lines that are true, installed whole, and held against what took place.

use crate::sandbox::Outcome;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;
use crate::sandbox::outcome;
use sitekeep::schedule::Flavour;
use sitekeep::schedule::Plan;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

const UNITS: &str = "image/etc/systemd/system";

/// A folder that is the same for whoever runs it.
const BACKUPS: &str = "[backup]\nfolder = \"backups\"\n";

fn units(sandbox: &Sandbox) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        std::fs::read_dir(sandbox.path(UNITS)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn read(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// Runs a program that not every machine has; skipped loudly where it is missing.
fn asked(program: &str, arguments: &[&str]) -> Option<Outcome> {
    if Command::new(program).arg("--version").output().is_err() {
        eprintln!("SKIPPED: {program} is not on this machine");
        return None;
    }
    Some(outcome(Command::new(program).args(arguments)))
}

#[test]
fn the_files_of_the_package_are_those_that_the_settings_give() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    for flavour in Flavour::ALL {
        for file in flavour.files(&Plan::packaged()) {
            let path = folder.join(flavour.word()).join(&file.name);
            if std::env::var_os("UPDATE_UNITS").is_some() {
                std::fs::write(&path, &file.text).unwrap();
            }
            let there = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(there == file.text, "write {} anew: UPDATE_UNITS=1 cargo test package", path.display());
        }
    }
}

#[test]
fn what_is_installed_is_checked_changed_by_hand_refused_and_removed() {
    let sandbox = Sandbox::site();
    sandbox.configure(BACKUPS);
    let install = ["schedule", "install", "--systemd", "--root", "image"];
    sandbox
        .run(&[&install[..], &["--dry-run"]].concat())
        .exits(0)
        .says("nothing was changed")
        .says("+ [Timer]");
    assert!(!sandbox.path("image").exists());
    sandbox.run(&install).exits(0).says("create    ");
    assert_eq!(units(&sandbox).len(), 9);
    sandbox.run(&install).exits(0).says("unchanged ");
    sandbox.run(&[&install[..], &["-n"]].concat()).exits(0).says("nothing would change");
    sandbox.run(&["schedule", "check", "--root", "image"]).exits(0);
    sandbox
        .run(&["schedule", "show", "--root", "image"])
        .exits(0)
        .says("Installed for systemd at 2026-11-23 09:00");

    let timer = sandbox.path(&format!("{UNITS}/sitekeep-weekly.timer"));
    std::fs::write(&timer, read(&timer).replace("02:00:00", "03:30:00")).unwrap();
    let report = sandbox.run(&["schedule", "check", "--root", "image", "--format", "json"]).exits(1).json();
    let warned = findings(&report, "SCHEDULE-001", "warning");
    assert!(warned.len() == 1 && warned[0]["message"].as_str().unwrap().contains("by hand"), "{report}");
    sandbox.run(&install).exits(2).complains("was changed by hand: nothing was changed");
    sandbox.run(&[&install[..], &["--replace"]].concat()).exits(0).says("is kept as");
    assert!(read(&timer).contains("02:00:00"));
    sandbox.run(&["schedule", "check", "--root", "image"]).exits(0);

    sandbox.run(&["schedule", "remove", "--root", "image", "-n"]).exits(0).says("- OnCalendar");
    sandbox.run(&["schedule", "remove", "--root", "image"]).exits(0).says("restore   ");
    assert_eq!(
        units(&sandbox),
        std::slice::from_ref(&timer),
        "what was changed by hand came back and nothing else is left"
    );
    assert!(read(&timer).contains("03:30:00"));
}

#[test]
fn somebody_elses_file_is_left_alone() {
    let sandbox = Sandbox::site();
    sandbox.write("image/etc/cron.d/sitekeep", "0 2 * * 0 root /opt/backup.sh\n");
    let install = ["schedule", "install", "--cron", "--root", "image"];
    sandbox.run(&install).exits(2).complains("was not written by sitekeep");
    sandbox.run(&["schedule", "remove", "--root", "image"]).exits(0).complains("no schedule");
    assert_eq!(read(sandbox.path("image/etc/cron.d/sitekeep")), "0 2 * * 0 root /opt/backup.sh\n");
    sandbox.run(&["schedule", "check", "--root", "image"]).exits(1).says("no schedule of sitekeep's");
}

#[test]
fn systemd_and_cron_are_not_both_installed() {
    let sandbox = Sandbox::site();
    sandbox.run(&["schedule", "install", "--cron", "--root", "image"]).exits(0);
    sandbox.run(&["schedule", "install", "--systemd", "--root", "image"]).exits(2).complains("come twice");
    sandbox.run(&["schedule", "install", "--root", "image"]).exits(64).complains("say --systemd or --cron");
    sandbox.run(&["schedule", "install", "--systemd", "--cron"]).exits(64);
}

#[test]
fn two_places_of_the_backups_are_told() {
    let sandbox = Sandbox::site();
    let elsewhere = "the runs back up to ";
    sandbox
        .run(&["schedule", "install", "--systemd", "--root", "image"])
        .exits(0)
        .complains(elsewhere)
        .complains("set [backup] folder");
    sandbox.run(&["schedule", "check", "--root", "image"]).exits(1).says(elsewhere);
    sandbox.configure(BACKUPS);
    let one = sandbox.run(&["schedule", "install", "--systemd", "--root", "image"]).exits(0);
    assert!(!one.stderr.contains(elsewhere), "{}", one.stderr);
}

#[test]
fn settings_that_moved_on_are_told() {
    let sandbox = Sandbox::site();
    sandbox.configure(BACKUPS);
    sandbox.run(&["schedule", "install", "--systemd", "--root", "image"]).exits(0);
    sandbox.configure(&format!("{BACKUPS}[schedule]\nweekly = \"Sat 01:30\"\n"));
    let report = sandbox.run(&["schedule", "check", "--root", "image", "--format", "json"]).exits(1).json();
    let warned = findings(&report, "SCHEDULE-001", "warning");
    assert!(
        warned.len() == 1 && warned[0]["subject"].as_str().unwrap().ends_with("weekly.timer"),
        "{report}"
    );
    sandbox.run(&["schedule", "install", "--systemd", "--root", "image"]).exits(0).says("update    ");
    sandbox.configure("[schedule]\nweekly = \"02:00\"\n");
    sandbox.run(&["schedule", "show"]).exits(78).complains("schedule.weekly");
}

#[test]
fn an_hour_that_passed_without_a_run_is_told() {
    let sandbox = Sandbox::site();
    sandbox.run(&["schedule", "install", "--systemd", "--root", "image"]).exits(0);
    let check = ["schedule", "check", "--root", "image", "--format", "json"];
    let at = |now: &str| sandbox.run_with(&[("SITEKEEP_NOW", now)], &check);
    let report = at("2026-11-24T12:00:00Z").exits(1).json();
    assert_eq!(findings(&report, "SCHEDULE-003", "warning")[0]["subject"], "daily");
    let report = at("2026-11-29T12:00:00Z").exits(2).json();
    assert_eq!(findings(&report, "SCHEDULE-003", "critical")[0]["subject"], "daily");
    assert_eq!(findings(&report, "SCHEDULE-003", "warning")[0]["subject"], "weekly");
    // This site has no packages to look at.
    let run = ["weekly", "--skip", "backup,dependencies"];
    sandbox.run_with(&[("SITEKEEP_NOW", "2026-11-29T01:04:00Z")], &run).exits(0);
    let report = at("2026-11-29T12:00:00Z").exits(2).json();
    assert!(findings(&report, "SCHEDULE-003", "warning").is_empty(), "{report}");
}

#[test]
fn a_machine_without_a_schedule_does_not_spoil_the_daily_checklist() {
    let sandbox = Sandbox::site();
    if Path::new("/etc/systemd/system/sitekeep-daily.timer").exists() {
        eprintln!("SKIPPED: this machine has a schedule of its own");
        return;
    }
    sandbox.run(&["daily", "--only", "schedule"]).exits(0).says("no schedule of sitekeep's is installed");
}

#[test]
fn every_unit_passes_systemds_own_checks() {
    let sandbox = Sandbox::site();
    sandbox.run(&["schedule", "install", "--systemd", "--serve", "--root", "image"]).exits(0);
    let files = units(&sandbox);
    assert_eq!(files.len(), 11);
    let paths: Vec<_> = files.iter().map(|path| path.to_str().unwrap()).collect();
    let Some(verified) = asked("systemd-analyze", &[&["verify", "--man=no"], &paths[..]].concat()) else {
        return;
    };
    assert_eq!((verified.code, verified.stdout + &verified.stderr), (0, String::new()));
    let mut services = 0;
    for path in paths.iter().filter(|path| path.ends_with(".service")) {
        // In tenths: 30 is an exposure of 3.0.
        let arguments = ["security", "--offline=true", "--threshold=29", path];
        let judged = asked("systemd-analyze", &arguments).unwrap();
        assert_eq!(judged.code, 0, "{path}\n{}{}", judged.stdout, judged.stderr);
        services += 1;
    }
    assert_eq!(services, 6);
}

#[test]
fn systemd_reads_the_hours_as_sitekeep_does() {
    let sandbox = Sandbox::site();
    sandbox.configure("[schedule]\nweekly = \"wed 23:45\"\nmonthly = \"28 00:05\"\n");
    sandbox.run(&["schedule", "install", "--systemd", "--root", "image"]).exits(0);
    let shown = sandbox.run(&["schedule", "show", "--root", "image", "--format", "json"]).exits(0).json();
    for row in shown["runs"].as_array().unwrap() {
        let timer = sandbox.path(&format!("{UNITS}/sitekeep-{}.timer", row["command"].as_str().unwrap()));
        let text = read(timer);
        let hour = text.lines().find_map(|line| line.strip_prefix("OnCalendar=")).unwrap();
        let base = "--base-time=2026-11-23 08:00:00 UTC";
        let Some(told) = asked("systemd-analyze", &["calendar", base, hour]) else { return };
        let told = told.exits(0);
        let next: jiff::Timestamp = row["next_at"].as_str().unwrap().parse().unwrap();
        let expected = next.strftime("%a %Y-%m-%d %H:%M:%S UTC").to_string();
        assert!(told.stdout.contains(&expected), "{hour}: {expected} is not in\n{}", told.stdout);
    }
}

#[test]
fn a_line_of_cron_works_with_nothing_in_the_environment() {
    let sandbox = Sandbox::site();
    sandbox.run(&["schedule", "install", "--cron", "--root", "image"]).exits(0);
    let text = read(sandbox.path("image/etc/cron.d/sitekeep"));
    let line = text.lines().find(|line| line.contains(" weekly ")).unwrap();
    assert!(line.starts_with("0 2 * * 0 "), "{line}");
    // The command is all behind the hour and the user; cron makes a bare % of an escaped one.
    let command = line.splitn(7, ' ').nth(6).unwrap().replace("\\%", "%");
    // This site has no packages to look at.
    sandbox.configure(
        "[backup]\nfolder = \"backups\"\n[[checklist.items]]\nid = \"dependencies.check\"\ndrop = true\n",
    );
    let run = |command: &str| {
        outcome(Command::new("/usr/bin/env").args(["-i", "/bin/sh", "-c", command]).current_dir("/"))
    };
    let done = run(&command).exits(0);
    assert_eq!(done.stdout + &done.stderr, "", "quiet while all is well");
    sandbox.run(&["backup", "list"]).exits(0).says("db_backup_");
    std::fs::remove_dir_all(sandbox.path("backend/media")).unwrap();
    let done = run(&command).exits(2);
    assert!(done.stdout.contains("CRITICAL"), "what is wrong is cron's mail: {}", done.stdout);
}

#[test]
fn a_path_with_everything_in_it_stays_one_word() {
    let sandbox = Sandbox::empty();
    let odd = "50% of \"$HOME\" d'été";
    sandbox
        .write(&format!("{odd}/sitekeep.toml"), "[site]\nname = \"a % b\"\n[state]\ndirectory = \"state\"\n");
    let config = format!("{odd}/sitekeep.toml");
    let settings = ["--config", config.as_str()];
    sandbox.run(&[&["schedule", "install", "--systemd", "--root", "image"], &settings[..]].concat()).exits(0);
    let files = units(&sandbox);
    let paths: Vec<_> = files.iter().map(|path| path.to_str().unwrap()).collect();
    let Some(verified) = asked("systemd-analyze", &[&["verify", "--man=no"], &paths[..]].concat()) else {
        return;
    };
    assert_eq!((verified.code, verified.stdout + &verified.stderr), (0, String::new()));
}

#[test]
fn settings_that_are_only_variables_cannot_be_scheduled() {
    let sandbox = Sandbox::empty();
    let variables = [("SITEKEEP_SITE__NAME", "shop")];
    sandbox
        .run_with(&variables, &["schedule", "install", "--cron", "--root", "image"])
        .exits(78)
        .complains("write a configuration file");
}
