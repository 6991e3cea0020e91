//! Dumps restored beside the live database, and the two changing places.

use super::server;
use super::take;
use super::told;
use crate::database::guide_schema_on_postgres;
use crate::postgres::cluster;
use crate::sandbox::Sandbox;
use sitekeep::db;
use sitekeep::db::ExchangeState;
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

    let (fresh, former) = (db::scratch_name("fresh", "shop"), db::scratch_name("former", "shop"));
    let restored = db::restore_into(&live, &dump, &fresh).unwrap();
    assert_eq!(db::fingerprint(&restored).unwrap(), before);
    assert_eq!(db::fingerprint(&live).unwrap(), after, "the live one is not touched");
    // A visitor who stays is shown out.
    let mut visitor = connect(&url);
    db::exchange(&live, &fresh, &former).unwrap();
    assert!(visitor.simple_query("SELECT 1").is_err());
    assert_eq!(db::fingerprint(&live).unwrap(), before);
    assert_eq!(text(&url, "SHOW work_mem"), "7MB");
    assert_eq!(text(&url, "SHOW search_path"), "public, \"Côté\"");
    assert_eq!(
        text(&url, "SELECT datacl::text FROM pg_database WHERE datname = 'shop'"),
        "{postgres=CTc/postgres}"
    );
    assert_eq!(db::recover_exchange(&live, &fresh, &former).unwrap(), ExchangeState::Completed);

    // Undo is the same in the other direction.
    db::exchange(&live, &former, &fresh).unwrap();
    assert_eq!(db::fingerprint(&live).unwrap(), after);
    db::drop_database(&live, &fresh).unwrap();
    db::drop_database(&live, &fresh).unwrap();
    assert_eq!(databases(&url, "sitekeep%shop"), 0);
}

#[test]
fn an_exchange_cut_short_is_taken_back_or_finished() {
    let Some(cluster) = cluster() else { return };
    let url = cluster.create("cutshort", "CREATE TABLE old (id int)");
    let elsewhere = cluster.url("postgres");
    let live = server(&url);
    let (fresh, former) = ("sitekeep_fresh_cutshort", "sitekeep_former_cutshort");
    let present = |url: &str| text(url, "SELECT relname::text FROM pg_class WHERE relname IN ('old', 'new')");
    cluster.create(fresh, "CREATE TABLE new (id int)");
    // Killed after the live one was closed.
    connect(&elsewhere)
        .batch_execute(&format!(
            "ALTER DATABASE cutshort ALLOW_CONNECTIONS false; ALTER DATABASE {fresh} ALLOW_CONNECTIONS false"
        ))
        .unwrap();
    assert!(postgres::Client::connect(&url, postgres::NoTls).is_err());
    assert_eq!(db::recover_exchange(&live, fresh, former).unwrap(), ExchangeState::Reverted);
    assert_eq!(present(&url), "old");
    // Killed within the transaction: the server takes it back.
    let mut killed = connect(&elsewhere);
    killed
        .batch_execute(&format!(
            "BEGIN; ALTER DATABASE cutshort RENAME TO {former}; ALTER DATABASE {fresh} RENAME TO cutshort"
        ))
        .unwrap();
    drop(killed);
    assert_eq!(db::recover_exchange(&live, fresh, former).unwrap(), ExchangeState::Reverted);
    assert_eq!(present(&url), "old");
    // Renamed by hand, one of the two.
    connect(&elsewhere).batch_execute(&format!("ALTER DATABASE cutshort RENAME TO {former}")).unwrap();
    assert_eq!(db::recover_exchange(&live, fresh, former).unwrap(), ExchangeState::Completed);
    assert_eq!(present(&url), "new");
    assert!(db::exchange(&live, fresh, former).is_err(), "there is nothing to put in its place");
    assert_eq!(present(&url), "new", "and it is open again");
    connect(&elsewhere).batch_execute("DROP DATABASE cutshort").unwrap();
    assert_eq!(db::recover_exchange(&live, fresh, former).unwrap(), ExchangeState::Reverted);
    assert_eq!(present(&url), "old");
    assert!(db::recover_exchange(&server(&cluster.url("nobodys")), fresh, former).is_err());
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
    db::exchange(&live, "sitekeep_roles", "sitekeep_roles_former").unwrap();
    db::drop_database(&live, "sitekeep_roles_former").unwrap();
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
