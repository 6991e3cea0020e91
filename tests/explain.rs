//! `sitekeep explain`: what findings mean, in the user's language.

use crate::sandbox::Sandbox;

#[test]
fn a_finding_is_explained_without_any_configuration() {
    let sandbox = Sandbox::empty();
    let text = sandbox.run(&["explain", "disk-001"]).exits(0).says("DISK-001  free space").stdout;
    for part in [
        "Why it matters",
        "What was looked at",
        "What to do",
        "sitekeep logs clean --dry-run",
        "Quotidienne 3",
    ] {
        assert!(text.contains(part), "`{part}` is missing:\n{text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn the_language_is_that_of_the_option_or_else_of_the_locale() {
    let sandbox = Sandbox::empty();
    let run =
        |variables: &[(&str, &str)], arguments: &[&str]| sandbox.run_with(variables, arguments).exits(0);
    run(&[], &["explain", "DISK-001", "--lang", "fr"]).says("Que faire");
    run(&[("LANG", "fr_BJ.UTF-8")], &["explain", "DISK-001"]).says("Que faire");
    run(&[("LANG", "fr_BJ.UTF-8"), ("LC_ALL", "C")], &["explain", "DISK-001"]).says("What to do");
    run(&[("LANG", "C"), ("LC_MESSAGES", "fr_FR")], &["explain"]).says("espace libre");
    run(&[("LANG", "fr_FR")], &["explain", "DISK-001", "--lang", "en"]).says("What to do");
    sandbox.run(&["explain", "DISK-001", "--lang", "de"]).exits(64).complains("en or fr");
}

#[test]
fn a_typo_names_the_nearest_and_a_family_lists_its_own() {
    let sandbox = Sandbox::empty();
    sandbox.run(&["explain", "DISK-01"]).exits(64).complains("did you mean `DISK-001`?");
    sandbox.run(&["explain", "bakcup"]).exits(64).complains("did you mean `BACKUP`?");
    sandbox
        .run(&["explain", "quite-something-else"])
        .exits(64)
        .complains("`sitekeep explain` lists them all");
    let family = sandbox.run(&["explain", "disk"]).exits(0).says("DISK-006").stdout;
    assert!(family.lines().all(|line| line.starts_with("DISK-")), "{family}");
}

#[test]
fn the_list_has_every_finding_and_lists_formats() {
    let sandbox = Sandbox::empty();
    let json = sandbox.run(&["explain", "--format", "json"]).exits(0).json();
    assert_eq!(json["explanations"].as_array().unwrap().len(), sitekeep::status::kinds::ALL.len());
    assert_eq!(json["language"], "en");
    let steps = json["explanations"][0]["remedy"].as_array().unwrap();
    assert!(steps.iter().any(|step| step["command"] == "sitekeep config validate"), "{steps:?}");
    let csv = sandbox.run(&["explain", "--format", "csv", "--lang", "fr"]).exits(0).stdout;
    assert!(csv.starts_with("id,title,guide\n") && csv.contains("DISK-001,espace libre"), "{csv}");
    sandbox.run(&["explain", "--format", "nagios"]).exits(64).complains("no format for monitoring");
}
