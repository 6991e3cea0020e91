//! `images replace`: a category's pictures by files named after slugs.

use super::on_both;
use crate::sandbox::findings;

#[test]
fn a_categorys_pictures_are_replaced_by_slug_and_come_back() {
    on_both("images_replace", |shop| {
        let before = (shop.rows(), shop.media());
        for name in ["savane-14.jpg", "atlas-voyage.JPG", "inconnu.png", "note.txt"] {
            shop.picture(&format!("nouvelles/{name}"));
        }
        let replace =
            ["images", "replace", "--category", "Portables", "--from", "nouvelles", "--format", "json"];
        let dry = shop.run(&[&replace[..], &["-n"]].concat()).exits(1).json();
        let told = &findings(&dry, "PRODUCTS-001", "ok")[0]["data"]["changes"];
        assert_eq!(told.as_array().unwrap().len(), 2, "{dry}");
        assert_eq!((shop.rows(), shop.media()), before);
        let report = shop.run(&replace).exits(1).json();
        let left = findings(&report, "PRODUCTS-003", "warning");
        assert_eq!(left.len(), 1, "{report}");
        assert!(left[0]["message"].as_str().unwrap().contains("inconnu.png"), "{report}");
        let media = shop.media();
        for slug in ["savane-14", "atlas-voyage"] {
            let image = shop.ask(&format!("SELECT image FROM showcase_product WHERE slug = '{slug}'"));
            assert_eq!(media[&image], crate::sandbox::jpeg(800, 600), "{slug}");
            assert!(!media.contains_key(&format!("products/{slug}.jpg")), "{slug}");
        }
        assert!(media.contains_key("products/ecran-baobab.jpg"));
        shop.does(&["undo", "--confirm", "shop"]);
        assert_eq!((shop.rows(), shop.media()), before);
        // A category means what is below it too; what has no file is told.
        let report = shop
            .run(&[
                "images",
                "replace",
                "--category",
                "ordinateurs",
                "--from",
                "nouvelles",
                "--format",
                "json",
            ])
            .exits(1)
            .json();
        let left = findings(&report, "PRODUCTS-003", "warning");
        assert!(left[0]["message"].as_str().unwrap().contains("ecran-baobab"), "{report}");
    });
}

#[test]
fn one_bad_picture_keeps_all_of_them_out() {
    on_both("images_replace_refused", |shop| {
        let before = (shop.rows(), shop.media());
        shop.picture("nouvelles/savane-14.jpg");
        shop.sandbox.write("nouvelles/atlas-voyage.jpg", "<html></html>");
        let replace = ["images", "replace", "--category", "portables", "--from", "nouvelles"];
        shop.run(&replace).exits(2).says("PRODUCTS-002 atlas-voyage");
        assert_eq!((shop.rows(), shop.media()), before);
        shop.picture("nouvelles/atlas-voyage.png");
        shop.run(&replace).exits(64).complains("are both for `atlas-voyage`");
    });
}
