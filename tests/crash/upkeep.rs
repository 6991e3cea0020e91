//! `database reindex`: indexes that disagree with their tables stay so, or are sound.

use super::strace;
use super::world::World;
use crate::upkeep::damage_indexes;
use std::path::PathBuf;

#[test]
fn a_killed_reindex_leaves_the_database_as_it_was_or_sound() {
    let sandbox = crate::restore::site("");
    damage_indexes(&sandbox);
    let world = World::new(sandbox);
    let command = ["database", "reindex"];
    let old = world.state();
    world.run(&command).exits(0);
    let new = world.state();
    assert!(!old.database.starts_with("ok") && new.database.starts_with("ok"), "{old:?} {new:?}");
    let Some(mut moments) = world.moments(&command) else { return };
    strace::thin_out(&mut moments, 4);
    world.kill_at(&moments, "database reindex", usize::MAX, &command, |world, step| {
        let when = format!("{step:?}");
        let look = || {
            let now = world.state();
            assert!(now == old || now == new, "{when}: {now:?}");
        };
        look();
        let next = world.run(&["quarantine", "purge"]);
        assert!(matches!(next.code, 0 | 1), "{when}: {}{}", next.stdout, next.stderr);
        look();
        let again = world.run(&command);
        assert_eq!(again.code, 0, "{when}: again: {}{}", again.stdout, again.stderr);
        assert_eq!(world.state(), new, "{when}: again");
        assert_eq!(super::every::strays(world), Vec::<PathBuf>::new(), "{when}");
    });
}
