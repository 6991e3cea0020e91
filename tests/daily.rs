//! `sitekeep daily`: the checklist as a whole, its formats and its record.

use crate::sandbox::Sandbox;
use crate::sandbox::findings;

#[test]
fn items_follow_the_guide_and_each_is_timed() {
    let sandbox = Sandbox::site();
    let report = sandbox
        .run(&["daily", "--format", "json", "--only", "health.database,health.pictures,disk"])
        .exits(0)
        .json();
    let items: Vec<_> =
        report["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
    assert_eq!(items, ["health.database", "health.pictures", "disk.space", "disk.media", "disk.database"]);
    assert!(
        report["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|item| item["duration_seconds"].as_f64().unwrap() > 0.0)
    );
    assert_eq!(report["site"], "shop");
}

#[test]
fn a_server_that_is_down_is_critical_what_hangs_on_it_unknown_and_the_rest_still_runs() {
    let sandbox = Sandbox::site();
    sandbox.configure("[database]\nurl = \"postgresql://nobody@127.0.0.1:1/none\"\ntimeout = \"1s\"\n");
    let only = "health.database,health.pictures,disk";
    let report = sandbox.run(&["daily", "--format", "json", "--only", only]).exits(2).json();
    assert_eq!(findings(&report, "HEALTH-015", "critical").len(), 1);
    assert_eq!(findings(&report, "HEALTH-014", "unknown").len(), 1);
    assert!(!findings(&report, "DISK-001", "ok").is_empty());
}

#[test]
fn skipped_items_are_named() {
    let sandbox = Sandbox::site();
    let report = sandbox
        .run(&["daily", "--skip", "health,logs,disk.media,backup", "--format", "json"])
        .exits(0)
        .json();
    let skipped: Vec<_> =
        report["skipped"].as_array().unwrap().iter().filter_map(|name| name.as_str()).collect();
    assert!(skipped.contains(&"health.pages") && skipped.contains(&"disk.media"), "{skipped:?}");
}

#[test]
fn fail_on_decides_the_exit_code() {
    let sandbox = Sandbox::site();
    sandbox.configure("[disk]\nmedia_limit = \"1 B\"\n");
    let only = ["daily", "--only", "disk.media"];
    sandbox.run(&only).exits(1);
    sandbox.run(&[&only[..], &["--fail-on", "critical"]].concat()).exits(0);
    sandbox.run(&[&only[..], &["--fail-on", "never"]].concat()).exits(0);
}

#[test]
fn quiet_is_silent_while_all_is_well() {
    let sandbox = Sandbox::site();
    let outcome = sandbox.run(&["daily", "--only", "disk", "--quiet"]).exits(0);
    assert_eq!(outcome.stdout + &outcome.stderr, "");
}

#[test]
fn every_format_has_its_form() {
    let sandbox = Sandbox::site();
    let run = |format: &str| sandbox.run(&["daily", "--only", "disk", "--format", format]);
    let nagios = run("nagios").exits(0).stdout;
    assert_eq!(nagios.lines().count(), 1);
    assert!(nagios.starts_with("SHOP DAILY OK - ") && nagios.contains(" | 'disk_free_percent "), "{nagios}");
    run("prometheus").exits(0).says("sitekeep_status{site=\"shop\",command=\"daily\"} 0\n");
    run("junit").exits(0).says("<testsuite name=\"disk.space\"");
    run("csv").exits(64).complains("a report has no csv format");
}

#[test]
fn a_report_can_go_to_a_file_atomically() {
    let sandbox = Sandbox::site();
    let outcome = sandbox.run(&["disk", "--format", "prometheus", "--output", "shop.prom"]).exits(0);
    assert_eq!(outcome.stdout, "");
    assert!(std::fs::read_to_string(sandbox.path("shop.prom")).unwrap().contains("sitekeep_media_bytes"));
    sandbox
        .run(&["disk", "--output", "no/such/folder/shop.prom"])
        .exits(2)
        .complains("write no/such/folder/shop.prom");
}

#[test]
fn runs_are_recorded_and_an_unwritable_state_is_told() {
    let sandbox = Sandbox::site();
    sandbox.run(&["disk"]).exits(0);
    let state = rusqlite::Connection::open(sandbox.path("state/state.sqlite3")).unwrap();
    let runs: i64 = state
        .query_row("SELECT count(*) FROM run WHERE command = 'disk' AND status = 'OK'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(runs, 1);
    drop(state);
    std::fs::remove_dir_all(sandbox.path("state")).unwrap();
    sandbox.write("state", "a file is in the way");
    let report = sandbox.run(&["disk", "--format", "json"]).exits(1).json();
    assert_eq!(findings(&report, "STATE-001", "warning").len(), 1);
}

#[test]
fn a_state_of_a_later_version_is_left_alone() {
    let sandbox = Sandbox::site();
    sandbox.run(&["disk"]).exits(0);
    let path = sandbox.path("state/state.sqlite3");
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 999).unwrap();
    let report = sandbox.run(&["disk", "--format", "json"]).exits(1).json();
    let message = findings(&report, "STATE-001", "warning")[0]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("version 999"), "{message}");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let sandbox = Sandbox::site();
    let mut child =
        sandbox.command(&["daily", "--only", "disk"]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_typo_in_an_item_is_a_usage_error() {
    Sandbox::site().run(&["daily", "--only", "disk.spaec"]).exits(64).complains("did you mean `disk.space`?");
    Sandbox::site().run(&["dialy"]).exits(64).complains("daily");
}
