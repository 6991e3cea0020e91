//! The program itself: signals are its own, and only a process of its own can be sent them.

use super::world::Answer;
use super::world::World;
use super::world::request;
use rustix::process::Pid;
use rustix::process::Signal;
use rustix::process::kill_process;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;
use std::os::unix::net::UnixStream;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

/// Starts `sitekeep serve` on a free port; answers its process and its address.
fn serve(world: &World) -> (Child, String) {
    let (child, line) = serve_on(world, "127.0.0.1:0", &[]);
    let address = line.rsplit("http://").next().unwrap().to_owned();
    (child, address)
}

/// Starts it on an address; answers its process and the line that it greets with.
pub(super) fn serve_on(world: &World, address: &str, variables: &[(&str, &str)]) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sitekeep"))
        .args(["serve", "--listen", address])
        .current_dir(world.folder.path())
        .env_clear()
        .envs(variables.iter().copied())
        .env("HOME", world.folder.path())
        .env("SITEKEEP_DATABASE__PATH", world.database())
        .env("SITEKEEP_SITE__MEDIA", &world.config.site.media)
        .env("SITEKEEP_SERVE__ACCESS_LOG", world.folder.path().join("access.log"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    (child, line.trim().to_owned())
}

fn get(address: &str, path: &str) -> String {
    ureq::get(format!("http://{address}{path}")).call().unwrap().body_mut().read_to_string().unwrap()
}

#[test]
fn sigterm_and_sigint_stop_it_with_success() {
    let world = World::new();
    for signal in [Signal::TERM, Signal::INT] {
        let (mut child, address) = serve(&world);
        assert!(get(&address, "/products").contains("Produit 25"));
        kill_process(Pid::from_child(&child), signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
}

#[test]
fn sighup_opens_the_access_log_again() {
    let world = World::new();
    let (mut child, address) = serve(&world);
    let (log, rotated) = (world.folder.path().join("access.log"), world.folder.path().join("access.log.1"));
    get(&address, "/healthz");
    std::fs::rename(&log, &rotated).unwrap();
    kill_process(Pid::from_child(&child), Signal::HUP).unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !std::fs::read_to_string(&log).is_ok_and(|text| text.contains("GET /healthz")) {
        assert!(std::time::Instant::now() < deadline, "nothing in the new log");
        get(&address, "/healthz");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(std::fs::read_to_string(&rotated).unwrap().contains("GET /healthz"));
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_socket_in_the_file_system_serves_a_proxy_on_this_machine() {
    let world = World::new();
    let path = world.folder.path().join("shop.sock");
    let address = format!("unix:{}", path.display());
    let (mut child, line) = serve_on(&world, &address, &[("SITEKEEP_SERVE__SOCKET_MODE", "600")]);
    assert!(line.ends_with(&address), "{line}");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let mut stream = UnixStream::connect(&path).unwrap();
    let headers = [("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "198.51.100.9")];
    stream.write_all(&request("GET", "/api/", &headers)).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    assert!(Answer::parse(&bytes).shows("\"https://shop.example/api/products/\""));
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(!path.exists(), "the socket goes with its server");
    let log = std::fs::read_to_string(world.folder.path().join("access.log")).unwrap();
    assert!(log.starts_with("198.51.100.9 - - ["), "{log}");
}

#[test]
fn systemd_is_told_of_readiness_life_and_stopping() {
    let world = World::new();
    let path = world.folder.path().join("notify.sock");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
    let told = || {
        let mut text = [0; 256];
        let length = socket.recv(&mut text).unwrap();
        String::from_utf8(text[..length].to_vec()).unwrap()
    };
    let variables = [("NOTIFY_SOCKET", path.to_str().unwrap()), ("WATCHDOG_USEC", "100000")];
    let (mut child, _) = serve_on(&world, "127.0.0.1:0", &variables);
    assert!(told().contains("READY=1"));
    for _ in 0..3 {
        assert!(told().contains("WATCHDOG=1"));
    }
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    while !told().contains("STOPPING=1") {}
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn metrics_are_told_on_their_own_address_alone() {
    let mut world = World::new();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    world.config.serve.metrics_listen = Some(port.to_string());
    let server = world.start();
    assert_eq!(server.get("/metrics").status, 404);
    for path in [
        "/api/products/",
        "/api/products/produit-25/",
        "/api/products/none/",
        "/media/products/one.jpg",
        "/x/y",
    ] {
        server.get(path);
    }
    let text = get(&port.to_string(), "/metrics");
    for line in [
        "sitekeep_http_requests_total{route=\"/api/products/\",status=\"200\"} 1",
        "sitekeep_http_requests_total{route=\"/api/products/{slug}/\",status=\"200\"} 1",
        "sitekeep_http_requests_total{route=\"/api/products/{slug}/\",status=\"404\"} 1",
        "sitekeep_http_requests_total{route=\"/media/\",status=\"200\"} 1",
        "sitekeep_http_requests_total{route=\"other\",status=\"404\"} 2",
        "sitekeep_http_request_duration_seconds_count{route=\"/api/products/{slug}/\"} 2",
        "sitekeep_database_connections 2",
        "sitekeep_database_waiting 0",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
}
