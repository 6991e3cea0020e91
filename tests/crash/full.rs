//! A disk that is really full: a small file system of its own, where the tests may mount one.

use super::restore::changed;
use crate::restore::at;
use crate::restore::kept;
use crate::restore::run;
use crate::restore::tree;
use crate::sandbox::Sandbox;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;

/// A small file system in place of a folder, unmounted at the end.
struct Small(PathBuf);

impl Small {
    /// `None`, and loudly, where this user may not mount.
    fn over(folder: PathBuf, size: &str) -> Option<Self> {
        std::fs::create_dir_all(&folder).unwrap();
        let options = format!("size={size},mode=0700");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "tmpfs"])
            .arg(&folder)
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if !mounted {
            eprintln!("SKIPPED: this user may not mount a tmpfs, no disk was really full");
            return None;
        }
        Some(Self(folder))
    }

    /// Fills it to its last byte.
    fn fill(&self) {
        let mut file = std::fs::File::create(self.0.join("ballast")).unwrap();
        let written = std::io::copy(&mut std::io::repeat(1), &mut file);
        assert_eq!(written.unwrap_err().kind(), std::io::ErrorKind::StorageFull);
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

fn on_full_state() -> Option<(Sandbox, Small)> {
    let sandbox = changed();
    std::fs::remove_dir_all(sandbox.path("state")).unwrap();
    let small = Small::over(sandbox.path("state"), "1m")?;
    Some((sandbox, small))
}

#[test]
fn a_restore_that_cannot_be_recorded_says_why_and_touches_nothing() {
    let Some((sandbox, small)) = on_full_state() else { return };
    small.fill();
    let before = tree(&sandbox.path("backend"));
    let outcome = run(&sandbox, &["restore", "latest", "--confirm", "shop", "--no-safety-backup"]).exits(2);
    let told = outcome.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("No space left on device"), "{}", outcome.stdout);
    assert_eq!(tree(&sandbox.path("backend")), before);
    assert_eq!(kept(&sandbox), Vec::<PathBuf>::new());
}

#[test]
fn a_full_disk_does_not_keep_purge_and_rotation_from_making_room() {
    let Some((sandbox, small)) = on_full_state() else { return };
    for day in 18..22 {
        at(&sandbox, &format!("2026-11-{day}T08:00:00Z"), &["backup", "database"]).exits(0);
    }
    run(&sandbox, &["restore", "latest", "--confirm", "shop", "--no-safety-backup"]).exits(0);
    assert_eq!(kept(&sandbox).len(), 1);
    small.fill();
    let purged = run(&sandbox, &["quarantine", "purge", "--all", "--confirm", "shop"]);
    assert!(matches!(purged.code, 0 | 1), "{}{}", purged.stdout, purged.stderr);
    assert_eq!(kept(&sandbox), Vec::<PathBuf>::new());
    crate::restore::configure(&sandbox, "[backup.database]\nlast = 1\ndaily = 0\nweekly = 0\nmonthly = 0\n");
    let pruned = run(&sandbox, &["backup", "prune", "--confirm", "shop"]);
    assert!(matches!(pruned.code, 0 | 1), "{}{}", pruned.stdout, pruned.stderr);
    assert!(pruned.stdout.contains("3 removed"), "{}", pruned.stdout);
}

#[test]
fn a_rotation_that_cannot_know_which_were_verified_removes_nothing() {
    let sandbox = changed();
    for day in 12..22 {
        at(&sandbox, &format!("2026-11-{day}T08:00:00Z"), &["backup", "database"]).exits(0);
    }
    sandbox.write("state/state.sqlite3", "this is no database any more");
    crate::restore::configure(&sandbox, "[backup.database]\nlast = 8\ndaily = 0\nweekly = 0\nmonthly = 0\n");
    let outcome = run(&sandbox, &["backup", "prune"]);
    assert!(outcome.code >= 1, "{}", outcome.stdout);
    assert!(outcome.stdout.contains("nothing is removed"), "{}", outcome.stdout);
    assert_eq!(run(&sandbox, &["backup", "prune", "--confirm", "shop"]).says("2 removed").code, 1);
}
