//! `[notifications]` and `sitekeep notifications`: who is told of a run, through outages, without harm to the run.

mod alert;
mod inbox;

use crate::sandbox::Sandbox;
use crate::sandbox::findings;
use crate::tls::server_config;
use inbox::Encrypts;
use inbox::MailServer;
use inbox::Service;
use serde_json::Value;

/// Says nothing of the host, and fails when the picture of a product is missing.
const SOUND: &[&str] = &["backup", "database", "--quiet"];

fn site(notifications: &str) -> Sandbox {
    let sandbox = Sandbox::site();
    sandbox.configure(&format!("[backup]\nfolder = \"backups\"\n[notifications]\n{notifications}"));
    sandbox
}

fn webhook(service: &Service, more: &str) -> Sandbox {
    site(&format!(
        "{more}[notifications.webhook]\nurl = \"http://127.0.0.1:{}/hook?key=canary-url\"\n",
        service.port
    ))
}

fn bodies(service: &Service) -> Vec<Value> {
    service.taken().iter().map(|request| serde_json::from_str(&request.body).unwrap()).collect()
}

fn break_the_database(sandbox: &Sandbox) {
    std::fs::rename(sandbox.path("backend/db.sqlite3"), sandbox.path("away")).unwrap();
}

fn mend_the_database(sandbox: &Sandbox) {
    std::fs::rename(sandbox.path("away"), sandbox.path("backend/db.sqlite3")).unwrap();
}

#[test]
fn people_are_told_when_something_breaks_and_when_it_is_well_again() {
    let service = Service::start();
    let sandbox = webhook(&service, "");
    sandbox.run(SOUND).exits(0);
    assert!(bodies(&service).is_empty(), "all was well from the beginning");
    break_the_database(&sandbox);
    sandbox.run(SOUND).exits(2);
    let told = bodies(&service);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["status"], "critical");
    assert_eq!(
        (&told[0]["site"], &told[0]["command"], &told[0]["exit_code"]),
        (&"shop".into(), &"backup database".into(), &2.into())
    );
    assert_eq!(told[0]["problems"][0]["id"], "BACKUP-001");
    assert!(told[0]["text"].as_str().unwrap().contains("no backup was made"), "{}", told[0]);
    sandbox.run(SOUND).exits(2);
    assert!(bodies(&service).is_empty(), "nothing changed");
    mend_the_database(&sandbox);
    sandbox.run(SOUND).exits(0);
    assert_eq!(bodies(&service)[0]["status"], "ok");
    // Looking is no run of which people are told, and neither is a part of a checklist.
    break_the_database(&sandbox);
    sandbox.run(&["disk", "--quiet"]);
    sandbox.run(&["daily", "--only", "health.database"]).exits(2);
    assert!(service.taken().is_empty());
}

#[test]
fn a_run_that_cannot_even_begin_is_told() {
    let service = Service::start();
    let sandbox = webhook(&service, "");
    let _lock =
        sitekeep::system::lock::acquire(&sandbox.path("state/lock"), std::time::Duration::ZERO, "the test")
            .or_else(|_| {
                std::fs::create_dir_all(sandbox.path("state")).unwrap();
                sitekeep::system::lock::acquire(
                    &sandbox.path("state/lock"),
                    std::time::Duration::ZERO,
                    "the test",
                )
            })
            .unwrap();
    sandbox.run(&["weekly"]).exits(75);
    let told = bodies(&service);
    assert_eq!((&told[0]["status"], &told[0]["exit_code"]), (&"failed".into(), &75.into()));
    assert_eq!(told[0]["command"], "weekly");
}

#[test]
fn what_cannot_be_delivered_waits_and_is_told_and_comes_later() {
    let service = Service::start();
    let sandbox = webhook(&service, "");
    service.answer(503);
    break_the_database(&sandbox);
    sandbox.run(SOUND).exits(2).complains("webhook waits: 127.0.0.1 answers 503");
    sandbox
        .run(&["notifications", "list"])
        .exits(0)
        .says("shop backup database CRITICAL")
        .says("1 attempt: 127.0.0.1 answers 503");
    mend_the_database(&sandbox);
    // The run itself is as it is; what it says of the messages is a warning of its own.
    let report = sandbox.run(&["backup", "database", "--format", "json"]).exits(1).json();
    assert_eq!(findings(&report, "NOTIFY-001", "warning").len(), 1, "{report}");
    assert_eq!(findings(&report, "BACKUP-001", "ok").len(), 1);
    service.taken();
    service.answer(200);
    sandbox.run(&["notifications", "send"]).exits(0).says("2 messages delivered, 0 waiting");
    let statuses: Vec<_> = bodies(&service).iter().map(|told| told["status"].clone()).collect();
    assert_eq!(statuses, ["critical", "warning"], "in their order");
    sandbox.run(&["notifications", "list"]).exits(0).says("nothing waits");
    sandbox.run(SOUND).exits(0);
}

#[test]
fn a_message_that_is_refused_does_not_hold_up_the_next_and_is_given_up_in_the_end() {
    let service = Service::start();
    let sandbox = webhook(&service, "on = \"always\"\ngive_up_days = 2\n");
    service.answer(404);
    sandbox.run(SOUND).exits(0).complains("answers 404");
    sandbox.run(SOUND).exits(1).complains("answers 404");
    assert_eq!(service.taken().len(), 3, "each is tried");
    sandbox
        .run_with(&[("SITEKEEP_NOW", "2026-11-26T09:00:00Z")], &["notifications", "send"])
        .exits(1)
        .says("0 messages delivered, 0 waiting")
        .complains("is given up: 127.0.0.1 answers 404");
}

#[test]
fn an_answer_that_never_comes_does_not_hold_the_run_up() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let sandbox = site(&format!(
        "on = \"always\"\ntimeout = \"1s\"\n[notifications.email]\nto = [\"ops@shop.example\"]\nserver = \"127.0.0.1\"\n\
         port = {port}\nencryption = \"none\"\n[notifications.webhook]\nurl = \"http://127.0.0.1:{port}/\"\n\
         [notifications.ping]\nurl = \"http://127.0.0.1:{port}/\"\n"
    ));
    sandbox
        .run(SOUND)
        .exits(0)
        .complains("email waits")
        .complains("webhook waits")
        .complains("ping waits")
        .complains("the start could not be told");
}

#[test]
fn a_ping_tells_the_start_and_the_exit_code_of_every_run() {
    let service = Service::start();
    let url = format!("http://127.0.0.1:{}/canary-key/{{site}}-{{command}}", service.port);
    let sandbox = site(&format!("[notifications.ping]\nurl = \"{url}\"\n"));
    let paths = || service.taken().into_iter().map(|request| request.path).collect::<Vec<_>>();
    sandbox.run(SOUND).exits(0);
    assert_eq!(paths(), ["/canary-key/shop-backup-database/start", "/canary-key/shop-backup-database/0"]);
    break_the_database(&sandbox);
    sandbox.run(SOUND).exits(2);
    let taken = service.taken();
    assert_eq!(taken[1].path, "/canary-key/shop-backup-database/2");
    assert!(taken[1].body.contains("no backup was made"), "{}", taken[1].body);
    sandbox.run(&["--fail-on", "never", "backup", "database", "--quiet"]).exits(0);
    assert_eq!(paths()[1], "/canary-key/shop-backup-database/0", "as the run's own exit code");
    // Only the newest verdict is worth telling after an outage.
    service.answer(500);
    for _ in 0..3 {
        sandbox.run(SOUND).complains("ping waits");
    }
    let waiting = sandbox.run(&["notifications", "list", "--format", "json"]).exits(0).json();
    assert_eq!(waiting["waiting"].as_array().unwrap().len(), 1);
    service.taken();
    service.answer(200);
    sandbox.run(&["notifications", "test"]).exits(0).says("ping: taken");
    assert_eq!(paths(), ["/canary-key/shop-notifications-test/log"]);
}

#[test]
fn mail_goes_out_encrypted_and_with_the_password() {
    for (encrypts, word) in [(Encrypts::AtOnce, "tls"), (Encrypts::WhenAsked, "starttls")] {
        let sandbox = Sandbox::site();
        let server = MailServer::start(encrypts, Some(server_config(&sandbox)));
        sandbox.write("password", "canary-smtp\n");
        let settings = |ca: &str| {
            format!(
                "[backup]\nfolder = \"backups\"\n[notifications]\n{ca}[notifications.email]\n\
                 to = [\"Équipe <ops@shop.example>\", \"chef@shop.example\"]\nfrom = \"sitekeep@shop.example\"\n\
                 server = \"localhost\"\nport = {}\nencryption = \"{word}\"\nuser = \"sitekeep\"\n\
                 password_file = \"password\"\n",
                server.port
            )
        };
        sandbox.configure(&settings("ca_file = \"ca.pem\"\n"));
        break_the_database(&sandbox);
        sandbox.run(SOUND).exits(2);
        let mails = server.taken();
        assert_eq!(mails.len(), 1, "{word}");
        // base64 of NUL sitekeep NUL canary-smtp
        for part in [
            "AUTH PLAIN AHNpdGVrZWVwAGNhbmFyeS1zbXRw",
            "MAIL FROM:<sitekeep@shop.example>",
            "RCPT TO:<ops@shop.example>",
            "RCPT TO:<chef@shop.example>",
            "Subject: shop backup database CRITICAL",
            "Auto-Submitted: auto-generated",
            "Message-ID: <",
            "no backup was made",
        ] {
            assert!(mails[0].contains(part), "{word}: `{part}` is not in\n{}", mails[0]);
        }
        // A server that nobody vouches for gets nothing.
        sandbox.configure(&settings(""));
        sandbox.run(&["notifications", "test"]).exits(2).says("certificate");
        assert!(!server.taken().iter().any(|said| said.contains("AUTH")), "{word}");
    }
}

#[test]
fn mail_to_this_machine_needs_no_encryption_and_another_gets_no_password_in_clear() {
    let server = MailServer::start(Encrypts::Never, None);
    let sandbox = site(&format!(
        "[notifications.email]\nto = [\"root@localhost.localdomain\"]\nserver = \"127.0.0.1\"\nport = {}\nencryption = \"none\"\n",
        server.port
    ));
    sandbox.run(&["notifications", "test"]).exits(0).says("email: taken");
    assert!(server.taken()[0].contains("This is a test"));
    // A server that offers no encryption where it is wanted gets nothing either.
    sandbox
        .run_with(&[("SITEKEEP_NOTIFICATIONS__EMAIL__ENCRYPTION", "starttls")], &["notifications", "test"])
        .exits(2)
        .says("email: ");
    assert!(!server.taken().iter().any(|said| said.contains("MAIL")));
    sandbox.configure("[notifications.email]\nto = [\"a@b.example\"]\nserver = \"mail.example\"\nencryption = \"none\"\nuser = \"u\"\n");
    sandbox.run(&["config", "validate"]).exits(78).complains("in clear to another machine");
}

#[test]
fn keys_are_never_shown_and_a_missing_one_harms_only_the_message() {
    let service = Service::start();
    let sandbox = webhook(&service, "on = \"always\"\n");
    let more = std::fs::read_to_string(sandbox.path("sitekeep.toml")).unwrap() + "token_file = \"token\"\n";
    sandbox.write("sitekeep.toml", &more);
    sandbox.run(SOUND).exits(0).complains("read a password from");
    assert!(service.taken().is_empty(), "nothing goes out without its key");
    sandbox.write("token", "canary-token\n");
    sandbox.run(&["notifications", "send"]).exits(0);
    assert!(service.taken()[0].head.contains("authorization: bearer canary-token"));
    service.answer(500);
    let outputs = [
        sandbox.run(&["config", "show", "--origin"]),
        sandbox.run(&["--verbose", "backup", "database"]),
        sandbox.run(&["notifications", "list", "--format", "json"]),
        sandbox.run(&["notifications", "test"]),
    ];
    let port = service.port;
    drop(service);
    for outcome in outputs {
        let all = outcome.stdout + &outcome.stderr;
        assert!(!all.contains("canary"), "{port}: {all}");
    }
    let state = std::fs::read(sandbox.path("state/state.sqlite3")).unwrap();
    assert!(!state.windows(6).any(|part| part == b"canary"), "a key is in the state");
}
