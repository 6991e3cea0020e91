//! Versions of the application's schema: what is not there is not shown, and nothing breaks.

use super::world::World;

/// Every page answers, and shows none of these.
fn lacks(world: &World, parts: &[&str]) {
    let server = world.start();
    for path in ["/", "/products", "/products?search=produit", "/products/produit-20", "/contact"] {
        let page = server.get(path);
        assert_eq!(page.status, 200, "{path}: {}", server.errors.text());
        for part in parts {
            assert!(!page.shows(part), "{part} in {path}");
        }
    }
}

#[test]
fn without_brand_there_is_no_brand() {
    let world = World::new();
    world.sql("ALTER TABLE showcase_product DROP COLUMN brand");
    lacks(&world, &["Acme", "Marque"]);
}

#[test]
fn without_stock_there_is_no_badge() {
    let world = World::new();
    world.sql("ALTER TABLE showcase_product DROP COLUMN in_stock");
    lacks(&world, &["En stock", "Rupture"]);
}

#[test]
fn renamed_stock_is_found() {
    let world = World::new();
    world.sql("ALTER TABLE showcase_product RENAME COLUMN in_stock TO is_in_stock");
    let server = world.start();
    assert!(server.get("/products/produit-20").shows("En stock"));
}

#[test]
fn without_featured_the_home_page_has_no_such_part() {
    let world = World::new();
    world.sql("ALTER TABLE showcase_product DROP COLUMN featured");
    lacks(&world, &["vedettes", "Vedette"]);
}

#[test]
fn without_settings_the_site_has_its_configured_name() {
    let world = World::new();
    world.sql("DROP TABLE showcase_sitesettings");
    let server = world.start();
    let page = server.get("/contact");
    assert!(page.shows("niasotac") && page.shows("Nos coordonnées seront bientôt disponibles."));
    assert!(!page.shows("wa.me"));
}

#[test]
fn pictures_of_a_gallery_table_are_the_products_own() {
    let world = World::new();
    world.sql(
        "ALTER TABLE showcase_product DROP COLUMN image;
         CREATE TABLE IF NOT EXISTS showcase_productimage (id integer PRIMARY KEY, image varchar(100), product_id bigint);
         INSERT INTO showcase_productimage (image, product_id)
             SELECT 'products/2026/11/vue-' || id || '.jpg', id FROM showcase_product;
         INSERT INTO showcase_productimage (image, product_id)
             SELECT 'products/second-' || id || '.jpg', id FROM showcase_product;",
    );
    let server = world.start();
    assert!(server.get("/products").shows("/media/products/2026/11/vue-25.jpg"));
    let page = server.get("/products/produit-20");
    assert!(page.shows("/media/products/2026/11/vue-20.jpg") && page.shows("/media/products/second-20.jpg"));
}

#[test]
fn a_migration_under_the_running_server_is_noticed() {
    let world = World::new();
    let server = world.start();
    assert!(server.get("/products/produit-20").shows("En stock"));
    world.sql("ALTER TABLE showcase_product DROP COLUMN in_stock");
    let page = server.get("/products/produit-20");
    assert_eq!(page.status, 200, "{}", server.errors.text());
    assert!(!page.shows("En stock"));
}
