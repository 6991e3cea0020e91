//! A DEBUG window: killed anywhere, it ends with DEBUG off and the site restarted, at once or by the next run.

use super::world::World;
use crate::troubleshoot::debug::world;
use std::path::PathBuf;

#[test]
fn a_killed_debug_window_ends_with_debug_off() {
    let settings = "DEBUG = config('DEBUG', default=False, cast=bool)\n";
    let world = World::new(world(settings, "DEBUG=False\nSECRET_KEY=a\n"));
    let command = ["--fail-on", "never", "troubleshoot", "errors", "--debug", "1s", "--confirm", "shop"];
    world.kill_at_steps("troubleshoot errors --debug", 8, &command, |world, step| {
        let when = format!("{step:?}");
        let next = world.run(&["quarantine", "purge"]);
        assert!(matches!(next.code, 0 | 1), "{when}: {}{}", next.stdout, next.stderr);
        assert_eq!(world.state().env, "DEBUG=False\nSECRET_KEY=a\n", "{when}");
        let log = std::fs::read_to_string(world.sandbox.path("service.log")).unwrap_or_default();
        // Whatever was restarted with DEBUG on was restarted with it off.
        assert!(log.is_empty() || log.ends_with("DEBUG=False\n"), "{when}: {log}");
        assert!(!world.sandbox.path("state/quarantine/debug.window").exists(), "{when}");
        assert_eq!(world.leftovers(), Vec::<PathBuf>::new(), "{when}");
    });
}
