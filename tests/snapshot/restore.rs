//! Dumps restored beside the live database, and the two changing places.

use super::server;
use super::take;
use super::told;
use crate::database::guide_schema_on_postgres;
use crate::postgres::cluster;
use crate::sandbox::Sandbox;
use sitekeep::db;
use sitekeep::db::Aside;
use std::process::Command;

fn connect(url: &str) -> postgres::Client {
    postgres::Client::connect(url, postgres::NoTls).unwrap()
}

fn text(url: &str, sql: &str) -> String {
    connect(url).query_one(sql, &[]).unwrap().get(0)
}

fn databases(url: &str, like: &str) -> i64 {
    connect(url).query_one("SELECT count(*) FROM pg_database WHERE datname LIKE $1", &[&like]).unwrap().get(0)
}

#[test]
fn a_backup_comes_back_whole_and_goes_again() {
    let Some(cluster) = cluster() else { return };
    let sandbox = Sandbox::empty();
    let url = cluster.create("shop", &guide_schema_on_postgres());
    let live = server(&url);
    connect(&url)
        .batch_execute(
            "ALTER DATABASE shop SET work_mem = '7MB'; ALTER DATABASE shop SET search_path = public, \"Côté\";
             REVOKE ALL ON DATABASE shop FROM PUBLIC",
        )
        .unwrap();
    let dump = sandbox.path("dump");
    let before = take(&live, &dump).fingerprint;
    connect(&url).batch_execute("UPDATE showcase_product SET in_stock = false, price = 1").unwrap();
    let after = db::fingerprint(&live).unwrap();
    assert!(told(&before, &after).contains(&"showcase_product.in_stock: trues 2 -> 0".to_owned()));

    let aside = db::restore_beside(&live, &dump, &db::scratch_name("aside", "shop")).unwrap();
    assert_eq!(aside, Aside::Database("sitekeep_aside_shop".to_owned()));
    assert_eq!(db::fingerprint(&aside.settings(&live).unwrap()).unwrap(), before);
    assert_eq!(db::fingerprint(&live).unwrap(), after, "the live one is not touched");
    // A visitor who stays is shown out.
    let mut visitor = connect(&url);
    let (before_live, before_aside) = aside.identities(&live).unwrap();
    db::exchange(&live, &aside).unwrap();
    assert_eq!(aside.identities(&live).unwrap(), (before_aside, before_live));
    assert!(visitor.simple_query("SELECT 1").is_err());
    assert_eq!(db::fingerprint(&live).unwrap(), before);
    assert_eq!(text(&url, "SHOW work_mem"), "7MB");
    assert_eq!(text(&url, "SHOW search_path"), "public, \"Côté\"");
    assert_eq!(
        text(&url, "SELECT datacl::text FROM pg_database WHERE datname = 'shop'"),
        "{postgres=CTc/postgres}"
    );

    // Undo is the same once more.
    db::exchange(&live, &aside).unwrap();
    assert_eq!(db::fingerprint(&live).unwrap(), after);
    aside.drop(&live).unwrap();
    aside.drop(&live).unwrap();
    assert_eq!(databases(&url, "sitekeep%shop"), 0);
}

#[test]
fn an_exchange_cut_short_has_not_happened() {
    let Some(cluster) = cluster() else { return };
    let url = cluster.create("cutshort", "CREATE TABLE old (id int)");
    let elsewhere = cluster.url("postgres");
    let live = server(&url);
    let aside = Aside::Database("sitekeep_aside_cutshort".to_owned());
    let present = |url: &str| text(url, "SELECT relname::text FROM pg_class WHERE relname IN ('old', 'new')");
    cluster.create(aside.name(), "CREATE TABLE new (id int)");
    // Killed after both were closed.
    connect(&elsewhere)
        .batch_execute(&format!(
            "ALTER DATABASE cutshort ALLOW_CONNECTIONS false; ALTER DATABASE {} ALLOW_CONNECTIONS false",
            aside.name()
        ))
        .unwrap();
    assert!(postgres::Client::connect(&url, postgres::NoTls).is_err());
    db::reopen(&live, &aside).unwrap();
    assert_eq!(present(&url), "old");
    // Killed within the transaction: the server takes it back.
    let mut killed = connect(&elsewhere);
    killed
        .batch_execute(&format!(
            "BEGIN; ALTER DATABASE cutshort RENAME TO sitekeep_between; ALTER DATABASE {} RENAME TO cutshort",
            aside.name()
        ))
        .unwrap();
    drop(killed);
    assert_eq!(present(&url), "old");
    db::exchange(&live, &aside).unwrap();
    assert_eq!(present(&url), "new");
    aside.drop(&live).unwrap();
    assert!(db::exchange(&live, &aside).is_err(), "there is nothing to put in its place");
    assert_eq!(present(&url), "new", "and it is open");
}

#[test]
fn a_role_without_databases_restores_into_a_schema() {
    let Some(cluster) = cluster() else { return };
    let sandbox = Sandbox::empty();
    let url = cluster.create(
        "modestly",
        &format!(
            "DROP ROLE IF EXISTS tenant; CREATE ROLE tenant LOGIN; ALTER DATABASE modestly OWNER TO tenant;
             SET ROLE tenant; {}",
            guide_schema_on_postgres()
        ),
    );
    let live = server(&url.replace("postgres@", "tenant@"));
    let dump = sandbox.path("dump");
    let before = take(&live, &dump).fingerprint;
    connect(&url).batch_execute("UPDATE showcase_product SET price = 1").unwrap();
    let after = db::fingerprint(&live).unwrap();
    let aside = db::restore_beside(&live, &dump, "sitekeep_20261123t_modestly").unwrap();
    assert_eq!(aside, Aside::Schema("sitekeep_20261123t_modestly".to_owned()));
    let there = aside.settings(&live).unwrap();
    assert_eq!(db::fingerprint(&there).unwrap(), before);
    assert!(db::check_integrity(&there, true).unwrap().is_sound());
    assert_eq!(db::fingerprint(&live).unwrap(), after, "the live one is not touched, and is told alone");
    db::exchange(&live, &aside).unwrap();
    assert_eq!(db::fingerprint(&live).unwrap(), before);
    assert_eq!(db::fingerprint(&there).unwrap(), after);
    // Rows can be added: the sequences came along.
    connect(&url)
        .batch_execute("SET ROLE tenant; INSERT INTO showcase_category (name, slug, created_at, updated_at) VALUES ('x', 'y', now(), now())")
        .unwrap();
    // A backup of the live state does not take the other one along.
    let second = take(&live, &sandbox.path("second")).fingerprint;
    assert!(second.tables.keys().all(|table| !table.contains("sitekeep")), "{:?}", second.tables.keys());
    db::exchange(&live, &aside).unwrap();
    assert_eq!(db::fingerprint(&live).unwrap(), after);
    aside.drop(&live).unwrap();
    // A dump that does not fit leaves nothing.
    let whole = std::fs::read(&dump).unwrap();
    std::fs::write(&dump, &whole[..whole.len() - 20]).unwrap();
    db::restore_beside(&live, &dump, "sitekeep_20261123t_modestly").unwrap_err();
    let schemas = text(
        &url,
        "SELECT string_agg(nspname::text, ',') FROM pg_namespace WHERE nspname LIKE 'sitekeep%'
        UNION ALL SELECT 'none' ORDER BY 1 LIMIT 1",
    );
    assert_eq!(schemas, "none");
    assert_eq!(db::fingerprint(&live).unwrap(), after);
}

#[test]
fn a_damaged_dump_leaves_no_database() {
    let Some(cluster) = cluster() else { return };
    let sandbox = Sandbox::empty();
    let url = cluster.create("damaged", &guide_schema_on_postgres());
    let live = server(&url);
    let dump = sandbox.path("dump");
    let before = take(&live, &dump).fingerprint;
    let whole = std::fs::read(&dump).unwrap();
    for length in [0, 40, whole.len() / 2, whole.len() - 3] {
        std::fs::write(&dump, &whole[..length]).unwrap();
        db::restore_into(&live, &dump, "sitekeep_damaged").expect_err("a cut dump");
        assert_eq!(databases(&url, "sitekeep_damaged"), 0);
    }
    std::fs::write(&dump, &whole).unwrap();
    for name in ["damaged", "shop_copy", "postgres"] {
        let words = format!("{:#}", db::restore_into(&live, &dump, name).unwrap_err());
        assert!(words.contains("no name of a scratch database"), "{words}");
        assert!(db::drop_database(&live, name).is_err());
    }
    db::restore_into(&live, &dump, "sitekeep_damaged").unwrap();
    let words = format!("{:#}", db::restore_into(&live, &dump, "sitekeep_damaged").unwrap_err());
    assert!(words.contains("already exists"), "{words}");
    assert_eq!(databases(&url, "sitekeep_damaged"), 1, "what was there before stays");
    assert_eq!(db::fingerprint(&live).unwrap(), before);
    db::drop_database(&live, "sitekeep_damaged").unwrap();
}

#[test]
fn the_guides_plain_dump_is_restored_and_its_half_refused() {
    let Some(cluster) = cluster() else { return };
    let sandbox = Sandbox::empty();
    let url = cluster.create("plain", &guide_schema_on_postgres());
    let live = server(&url);
    let dump = sandbox.path("db_backup.sql");
    let output = Command::new("pg_dump").arg(&url).output().unwrap();
    std::fs::write(&dump, &output.stdout).unwrap();
    let restored = db::restore_into(&live, &dump, "sitekeep_plain").unwrap();
    assert_eq!(db::fingerprint(&restored).unwrap(), db::fingerprint(&live).unwrap());
    db::drop_database(&live, "sitekeep_plain").unwrap();
    std::fs::write(&dump, &output.stdout[..output.stdout.len() * 6 / 10]).unwrap();
    let words = format!("{:#}", db::restore_into(&live, &dump, "sitekeep_plain").unwrap_err());
    assert!(words.contains("was cut"), "{words}");
    let wrong = String::from_utf8(output.stdout).unwrap().replace("showcase_category_pkey", "no\"good");
    std::fs::write(&dump, wrong).unwrap();
    let words = format!("{:#}", db::restore_into(&live, &dump, "sitekeep_plain").unwrap_err());
    assert!(words.contains("psql ended with exit code 3"), "{words}");
    assert_eq!(databases(&url, "sitekeep_plain"), 0);
}

#[test]
fn the_sites_own_role_restores_what_others_owned() {
    let Some(cluster) = cluster() else { return };
    let sandbox = Sandbox::empty();
    let url = cluster.create(
        "roles",
        "DROP ROLE IF EXISTS visitor; DROP ROLE IF EXISTS shopkeeper; DROP ROLE IF EXISTS stranger;
         CREATE ROLE shopkeeper LOGIN CREATEDB; CREATE ROLE visitor LOGIN; CREATE ROLE stranger;
         ALTER DATABASE roles OWNER TO shopkeeper; CREATE TABLE goods (id int); INSERT INTO goods VALUES (1);
         ALTER TABLE goods OWNER TO stranger; GRANT SELECT ON goods TO shopkeeper, visitor",
    );
    let live = server(&url.replace("postgres@", "shopkeeper@"));
    let dump = sandbox.path("dump");
    let before = take(&live, &dump).fingerprint;
    let restored = db::restore_into(&live, &dump, "sitekeep_roles").unwrap();
    assert_eq!(db::fingerprint(&restored).unwrap(), before);
    let owner = "SELECT tableowner::text FROM pg_tables WHERE tablename = 'goods'";
    assert_eq!(text(restored.url.as_deref().unwrap(), owner), "shopkeeper");
    let aside = Aside::Database("sitekeep_roles".to_owned());
    db::exchange(&live, &aside).unwrap();
    aside.drop(&live).unwrap();
    // A superuser keeps the owners, unless the server does not know them.
    let superuser = server(&url);
    let restored = db::restore_into(&superuser, &dump, "sitekeep_roles").unwrap();
    assert_eq!(text(restored.url.as_deref().unwrap(), owner), "stranger");
    db::drop_database(&superuser, "sitekeep_roles").unwrap();
    connect(&url).batch_execute("DROP ROLE stranger").unwrap();
    let restored = db::restore_into(&superuser, &dump, "sitekeep_roles").unwrap();
    assert_eq!(text(restored.url.as_deref().unwrap(), owner), "shopkeeper");
    db::drop_database(&superuser, "sitekeep_roles").unwrap();
    let visitor = server(&url.replace("postgres@", "visitor@"));
    let error = db::restore_into(&visitor, &dump, "sitekeep_roles").unwrap_err();
    assert!(format!("{error:#}").contains("permission denied to create database"), "{error:#}");
    assert!(sitekeep::error::hints(&error)[0].contains("CREATEDB"));
}
