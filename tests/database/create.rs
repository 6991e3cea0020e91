//! `sitekeep database create`: a whole database or none, and never over one that somebody may want.

use crate::postgres::cluster;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;
use sitekeep::config::DatabaseConfig;
use sitekeep::db;
use sitekeep::db::Access;
use sitekeep::db::ProductFilter;
use sitekeep::db::Showcase;
use std::os::unix::fs::MetadataExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::fs::chown;

const FILE: &str = "backend/db.sqlite3";

/// A site without a database.
fn bare() -> Sandbox {
    let sandbox = Sandbox::empty();
    sandbox.configure("");
    std::fs::create_dir(sandbox.path("backend")).unwrap();
    sandbox
}

fn names(sandbox: &Sandbox) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(sandbox.path("backend"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn count(sandbox: &Sandbox, table: &str) -> i64 {
    let database = rusqlite::Connection::open(sandbox.path(FILE)).unwrap();
    database.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

#[test]
fn an_empty_catalogue_is_made_once() {
    let sandbox = bare();
    sandbox.run(&["database", "create", "--dry-run"]).exits(0).says("would be made");
    assert!(names(&sandbox).is_empty(), "a dry run wrote something");
    sandbox
        .run(&["database", "create"])
        .exits(0)
        .says("with an empty catalogue")
        .complains("migrate --fake-initial");
    assert_eq!(names(&sandbox), ["db.sqlite3"]);
    assert_eq!((count(&sandbox, "showcase_product"), count(&sandbox, "django_migrations")), (0, 18));
    let before = std::fs::read(sandbox.path(FILE)).unwrap();
    for more in [&["--demo"][..], &["--empty"], &["--dry-run"]] {
        sandbox
            .run(&[&["database", "create"], more].concat())
            .exits(2)
            .complains("holds tables already")
            .complains("sitekeep restore");
    }
    assert_eq!(std::fs::read(sandbox.path(FILE)).unwrap(), before);
    assert!(!sandbox.path("backend/media").exists(), "a refused run drew pictures");
    sandbox.run(&["database", "create", "--demo", "--empty"]).exits(64);
}

#[test]
fn the_demonstrations_shop_comes_with_the_pictures_that_are_missing() {
    let sandbox = bare();
    sandbox.write("backend/media/products/savane-14-akwa.jpg", "mine");
    let report = sandbox.run(&["database", "create", "--demo", "--format", "json"]).exits(0).json();
    let made = findings(&report, "DATABASE-001", "ok");
    assert_eq!((&made[0]["data"]["pictures"], &made[1]["data"]["products"]), (&35.into(), &36.into()));
    assert_eq!(std::fs::read(sandbox.path("backend/media/products/savane-14-akwa.jpg")).unwrap(), b"mine");
    assert_eq!(count(&sandbox, "django_session"), 0, "visitors of the demonstration");
    sandbox.run(&["health", "database"]).exits(0).says("36 products in 16 categories");
}

#[test]
fn h31_what_cannot_be_read_is_left_as_it_is() {
    for content in [&b"<html>no database</html>"[..], b"SQLite format 3\0 and then nothing that makes sense"]
    {
        let sandbox = bare();
        sandbox.write_bytes(FILE, content);
        sandbox
            .run(&["database", "create"])
            .exits(2)
            .complains("cannot be read")
            .complains("sitekeep restore");
        assert_eq!(std::fs::read(sandbox.path(FILE)).unwrap(), content);
        assert_eq!(names(&sandbox), ["db.sqlite3"]);
    }
    // A truncated database of a site, too.
    let sandbox = Sandbox::site();
    let whole = std::fs::read(sandbox.path(FILE)).unwrap();
    sandbox.write_bytes(FILE, &whole[..whole.len() / 2]);
    sandbox.run(&["database", "create"]).exits(2);
    assert_eq!(std::fs::read(sandbox.path(FILE)).unwrap(), &whole[..whole.len() / 2]);
}

#[test]
fn h7_the_rest_of_a_database_is_not_played_into_a_new_one() {
    let sandbox = bare();
    sandbox.write("backend/db.sqlite3-wal", "rows of the former one");
    sandbox.run(&["database", "create"]).exits(2).complains("db.sqlite3-wal is the rest of a database");
    assert_eq!(names(&sandbox), ["db.sqlite3-wal"]);
}

#[test]
fn a_file_without_tables_is_filled() {
    let sandbox = bare();
    sandbox.write(FILE, "");
    sandbox.run(&["database", "create"]).exits(0);
    assert_eq!(count(&sandbox, "showcase_category"), 0);
    let sandbox = bare();
    rusqlite::Connection::open(sandbox.path(FILE)).unwrap().pragma_update(None, "user_version", 7).unwrap();
    sandbox.run(&["database", "create"]).exits(0);
    assert_eq!(count(&sandbox, "showcase_category"), 0);
}

#[test]
fn the_file_belongs_to_the_owner_of_its_folder() {
    let sandbox = bare();
    sandbox.set_mode("backend", 0o770);
    let root = rustix::process::geteuid().is_root();
    if root {
        chown(sandbox.path("backend"), Some(33), Some(34)).unwrap();
    }
    sandbox.run(&["database", "create", "--demo"]).exits(0);
    let folder = std::fs::metadata(sandbox.path("backend")).unwrap();
    for path in [FILE, "backend/media", "backend/media/products/savane-14-akwa.jpg"] {
        let made = std::fs::metadata(sandbox.path(path)).unwrap();
        assert_eq!((made.uid(), made.gid()), (folder.uid(), folder.gid()), "{path}");
        assert!(!root || made.uid() == 33, "{path}");
    }
    assert_eq!(std::fs::metadata(sandbox.path(FILE)).unwrap().permissions().mode() & 0o7777, 0o660);
}

#[test]
fn what_a_killed_run_left_is_removed_and_a_run_under_way_is_waited_for() {
    let sandbox = bare();
    sandbox.write("backend/.sitekeep-db.sqlite3.partial", "half");
    sandbox.write("backend/.sitekeep-db.sqlite3.partial-journal", "half");
    sandbox.run(&["database", "create"]).exits(0);
    assert_eq!(names(&sandbox), ["db.sqlite3"]);
    std::fs::remove_file(sandbox.path(FILE)).unwrap();
    let lock = std::fs::File::options().read(true).write(true).open(sandbox.path("state/lock")).unwrap();
    lock.lock().unwrap();
    sandbox.run(&["database", "create"]).exits(75);
    assert!(names(&sandbox).is_empty());
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let sandbox = bare();
    std::fs::remove_dir(sandbox.path("backend")).unwrap();
    sandbox
        .run(&["database", "create"])
        .exits(2)
        .complains("look at folder")
        .complains("set [database] path");
}

#[test]
fn an_empty_postgresql_database_is_filled_in_one_transaction() {
    let Some(cluster) = cluster() else { return };
    let url = cluster.create("made", "");
    let sandbox = bare();
    sandbox.configure(&format!("[database]\nurl = \"{url}\"\n"));
    sandbox.run(&["database", "create", "--dry-run"]).exits(0).says("would be made");
    sandbox.run(&["database", "create", "--demo"]).exits(0).says("36 products in 16 categories");
    sandbox.run(&["health", "database", "pictures"]).exits(0).says("36 products in 16 categories");
    sandbox.run(&["database", "create"]).exits(2).complains("holds tables already");
    // What is made on either is the same to whoever reads it.
    let file = bare();
    file.run(&["database", "create", "--demo"]).exits(0);
    let products = |settings: DatabaseConfig| {
        let mut database = db::connect(&settings, Access::Read).unwrap();
        let showcase = Showcase::resolve(database.schema().unwrap(), "showcase").unwrap();
        let filter = ProductFilter { limit: 100, ..ProductFilter::default() };
        db::products(database.as_mut(), &showcase, &filter).unwrap().items
    };
    let on_server = products(DatabaseConfig { url: Some(url), ..DatabaseConfig::default() });
    assert_eq!(on_server.len(), 36);
    assert_eq!(on_server, products(DatabaseConfig { path: file.path(FILE), ..DatabaseConfig::default() }));
}

#[test]
fn a_postgresql_database_that_cannot_be_filled_stays_empty() {
    let Some(cluster) = cluster() else { return };
    let url = cluster.create("unmade", "CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
    let mut owner = ::postgres::Client::connect(&url, ::postgres::NoTls).unwrap();
    owner
        .batch_execute(
            "DROP ROLE IF EXISTS tenant; CREATE ROLE tenant LOGIN; CREATE FUNCTION stop() RETURNS event_trigger
             LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''the disk is full''; END';
             CREATE EVENT TRIGGER stop ON ddl_command_end WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION stop()",
        )
        .unwrap();
    let sandbox = bare();
    sandbox.configure(&format!("[database]\nurl = \"{url}\"\n"));
    sandbox.run(&["database", "create"]).exits(2).complains("the disk is full");
    let left = owner
        .query_one("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", &[])
        .unwrap()
        .get::<_, i64>(0);
    assert_eq!(left, 0);
    owner.batch_execute("DROP EVENT TRIGGER stop; DROP FUNCTION stop").unwrap();
    sandbox.configure(&format!("[database]\nurl = \"{}\"\n", url.replace("postgres@", "tenant@")));
    sandbox.run(&["database", "create"]).exits(2).complains("permission denied").complains("GRANT CREATE");
    owner.batch_execute("DROP ROLE tenant").unwrap();
    sandbox.configure(&format!("[database]\nurl = \"{url}\"\n"));
    sandbox.run(&["database", "create"]).exits(0);
}

#[test]
fn a_database_that_is_locked_is_said_to_be_locked_and_no_restore_is_advised() {
    let sandbox = Sandbox::site();
    let writer = rusqlite::Connection::open(sandbox.path("backend/db.sqlite3")).unwrap();
    writer.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let refused = sandbox
        .run_with(&[("SITEKEEP_DATABASE__TIMEOUT", "10ms")], &["database", "create"])
        .exits(3)
        .complains("stays locked by another program");
    assert!(!refused.stderr.contains("restore"), "{}", refused.stderr);
}
