//! A push, killed at each call of sitekeep itself: the copies of before stay, and the next push makes a whole one.

use super::every::strays;
use super::seen::Seen;
use super::strace;
use super::world::World;
use crate::offsite::configure;
use crate::offsite::restic_is_there;
use crate::sandbox::Sandbox;
use std::path::PathBuf;

#[test]
fn a_killed_push_leaves_the_copies_of_before_and_the_next_one_is_whole() {
    if !restic_is_there() {
        return;
    }
    let sandbox = Sandbox::site();
    sandbox.write("backend/shop/settings.py", "DEBUG = False\n");
    sandbox.write("password", "trois baobabs\n");
    sandbox.set_mode("password", 0o600);
    configure(&sandbox, "repository = \"copies\"\n");
    crate::offsite::run(&sandbox, &["backup", "push", "--init"]).exits(0);
    sandbox.write_bytes("backend/media/products/neuve.jpg", &crate::sandbox::jpeg(400, 300));
    let mut world = World::new(sandbox);
    world.is_alone = true;
    world.now = "2026-11-23T10:00:00Z";
    let live = Seen::of(&world).below("backend");
    let Some(mut moments) = world.moments(&["backup", "push"]) else { return };
    strace::thin_out(&mut moments, 5);
    world.kill_at(&moments, "backup push", usize::MAX, &["backup", "push"], |world, step| {
        let when = format!("{step:?}");
        assert_eq!(Seen::of(world).below("backend"), live, "{when}");
        let copies = || {
            let list = world.run_later(&["backup", "list", "--remote", "--format", "json"]);
            assert_eq!(list.code, 0, "{when}: {}{}", list.stdout, list.stderr);
            list.json()["copies"].as_array().unwrap().len()
        };
        let before = copies();
        assert!(before > 0, "{when}: the copy of before is gone");
        let next = world.run_later(&["backup", "push"]);
        assert_eq!(next.code, 0, "{when}: {}{}", next.stdout, next.stderr);
        let whole = world.run_later(&["backup", "verify", "--remote", "--full"]);
        assert_eq!(whole.code, 0, "{when}: {}{}", whole.stdout, whole.stderr);
        assert!(copies() >= before, "{when}");
        assert_eq!(Seen::of(world).below("backend"), live, "{when}");
        assert_eq!(strays(world), Vec::<PathBuf>::new(), "{when}");
    });
}
