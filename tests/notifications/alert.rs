//! `notifications alert`: what systemd's `OnFailure=` starts when a run could not tell of itself.

use super::bodies;
use super::inbox::Service;
use super::site;
use super::webhook;

const ALERT: [&str; 3] = ["notifications", "alert", "sitekeep-weekly.service"];

#[test]
fn a_run_that_was_killed_is_told_under_its_own_name() {
    let service = Service::start();
    let sandbox = webhook(&service, "");
    let killed = [("MONITOR_SERVICE_RESULT", "signal"), ("MONITOR_EXIT_STATUS", "KILL")];
    sandbox.run_with(&killed, &ALERT).exits(0).says("shop weekly FAILED");
    let told = bodies(&service);
    assert_eq!((&told[0]["command"], &told[0]["status"]), (&"weekly".into(), &"failed".into()));
    let text = told[0]["text"].as_str().unwrap();
    assert!(text.contains("was killed by signal KILL") && text.contains("journalctl -u"), "{text}");
}

#[test]
fn a_run_that_told_of_itself_is_not_told_twice() {
    let service = Service::start();
    let sandbox = webhook(&service, "on = \"always\"\n");
    for code in ["2", "3", "75"] {
        let ended = [("MONITOR_SERVICE_RESULT", "exit-code"), ("MONITOR_EXIT_STATUS", code)];
        sandbox.run_with(&ended, &ALERT).exits(0).says("told of itself");
    }
    assert!(service.taken().is_empty());
    // 2 of a run that was ended from outside is no verdict of its own; 64 never came to telling.
    for (result, code) in [("timeout", "2"), ("exit-code", "64")] {
        sandbox
            .run_with(&[("MONITOR_SERVICE_RESULT", result), ("MONITOR_EXIT_STATUS", code)], &ALERT)
            .exits(0);
    }
    assert_eq!(service.taken().len(), 2);
}

#[test]
fn what_systemd_cannot_tell_is_told_all_the_same() {
    let service = Service::start();
    let sandbox = webhook(&service, "");
    sandbox.run_with(&[("PATH", "/nowhere")], &ALERT).exits(0);
    assert!(bodies(&service)[0]["text"].as_str().unwrap().contains("how is not known"));
}

#[test]
fn nobody_to_tell_is_a_warning() {
    site("").run_with(&[("MONITOR_SERVICE_RESULT", "timeout")], &ALERT).exits(1).complains("nobody is told");
}

#[test]
fn what_systemd_could_not_prepare_is_told_in_words() {
    let service = Service::start();
    let sandbox = webhook(&service, "");
    let ended = [("MONITOR_SERVICE_RESULT", "exit-code"), ("MONITOR_EXIT_STATUS", "243")];
    sandbox.run_with(&ended, &ALERT).exits(0).says("a password or token is not there");
}

#[test]
fn an_alert_without_its_credential_waits_and_says_why() {
    let service = Service::start();
    let sandbox = webhook(&service, "");
    sandbox.write("credentials/webhook-token", "\n");
    let folder = sandbox.path("credentials");
    let ended = [
        ("MONITOR_SERVICE_RESULT", "timeout"),
        ("MONITOR_EXIT_STATUS", ""),
        ("CREDENTIALS_DIRECTORY", folder.to_str().unwrap()),
    ];
    sandbox.run_with(&ended, &ALERT).exits(0);
    assert!(service.taken().is_empty(), "an empty token is none");
    sandbox.run(&["notifications", "list"]).exits(0).says("webhook-token is empty");
}
