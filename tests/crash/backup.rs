//! Backups and their rotation: what is visible is whole, and what is not is gone after the next run.

use super::world::World;
use crate::restore::at;
use crate::restore::site;
use crate::restore::tree;

/// A site with one backup of each kind from the day before.
fn backed_up(more: &str) -> World {
    let sandbox = site(more);
    for kind in ["database", "media", "full"] {
        at(&sandbox, "2026-11-22T08:00:00Z", &["backup", kind]).exits(0);
    }
    sandbox.write_bytes("backend/media/products/neuf.jpg", &crate::sandbox::jpeg(30, 20));
    World::new(sandbox)
}

fn survives(kind: &str, at_most: usize) {
    let world = backed_up("");
    let live = tree(&world.sandbox.path("backend"));
    let command = ["backup", kind];
    world.kill_at_steps(&format!("backup {kind}"), at_most, &command, |world, step| {
        let when = format!("{step:?}");
        let there = world.sound_artefacts(&when);
        assert!(matches!(there.len(), 3 | 4), "{when}: {there:?}");
        assert_eq!(tree(&world.sandbox.path("backend")), live, "{when}");
        world.run(&["backup", "verify", "--all"]).exits(0);
        world.run(&command).exits(0);
        assert_eq!(world.sound_artefacts(&when).len(), there.len() + 1, "{when}");
        assert_eq!(world.strangers(), Vec::<String>::new(), "{when}");
        assert_eq!(tree(&world.sandbox.path("backend")), live, "{when}");
    });
}

#[test]
fn a_killed_backup_of_the_database_leaves_whole_artefacts() {
    survives("database", 8);
}

#[test]
fn a_killed_backup_of_the_media_leaves_whole_artefacts() {
    survives("media", 5);
}

#[test]
fn a_killed_full_backup_leaves_whole_artefacts() {
    survives("full", 8);
}

#[test]
fn a_killed_rotation_leaves_whole_artefacts_and_always_the_newest() {
    let sandbox = site("");
    for day in 18..23 {
        for kind in ["database", "media"] {
            at(&sandbox, &format!("2026-11-{day}T08:00:00Z"), &["backup", kind]).exits(0);
        }
    }
    crate::restore::configure(
        &sandbox,
        "[backup.database]\nlast = 1\ndaily = 0\nweekly = 0\nmonthly = 0\n[backup.media]\nlast = 1\n",
    );
    let world = World::new(sandbox);
    let command = ["backup", "prune", "--confirm", "shop"];
    world.kill_at_steps("backup prune", 5, &command, |world, step| {
        let when = format!("{step:?}");
        let there = world.sound_artefacts(&when);
        for newest in ["db_backup_20261122_090000.sqlite3.gz", "media_backup_20261122_090000.tar.gz"] {
            assert!(there.iter().any(|name| name == newest), "{when}: {there:?}");
        }
        world.run(&command).exits(0);
        assert_eq!(world.sound_artefacts(&when).len(), 2, "{when}");
        assert_eq!(world.strangers(), Vec::<String>::new(), "{when}");
    });
}
