//! `images check`: the guide's rules for each product's pictures.

use super::photo;
use super::scene;
use super::write;
use crate::postgres::cluster;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;
use image::ImageFormat;
use serde_json::Value;
use std::io::Cursor;

/// Three products: a good picture, one that breaks every rule, and one of another format under a JPEG's name.
fn shop() -> Sandbox {
    let sandbox = Sandbox::site();
    write(&sandbox, "products/savane-14.jpg", &photo(801, 601, 1, 80));
    let mut large = photo(500, 500, 2, 80);
    large.resize(2_000_001, 0);
    write(&sandbox, "products/atlas-voyage.jpg", &large);
    let mut webp = Cursor::new(Vec::new());
    scene(900, 1600, 3).write_to(&mut webp, ImageFormat::WebP).unwrap();
    write(&sandbox, "products/ecran-baobab.jpg", &webp.into_inner());
    sandbox
}

fn told<'a>(report: &'a Value, owner: &str) -> (&'a str, &'a str) {
    let all = report["findings"].as_array().unwrap();
    let one =
        all.iter().find(|it| it["subject"] == owner).unwrap_or_else(|| panic!("{owner} is not in {report}"));
    (one["status"].as_str().unwrap(), one["message"].as_str().unwrap())
}

#[test]
fn each_rule_is_judged_by_content_and_the_worst_comes_first() {
    let sandbox = shop();
    let report = sandbox.run(&["images", "check", "--format", "json"]).exits(1).json();
    assert_eq!(report["findings"][0]["subject"], "atlas-voyage", "three rules are broken");
    let (status, message) = told(&report, "atlas-voyage");
    assert_eq!(status, "warning");
    for part in
        ["2.0 MB, at most 2.0 MB", "500 × 500 pixels, at least 800 × 600", "500 × 500 is not 4:3 or 16:9"]
    {
        assert!(message.contains(part), "{part} is not in {message}");
    }
    let (_, message) = told(&report, "ecran-baobab");
    assert_eq!(message, "products/ecran-baobab.jpg: is webp, not jpeg or png", "upright 16:9 is a shape");
    assert_eq!(findings(&report, "IMAGES-003", "ok")[0]["data"]["pictures"], 1);
    sandbox.configure("[images]\nformats = [\"jpeg\", \"webp\"]\nratios = []\nmin_width = 0\nmin_height = 0\nmax_size = \"3 MB\"\n");
    sandbox.run(&["images", "check"]).exits(0).says("3 pictures as the shop wants them");
}

#[test]
fn what_is_missing_is_critical_and_what_cannot_be_looked_at_unknown() {
    let sandbox = shop();
    std::fs::remove_file(sandbox.path("backend/media/products/savane-14.jpg")).unwrap();
    write(&sandbox, "products/ecran-baobab.jpg", b"<!doctype html>");
    let database = rusqlite::Connection::open(sandbox.path("backend/db.sqlite3")).unwrap();
    let elsewhere =
        "UPDATE showcase_product SET image = 'https://cdn.example.org/a.jpg' WHERE slug = 'atlas-voyage'";
    database.execute_batch(elsewhere).unwrap();
    let report = sandbox.run(&["images", "check", "--format", "json"]).exits(2).json();
    assert_eq!(told(&report, "savane-14"), ("critical", "products/savane-14.jpg: the file is missing"));
    assert_eq!(told(&report, "ecran-baobab").0, "critical");
    assert_eq!(told(&report, "atlas-voyage").0, "unknown");
    database.execute_batch("UPDATE showcase_product SET image = ''").unwrap();
    let report = sandbox.run(&["images", "check", "--format", "json"]).exits(1).json();
    assert_eq!(told(&report, "savane-14"), ("warning", "the product has no picture"));
    sandbox.run_with(&[("SITEKEEP_SITE__APP", "other")], &["images", "check"]).exits(3).says("other_product");
}

#[test]
fn a_gallery_belongs_to_its_product_on_both_databases() {
    let gallery = "CREATE TABLE showcase_productimage (id bigint PRIMARY KEY, image varchar(100) NOT NULL, product_id bigint NOT NULL);
        INSERT INTO showcase_productimage VALUES (1, 'products/side.jpg', 1);";
    let sandbox = shop();
    write(&sandbox, "products/side.jpg", &photo(400, 300, 1, 80));
    rusqlite::Connection::open(sandbox.path("backend/db.sqlite3")).unwrap().execute_batch(gallery).unwrap();
    let check = |variables: &[(&str, &str)]| {
        let report = sandbox.run_with(variables, &["images", "check", "--format", "json"]).exits(1).json();
        let (_, message) = told(&report, "savane-14");
        assert_eq!(message, "products/side.jpg: 400 × 300 pixels, at least 800 × 600");
    };
    check(&[]);
    let Some(cluster) = cluster() else { return };
    let sql = format!("{}{gallery}", crate::database::guide_schema_on_postgres());
    let url = cluster.create("gallery_rules", &sql);
    check(&[("SITEKEEP_DATABASE__URL", &url)]);
}

#[test]
fn the_list_has_every_picture_with_its_figures() {
    let sandbox = shop();
    sandbox
        .run(&["images", "check", "--format", "csv"])
        .exits(1)
        .says("owner,picture,status,format,bytes,width,height,problems")
        .says("ecran-baobab,products/ecran-baobab.jpg,WARNING,webp,")
        .says(",801,601,");
    sandbox.run(&["images", "check", "--format", "nagios"]).exits(1);
}
