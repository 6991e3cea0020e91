//! `sitekeep disk`: the guide's thresholds and the recorded growth.

use crate::sandbox::NOW;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;

#[test]
fn the_guides_thresholds_are_the_defaults() {
    let sandbox = Sandbox::site();
    let shown = sandbox.run(&["config", "show"]).exits(0).stdout;
    for line in
        ["disk.free_warning = \"20%\"", "disk.media_limit = \"5 GB\"", "disk.database_limit = \"2 GB\""]
    {
        assert!(shown.contains(line), "{line}");
    }
}

#[test]
fn a_threshold_that_is_passed_is_told_with_its_remedy() {
    let sandbox = Sandbox::site();
    sandbox.configure("[disk]\nfree_warning = \"100%\"\nfree_critical = \"0%\"\nmedia_limit = \"1 B\"\ndatabase_limit = \"1 B\"\n");
    let report = sandbox.run(&["disk", "--format", "json"]).exits(1).json();
    for id in ["DISK-001", "DISK-003", "DISK-004"] {
        let found = findings(&report, id, "warning");
        assert!(!found.is_empty(), "{id}");
        assert!(found[0]["remedy"].as_str().unwrap().len() > 20, "{id}");
    }
}

#[test]
fn growth_is_told_once_two_runs_are_recorded() {
    let sandbox = Sandbox::site();
    let first = sandbox.run(&["disk", "--format", "json"]).json();
    assert!(findings(&first, "DISK-006", "ok").is_empty());
    let second =
        sandbox.run_with(&[("SITEKEEP_NOW", "2026-11-24T08:00:00Z")], &["disk", "--format", "json"]).json();
    let told = findings(&second, "DISK-006", "ok").len() + findings(&second, "DISK-006", "warning").len();
    assert!(told > 0, "{second}");
}

#[test]
fn a_missing_media_folder_is_unknown_and_the_rest_is_still_measured() {
    let sandbox = Sandbox::site();
    std::fs::remove_dir_all(sandbox.path("backend/media")).unwrap();
    let report = sandbox.run(&["disk", "--format", "json"]).exits(3).json();
    assert_eq!(findings(&report, "CHECK-001", "unknown").len(), 1);
    assert!(!findings(&report, "DISK-004", "ok").is_empty());
    assert_eq!(report["started_at"], NOW);
}
