//! `--format`: each command has the formats that its help tells of, and refuses the others in the same words.

use crate::sandbox::Sandbox;
use std::fs::OpenOptions;

#[test]
fn every_list_refuses_the_formats_of_monitoring_systems_in_the_same_words() {
    let sandbox = Sandbox::site();
    for list in [
        "acknowledge list",
        "backup list",
        "categories list",
        "checklist due",
        "checklist history",
        "checklist show",
        "database size",
        "notifications list",
        "products list",
        "products show hp-pavilion-15-hp",
        "quarantine list",
        "schedule show",
        "users list",
    ] {
        let words: Vec<&str> = list.split(' ').collect();
        for format in ["nagios", "prometheus", "junit"] {
            sandbox
                .run(&[&words[..], &["--format", format]].concat())
                .exits(64)
                .complains("error: a list has no format for monitoring systems")
                .complains("hint: use --format text, json or csv");
        }
    }
}

#[test]
fn a_command_with_text_alone_does_not_print_text_where_json_was_asked_for() {
    let sandbox = Sandbox::site();
    for line in [
        "init --dry-run",
        "acknowledge DISK-001 --reason known --by Awa --until 2026-12-31",
        "acknowledge remove DISK-001",
        "checklist sign docs.procedures --by Awa",
        "notifications send",
        "security fail2ban",
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let refused = sandbox.run(&[&words[..], &["--format", "json"]].concat()).exits(64);
        assert_eq!(refused.stdout, "", "{line}");
        refused.complains("has no other format than text");
    }
    sandbox.run(&["acknowledge", "list"]).says("nothing is acknowledged");
}

#[test]
fn a_full_disk_behind_standard_output_is_named() {
    let sandbox = Sandbox::site();
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let ended =
        sandbox.command(&["disk"]).stdout(full).stderr(std::process::Stdio::piped()).output().unwrap();
    let words = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(2), "{words}");
    assert!(words.contains("error: write to standard output: No space left"), "{words}");
    assert!(words.contains("hint: make room there"), "{words}");
}
