//! Every change is taken back, row and picture, and none over what came since.

use super::Shop;
use super::add;
use super::on_both;

/// Undo brings everything back as it was, a second one of the same run does the change again.
#[track_caller]
fn there_and_back(shop: &Shop, arguments: &[&str]) {
    let before = (shop.rows(), shop.media());
    shop.does(arguments);
    let after = (shop.rows(), shop.media());
    assert_ne!(before, after, "{arguments:?}");
    shop.does(&["undo", "--confirm", "shop"]);
    assert_eq!((shop.rows(), shop.media()), before, "{arguments:?}: undone");
    let list = shop.does(&["quarantine", "list", "--format", "json"]).json();
    let run = list["kept"].as_array().unwrap().last().unwrap()["run"].as_str().unwrap().to_owned();
    shop.does(&["undo", &run, "--confirm", "shop"]).says("written again");
    assert_eq!((shop.rows(), shop.media()), after, "{arguments:?}: done again");
    shop.does(&["undo", &run, "--confirm", "shop"]);
    assert_eq!((shop.rows(), shop.media()), before, "{arguments:?}: undone again");
    shop.does(&["quarantine", "purge", &run, "--confirm", "shop"]);
    assert!(crate::images::folders(&shop.sandbox).is_empty());
}

#[test]
fn every_change_is_taken_back_and_can_be_done_again() {
    on_both("products_undo", |shop| {
        let picture = shop.picture("vue.jpg");
        there_and_back(shop, &add("Neuf", &picture, &[]));
        there_and_back(shop, &["products", "update", "savane-14", "--price", "1.50", "--name", "Été"]);
        there_and_back(shop, &["products", "image", "savane-14", &picture]);
        there_and_back(shop, &["products", "delete", "savane-14", "atlas-voyage"]);
        there_and_back(shop, &["products", "stock", "out", "savane-14", "ecran-baobab"]);
    });
}

#[test]
fn undo_refuses_when_the_row_has_moved_on_since() {
    on_both("products_moved_on", |shop| {
        shop.does(&["products", "update", "savane-14", "--price", "400000"]);
        shop.site_writes("UPDATE showcase_product SET brand = 'Autre' WHERE id = 1");
        let rows = shop.rows();
        shop.run(&["undo", "--confirm", "shop"]).exits(2).says("its brand is `Autre`, not `Akwa`");
        assert_eq!(shop.rows(), rows);
        shop.site_writes("UPDATE showcase_product SET brand = 'Akwa' WHERE id = 1");
        shop.does(&["undo", "--confirm", "shop"]);
    });
}

#[test]
fn undo_refuses_when_its_row_is_gone_or_the_very_value_was_changed_since() {
    on_both("products_gone_since", |shop| {
        shop.does(&["products", "update", "savane-14", "--price", "400000"]);
        let list = shop.does(&["quarantine", "list", "--format", "json"]).json();
        let run = list["kept"][0]["run"].as_str().unwrap().to_owned();
        for moved in [
            "UPDATE showcase_product SET price = 5 WHERE id = 1",
            "DELETE FROM showcase_product WHERE id = 1",
        ] {
            shop.site_writes(moved);
            let rows = shop.rows();
            shop.run(&["undo", &run, "--confirm", "shop"]).exits(2);
            assert_eq!(shop.rows(), rows, "{moved}");
            let list = shop.does(&["quarantine", "list", "--format", "json"]).json();
            assert_eq!(list["kept"][0]["phase"], "applied", "{moved}");
        }
    });
}

#[test]
fn an_undo_that_was_refused_with_its_pictures_can_be_tried_again() {
    on_both("products_tried_again", |shop| {
        let picture = shop.picture("vue.jpg");
        let before = (shop.rows(), shop.media());
        shop.does(&["products", "image", "savane-14", &picture]);
        for _ in 0..2 {
            shop.site_writes("UPDATE showcase_product SET brand = 'Autre' WHERE id = 1");
            shop.run(&["undo", "--confirm", "shop"]).exits(2).says("its brand is `Autre`, not `Akwa`");
        }
        shop.site_writes("UPDATE showcase_product SET brand = 'Akwa' WHERE id = 1");
        shop.does(&["undo", "--confirm", "shop"]);
        assert_eq!((shop.rows(), shop.media()), before);
    });
}

#[test]
fn undo_of_an_add_refuses_when_something_refers_to_the_product_since() {
    on_both("products_referred_since", |shop| {
        let picture = shop.picture("vue.jpg");
        shop.site_writes(
            "CREATE TABLE showcase_promotion (id integer PRIMARY KEY, product_id bigint
             REFERENCES showcase_product (id) DEFERRABLE INITIALLY DEFERRED)",
        );
        shop.does(&add("Neuf", &picture, &[]));
        shop.site_writes("INSERT INTO showcase_promotion SELECT 1, max(id) FROM showcase_product");
        let before = (shop.rows(), shop.media());
        shop.run(&["undo", "--confirm", "shop"]).exits(2).says("showcase_promotion");
        assert_eq!((shop.rows(), shop.media()), before);
    });
}

#[test]
fn undo_of_a_delete_leaves_another_file_that_took_the_pictures_name_alone() {
    let shop = Shop::on_sqlite();
    let before = shop.rows();
    shop.does(&["products", "delete", "savane-14"]);
    shop.sandbox.write("backend/media/products/savane-14.jpg", "another");
    shop.run(&["undo", "--confirm", "shop"]).exits(2);
    assert_eq!(shop.media()["products/savane-14.jpg"], b"another");
    assert_ne!(shop.rows(), before);
    std::fs::remove_file(shop.sandbox.path("backend/media/products/savane-14.jpg")).unwrap();
    shop.does(&["undo", "--confirm", "shop"]);
    assert_eq!(shop.rows(), before);
}
