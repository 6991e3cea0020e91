//! What is kept goes whole or stays whole: a removal that was cut off is never put in place.

use super::restore::changed;
use super::world::World;
use crate::restore::at;

#[test]
fn what_a_killed_purge_left_is_never_put_in_place() {
    let sandbox = changed();
    let restore = ["restore", "latest", "--confirm", "shop", "--no-safety-backup"];
    crate::restore::run(&sandbox, &restore).exits(0);
    let world = World::new(sandbox);
    let restored = world.state();
    world.run(&["undo", "--confirm", "shop"]).exits(0);
    let former = world.state();
    let purge = ["quarantine", "purge", "--all", "--confirm", "shop"];
    world.kill_at_steps("quarantine purge", 8, &purge, |world, step| {
        let when = format!("{step:?}");
        assert_eq!(world.state(), restored, "{when}");
        let undone = world.run(&["undo", "--confirm", "shop"]);
        match undone.code {
            // Nothing of it was gone yet.
            0 | 1 => assert_eq!(world.state(), former, "{when}"),
            64 => assert_eq!(world.state(), restored, "{when}: {}", undone.stderr),
            _ => panic!("{when}: {}{}", undone.stdout, undone.stderr),
        }
        at(&world.sandbox, "2027-02-01T08:00:00Z", &["quarantine", "purge"]).exits(0);
        assert_eq!(crate::restore::kept(&world.sandbox), Vec::<std::path::PathBuf>::new(), "{when}");
        assert_eq!(world.leftovers(), Vec::<std::path::PathBuf>::new(), "{when}");
    });
}
