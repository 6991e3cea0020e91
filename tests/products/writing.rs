//! What add, update, stock, image and delete write.

use super::add;
use super::on_both;
use crate::sandbox::findings;
use std::os::unix::fs::PermissionsExt;

#[test]
fn a_product_is_added_with_its_picture_as_the_application_adds_it() {
    on_both("products_add", |shop| {
        let picture = shop.picture("Écran neuf.jpg");
        let more = ["--subcategory", "Écrans", "--featured"];
        shop.does(&add("Écran 27\" « Éclair »", &picture, &more)).says("ecran-27-eclair-akwa: added");
        let one = |column: &str| {
            shop.ask(&format!("SELECT {column} FROM showcase_product WHERE slug = 'ecran-27-eclair-akwa'"))
        };
        assert_eq!(one("name"), "Écran 27\" « Éclair »");
        assert_eq!(one("image"), "products/Écran_neuf.jpg");
        assert_eq!(one("CAST(price AS int)"), "99000");
        assert_eq!(one("CAST(in_stock AS int) + CAST(featured AS int)"), "2");
        assert_eq!(one("created_at"), one("updated_at"));
        assert!(one("created_at").starts_with("2026-11-23 08:00:00"), "{}", one("created_at"));
        let category = shop.ask("SELECT id FROM showcase_category WHERE slug = 'ecrans'");
        assert_eq!(one("subcategory_id"), category);
        let live = shop.sandbox.path("backend/media/products/Écran_neuf.jpg");
        assert_eq!(std::fs::read(&live).unwrap(), std::fs::read(&picture).unwrap());
        assert_eq!(std::fs::metadata(&live).unwrap().permissions().mode() & 0o7777, 0o644);
    });
}

#[test]
fn a_second_product_of_the_same_name_gets_a_slug_and_a_picture_of_its_own() {
    on_both("products_twice", |shop| {
        let picture = shop.picture("vue.jpg");
        for slug in ["neuf-akwa", "neuf-akwa-1", "neuf-akwa-2"] {
            shop.does(&add("Neuf", &picture, &[])).says(&format!("{slug}: added"));
        }
        assert_eq!(shop.ask("SELECT count(DISTINCT image) FROM showcase_product WHERE name = 'Neuf'"), "3");
        assert_eq!(shop.media().len(), 6);
        let second = shop.ask("SELECT image FROM showcase_product WHERE slug = 'neuf-akwa-1'");
        assert_eq!(second.len(), "products/vue_1234567.jpg".len(), "{second}");
    });
}

#[test]
fn an_update_writes_what_is_named_and_nothing_else() {
    on_both("products_update", |shop| {
        let before = shop.rows();
        shop.does(&["products", "update", "savane-14", "--price", "450 000 FCFA", "--out-of-stock"])
            .says("price 385000.00 → 450000.00; in_stock yes → no");
        let after = shop.rows();
        let changed: Vec<_> = before.iter().zip(&after).filter(|(before, after)| before != after).collect();
        assert_eq!(changed.len(), 1, "{changed:?}");
        assert_eq!(shop.ask("SELECT CAST(price AS int) FROM showcase_product WHERE id = 1"), "450000");
        shop.does(&["products", "update", "savane-14", "--price", "450000"]).says("1 row as wanted already");
        assert_eq!(shop.rows(), after);
    });
}

#[test]
fn several_products_go_out_of_stock_at_once_or_none_does() {
    on_both("products_stock", |shop| {
        let in_stock = || shop.ask("SELECT count(*) FROM showcase_product WHERE in_stock");
        assert_eq!(in_stock(), "2");
        shop.run(&["products", "stock", "out", "savane-14", "ecran-babab"])
            .exits(64)
            .complains("did you mean ecran-baobab?");
        assert_eq!(in_stock(), "2");
        shop.sandbox.write("out.txt", "# partis\nsavane-14\n\n  ecran-baobab \nsavane-14\n");
        shop.does(&["products", "stock", "out", "--file", "out.txt"]);
        assert_eq!(in_stock(), "0");
        shop.does(&["products", "stock", "in", "savane-14", "atlas-voyage"]);
        assert_eq!(in_stock(), "2");
    });
}

#[test]
fn h31_a_new_picture_takes_the_place_of_the_former_one_which_is_kept() {
    on_both("products_image", |shop| {
        let former = shop.media()["products/savane-14.jpg"].clone();
        let picture = shop.picture("savane-14.jpg");
        shop.does(&["products", "image", "savane-14", &picture]);
        let image = shop.ask("SELECT image FROM showcase_product WHERE id = 1");
        assert_ne!(image, "products/savane-14.jpg", "browsers keep what they have under that name");
        let media = shop.media();
        assert_eq!(media[&image], std::fs::read(&picture).unwrap());
        assert!(!media.contains_key("products/savane-14.jpg"));
        let kept = crate::images::kept(&shop.sandbox);
        assert_eq!(std::fs::read(&kept[0]).unwrap(), former);
    });
}

#[test]
fn h16_a_deleted_products_picture_is_kept_unless_another_row_names_it() {
    on_both("products_delete", |shop| {
        shop.site_writes(
            "UPDATE showcase_product SET image = 'products/savane-14.jpg' WHERE id = 2;
             UPDATE showcase_product SET description = 'voir /media/products/ecran-baobab.jpg' WHERE id = 2",
        );
        shop.does(&["products", "delete", "savane-14", "ecran-baobab"])
            .says("products/savane-14.jpg: stays: something else in the database names it");
        assert_eq!(shop.ask("SELECT count(*) FROM showcase_product"), "1");
        let media = shop.media();
        assert!(media.contains_key("products/savane-14.jpg"), "another product has it too");
        assert!(media.contains_key("products/ecran-baobab.jpg"), "a description shows it");
        shop.does(&["products", "delete", "atlas-voyage"]);
        assert!(!shop.media().contains_key("products/savane-14.jpg"), "nobody has it any more");
    });
}

#[test]
fn a_dry_run_tells_the_same_and_changes_nothing() {
    on_both("products_dry", |shop| {
        let (rows, media) = (shop.rows(), shop.media());
        let picture = shop.picture("vue.jpg");
        shop.does(&add("Neuf", &picture, &["--dry-run"])).says("neuf-akwa: would be added");
        shop.does(&["products", "update", "savane-14", "--price", "1", "-n"]).says("would be changed");
        shop.does(&["products", "delete", "savane-14", "-n"]).says("would be deleted");
        assert_eq!((shop.rows(), shop.media()), (rows, media));
        shop.does(&["quarantine", "list"]).says("nothing is kept");
    });
}

#[test]
fn what_was_written_is_told_with_before_and_after() {
    on_both("products_told", |shop| {
        let report = shop
            .does(&[
                "products",
                "update",
                "savane-14",
                "--price",
                "1",
                "--name",
                "Savane",
                "--format",
                "json",
            ])
            .json();
        let told = &findings(&report, "PRODUCTS-001", "ok")[0]["data"]["changes"][0];
        assert_eq!(told["slug"], "savane-14");
        assert_eq!(told["price"], serde_json::json!(["385000.00", "1.00"]));
        assert_eq!(told["name"], serde_json::json!(["Savane 14\" <Pro> & Étui", "Savane"]));
    });
}

#[test]
fn products_are_listed_for_people_and_for_scripts() {
    on_both("products_list", |shop| {
        shop.does(&["products", "list"]).says("385\u{202f}000\u{a0}FCFA").says("3 products");
        let list = shop.does(&["products", "list", "--category", "portables", "--format", "csv"]).stdout;
        let slugs: Vec<&str> = list.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
        assert_eq!(slugs, ["savane-14", "atlas-voyage"]);
        let list = shop.does(&["products", "list", "--out-of-stock", "--format", "json"]).json();
        assert_eq!(list["products"].as_array().unwrap().len(), 1);
        assert_eq!(list["products"][0]["slug"], "atlas-voyage");
        assert_eq!(list["products"][0]["price"], "540000.00");
        shop.does(&["products", "list", "--search", "BAOBAB livré"]).says("1 product of 3");
        shop.does(&["products", "show", "savane-14"]).says("livré à Cotonou").says("featured     yes");
        shop.run(&["products", "list", "--category", "ecran"]).exits(64).complains("did you mean ecrans");
        shop.run(&["products", "list", "--format", "junit"]).exits(64);
    });
}
