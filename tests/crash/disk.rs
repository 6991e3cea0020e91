//! Disks that are full, failing or read-only, from one call on or for one call: told, and nothing lost.

use super::restore::changed;
use super::strace;
use super::strace::Step;
use super::world::World;
use crate::restore::at;
use crate::restore::site;
use crate::restore::tree;

/// An error, and the words for it: the system's, or SQLite's own.
const ERRORS: [(&str, &[&str]); 3] = [
    ("ENOSPC", &["No space left on device", "disk is full"]),
    ("EIO", &["nput/output error", "disk I/O error", "unable to open database"]),
    ("EROFS", &["Read-only file system", "disk I/O error", "readonly database", "unable to open database"]),
];

pub struct Failure {
    pub when: String,
    pub code: i32,
    /// Whether what was printed names the trouble of the disk.
    is_named: bool,
    pub text: String,
}

/// Fails a command at its steps, each with one of the errors, or in a whole run with all of them.
pub fn fail_at_steps(
    world: &World,
    name: &str,
    at_most: usize,
    arguments: &[&str],
    look: impl Fn(&Step, &Failure),
) {
    let Some(mut moments) = world.moments(arguments) else { return };
    // Counted by thread, the error would also meet the sockets and wake-up calls of the server in memory that visits
    // the restored site: those are no disk.
    moments.steps.retain(|step| !(step.is_shared && step.call == "write"));
    let mut failed = 0;
    let steps = strace::sample(&moments, at_most);
    for (number, step) in steps.iter().enumerate() {
        for (position, (error, words)) in ERRORS.iter().enumerate() {
            if !super::is_whole() && number % ERRORS.len() != position {
                continue;
            }
            world.reset();
            let output = strace::failing(&world.command(arguments), step, error).output().unwrap();
            let text = format!(
                "{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
            let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let failure = Failure {
                when: format!("{error} at {step:?}"),
                code: output.status.code().expect("an exit code"),
                is_named: words.iter().any(|words| one_line.contains(words)),
                text,
            };
            failed += usize::from(failure.code == 2);
            look(step, &failure);
        }
    }
    eprintln!(
        "{name}: the disk failed at {} of {} steps, {failed} runs were critical",
        steps.len(),
        moments.steps.len()
    );
    assert!(failed > 0, "{name}: no failure mattered");
}

/// What every failure has to say for itself.
#[track_caller]
pub fn is_told(failure: &Failure) {
    let Failure { when, code, is_named, text } = failure;
    assert!(matches!(code, 0..=2), "{when}: exit {code}\n{text}");
    assert!(*code < 2 || *is_named, "{when}: the disk's trouble is not named\n{text}");
}

fn a_backup_fails_honestly(kind: &str, at_most: usize) {
    let sandbox = site("");
    for kind in ["database", "media", "full"] {
        at(&sandbox, "2026-11-22T08:00:00Z", &["backup", kind]).exits(0);
    }
    sandbox.write_bytes("backend/media/products/neuf.jpg", &crate::sandbox::jpeg(30, 20));
    let world = World::new(sandbox);
    let live = tree(&world.sandbox.path("backend"));
    let command = ["backup", kind];
    fail_at_steps(&world, &format!("backup {kind}"), at_most, &command, |_, failure| {
        is_told(failure);
        let Failure { when, code, text, .. } = failure;
        let there = world.sound_artefacts(when);
        assert!(there.len() == 4 || *code == 2, "{when}: says that it made one\n{text}");
        assert_eq!(tree(&world.sandbox.path("backend")), live, "{when}");
        world.run_later(&command).exits(0);
        assert!(world.sound_artefacts(when).len() > there.len(), "{when}");
        assert_eq!(world.strangers(), Vec::<String>::new(), "{when}");
    });
}

#[test]
fn h28_a_backup_on_a_failing_disk_says_so_and_leaves_whole_artefacts() {
    a_backup_fails_honestly("database", 8);
    a_backup_fails_honestly("full", 8);
}

#[test]
fn a_restore_on_a_failing_disk_says_so_and_leaves_the_old_site() {
    let world = World::new(changed());
    let old = world.state();
    let command = ["restore", "latest", "--confirm", "shop", "--no-safety-backup"];
    world.run(&command).exits(0);
    let new = world.state();
    fail_at_steps(&world, "restore", 12, &command, |_, failure| {
        is_told(failure);
        let Failure { when, code, text, .. } = failure;
        let expected = if *code == 2 { &old } else { &new };
        assert_eq!(world.state(), *expected, "{when}: exit {code}\n{text}");
        let next = world.run(&["quarantine", "purge"]);
        assert!(matches!(next.code, 0 | 1), "{when}: {}{}", next.stdout, next.stderr);
        assert_eq!(world.state(), *expected, "{when}: the next run changed it\n{text}");
        assert_eq!(world.leftovers(), Vec::<std::path::PathBuf>::new(), "{when}");
        let again = world.run_later(&command);
        assert!(matches!(again.code, 0 | 1), "{when}: {}{}", again.stdout, again.stderr);
        assert_eq!(world.state(), new, "{when}");
    });
}

#[test]
fn an_undo_on_a_failing_disk_says_so_and_leaves_one_of_the_two() {
    let sandbox = changed();
    crate::restore::restore(&sandbox, "latest", &["--no-safety-backup"]).exits(0);
    let world = World::new(sandbox);
    let restored = world.state();
    let command = ["undo", "--confirm", "shop"];
    assert!(matches!(world.run(&command).code, 0 | 1));
    let former = world.state();
    fail_at_steps(&world, "undo", 8, &command, |_, failure| {
        is_told(failure);
        let Failure { when, code, text, .. } = failure;
        let expected = if *code == 2 { &restored } else { &former };
        assert_eq!(world.state(), *expected, "{when}: exit {code}\n{text}");
        let next = world.run(&["quarantine", "purge"]);
        assert!(matches!(next.code, 0 | 1), "{when}: {}{}", next.stdout, next.stderr);
        assert_eq!(world.state(), *expected, "{when}: the next run changed it\n{text}");
        assert_eq!(world.leftovers(), Vec::<std::path::PathBuf>::new(), "{when}");
    });
}
