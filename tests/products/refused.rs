//! What is refused, and that nothing is written then.

use super::Shop;
use super::add;
use super::on_both;

/// Runs a command that must be refused and must leave everything as it was.
#[track_caller]
fn refused(shop: &Shop, code: i32, arguments: &[&str], says: &str) {
    let (rows, media) = (shop.rows(), shop.media());
    let outcome = shop.run(arguments);
    let told = format!("{}{}", outcome.stdout, outcome.stderr);
    assert_eq!(outcome.code, code, "{arguments:?}: {told}");
    assert!(told.contains(says), "`{says}` is not told: {told}");
    assert_eq!(shop.rows(), rows, "{arguments:?}");
    assert_eq!(shop.media(), media, "{arguments:?}");
    assert!(shop.run(&["quarantine", "list"]).stdout.contains("nothing is kept"), "{arguments:?}");
}

#[test]
fn what_is_missing_unknown_or_too_long_is_refused_before_anything_is_written() {
    on_both("products_refused", |shop| {
        let picture = shop.picture("vue.jpg");
        refused(shop, 64, &["products", "add", "--name", "X", "--price", "1"], "give --brand --description");
        refused(shop, 64, &add("X", &picture, &["--subcategory", "portable"]), "did you mean portables");
        refused(shop, 64, &add(&"x".repeat(201), &picture, &[]), "201 characters");
        refused(shop, 64, &add("  ", &picture, &[]), "the name is empty");
        refused(shop, 64, &add("日本", &picture, &["--slug", "été"]), "is no slug");
        refused(shop, 64, &add("X", &picture, &["--slug", "savane-14"]), "is taken");
        refused(
            shop,
            64,
            &["products", "update", "savane-14", "--price", "450,000"],
            "could mean two prices",
        );
        refused(shop, 64, &["products", "update", "savane-14", "--price", "100000000"], "does not fit");
        refused(shop, 64, &["products", "update", "savane-14"], "nothing is to change");
        refused(shop, 64, &["products", "update", "savane-14", "--category", ""], "there is no category");
        refused(shop, 64, &["products", "delete", "savane"], "there is no product `savane`");
        refused(shop, 64, &["products", "delete"], "no product is named");
    });
}

#[test]
fn a_picture_against_the_rules_is_refused() {
    let shop = Shop::on_sqlite();
    let write = |name: &str, bytes: &[u8]| {
        shop.sandbox.write_bytes(name, bytes);
        shop.sandbox.path(name).to_str().unwrap().to_owned()
    };
    let good = crate::sandbox::jpeg(800, 600);
    let mut large = good.clone();
    large.resize(2_000_001, 0);
    for (name, bytes, says) in [
        ("half.jpg", &good[..good.len() / 2], "is damaged"),
        ("page.jpg", b"<html></html>", "is no picture"),
        ("large.jpg", &large, "make it smaller"),
        ("wrong.png", &good, "rename it to .jpg"),
        ("a.gif", b"GIF89a\x01\0\x01\0", "is gif"),
    ] {
        let path = write(name, bytes);
        refused(&shop, 2, &add("Neuf", &path, &[]), says);
        refused(&shop, 2, &["products", "image", "savane-14", &path], says);
    }
    refused(&shop, 2, &add("Neuf", "nowhere.jpg", &[]), "nowhere.jpg");
}

#[test]
fn a_picture_that_is_only_small_is_taken_with_a_warning() {
    let shop = Shop::on_sqlite();
    shop.sandbox.write_bytes("small.jpg", &crate::sandbox::jpeg(80, 60));
    shop.run(&add("Neuf", "small.jpg", &[])).exits(1).says("80 × 60 pixels, at least 800 × 600");
    assert_eq!(shop.media().len(), 4);
}

#[test]
fn a_product_that_other_tables_refer_to_is_not_deleted() {
    on_both("products_referred", |shop| {
        shop.site_writes(
            "CREATE TABLE showcase_promotion (id integer PRIMARY KEY, product_id bigint REFERENCES showcase_product (id));
             INSERT INTO showcase_promotion VALUES (1, 1)",
        );
        refused(
            shop,
            2,
            &["products", "delete", "atlas-voyage", "savane-14"],
            "1 row of showcase_promotion refer",
        );
        shop.does(&["products", "delete", "atlas-voyage"]);
    });
}

#[test]
fn a_row_that_the_database_refuses_leaves_no_picture() {
    on_both("products_database_refuses", |shop| {
        shop.site_writes("CREATE UNIQUE INDEX one_name ON showcase_product (name)");
        let picture = shop.picture("vue.jpg");
        shop.does(&add("Neuf", &picture, &[]));
        let (rows, media) = (shop.rows(), shop.media());
        shop.run(&add("Neuf", &picture, &[])).exits(2).complains("write a row of showcase_product");
        assert_eq!((shop.rows(), shop.media()), (rows, media));
        assert_eq!(crate::images::folders(&shop.sandbox).len(), 1, "only the first add's");
    });
}

#[test]
fn a_locked_database_is_a_failure_and_changes_nothing() {
    let shop = Shop::on_sqlite();
    let picture = shop.picture("vue.jpg");
    let media = shop.media();
    let site = rusqlite::Connection::open(shop.sandbox.path("backend/db.sqlite3")).unwrap();
    site.execute_batch("BEGIN IMMEDIATE").unwrap();
    shop.sandbox.configure("[database]\ntimeout = \"50ms\"\n");
    shop.run(&add("Neuf", &picture, &[])).exits(2).complains("stays locked");
    assert_eq!(shop.media(), media);
    drop(site);
    shop.does(&add("Neuf", &picture, &[]));
}
