//! Restore and undo: each part old or new at once, the whole site after the next run.

use super::strace::Step;
use super::world::State;
use super::world::World;
use crate::restore::change;
use crate::restore::configure;
use crate::restore::run;
use crate::restore::site;
use crate::sandbox::Sandbox;

const RESTORE: [&str; 5] = ["restore", "latest", "--confirm", "shop", "--no-safety-backup"];
const UNDO: [&str; 3] = ["undo", "--confirm", "shop"];

/// A site with a full backup, and everything that it holds changed since.
pub fn changed() -> Sandbox {
    let sandbox = site("[restore]\npatience = \"0s\"\n");
    run(&sandbox, &["backup", "full"]).exits(0);
    change(&sandbox);
    sandbox
}

/// Kills a command that leads from the present state to another one.
fn survives(name: &str, at_most: usize, sandbox: Sandbox, command: &[&str]) {
    survives_in(&World::new(sandbox), name, at_most, command);
}

fn survives_in(world: &World, name: &str, at_most: usize, command: &[&str]) {
    let old = world.state();
    let outcome = world.run(command);
    assert!(matches!(outcome.code, 0..=2), "{}{}", outcome.stdout, outcome.stderr);
    let restored = world.state();
    assert!(old.database.starts_with("ok: ") && restored.database.starts_with("ok: "));
    assert_ne!(old, restored);
    world.kill_at_steps(name, at_most, command, |world, step| look(world, step, &old, &restored));
}

fn look(world: &World, step: &Step, old: &State, new: &State) {
    let when = format!("{step:?}");
    part_by_part(&world.state(), old, new, &when);
    // The next command that takes the lock, whatever it is for.
    let next = world.run(&["quarantine", "purge"]);
    assert!(matches!(next.code, 0 | 1), "{when}: {}{}", next.stdout, next.stderr);
    let whole = world.state();
    assert!(whole == *old || whole == *new, "{when}: neither the old state nor the new: {whole:?}");
    assert_eq!(world.leftovers(), Vec::<std::path::PathBuf>::new(), "{when}");
    let calls = std::fs::read_to_string(world.sandbox.path("calls")).unwrap_or_default();
    assert!(calls.is_empty() || calls.ends_with("start\n"), "{when}: the site stays stopped: {calls}");
    // And everything works as ever.
    configure(&world.sandbox, "[restore]\npatience = \"0s\"\n");
    let again = world.run_later(&RESTORE);
    assert!(matches!(again.code, 0 | 1), "{when}: {}{}", again.stdout, again.stderr);
    assert_eq!(world.run(&["backup", "verify", "--all"]).code, 0, "{when}");
    let undone = world.run_later(&UNDO);
    assert!(matches!(undone.code, 0 | 1), "{when}: {}{}", undone.stdout, undone.stderr);
    assert_eq!(world.state(), whole, "{when}: undo");
}

/// Each part is one of the two, now, before anything was mended.
#[track_caller]
pub fn part_by_part(now: &State, old: &State, new: &State, when: &str) {
    assert!([&old.database, &new.database].contains(&&now.database), "{when}: database {}", now.database);
    assert!([&old.media, &new.media].contains(&&now.media), "{when}: media {:?}", now.media);
    assert!([&old.env, &new.env].contains(&&now.env), "{when}: .env {}", now.env);
    assert!([&old.settings, &new.settings].contains(&&now.settings), "{when}: settings {}", now.settings);
}

#[test]
fn h6_a_killed_restore_leaves_the_old_site_or_the_new() {
    survives("restore", 8, changed(), &RESTORE);
}

#[test]
fn a_killed_undo_leaves_the_old_site_or_the_new() {
    let sandbox = changed();
    run(&sandbox, &RESTORE).exits(0);
    survives("undo", 5, sandbox, &UNDO);
}

#[test]
fn a_killed_restore_over_two_file_systems_leaves_nothing_on_either() {
    let world = World::with_env_elsewhere(changed());
    survives_in(&world, "restore over two file systems", 12, &RESTORE);
}

#[test]
fn what_a_killed_restore_had_stopped_is_started_by_the_next_run() {
    let sandbox = changed();
    let service =
        "[restore]\npatience = \"0s\"\nstop = \"echo stop >> calls\"\nstart = \"echo start >> calls\"\n";
    configure(&sandbox, service);
    // Nobody serves the site here, and so it is told that it does not work.
    let command = [&RESTORE[..], &["--keep-failed"]].concat();
    survives("restore of a service", 2, sandbox, &command);
}

#[test]
fn h7_a_killed_restore_over_a_database_with_a_wal_leaves_one_of_the_two() {
    let sandbox = changed();
    leave_sidecar(&sandbox, "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0", "-wal", "COMMIT");
    survives("restore over a -wal", 2, sandbox, &RESTORE);
}

#[test]
fn h7_a_killed_restore_over_a_hot_journal_leaves_one_of_the_two() {
    let sandbox = changed();
    leave_sidecar(&sandbox, "PRAGMA cache_size = 1; PRAGMA cache_spill = 1", "-journal", "");
    survives("restore over a -journal", 2, sandbox, &RESTORE);
}

#[test]
fn h7_what_a_site_writes_between_a_kill_and_the_next_run_is_not_mixed_in() {
    let world = World::new(changed());
    let Some(mut moments) = world.moments(&RESTORE) else { return };
    // Around the exchange of the parts, of which the database is the first.
    moments.steps.retain(|step| step.call == "renameat2");
    world.kill_at(&moments, "restore, then a started site", 0, &RESTORE, |world, step| {
        let when = format!("{step:?}");
        leave_sidecar(
            &world.sandbox,
            "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0",
            "-wal",
            "COMMIT",
        );
        let path = world.sandbox.path("backend/db.sqlite3");
        let user = rusqlite::Connection::open(&path).unwrap();
        user.query_row("SELECT count(*) FROM bulk", [], |_| Ok(())).unwrap();
        let refused = world.run_with_short_patience(&["quarantine", "purge"]);
        assert!(refused.code < 2 || refused.stderr.contains("stays in use"), "{when}: {}", refused.stderr);
        drop(user);
        leave_sidecar(
            &world.sandbox,
            "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; DROP TABLE IF EXISTS bulk",
            "-wal",
            "COMMIT",
        );
        let next = world.run(&["quarantine", "purge"]);
        assert!(matches!(next.code, 0 | 1), "{when}: {}{}", next.stdout, next.stderr);
        let database = world.state().database;
        assert!(database.starts_with("ok: "), "{when}: {database}");
        let products = database.matches("livré").count();
        assert!([0, products].contains(&database.matches("=7/").count()), "{when}: mixed: {database}");
        assert_eq!(world.leftovers(), Vec::<std::path::PathBuf>::new(), "{when}");
    });
}

/// A program is killed in (or after) a transaction: what it leaves beside the database is copied while it works, as
/// nothing brings it home then.
fn leave_sidecar(sandbox: &Sandbox, pragmas: &str, suffix: &str, end: &str) {
    let path = sandbox.path("backend/db.sqlite3");
    let program = rusqlite::Connection::open(&path).unwrap();
    program.execute_batch(pragmas).unwrap();
    program
        .execute_batch(&format!(
            "BEGIN; UPDATE showcase_product SET price = 7;
             CREATE TABLE bulk AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
             SELECT i, hex(randomblob(100)) AS x FROM n; {end};"
        ))
        .unwrap();
    let copies = ["", suffix].map(|suffix| {
        let path = format!("{}{suffix}", path.display());
        (std::fs::read(&path).unwrap(), path)
    });
    drop(program);
    for (bytes, path) in copies {
        assert!(!bytes.is_empty(), "{path}");
        std::fs::write(path, bytes).unwrap();
    }
}
