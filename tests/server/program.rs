//! The program itself: signals are its own, and only a process of its own can be sent them.

use super::world::World;
use rustix::process::Pid;
use rustix::process::Signal;
use rustix::process::kill_process;
use std::io::BufRead;
use std::io::BufReader;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

/// Starts `sitekeep serve` on a free port; answers its process and its address.
fn serve(world: &World) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sitekeep"))
        .args(["serve", "--listen", "127.0.0.1:0"])
        .current_dir(world.folder.path())
        .env_clear()
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
    let address = line.trim().rsplit("http://").next().unwrap().to_owned();
    (child, address)
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
