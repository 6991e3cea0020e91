//! How the site speaks TLS: a good server, a bad one, and none.

use super::audit;
use super::configure;
use super::open;
use super::site;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;
use std::io::BufRead;
use std::io::BufReader;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

fn at(sandbox: &Sandbox, url: &str, more: &str) {
    configure(sandbox, more);
    let text = std::fs::read_to_string(sandbox.path("sitekeep.toml")).unwrap();
    sandbox.write("sitekeep.toml", &text.replacen("[site]\n", &format!("[site]\nurl = \"{url}\"\n"), 1));
}

/// `openssl s_server` with a weak certificate that signed itself, speaking whatever it can; ends with the test.
struct Server(Child, u16);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn openssl(sandbox: &Sandbox) -> Option<Server> {
    let run = |arguments: &[&str]| {
        let mut command = Command::new("openssl");
        command.args(arguments).current_dir(sandbox.path("")).env("OPENSSL_CONF", "/dev/null");
        command.stdin(Stdio::null()).stderr(Stdio::null());
        command
    };
    let made = run(&[
        "req",
        "-x509",
        "-newkey",
        "rsa:1024",
        "-nodes",
        "-subj",
        "/CN=other.example",
        "-days",
        "20000",
        "-keyout",
        "key.pem",
        "-out",
        "cert.pem",
    ])
    .output();
    if !made.is_ok_and(|made| made.status.success()) {
        assert!(std::env::var_os("CI").is_none(), "openssl does not work, and in CI it is never skipped");
        eprintln!("SKIPPED: openssl does not work (apt-get install openssl), no bad server was judged");
        return None;
    }
    let mut child = run(&[
        "s_server",
        "-accept",
        "0",
        "-key",
        "key.pem",
        "-cert",
        "cert.pem",
        "-cipher",
        "ALL:COMPLEMENTOFALL:@SECLEVEL=0",
        "-www",
    ])
    .stdout(Stdio::piped())
    .spawn()
    .unwrap();
    let mut told = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("ACCEPT") {
        line.clear();
        assert!(told.read_line(&mut line).unwrap() > 0, "openssl s_server ended");
    }
    let port = line.trim().rsplit(':').next().unwrap().parse().unwrap();
    // What it says later has no reader, and is little.
    std::mem::forget(told);
    Some(Server(child, port))
}

#[test]
fn a_good_server_is_ok_in_every_respect() {
    let sandbox = site("");
    let port = crate::tls::serve(&sandbox);
    at(&sandbox, &format!("https://localhost:{port}"), "[health.tls]\nca_file = \"ca.pem\"\n");
    let report = audit(&sandbox, "tls").exits(0).json();
    let told = findings(&report, "SECURITY-014", "ok");
    assert_eq!(told.len(), 5, "{report}");
    assert_eq!(told[0]["message"], "speaks TLS 1.2 and TLS 1.3");
    // Without its authority, the same certificate is nobody's.
    at(&sandbox, &format!("https://localhost:{port}"), "");
    audit(&sandbox, "tls").exits(2).says("no authority that this machine trusts");
    // And it is not for an address.
    at(&sandbox, &format!("https://127.0.0.1:{port}"), "[health.tls]\nca_file = \"ca.pem\"\n");
    audit(&sandbox, "tls").exits(2).says("for another name");
    at(&sandbox, &format!("https://localhost:{port}"), "[health.tls]\nca_file = \"ca.pem\"\n");
    let late = [("SITEKEEP_NOW", "2099-01-01T00:00:00Z")];
    sandbox.run_with(&late, &["security", "audit", "--only", "tls"]).exits(2).says("it ended on 2098-01-01");
}

#[test]
fn old_versions_bad_ciphers_and_a_weak_certificate_are_each_told() {
    let sandbox = site("");
    let Some(server) = openssl(&sandbox) else { return };
    at(&sandbox, &format!("https://localhost:{}", server.1), "");
    let report = audit(&sandbox, "tls").exits(2).json();
    let told = open(&report);
    for (subject, status) in [
        ("localhost: TLS 1.0", "warning"),
        ("localhost: TLS 1.1", "warning"),
        ("localhost: ciphers", "critical"),
        ("localhost: trust", "critical"),
        ("localhost: key", "critical"),
    ] {
        assert!(told.contains(&(subject.to_owned(), status.to_owned())), "{subject}: {report}");
    }
    assert!(report.to_string().contains("signed itself"), "{report}");
}

#[test]
fn what_speaks_no_tls_is_critical_and_what_does_not_answer_unknown() {
    let sandbox = site("");
    let stub = crate::stub::Stub::start(std::collections::HashMap::new(), crate::stub::html("x"));
    at(&sandbox, &format!("https://localhost:{}", stub.port), "[health.pages]\ntimeout = \"500ms\"\n");
    let report = audit(&sandbox, "tls").exits(2).says("speaks neither TLS 1.2 nor 1.3").json();
    assert!(findings(&report, "SECURITY-014", "ok").is_empty(), "{report}");
    at(&sandbox, "https://localhost:9", "");
    audit(&sandbox, "tls").exits(3).says("does not answer");
    at(&sandbox, "http://shop.example", "");
    audit(&sandbox, "tls").exits(2).says("without TLS");
    at(&sandbox, "http://127.0.0.1:8000", "");
    audit(&sandbox, "tls").exits(0).says("a local address");
}
