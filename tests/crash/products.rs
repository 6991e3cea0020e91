//! Products: a row and its picture are both there or both not, at once and after the next run, and undo still works.

use super::disk::Failure;
use super::disk::fail_at_steps;
use super::disk::is_told;
use super::strace::Step;
use super::world::World;
use crate::database::guide_schema_on_postgres;
use crate::postgres::cluster;
use crate::sandbox::Sandbox;
use std::path::PathBuf;

/// A shop with pictures and a list outside of it.
fn shop() -> Sandbox {
    let sandbox = Sandbox::site();
    for name in ["vue.jpg", "autre.jpg"] {
        sandbox.write_bytes(name, &crate::sandbox::jpeg(800, 600));
    }
    let list = "slug,price,image\nsavane-14,1,vue.jpg\natlas-voyage,2,products/atlas-voyage.jpg\n";
    sandbox.write("changes.csv", list);
    sandbox.write(
        "list.csv",
        "slug,name,brand,price,category,description,image\nneuf,Neuf,Akwa,5,ordinateurs,Un neuf,vue.jpg\n\
         autre,Autre,Akwa,6,ecrans,Un autre,autre.jpg\n",
    );
    sandbox
}

/// Rows with the pictures that they name, and the pictures that are there.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    rows: String,
    pictures: Vec<String>,
}

fn seen(world: &World, ask: &dyn Fn(&str) -> String) -> Seen {
    let sql = "SELECT coalesce(string_agg(slug || '=' || price || '/' || image || '/' || category_id, ' ' ORDER BY slug), '')
        FROM showcase_product";
    Seen { rows: ask(sql), pictures: world.state().media }
}

/// Every picture that a row names is there: visitors see no hole, not even before anything is mended.
#[track_caller]
fn no_row_without_its_picture(world: &World, rows: &str, when: &str) {
    for row in rows.split(' ').filter(|row| row.contains('=')) {
        let image = row.split_once('/').unwrap().1.rsplit_once('/').unwrap().0;
        let live = world.sandbox.path(&format!("backend/media/{image}"));
        assert!(live.is_file(), "{when}: {row} names what is not there");
    }
}

fn look(world: &World, step: &Step, ask: &dyn Fn(&str) -> String, old: &Seen, new: &Seen) {
    let when = format!("{step:?}");
    no_row_without_its_picture(world, &seen(world, ask).rows, &when);
    let next = world.run(&["quarantine", "purge"]);
    assert!(matches!(next.code, 0 | 1), "{when}: {}{}", next.stdout, next.stderr);
    let whole = seen(world, ask);
    assert!(whole == *old || whole == *new, "{when}: neither before nor after: {whole:?}");
    assert_eq!(world.leftovers(), Vec::<PathBuf>::new(), "{when}");
    // And everything works as ever, from here and back.
    let again = world.run_later(&["products", "update", "atlas-voyage", "--price", "77"]);
    assert!(matches!(again.code, 0 | 1), "{when}: {}{}", again.stdout, again.stderr);
    let undone = world.run_later(&["undo", "--confirm", "shop"]);
    assert_eq!(undone.code, 0, "{when}: {}{}", undone.stdout, undone.stderr);
    assert_eq!(seen(world, ask), whole, "{when}: undo");
}

fn survives(name: &str, sandbox: Sandbox, command: &[&str]) {
    let world = World::new(sandbox);
    let path = world.sandbox.path("backend/db.sqlite3");
    let ask = |sql: &str| -> String {
        rusqlite::Connection::open(&path).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
    };
    let old = seen(&world, &ask);
    let outcome = world.run(command);
    assert!(matches!(outcome.code, 0 | 1), "{}{}", outcome.stdout, outcome.stderr);
    let new = seen(&world, &ask);
    assert_ne!(old, new);
    world.kill_at_steps(name, 6, command, |world, step| look(world, step, &ask, &old, &new));
}

#[test]
fn a_killed_import_leaves_all_of_its_rows_and_pictures_or_none() {
    survives("products import, new ones", shop(), &["products", "import", "list.csv"]);
    survives("products import, changes", shop(), &["products", "import", "changes.csv"]);
}

#[test]
fn a_killed_delete_leaves_row_and_picture_or_neither() {
    survives("products delete", shop(), &["products", "delete", "savane-14", "ecran-baobab"]);
}

#[test]
fn a_killed_undo_of_products_leaves_all_or_nothing_taken_back() {
    for command in [&["products", "import", "list.csv"][..], &["products", "delete", "savane-14"]] {
        let sandbox = shop();
        crate::restore::run(&sandbox, command);
        survives("undo of products", sandbox, &["undo", "--confirm", "shop"]);
    }
}

#[test]
fn an_import_on_a_failing_disk_says_so_and_leaves_all_of_it_or_nothing() {
    let world = World::new(shop());
    let path = world.sandbox.path("backend/db.sqlite3");
    let ask = |sql: &str| -> String {
        rusqlite::Connection::open(&path).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
    };
    let command = ["products", "import", "changes.csv"];
    let old = seen(&world, &ask);
    world.run(&command);
    let new = seen(&world, &ask);
    fail_at_steps(&world, "products import", 8, &command, |_, failure| {
        is_told(failure);
        let Failure { when, code, text, .. } = failure;
        let now = seen(&world, &ask);
        no_row_without_its_picture(&world, &now.rows, when);
        let is_written = *code < 2 || text.contains("the rows are written");
        assert_eq!(now.rows, if is_written { &new } else { &old }.rows, "{when}: {text}");
        let next = world.run(&["quarantine", "purge"]);
        assert!(matches!(next.code, 0 | 1), "{when}: {}{}", next.stdout, next.stderr);
        let expected = if is_written { &new } else { &old };
        assert_eq!(seen(&world, &ask), *expected, "{when}: after the next run\n{text}");
        assert_eq!(world.leftovers(), Vec::<PathBuf>::new(), "{when}");
    });
}

#[test]
fn a_killed_import_on_postgresql_leaves_all_of_its_rows_and_pictures_or_none() {
    let Some(cluster) = cluster() else { return };
    let url = cluster.create("tortured_products", &guide_schema_on_postgres());
    let sandbox = shop();
    sandbox.configure(&format!("[database]\nurl = \"{url}\"\n"));
    let world = World::new(sandbox);
    let ask = |sql: &str| -> String {
        postgres::Client::connect(&url, postgres::NoTls).unwrap().query_one(sql, &[]).unwrap().get(0)
    };
    let renew = || {
        let sql = format!("DROP SCHEMA public CASCADE; CREATE SCHEMA public; {}", guide_schema_on_postgres());
        postgres::Client::connect(&url, postgres::NoTls).unwrap().batch_execute(&sql).unwrap();
    };
    for command in [&["products", "import", "list.csv"][..], &["products", "import", "changes.csv"]] {
        world.reset();
        renew();
        let old = seen(&world, &ask);
        let outcome = world.run(command);
        assert!(matches!(outcome.code, 0 | 1), "{}{}", outcome.stdout, outcome.stderr);
        let new = seen(&world, &ask);
        assert_ne!(old, new);
        renew();
        let Some(moments) = world.moments(command) else { return };
        renew();
        world.kill_at(&moments, "products import on PostgreSQL", 6, command, |world, step| {
            look(world, step, &ask, &old, &new);
            renew();
        });
    }
}
