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
fn a_section_that_is_named_keeps_the_defaults_of_its_keys() {
    let sandbox = Sandbox::empty();
    sandbox.run(&["init", "--force"]).exits(0);
    sandbox
        .run(&["config", "show"])
        .exits(0)
        .says("backup.database.last = 30\n")
        .says("backup.full.last = 15\n");
    sandbox.write("own.toml", "[backup.database]\ndaily = 7\n");
    let shown = sandbox.run(&["config", "show", "--origin", "--config", "own.toml"]).exits(0);
    shown.says("backup.database.daily = 7  #").says("backup.database.last = 30  # default\n");
}

#[test]
fn what_is_well_is_not_told_when_quiet_and_defaults_are_told_as_such() {
    let sandbox = Sandbox::site();
    assert_eq!(sandbox.run(&["config", "validate", "--quiet"]).exits(0).stdout, "");
    let bare = Sandbox::empty();
    bare.run(&["config", "show"])
        .exits(0)
        .complains("no configuration file was found: these are the defaults");
    bare.run(&["config", "validate", "--quiet"]).exits(1).says("no file: the defaults are used");
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
fn without_a_configuration_nothing_is_guessed() {
    let sandbox = Sandbox::empty();
    for command in [&["daily"][..], &["health"], &["disk"], &["logs", "errors"], &["serve"]] {
        sandbox.run(command).exits(78).complains("no configuration").complains("sitekeep init");
    }
    sandbox.run(&["config", "show"]).exits(0).says("disk.media_limit = \"5 GB\"");
    sandbox.run(&["config", "validate"]).exits(1).says("the defaults are used");
    sandbox.run_with(&[("SITEKEEP_SITE__NAME", "shop")], &["disk"]).says("disk of shop");
}

#[test]
fn a_variable_with_one_underscore_is_no_setting() {
    let sandbox = Sandbox::site();
    let outcome = sandbox.run_with(&[("SITEKEEP_SITE_URL", "http://x")], &["disk"]).exits(78);
    outcome.complains("SITEKEEP_SITE_URL: unknown variable").complains("did you mean SITEKEEP_SITE__URL");
}

#[test]
fn values_that_do_not_fit_together_are_refused() {
    let sandbox = Sandbox::site();
    for (more, words) in [
        ("[disk]\nfree_warning = \"3%\"\n", "disk.free_critical: 5% lies above disk.free_warning, 3%"),
        ("[health.pages]\nproduct = \"/products/\"\n", "must have {slug} in it"),
        ("[health.pages]\nimages = 0\n", "would look at nothing"),
    ] {
        sandbox.configure(more);
        sandbox.run(&["config", "validate"]).exits(78).complains(words);
    }
    for url in ["htp://shop.example", "www.shop.example"] {
        sandbox
            .run_with(&[("SITEKEEP_SITE__URL", url)], &["disk"])
            .exits(78)
            .complains("must begin with http");
    }
}

#[test]
fn what_a_configuration_names_in_vain_is_warned_of() {
    let sandbox = Sandbox::site();
    sandbox.run(&["config", "validate"]).exits(0).says("OK");
    std::fs::remove_dir_all(sandbox.path("backend/media")).unwrap();
    sandbox.run(&["config", "validate"]).exits(1).complains("site.media");
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
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/config/sitekeep.toml");
    let written = sitekeep::config::sample::render(&sitekeep::config::detect::Detected::default(), None);
    if std::env::var_os("UPDATE_SAMPLE").is_some() {
        std::fs::write(path, &written).unwrap();
    }
    let sample = std::fs::read_to_string(path).unwrap();
    assert!(sample == written, "write it anew: UPDATE_SAMPLE=1 cargo test sample");
}

#[test]
fn a_list_that_is_none_is_told_how_to_write_one() {
    let sandbox = Sandbox::site();
    let outcome = sandbox.run_with(&[("SITEKEEP_HEALTH__PORTS", "8000")], &["config", "validate"]).exits(78);
    outcome.complains("a list is written in brackets");
}
