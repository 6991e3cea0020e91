//! Runs that are killed or asked to stop at random moments: within a call, between two threads, in a wait.

use super::restore::changed;
use super::restore::part_by_part;
use super::world::World;
use crate::restore::configure;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

const RESTORE: [&str; 5] = ["restore", "latest", "--confirm", "shop", "--keep-failed"];

/// A number that follows from a seed (xorshift), so that a failure can be met again.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit.max(1)
    }
}

/// Starts a command and sends it a signal at a random moment of its usual time; its exit code, as a shell tells it.
fn interrupted(command: &mut Command, signal: rustix::process::Signal, wait: Duration) -> i32 {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let end = Instant::now() + wait;
    while Instant::now() < end && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    // One that has ended meanwhile is not waited for yet, and so its number is nobody else's.
    let _ = rustix::process::kill_process(rustix::process::Pid::from_child(&child), signal);
    let status = child.wait().unwrap();
    status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap()
}

fn at_random(name: &str, rounds: usize, signals: &[(rustix::process::Signal, i32)]) {
    let sandbox = changed();
    let service =
        "[restore]\npatience = \"0s\"\nstop = \"echo stop >> calls\"\nstart = \"echo start >> calls\"\n";
    configure(&sandbox, service);
    let world = World::new(sandbox);
    let old = world.state();
    let begin = Instant::now();
    assert_eq!(world.run(&RESTORE).code, 2, "nobody serves the site");
    let usual = u64::try_from(begin.elapsed().as_micros()).unwrap();
    let new = world.state();
    let mut random = Random(0x5eed_0001);
    let mut ended = 0;
    for round in 0..rounds {
        world.reset();
        let (signal, code) = signals[round % signals.len()];
        let wait = Duration::from_micros(random.below(usual));
        let came_to = interrupted(&mut world.command(&RESTORE), signal, wait);
        let when = format!("{name}, round {round}, after {wait:?} of {usual} µs, exit {came_to}");
        assert!([code, 0, 1, 2].contains(&came_to), "{when}");
        ended += usize::from(came_to == code);
        part_by_part(&world.state(), &old, &new, &when);
        world.sound_artefacts(&when);
        let calls = || std::fs::read_to_string(world.sandbox.path("calls")).unwrap_or_default();
        if signal != rustix::process::Signal::KILL {
            let whole = world.state();
            assert!(whole == old || whole == new, "{when}: {whole:?}");
            assert!(came_to != code || whole == old, "{when}: it says that it was taken back");
            assert!(calls().is_empty() || calls().ends_with("start\n"), "{when}: {}", calls());
            assert_eq!(world.leftovers(), Vec::<std::path::PathBuf>::new(), "{when}");
        }
        let next = world.run(&["backup", "full"]);
        assert!(matches!(next.code, 0 | 1), "{when}: {}{}", next.stdout, next.stderr);
        let whole = world.state();
        assert!(whole == old || whole == new, "{when}: {whole:?}");
        assert!(calls().is_empty() || calls().ends_with("start\n"), "{when}: {}", calls());
        assert_eq!(world.leftovers(), Vec::<std::path::PathBuf>::new(), "{when}");
        assert_eq!(world.strangers(), Vec::<String>::new(), "{when}");
    }
    eprintln!("{name}: {rounds} random moments, {ended} ended by the signal");
    assert!(ended > 0, "{name}: no moment was within the run");
}

#[test]
fn a_restore_killed_at_random_moments_leaves_the_old_site_or_the_new() {
    let rounds = if super::is_whole() { 200 } else { 8 };
    at_random("SIGKILL", rounds, &[(rustix::process::Signal::KILL, 137)]);
}

#[test]
fn a_restore_asked_to_stop_takes_everything_back_by_itself() {
    let rounds = if super::is_whole() { 200 } else { 8 };
    let signals = [(rustix::process::Signal::TERM, 143), (rustix::process::Signal::INT, 130)];
    at_random("SIGTERM, SIGINT", rounds, &signals);
}

/// The signal comes at a known moment: while the media are read, of which one never ends.
#[test]
fn a_backup_asked_to_stop_ends_at_once_and_leaves_nothing() {
    let world = World::new(changed());
    // Sparse, and so written in no time; the first backup shows how little room zeros take.
    let film = std::fs::File::create(world.sandbox.path("backend/media/film.mp4")).unwrap();
    film.set_len(64 << 20).unwrap();
    crate::restore::at(&world.sandbox, "2026-11-22T08:00:00Z", &["backup", "media"]).exits(0);
    // To pack it takes far longer than this test.
    film.set_len(100 << 30).unwrap();
    let partial = world.sandbox.path("backups/.sitekeep-media_backup_20261123_090000.tar.gz.partial");
    let mut child =
        world.command(&["backup", "media"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while !partial.exists() && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::TERM)
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(143), "{told}");
    assert!(told.contains("stopped on request"), "{told}");
    assert!(!partial.exists());
    assert_eq!(world.sound_artefacts("stopped").len(), 2, "those from before");
}
