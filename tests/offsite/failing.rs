//! What goes wrong on the way: kills, locks, networks, keys; what is told of it, and what is never told.

use super::PASSWORD;
use super::at;
use super::configure;
use super::restic_is_there;
use super::run;
use super::site;
use super::stand_in;
use crate::sandbox::Outcome;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;
use std::os::unix::process::ExitStatusExt;

/// Runs with `script` in the place of restic.
fn run_with(sandbox: &Sandbox, script: &str, arguments: &[&str]) -> Outcome {
    let path = stand_in(sandbox, script);
    let variables = [("PATH", path.as_str()), ("SITEKEEP_SITE__SETTINGS", "backend/shop/settings.py")];
    let outcome = sandbox.run_with(&variables, arguments);
    assert!(!outcome.stdout.contains(PASSWORD) && !outcome.stderr.contains(PASSWORD), "the password is told");
    outcome
}

fn read(sandbox: &Sandbox, name: &str) -> String {
    std::fs::read_to_string(sandbox.path(name)).unwrap_or_default()
}

#[test]
fn a_push_killed_at_any_of_its_steps_leaves_what_the_next_one_completes() {
    if !restic_is_there() {
        return;
    }
    let sandbox = site();
    run(&sandbox, &["backup", "push", "--init"]).exits(0);
    for (hour, (step, victim)) in (1..=3).flat_map(|step| [(step, "$PPID"), (step, "$$")]).enumerate() {
        sandbox.write("calls", "");
        sandbox.write_bytes("backend/media/products/neuve.jpg", &vec![u8::try_from(hour).unwrap(); 700_000]);
        // The real one has begun when the kill comes, at a moment that nobody chose.
        let script = format!(
            "echo call >> calls\nif [ $(wc -l < calls) -eq {step} ]; then\n  (i=0; while [ $i -lt {step}0000 ]; do i=$((i+1)); done; kill -9 {victim}) > /dev/null 2>&1 &\nfi\nexec \"$REAL\" \"$@\"\n"
        );
        let path = stand_in(&sandbox, &script);
        let now = format!("2026-11-23T{:02}:00:00Z", 9 + 2 * hour);
        let mut push = sandbox.command(&["backup", "push"]);
        let output = push.env("PATH", &path).env("SITEKEEP_NOW", now).output().unwrap();
        if victim == "$PPID" {
            assert_eq!(output.status.signal(), Some(9), "sitekeep was not killed at step {step}");
            at(&sandbox, &format!("2026-11-23T{:02}:00:00Z", 10 + 2 * hour), &["backup", "push"]).exits(0);
        } else {
            // It is tried again at once.
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        }
        run(&sandbox, &["backup", "verify", "--remote", "--full"]).exits(0);
    }
    run(&sandbox, &["backup", "drill", "--remote"]).exits(0);
    run_with(&sandbox, "kill -9 $$\n", &["backup", "push"]).exits(2).says("restic was killed by signal 9");
}

#[test]
fn the_lock_of_a_run_that_died_is_removed_and_the_push_goes_on() {
    if !restic_is_there() {
        return;
    }
    let sandbox = site();
    run(&sandbox, &["backup", "push", "--init"]).exits(0);
    let locked = "case \"$*\" in\n*unlock*) echo unlock >> calls; exec \"$REAL\" \"$@\";;\n*backup*) if ! grep -q unlock calls 2>/dev/null; then\n  echo 'unable to create lock in backend: repository is already locked exclusively by PID 7 on gone' >&2; exit 1; fi;;\nesac\nexec \"$REAL\" \"$@\"\n";
    run_with(&sandbox, locked, &["backup", "push"]).exits(0);
    assert_eq!(read(&sandbox, "calls"), "unlock\n");
    let held = "case \"$*\" in *unlock*) exit 0;; esac\necho 'unable to create lock in backend: repository is already locked by PID 7 on nas' >&2; exit 1\n";
    run_with(&sandbox, held, &["backup", "push"]).exits(2).says("no copy was pushed: another run works on");
}

#[test]
fn a_network_that_comes_back_is_waited_for_and_one_that_does_not_is_told() {
    if !restic_is_there() {
        return;
    }
    let sandbox = site();
    run(&sandbox, &["backup", "push", "--init"]).exits(0);
    let refused = "echo 'Fatal: unable to open config file: Head \"http://nas\": dial tcp: connect: connection refused' >&2\necho 'Is there a repository at the following location?' >&2; exit 1\n";
    let twice = format!(
        "echo call >> calls\nif [ $(wc -l < calls) -le 2 ]; then {refused}fi\nexec \"$REAL\" \"$@\"\n"
    );
    run_with(&sandbox, &twice, &["backup", "push"]).exits(0);
    let report = run_with(
        &sandbox,
        &format!("echo call >> tries\n{refused}"),
        &["backup", "push", "--format", "json"],
    );
    let report = report.exits(2).json();
    let told = findings(&report, "BACKUP-013", "critical")[0]["message"].as_str().unwrap().to_owned();
    assert!(told.contains("cannot be reached") && told.contains("connection refused"), "{told}");
    assert_eq!(read(&sandbox, "tries").lines().count(), 3, "one try, and two again");
    run_with(&sandbox, refused, &["backup", "list", "--remote"]).exits(3).complains("cannot be reached");
    run_with(&sandbox, refused, &["backup", "verify", "--remote"]).exits(3).says("could not be verified");
    run_with(&sandbox, refused, &["backup", "drill", "--remote"]).exits(3).says("could not take place");
    run_with(&sandbox, refused, &["backup", "pull"]).exits(2).says("not brought back");
    run_with(&sandbox, refused, &["restore", "latest", "--remote", "--confirm", "shop"]).exits(3);
}

#[test]
fn a_restic_that_tries_for_a_quarter_of_an_hour_is_stopped_and_its_reason_told() {
    let sandbox = site();
    configure(&sandbox, "repository = \"copies\"\ntimeout = \"1s\"\n");
    // As 0.17 and later do.
    let trying = |reason: &str| {
        format!(
            "echo call >> tries\necho 'Stat(<config/>) returned error, retrying after 1.5s: {reason}' >&2\nexec sleep 600\n"
        )
    };
    run_with(&sandbox, &trying("dial tcp 127.0.0.1:9: connect: connection refused"), &["backup", "push"])
        .exits(2)
        .says("copies cannot be reached: dial tcp 127.0.0.1:9: connect: connection refused");
    assert_eq!(read(&sandbox, "tries"), "call\n", "it had tried itself");
    let at_last = format!(
        "echo 'retrying after 1s: connection refused' >&2\n{}",
        trying("Stat: The specified bucket does not exist")
    );
    run_with(&sandbox, &at_last, &["backup", "push"]).exits(2).says("no repository is at");
}

#[test]
fn work_that_restic_calls_incomplete_is_none_that_was_done() {
    if !restic_is_there() {
        return;
    }
    let sandbox = site();
    run(&sandbox, &["backup", "push", "--init"]).exits(0);
    at(&sandbox, "2026-11-24T08:00:00Z", &["backup", "push"]).exits(0);
    configure(&sandbox, "repository = \"copies\"\nappend_only = false\n[backup.full]\nlast = 1\n");
    let keeps = "case \"$*\" in *forget*) echo 'unable to remove snapshot: Access Denied.' >&2; exit 3;; esac\nexec \"$REAL\" \"$@\"\n";
    run_with(&sandbox, keeps, &["backup", "prune", "--remote", "--confirm", "shop"])
        .exits(2)
        .complains("refuses");
    let half = "case \"$*\" in *check*) echo 'Fatal: whatever' >&2; exit 3;; esac\nexec \"$REAL\" \"$@\"\n";
    let report = run_with(&sandbox, half, &["backup", "verify", "--remote"]);
    assert_ne!(report.code, 0, "{}", report.stdout);
}

#[test]
fn what_is_missing_or_wrong_is_named_with_what_to_do() {
    let sandbox = site();
    sandbox.configure("");
    run(&sandbox, &["backup", "push"]).exits(78).complains("[remote] repository");
    configure(&sandbox, "repository = \"copies\"\n");
    sandbox
        .run_with(&[("PATH", "/nowhere")], &["backup", "list", "--remote"])
        .exits(3)
        .complains("apt install restic");
    sandbox.run_with(&[("PATH", "/nowhere")], &["backup", "push"]).exits(2).says("restic is not installed");
    if !restic_is_there() {
        return;
    }
    sandbox.set_mode("password", 0o604);
    run(&sandbox, &["backup", "push"]).exits(78).complains("chmod 600");
    sandbox.set_mode("password", 0o600);
    run(&sandbox, &["backup", "push", "--init"]).exits(0);
    sandbox.write("password", "another\n");
    run(&sandbox, &["backup", "push", "--init"]).exits(2).says("the password does not open");
    run(&sandbox, &["backup", "list", "--remote"]).exits(2).complains("the password does not open");
    configure(&sandbox, "repository = \"rest:https://shop:canary-9@nas.example/\"\n");
    let refused = run(&sandbox, &["backup", "push"]).exits(78).complains("credentials_file");
    assert!(!refused.stderr.contains("canary-9"), "{}", refused.stderr);
}

#[test]
fn secrets_are_in_no_argument_and_in_nothing_that_is_said() {
    if !restic_is_there() {
        return;
    }
    let sandbox = site();
    sandbox.write("keys", "AWS_SECRET_ACCESS_KEY=canary-key-44\nAWS_ACCESS_KEY_ID=canary-id-45\n");
    sandbox.set_mode("keys", 0o600);
    configure(&sandbox, "repository = \"copies\"\ncredentials_file = \"keys\"\nupload_limit = \"1 MB\"\n");
    // What it is given, as any user of the machine sees it, and an answer that repeats a key.
    let script = "tr '\\0' ' ' < /proc/$$/cmdline >> seen; tr '\\0' ' ' < /proc/$PPID/cmdline >> seen; echo >> seen\necho \"Fatal: key $AWS_SECRET_ACCESS_KEY is refused: $(env | grep -c canary)\" >&2; exit 1\n";
    let outcome =
        run_with(&sandbox, script, &["backup", "push", "-v"]).exits(2).says("key *** is refused: 2");
    let seen = read(&sandbox, "seen");
    assert!(seen.contains("cat config") && seen.contains("--limit-upload 976"), "{seen}");
    for text in [&seen, &outcome.stdout, &outcome.stderr] {
        assert!(!text.contains("canary"), "{text}");
    }
    let shown = run(&sandbox, &["config", "show"]).exits(0);
    assert!(!shown.stdout.contains("canary"), "{}", shown.stdout);
}

#[test]
fn media_that_change_meanwhile_are_pushed_again_until_all_is_as_the_manifest_says() {
    if !restic_is_there() {
        return;
    }
    let sandbox = site();
    run(&sandbox, &["backup", "push", "--init"]).exits(0);
    // An upload arrives, and a picture changes, between the look at the media and restic's.
    let once = "case \"$*\" in *backup*) if ! [ -e done ]; then touch done; echo more >> 'backend/media/products/grande photo [1].jpg'; echo new > backend/media/products/new.jpg; fi;; esac\nexec \"$REAL\" \"$@\"\n";
    let report = run_with(&sandbox, once, &["backup", "push", "--format", "json"]).exits(0).json();
    assert!(findings(&report, "BACKUP-013", "warning").is_empty(), "{report}");
    run(&sandbox, &["backup", "pull"]).exits(0).says("8 files");
    let always = "case \"$*\" in *backup*) echo more >> 'backend/media/products/grande photo [1].jpg';; esac\nexec \"$REAL\" \"$@\"\n";
    run_with(&sandbox, always, &["backup", "push"]).exits(1).says("changed each time while it was pushed");
    let pulled = run(&sandbox, &["backup", "pull"]).exits(1);
    pulled.says("changed while it was pushed");
}
