//! What the settings of copies away from this machine lack, told before the first night; and what `status` shows of them.

use super::at;
use super::configure;
use super::restic_is_there;
use super::run;
use super::site;
use crate::sandbox::Sandbox;

/// Warnings of `config validate` with `remote` in the settings.
fn validate(sandbox: &Sandbox, remote: &str) -> String {
    configure(sandbox, remote);
    run(sandbox, &["config", "validate"]).exits(1).stderr
}

#[test]
fn config_validate_names_what_is_missing_for_a_push_and_asks_no_network() {
    if !restic_is_there() {
        return;
    }
    let sandbox = site();
    sandbox.write("keys", "RESTIC_REST_USERNAME=shop\n# of the NAS\n\nRESTIC_REST_PASSWORD=canary=1\n");
    sandbox.set_mode("keys", 0o600);
    let right = "repository = \"rest:http://127.0.0.1:9/shop/\"\ncredentials_file = \"keys\"\n";
    configure(&sandbox, right);
    run(&sandbox, &["config", "validate"]).exits(0).says("OK");
    sandbox.write("keys", "export AWS_ACCESS_KEY_ID=canary-id\n");
    let told = validate(&sandbox, right);
    assert!(told.contains("keys:1: no line of the form NAME=VALUE") && !told.contains("canary"), "{told}");
    sandbox.write("keys", "AWS_SECRET_ACCESS_KEY canary-key\n");
    assert!(!run(&sandbox, &["backup", "push"]).exits(78).complains("keys:1").stderr.contains("canary"));
    sandbox.set_mode("keys", 0o644);
    assert!(validate(&sandbox, right).contains("chmod 600"));
    let none = "repository = \"rest:http://127.0.0.1:9/shop/\"\ncredentials_file = \"none\"\n";
    assert!(validate(&sandbox, none).contains("remote.credentials_file: read"));
    sandbox.write("password", "\nsecond line\n");
    let told = validate(&sandbox, "repository = \"copies\"\n");
    assert!(
        told.contains("remote.password_file") && told.contains("no password in its first line"),
        "{told}"
    );
    assert!(told.contains("remote.repository: no repository is in"), "{told}");
    let empty = sandbox.run_with(&[("PATH", "/nowhere")], &["config", "validate"]).exits(1);
    empty.complains("restic is not installed").complains("apt install restic");
    configure(&sandbox, "repository = \"sftp:nas:/copies\"\n");
    let empty = sandbox.run_with(&[("PATH", "/nowhere")], &["config", "validate", "--format", "json"]);
    let told = empty.exits(1).json();
    let problems: Vec<_> = told["remote"].as_array().unwrap().iter().map(|row| &row["problem"]).collect();
    assert!(problems.iter().any(|problem| problem.as_str().unwrap().starts_with("ssh is not")), "{told}");
}

#[test]
fn an_address_that_restic_would_not_take_is_a_wrong_setting() {
    let sandbox = site();
    for (address, words) in [
        ("s4:https://s3.example/shop", "restic knows no store `s4`"),
        ("s3:https://s3.example", "the server and the bucket"),
        ("sftp:nas", "sftp:user@host:/path"),
        ("", "name a folder"),
    ] {
        configure(&sandbox, &format!("repository = \"{address}\"\n"));
        run(&sandbox, &["config", "validate"]).exits(78).complains("remote.repository").complains(words);
        let bare = ["restore", "latest", "--password-file", "password", "--to", "new", "--repository"];
        sandbox.run(&[&bare[..], &[address]].concat()).exits(64).complains(words);
    }
    assert!(!sandbox.path("new").exists());
}

#[test]
fn the_table_of_status_has_the_copies_away_from_this_machine() {
    if !restic_is_there() {
        return;
    }
    let sandbox = site();
    let row = |now: &str| {
        let text = at(&sandbox, now, &["status"]).stdout;
        let row = text.lines().find(|line| line.starts_with("  remote ")).expect("a row").to_owned();
        assert!(row.chars().count() <= 80, "{row}");
        row.split_whitespace().map(ToOwned::to_owned).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(row(crate::sandbox::NOW), "remote CRITICAL none - 0 pushed never never");
    run(&sandbox, &["backup", "push", "--init"]).exits(0);
    at(&sandbox, "2026-11-23T10:00:00Z", &["backup", "verify", "--remote"]).exits(0);
    at(&sandbox, "2026-11-23T11:00:00Z", &["backup", "drill", "--remote"]).exits(0);
    let shown = row("2026-11-23T13:00:00Z");
    assert!(shown.starts_with("remote OK 5 h") && shown.ends_with("1 pushed 3 h 2 h"), "{shown}");
    assert!(row("2026-11-25T13:00:00Z").starts_with("remote WARNING 2"));
    sandbox.configure("[backup]\nfolder = \"backups\"\n");
    assert!(!run(&sandbox, &["status"]).stdout.contains("  remote "));
}
