//! Which rows use a file.

use super::put;
use super::run;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;

#[test]
fn a_file_is_told_with_its_rows_and_its_product() {
    let sandbox = Sandbox::site();
    for name in
        ["products/savane-14.jpg", "/media/products/savane-14.jpg", "backend/media/products/savane-14.jpg"]
    {
        let report = run(&sandbox, &["images", "lookup", name, "--format", "json"]).exits(0).json();
        let uses = findings(&report, "IMAGES-025", "ok");
        let row = uses.iter().find(|finding| finding["data"]["column"] == "image").expect("a use");
        assert_eq!(row["data"]["table"], "showcase_product");
        assert_eq!(row["data"]["row"], "1");
        assert_eq!(row["data"]["product"], "Savane 14\" <Pro> & Étui");
    }
    let list = run(&sandbox, &["images", "lookup", "products/savane-14.jpg", "--format", "csv"]).exits(0);
    assert_eq!(list.stdout.lines().count(), 2);
}

#[test]
fn what_nothing_uses_and_what_is_gone_is_told() {
    let sandbox = Sandbox::site();
    put(&sandbox, &["orphan.jpg"]);
    run(&sandbox, &["images", "lookup", "orphan.jpg"]).exits(1).says("no row names it");
    run(&sandbox, &["images", "lookup", "no such.jpg"]).exits(1).says("there is no such file");
    std::fs::remove_file(sandbox.path("backend/media/products/savane-14.jpg")).unwrap();
    run(&sandbox, &["images", "lookup", "products/savane-14.jpg"]).exits(2).says("there is no such file");
    run(&sandbox, &["images", "lookup", "../db.sqlite3"]).exits(64);
}
