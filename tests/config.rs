//! `sitekeep config`, and what a wrong configuration is answered.

use crate::sandbox::Sandbox;

#[test]
fn origin_tells_file_environment_and_default() {
    let sandbox = Sandbox::site();
    let shown =
        sandbox.run_with(&[("SITEKEEP_DISK__MEDIA_LIMIT", "3 GB")], &["config", "show", "--origin"]).exits(0);
    let shown = shown.says("disk.media_limit = \"3 GB\"  # environment SITEKEEP_DISK__MEDIA_LIMIT");
    let shown = shown.says("disk.free_warning = \"20%\"  # default");
    shown.says("sitekeep.toml:2\n");
}

#[test]
fn an_unknown_key_names_file_line_and_suggestion() {
    let sandbox = Sandbox::site();
    sandbox.configure("[disk]\nmedia_limt = \"1 GB\"\n");
    for command in [&["config", "validate"][..], &["daily"], &["disk"]] {
        sandbox
            .run(command)
            .exits(78)
            .complains("sitekeep.toml:9: disk.media_limt: unknown key `media_limt`")
            .complains("hint: did you mean `media_limit`?");
    }
}

#[test]
fn a_named_file_that_is_not_there_is_a_configuration_error() {
    let sandbox = Sandbox::empty();
    sandbox
        .run(&["daily", "--config", "none.toml"])
        .exits(78)
        .complains("none.toml")
        .complains("sitekeep init");
}

#[test]
fn without_a_configuration_the_defaults_serve_and_a_note_says_so() {
    let sandbox = Sandbox::empty();
    sandbox.run(&["disk"]).complains("no configuration file found");
}

#[test]
fn passwords_never_show() {
    let sandbox = Sandbox::site();
    sandbox.configure("[database]\nurl = \"postgresql://shop:canary-url@127.0.0.1:1/shop\"\n");
    let variables = [("SITEKEEP_DATABASE__PASSWORD", "canary-variable")];
    for arguments in [
        &["config", "show", "--origin"][..],
        &["health", "database"],
        &["health", "database", "--format", "json", "-v"],
    ] {
        let outcome = sandbox.run_with(&variables, arguments);
        assert!(
            !outcome.stdout.contains("canary") && !outcome.stderr.contains("canary"),
            "{}{}",
            outcome.stdout,
            outcome.stderr
        );
    }
    sandbox.configure("[database]\npassword = \"canary-file\"\n");
    let outcome = sandbox.run(&["config", "validate"]).exits(78).complains("password_file");
    assert!(!outcome.stderr.contains("canary"));
}

#[test]
fn a_fatal_error_is_json_where_json_was_asked_for() {
    let sandbox = Sandbox::empty();
    let outcome = sandbox.run(&["daily", "--config", "none.toml", "--format", "json"]).exits(78);
    let error: serde_json::Value = serde_json::from_str(&outcome.stderr).unwrap();
    assert_eq!(error["exit_code"], 78);
}

#[test]
fn the_sample_configuration_is_the_one_that_init_writes() {
    let sample =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/config/sitekeep.toml")).unwrap();
    let written = sitekeep::config::sample::render(&sitekeep::config::detect::Detected::default(), None);
    assert!(
        sample == written,
        "write it anew: sitekeep init --dry-run in an empty folder, or UPDATE_SAMPLE=1 cargo test"
    );
}
