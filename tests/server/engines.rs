//! The same pages from PostgreSQL, whose connections break in ways of their own.

use super::world::World;
use crate::postgres::cluster;

/// Two products; the second is out of stock and dearer.
pub(super) const SHOP: &str = "
    CREATE TABLE showcase_category (id bigint PRIMARY KEY, name varchar(100), slug varchar(120), parent_id bigint);
    CREATE TABLE showcase_product (id bigint PRIMARY KEY, name varchar(200), slug varchar(220), description text,
        price numeric(10, 2), brand varchar(100), image varchar(100), in_stock boolean, featured boolean,
        created_at timestamptz, updated_at timestamptz, category_id bigint);
    CREATE TABLE showcase_sitesettings (id bigint PRIMARY KEY, whatsapp_number varchar(20), contact_email varchar(254),
        contact_phone varchar(20), contact_address varchar(200), company_name varchar(100), company_description text);
    INSERT INTO showcase_category VALUES (1, 'Écrans', 'ecrans', NULL);
    INSERT INTO showcase_product VALUES
        (1, 'Écran 24', 'ecran-24', 'Petit', 99999.50, 'Acme', '', true, true, now(), now(), 1),
        (2, 'Écran 27', 'ecran-27', 'Grand', 450000, 'Acme', '', false, false, now(), now(), 1);
    INSERT INTO showcase_sitesettings VALUES (1, '+22901234567', '', '', '', 'La Boutique', '');";

#[test]
fn the_catalogue_on_postgresql_outlives_its_connections() {
    let Some(cluster) = cluster() else { return };
    let url = cluster.create("server", SHOP);
    let mut world = World::without_database();
    world.config.database.url = Some(url.clone());
    let server = world.start();
    assert!(server.get("/").shows("La Boutique"));
    assert!(server.get("/products?search=%C3%A9cran&category=ecrans").shows("2 produits"));
    assert!(server.get("/products/ecran-24").shows("99\u{202f}999,50\u{202f}FCFA"));
    assert!(server.get("/products/ecran-27").shows("Rupture de stock"));
    assert_eq!(server.get("/products/a%00b").status, 404);

    let mut owner = ::postgres::Client::connect(&url, ::postgres::NoTls).unwrap();
    owner
        .execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = 'server' AND pid <> pg_backend_pid()",
            &[],
        )
        .unwrap();
    assert_eq!(server.get("/products").status, 200, "{}", server.errors.text());

    owner.batch_execute("ALTER TABLE showcase_product DROP COLUMN in_stock").unwrap();
    let page = server.get("/products/ecran-27");
    assert_eq!(page.status, 200, "{}", server.errors.text());
    assert!(!page.shows("Rupture de stock"));
    assert!(server.end().drained);
}

#[test]
fn a_row_that_makes_no_sense_costs_no_connection() {
    let Some(cluster) = cluster() else { return };
    let url = cluster.create("oddrow", SHOP);
    let mut owner = ::postgres::Client::connect(&url, ::postgres::NoTls).unwrap();
    owner.batch_execute("UPDATE showcase_product SET name = NULL, category_id = NULL WHERE id = 2").unwrap();
    let mut world = World::without_database();
    world.config.database.url = Some(url);
    world.config.serve.database_connections = 1;
    let server = world.start();
    assert!(server.get("/products/ecran-24").shows("99\u{202f}999,50\u{202f}FCFA"));
    let mut connections = || {
        let rows = owner
            .query(
                "SELECT pid FROM pg_stat_activity WHERE datname = 'oddrow' AND application_name = 'sitekeep'",
                &[],
            )
            .unwrap();
        rows.iter().map(|row| row.get(0)).collect::<Vec<i32>>()
    };
    let before = connections();
    assert_eq!(before.len(), 1);
    assert_eq!(server.get("/products/ecran-27").status, 500);
    assert_eq!(server.get("/products/ecran-24").status, 200);
    assert_eq!(connections(), before);
    assert_eq!(server.errors.text().matches("error: ").count(), 1, "{}", server.errors.text());
}
