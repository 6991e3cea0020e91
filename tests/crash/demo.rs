//! `demo`: a folder that a kill left half built is known as its own, and made anew.

use super::strace;
use super::world::World;
use crate::sandbox::Sandbox;

/// Of the steps of a whole run one in so many is taken: each is followed by the building of a whole shop.
const PACE: usize = 24;

#[test]
fn a_killed_demonstration_is_complete_after_the_next_run() {
    let mut world = World::new(Sandbox::empty());
    // The server that it starts, and the visits of that, change nothing of the site.
    world.is_alone = true;
    let command = ["demo", "shop", "--format", "json"];
    world.run(&command).exits(0);
    let whole = seen(&world);
    let Some(mut moments) = world.moments(&command) else { return };
    // By its first rename the folder is known as its own.
    let first = moments.steps.iter().find(|step| step.call.starts_with("rename")).cloned();
    strace::take_one_in(&mut moments, PACE, 3);
    moments.steps.extend(first);
    world.kill_at(&moments, &format!("demo, one step in {PACE}"), usize::MAX, &command, |world, step| {
        let when = format!("{step:?}");
        let beside: Vec<_> = std::fs::read_dir(world.sandbox.path("")).unwrap().flatten().collect();
        assert!(beside.iter().all(|entry| entry.file_name() == "shop"), "{when}: {beside:?}");
        let next = world.run(&command);
        assert_eq!(next.code, 0, "{when}: {}{}", next.stdout, next.stderr);
        assert_eq!(seen(world), whole, "{when}");
        let again = world.run(&command);
        assert_eq!(again.code, 0, "{when}: {}{}", again.stdout, again.stderr);
        let mut left = world.leftovers();
        left.retain(|path| !path.ends_with(".sitekeep-demo"));
        // One file that was being written aside may stay.
        assert!(left.len() <= 1 && left.iter().all(|path| path.is_file()), "{when}: {left:?}");
    });
}

/// The pictures with their sizes, and how many rows each table has.
fn seen(world: &World) -> Vec<String> {
    let shop = world.sandbox.path("shop/backend");
    let pictures = crate::restore::tree(&shop.join("media"));
    let mut told: Vec<String> =
        pictures.iter().map(|(path, (_, bytes))| format!("{}: {}", path.display(), bytes.len())).collect();
    let database = rusqlite::Connection::open(shop.join("db.sqlite3")).unwrap();
    let sound: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    for table in ["showcase_product", "showcase_category", "showcase_sitesettings", "django_session"] {
        let sql = format!("SELECT count(*) FROM {table}");
        let rows: i64 = database.query_row(&sql, [], |row| row.get(0)).unwrap();
        told.push(format!("{table}: {rows}"));
    }
    told
}
