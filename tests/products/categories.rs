//! Categories: added, moved, renamed and deleted, and never with what is in them.

use super::on_both;

#[test]
fn a_category_is_added_below_another_and_listed_there() {
    on_both("categories_add", |shop| {
        shop.does(&["categories", "add", "--name", "Mémoire & RAM", "--parent", "Ordinateurs"])
            .says("memoire-ram: added");
        assert_eq!(
            shop.ask("SELECT p.slug FROM showcase_category c JOIN showcase_category p ON p.id = c.parent_id WHERE c.slug = 'memoire-ram'"),
            "ordinateurs"
        );
        shop.does(&["categories", "list"]).says("  Mémoire & RAM");
        let list = shop.does(&["categories", "list", "--format", "csv"]).stdout;
        assert!(list.contains("\nportables,Portables,ordinateurs,2\n"), "{list}");
        shop.does(&["undo", "--confirm", "shop"]);
        assert_eq!(shop.ask("SELECT count(*) FROM showcase_category"), "3");
    });
}

#[test]
fn a_category_is_renamed_and_moved_but_not_below_itself() {
    on_both("categories_update", |shop| {
        let before = shop.rows();
        shop.does(&["categories", "update", "ecrans", "--name", "Moniteurs", "--parent", ""])
            .says("name Écrans → Moniteurs; parent ordinateurs → (none)");
        assert_eq!(shop.ask("SELECT slug FROM showcase_category WHERE name = 'Moniteurs'"), "ecrans");
        shop.run(&["categories", "update", "ordinateurs", "--parent", "portables"]).exits(64);
        shop.does(&["undo", "--confirm", "shop"]);
        assert_eq!(shop.rows(), before);
    });
}

#[test]
fn only_an_empty_category_is_deleted() {
    on_both("categories_delete", |shop| {
        let before = shop.rows();
        shop.run(&["categories", "delete", "ecrans"])
            .exits(2)
            .complains("1 row of showcase_product refer to `ecrans`");
        shop.run(&["categories", "delete", "ordinateurs"]).exits(2);
        assert_eq!(shop.rows(), before);
        shop.does(&["products", "delete", "ecran-baobab"]);
        shop.at("2026-11-24T08:00:00Z", &["categories", "delete", "Écrans"]).exits(0);
        assert_eq!(shop.ask("SELECT count(*) FROM showcase_category"), "2");
        shop.does(&["undo", "--confirm", "shop"]);
        shop.does(&["undo", "--confirm", "shop"]);
        assert_eq!(shop.rows(), before);
    });
}
