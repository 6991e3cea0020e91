//! Restoring over a PostgreSQL database: exchanged in one transaction, and back again.

use super::artefact;
use super::configure;
use super::restore;
use super::run;
use super::site;
use crate::database::guide_schema_on_postgres;
use crate::postgres::cluster;
use crate::sandbox::Sandbox;

fn prices(url: &str) -> String {
    let mut client = postgres::Client::connect(url, postgres::NoTls).unwrap();
    let sql = "SELECT string_agg(slug || '=' || price, ' ' ORDER BY id) FROM showcase_product";
    client.query_one(sql, &[]).unwrap().get(0)
}

fn execute(url: &str, sql: &str) {
    postgres::Client::connect(url, postgres::NoTls).unwrap().batch_execute(sql).unwrap();
}

fn left(url: &str, name: &str) -> i64 {
    let mut client = postgres::Client::connect(url, postgres::NoTls).unwrap();
    let sql = "SELECT (SELECT count(*) FROM pg_database WHERE datname LIKE $1) +
        (SELECT count(*) FROM pg_namespace WHERE nspname LIKE $1)";
    client.query_one(sql, &[&format!("sitekeep%{name}")]).unwrap().get(0)
}

/// Backs up, changes, restores, undoes and purges.
fn there_and_back(sandbox: &Sandbox, url: &str, name: &str) {
    run(sandbox, &["backup", "full"]).exits(0);
    let then = prices(url);
    execute(url, "UPDATE showcase_product SET price = 1");
    restore(sandbox, "latest", &[]).exits(0).says("as it was backed up");
    assert_eq!(prices(url), then);
    assert_eq!(left(url, name), 1, "the former state is kept");
    run(sandbox, &["undo", "--confirm", "shop"]).exits(0);
    assert!(prices(url).contains("savane-14=1.00"), "{}", prices(url));
    run(sandbox, &["quarantine", "purge", "--all", "--confirm", "shop"]).exits(0);
    assert_eq!(left(url, name), 0);
    // A damaged archive leaves both as they are.
    let path = artefact(sandbox, "backup_complet_");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    std::fs::write(&path, bytes).unwrap();
    restore(sandbox, &path.display().to_string(), &[]).exits(2);
    assert!(prices(url).contains("savane-14=1.00"));
    assert_eq!(left(url, name), 0);
}

#[test]
fn a_database_changes_places_with_the_restored_one() {
    let Some(cluster) = cluster() else { return };
    let url = cluster.create("restored", &guide_schema_on_postgres());
    let sandbox = site(&format!("[database]\nurl = \"{url}\"\n"));
    there_and_back(&sandbox, &url, "restored");
}

#[test]
fn a_server_that_does_not_answer_makes_a_dry_run_unknown() {
    let Some(cluster) = cluster() else { return };
    let url = cluster.create("planned", &guide_schema_on_postgres());
    let sandbox = site(&format!("[database]\nurl = \"{url}\"\n"));
    run(&sandbox, &["backup", "full"]).exits(0);
    run(&sandbox, &["restore", "latest", "--dry-run"]).exits(0);
    configure(&sandbox, &format!("[database]\nurl = \"{url}_gone\"\n"));
    run(&sandbox, &["restore", "latest", "--dry-run"])
        .exits(3)
        .says("was not compared with the live one")
        .says("check its name in [database] url");
}

#[test]
fn a_role_that_may_create_no_database_restores_too() {
    let Some(cluster) = cluster() else { return };
    let url = cluster.create(
        "tenancy",
        &format!(
            "DROP ROLE IF EXISTS lodger; CREATE ROLE lodger LOGIN; ALTER DATABASE tenancy OWNER TO lodger;
             SET ROLE lodger; {}",
            guide_schema_on_postgres()
        ),
    );
    let url = url.replace("postgres@", "lodger@");
    let sandbox = site(&format!("[database]\nurl = \"{url}\"\n"));
    there_and_back(&sandbox, &url, "tenancy");
}

#[test]
fn h4_a_plain_dump_that_was_cut_changes_nothing() {
    let Some(cluster) = cluster() else { return };
    let url = cluster.create("plainly", &guide_schema_on_postgres());
    let sandbox = site("");
    configure(&sandbox, &format!("[database]\nurl = \"{url}\"\n"));
    let then = prices(&url);
    let dump = std::process::Command::new("pg_dump").arg(&url).output().unwrap().stdout;
    let gzip = |name: &str, bytes: &[u8]| {
        sandbox.write_bytes(&format!("backups/{name}.sql"), bytes);
        assert!(
            std::process::Command::new("gzip")
                .arg(sandbox.path(&format!("backups/{name}.sql")))
                .status()
                .unwrap()
                .success()
        );
    };
    gzip("db_backup_20261121_020000", &dump[..dump.len() * 6 / 10]);
    gzip("db_backup_20261122_020000", &dump);
    execute(&url, "UPDATE showcase_product SET price = 2");
    restore(&sandbox, "db_backup_20261121_020000.sql.gz", &[]).exits(2);
    assert!(prices(&url).contains("savane-14=2.00"));
    restore(&sandbox, "db_backup_20261122_020000.sql.gz", &[]).exits(1).says("not verified");
    assert_eq!(prices(&url), then);
    run(&sandbox, &["quarantine", "purge", "--all", "--confirm", "shop"]).exits(0);
}
