//! The lock: held by whoever works, and by nobody who is dead.

use super::restore::changed;
use std::process::Stdio;

#[test]
fn h24_a_killed_run_leaves_no_lock_behind() {
    let sandbox = changed();
    let film = std::fs::File::create(sandbox.path("backend/media/film.mp4")).unwrap();
    film.set_len(64 << 20).unwrap();
    crate::restore::at(&sandbox, "2026-11-22T08:00:00Z", &["backup", "media"]).exits(0);
    // To pack it takes far longer than this test.
    film.set_len(100 << 30).unwrap();
    let partial = sandbox.path("backups/.sitekeep-media_backup_20261123_090000.tar.gz.partial");
    let mut child =
        sandbox.command(&["backup", "media"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while !partial.exists() && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    let holder = format!("process {} (backup)", child.id());
    sandbox.run(&["backup", "database"]).exits(75).complains(&holder).complains("--lock-wait");
    sandbox.run(&["backup", "database", "--fail-on", "never"]).exits(75);
    child.kill().unwrap();
    child.wait().unwrap();
    sandbox.run(&["backup", "database"]).exits(0);
    assert!(!partial.exists());
}
