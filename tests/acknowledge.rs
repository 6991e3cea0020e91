//! `sitekeep acknowledge`: findings that are told and do not count, until a day.

use crate::sandbox::Outcome;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;

const MEDIA: [&str; 3] = ["daily", "--only", "disk.media"];

/// A site whose media folder is too large.
fn site() -> Sandbox {
    let sandbox = Sandbox::site();
    sandbox.configure("[disk]\nmedia_limit = \"1 B\"\n");
    sandbox
}

fn acknowledge(sandbox: &Sandbox, id: &str, more: &[&str]) -> Outcome {
    let told = ["--reason", "archive moves in May", "--by", "Awa", "--until", "2026-12-31"];
    sandbox.run(&[&["acknowledge", id][..], &told, more].concat())
}

#[test]
fn what_is_acknowledged_is_told_and_does_not_count_until_its_day_is_over() {
    let sandbox = site();
    sandbox.run(&MEDIA).exits(1);
    acknowledge(&sandbox, "disk-003", &[]).exits(0).says("DISK-003 is acknowledged until 2026-12-31");
    sandbox
        .run(&MEDIA)
        .exits(0)
        .says("WARNING   DISK-003")
        .says("acknowledged by Awa until 2026-12-31: archive moves in May")
        .says("1 acknowledged");
    assert_eq!(sandbox.run(&[&MEDIA[..], &["--quiet"]].concat()).exits(0).stdout, "");
    let report = sandbox.run(&[&MEDIA[..], &["--format", "json"]].concat()).exits(0).json();
    assert_eq!(findings(&report, "DISK-003", "warning")[0]["acknowledged"]["by"], "Awa");
    assert_eq!((&report["status"], &report["acknowledged"]), (&"ok".into(), &1.into()));
    // The last day in the site's zone, an hour before UTC's.
    let at = |now| sandbox.run_with(&[("SITEKEEP_NOW", now)], &MEDIA);
    at("2026-12-31T22:59:00Z").exits(0);
    at("2026-12-31T23:00:00Z").exits(1);
}

#[test]
fn a_subject_narrows_it_and_every_format_says_so() {
    let sandbox = site();
    acknowledge(&sandbox, "DISK-003", &["--subject", "/elsewhere"]).exits(0);
    sandbox.run(&MEDIA).exits(1);
    let media = sandbox.path("backend/media").display().to_string();
    acknowledge(&sandbox, "DISK-003", &["--subject", &media]).exits(0);
    let run = |format: &str| sandbox.run(&[&MEDIA[..], &["--format", format]].concat()).exits(0);
    run("nagios").says("SHOP DAILY OK - ").says("; 1 acknowledged");
    run("prometheus").says("sitekeep_acknowledged_findings{site=\"shop\",command=\"daily\"} 1");
    run("junit").says("skipped=\"1\"").says("<skipped message=\"WARNING, acknowledged by Awa");
    sandbox.run(&["acknowledge", "remove", "DISK-003"]).exits(64).complains("--subject /elsewhere");
    sandbox.run(&["acknowledge", "remove", "DISK-003", "--subject", &media]).exits(0);
    sandbox.run(&MEDIA).exits(1);
}

#[test]
fn what_could_not_be_checked_can_be_acknowledged_and_is_not_done_for_that() {
    let sandbox = site();
    std::fs::remove_dir_all(sandbox.path("backend/media")).unwrap();
    sandbox.run(&MEDIA).exits(3);
    acknowledge(&sandbox, "CHECK-001", &["--subject", "disk.media"]).exits(0);
    sandbox.run(&MEDIA).exits(0).says("UNKNOWN");
    sandbox.run(&["checklist", "show", "daily"]).exits(0).says("disk.media: never done");
}

#[test]
fn status_counts_them_and_what_it_repeats_is_acknowledged_too() {
    let sandbox = site();
    sandbox.run(&["daily", "--skip", "health,logs,backup"]).exits(1);
    let json = || sandbox.run(&["status", "--format", "json"]).json();
    assert!(findings(&json(), "STATUS-002", "warning")[0].get("acknowledged").is_none());
    let media = sandbox.path("backend/media").display().to_string();
    acknowledge(&sandbox, "DISK-003", &["--subject", &media]).exits(0);
    let status = json();
    assert_eq!(findings(&status, "STATUS-002", "warning")[0]["acknowledged"]["by"], "Awa", "{status}");
    let count = findings(&status, "ACKNOWLEDGE-001", "ok");
    assert_eq!(count[0]["message"], "1 acknowledgement in force, the first until 2026-12-31", "{status}");
    sandbox.run_with(&[("SITEKEEP_NOW", "2027-01-01T08:00:00Z")], &["status"]).says("expired: DISK-003");
}

#[test]
fn nothing_is_acknowledged_without_an_end_a_reason_and_a_name() {
    let sandbox = site();
    let run = |id: &str, reason: &str, by: &str, until: &str| {
        sandbox.run(&["acknowledge", id, "--reason", reason, "--by", by, "--until", until])
    };
    run("DISK-003", "r", "Awa", "2027-11-24").exits(64).complains("at most 2027-11-23");
    run("DISK-003", "r", "Awa", "2026-11-22").exits(64).complains("is past");
    run("DISK-003", "r", "Awa", "soon").exits(64).complains("2026-12-31");
    run("DISK-003", " ", "Awa", "2026-12-31").exits(64).complains("reason says nothing");
    run("DISK-003", "r", "", "2026-12-31").exits(64).complains("by says nothing");
    run("DISC-003", "r", "Awa", "2026-12-31").exits(64).complains("did you mean `DISK-003`?");
    run("ACKNOWLEDGE-001", "r", "Awa", "2026-12-31").exits(64);
    sandbox.run(&["acknowledge", "DISK-003", "--by", "Awa"]).exits(64).complains("--until");
    sandbox.run(&["acknowledge", "list"]).exits(0).says("nothing is acknowledged");
    assert!(!sandbox.path("state/acknowledgements.toml").exists());
}

#[test]
fn the_file_may_be_edited_and_a_wrong_entry_is_told_in_every_report() {
    let sandbox = site();
    acknowledge(&sandbox, "DISK-003", &[]).exits(0);
    let path = sandbox.path("state/acknowledgements.toml");
    let good = std::fs::read_to_string(&path).unwrap();
    let by_hand = format!(
        "{good}\n# until the move\n[[acknowledgement]]\nid = \"DISK-001\"\nreason = \"r\"\nby = \"b\"\nuntil = 2036-12-31\n"
    );
    std::fs::write(&path, &by_hand).unwrap();
    let report = sandbox.run(&[&MEDIA[..], &["--format", "json"]].concat()).exits(1).json();
    assert_eq!(report["acknowledged"], 1, "the others hold: {report}");
    let wrong = findings(&report, "ACKNOWLEDGE-001", "warning");
    assert!(wrong[0]["subject"].as_str().unwrap().ends_with("acknowledgements.toml:11"), "{report}");
    assert!(wrong[0]["message"].as_str().unwrap().contains("more than a year ahead"), "{report}");
    sandbox.run(&["acknowledge", "list"]).exits(1).says("DISK-003").complains("toml:11:");
    // Adding leaves by hand what was written by hand.
    acknowledge(&sandbox, "DISK-002", &[]).exits(0);
    assert!(std::fs::read_to_string(&path).unwrap().starts_with(&by_hand));
    std::fs::write(&path, "[[acknowledgement]\n").unwrap();
    sandbox.run(&MEDIA).exits(1).says("nothing can be read");
    acknowledge(&sandbox, "DISK-002", &[]).exits(2).complains("acknowledgements.toml:1:");
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        "[[acknowledgement]\n",
        "nothing was written over it"
    );
}

#[test]
fn lists_have_their_formats_and_acknowledging_anew_replaces() {
    let sandbox = site();
    acknowledge(&sandbox, "DISK-003", &[]).exits(0);
    sandbox
        .run(&["acknowledge", "DISK-003", "--reason", "other", "--by", "Koffi", "--until", "2027-01-31"])
        .exits(0);
    let csv = sandbox.run(&["acknowledge", "list", "--format", "csv"]).exits(0).stdout;
    assert_eq!(csv, "id,subject,by,reason,until,in_force\nDISK-003,,Koffi,other,2027-01-31,true\n");
    sandbox.run(&["acknowledge", "DISK-003", "list"]).exits(64).complains("list or remove");
    let json = sandbox.run(&["acknowledge", "--format", "json", "list"]).exits(0).json();
    assert_eq!(json["acknowledgements"][0]["in_force"], true);
    sandbox.run(&["acknowledge", "list", "--format", "junit"]).exits(64);
}
