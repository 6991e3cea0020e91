//! H30: what an upgrade loses shows in the fingerprint, on both engines.

use super::server;
use super::sqlite;
use super::take;
use super::told;
use crate::database::guide_schema_on_postgres;
use crate::postgres::cluster;
use crate::sandbox::Sandbox;
use sitekeep::config::DatabaseConfig;
use sitekeep::db;

/// Losses as SQL of both engines, and how they are told.
const LOSSES: &[(&str, &[&str])] = &[
    ("UPDATE showcase_product SET in_stock = false", &["showcase_product.in_stock: trues 2 -> 0"]),
    ("UPDATE showcase_product SET description = ''", &["showcase_product.description: characters 98 -> 0"]),
    (
        "UPDATE showcase_product SET price = price - 0.01 WHERE id = 1",
        &["showcase_product.price: sum 1023500 -> 1023499.99"],
    ),
    (
        "UPDATE showcase_product SET subcategory_id = NULL WHERE id = 1",
        &["showcase_product.subcategory_id: nulls 0 -> 1", "showcase_product.subcategory_id: sum 7 -> 5"],
    ),
    (
        "UPDATE showcase_product SET created_at = '2026-11-23 08:00:00.5+00:00' WHERE id = 1",
        &["showcase_product.created_at: latest"],
    ),
    ("DELETE FROM showcase_product WHERE slug = 'ecran-baobab'", &["showcase_product: rows 3 -> 2"]),
    ("ALTER TABLE showcase_product DROP COLUMN brand", &["showcase_product.brand: the column is missing"]),
    ("DROP TABLE showcase_sitesettings", &["showcase_sitesettings: the table is missing (1 rows)"]),
];

/// Applies each loss to a database that `fresh` makes anew and looks whether it is told.
fn losses_show(fresh: impl Fn() -> DatabaseConfig, execute: impl Fn(&DatabaseConfig, &str)) {
    for (loss, words) in LOSSES {
        let settings = fresh();
        let before = db::fingerprint(&settings).unwrap();
        execute(&settings, loss);
        let seen = told(&before, &db::fingerprint(&settings).unwrap());
        for word in *words {
            assert!(seen.iter().any(|line| line.starts_with(word)), "{loss}: `{word}` is not in {seen:#?}");
        }
    }
}

#[test]
fn h30_a_silent_loss_shows_on_sqlite() {
    let sandbox = Sandbox::empty();
    let path = sandbox.path("db.sqlite3");
    let fresh = || {
        std::fs::copy(Sandbox::site().path("backend/db.sqlite3"), &path).unwrap();
        sqlite(&path)
    };
    losses_show(fresh, |_, sql| rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap());
}

#[test]
fn h30_a_silent_loss_shows_on_postgresql() {
    let Some(cluster) = cluster() else { return };
    let fresh = || server(&cluster.create("losses", &guide_schema_on_postgres()));
    losses_show(fresh, |settings, sql| {
        let url = settings.url.as_deref().unwrap();
        postgres::Client::connect(url, postgres::NoTls).unwrap().batch_execute(sql).unwrap();
    });
}

#[test]
fn the_same_data_has_the_same_fingerprint_on_both_engines() {
    let Some(cluster) = cluster() else { return };
    let sandbox = Sandbox::site();
    let change =
        "UPDATE showcase_product SET price = 19.99, created_at = '2026-11-22 23:23:18.5' WHERE id = 2;
        CREATE TABLE \"Été \"\"x\"\"\" (\"Clé\" integer, ratio real, day date, \"Nom\" text);
        INSERT INTO \"Été \"\"x\"\"\" VALUES (-5, 0.1, '2026-11-22', 'où 😀'), (NULL, 1e20, NULL, '');";
    let path = sandbox.path("backend/db.sqlite3");
    rusqlite::Connection::open(&path).unwrap().execute_batch(change).unwrap();
    // What SQLite would call the same time is another text; Django writes six digits.
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch(
            "UPDATE showcase_product SET created_at = created_at || '00000' WHERE created_at LIKE '%.5'",
        )
        .unwrap();
    let url = cluster.create("same_data", &format!("SET timezone = 'UTC'; {}", guide_schema_on_postgres()));
    let change = change.replace("ratio real", "ratio float8").replace("23:18.5'", "23:18.5+00'");
    postgres::Client::connect(&url, postgres::NoTls).unwrap().batch_execute(&change).unwrap();
    let mut on_file = take(&sqlite(&path), &sandbox.path("copy")).fingerprint;
    let mut on_server = take(&server(&url), &sandbox.path("dump")).fingerprint;
    for print in [&mut on_file, &mut on_server] {
        print.migrations.clear();
        print.tables.retain(|name, _| name == "showcase_product" || name == "Été \"x\"");
        assert_eq!(print.tables.len(), 2);
    }
    assert_eq!(told(&on_file, &on_server), Vec::<String>::new());
    assert_eq!(on_file.tables, on_server.tables);
}

#[test]
fn migration_heads_are_the_last_of_each_application() {
    let sandbox = Sandbox::site();
    let print = db::fingerprint(&sqlite(&sandbox.path("backend/db.sqlite3"))).unwrap();
    assert_eq!(print.migrations["auth"], "0012_alter_user_first_name_max_length");
    assert_eq!(print.migrations["sessions"], "0001_initial");
    assert!(print.tables["django_session"].volatile && !print.tables["showcase_product"].volatile);
}

#[test]
fn a_hundred_thousand_rows_are_read_in_moments() {
    let sandbox = Sandbox::empty();
    let path = sandbox.path("db.sqlite3");
    let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
        INSERT INTO big SELECT i, 'Écran ' || i, i + 0.25, i % 3 = 0, '2026-11-22 10:00:00' FROM n";
    let table = "CREATE TABLE big (id integer PRIMARY KEY, name varchar(200), price decimal, stock bool, at datetime)";
    rusqlite::Connection::open(&path).unwrap().execute_batch(&format!("{table}; {rows}")).unwrap();
    let began = std::time::Instant::now();
    let on_file = db::fingerprint(&sqlite(&path)).unwrap();
    assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
    assert_eq!(
        on_file.tables["big"].columns["price"].content,
        db::Content::Decimal { sum: "5000075000".into() }
    );
    let Some(cluster) = cluster() else { return };
    let sql =
        "CREATE TABLE big (id bigint, name varchar(200), price numeric(12, 2), stock bool, at timestamptz);
        INSERT INTO big SELECT i, 'Écran ' || i, i + 0.25, i % 3 = 0, '2026-11-22 10:00:00+00'
        FROM generate_series(1, 100000) AS i";
    let url = cluster.create("big", sql);
    let began = std::time::Instant::now();
    let on_server = db::fingerprint(&server(&url)).unwrap();
    assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
    assert_eq!(on_file.tables, on_server.tables);
}
