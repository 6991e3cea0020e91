//! `logs config`: a settings.py that names a module has that module beside it, whatever was cut off.

use super::world::World;
use crate::sandbox::Sandbox;
use std::path::PathBuf;

const SETTINGS: &str = "DEBUG = False\n";

#[test]
fn a_killed_logs_config_leaves_each_file_old_or_new_and_on_record() {
    let sandbox = Sandbox::site();
    sandbox.configure("django = [\"django.log\"]\n");
    sandbox.write("backend/shop/settings.py", SETTINGS);
    let world = World::new(sandbox);
    let command = ["--fail-on", "never", "logs", "config", "--wire"];
    world.run(&command).exits(0);
    let read = |path: &str| std::fs::read_to_string(world.sandbox.path(path)).ok();
    let module = "backend/shop/site_logging.py";
    let (wired, written) = (world.state().settings, read(module).unwrap());
    assert!(wired.len() > SETTINGS.len());
    world.kill_at_steps("logs config", 8, &command, |world, step| {
        let when = format!("{step:?}");
        let look = || {
            let settings = world.state().settings;
            assert!(settings == SETTINGS || settings == wired, "{when}: {settings}");
            let own = read(module);
            assert!(own.is_none() || own.as_ref() == Some(&written), "{when}: {own:?}");
            assert!(settings == SETTINGS || own.is_some(), "{when}: the line needs its module");
        };
        look();
        let next = world.run(&["quarantine", "purge"]);
        assert!(matches!(next.code, 0 | 1), "{when}: {}{}", next.stdout, next.stderr);
        look();
        assert_eq!(world.leftovers(), Vec::<PathBuf>::new(), "{when}");
        // The same command again does the rest, and undo takes back what it did.
        assert_eq!(world.run(&command).code, 0, "{when}");
        assert_eq!(
            (world.state().settings, read(module).unwrap()),
            (wired.clone(), written.clone()),
            "{when}"
        );
    });
}
