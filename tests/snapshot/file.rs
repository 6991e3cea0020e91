//! Copies of SQLite databases.

use super::refused;
use super::rounds;
use super::sqlite;
use super::take;
use super::writer;
use super::writer::Writer;
use crate::sandbox::Sandbox;
use rusqlite::Connection;
use sitekeep::config::DatabaseConfig;
use sitekeep::db;
use sitekeep::db::Content;
use sitekeep::db::Fingerprint;
use sitekeep::progress::Silent;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

fn sum(print: &Fingerprint, table: &str, column: &str) -> i64 {
    match &print.tables[table].columns[column].content {
        Content::Integer { sum } => sum.parse().unwrap(),
        other => panic!("{other:?}"),
    }
}

fn pragma(path: &Path, name: &str) -> String {
    let connection = Connection::open(path).unwrap();
    connection.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0)).map_or_else(
        |error| panic!("{name}: {error}"),
        |value| match value {
            rusqlite::types::Value::Integer(number) => number.to_string(),
            rusqlite::types::Value::Text(text) => text,
            other => panic!("{name}: {other:?}"),
        },
    )
}

fn whole_transactions_under_a_writer(journal_mode: &str) {
    let sandbox = Sandbox::empty();
    let path = sandbox.path("db.sqlite3");
    writer::create(&path, journal_mode);
    let running = Writer::start(&path);
    let mut numbers = Vec::new();
    for round in 0..rounds() {
        let target = sandbox.path(&format!("copy {round}.sqlite3"));
        let snapshot = take(&sqlite(&path), &target);
        assert!(db::check_copy(&target, true).unwrap().is_sound());
        let number = sum(&snapshot.fingerprint, "transactions", "number");
        for table in ["left_side", "right_side"] {
            assert_eq!(sum(&snapshot.fingerprint, table, "amount"), number * writer::STEP, "{table}");
        }
        numbers.push(number);
        std::fs::remove_file(target).unwrap();
    }
    drop(running);
    assert!(numbers.is_sorted());
    assert!(numbers.last() > numbers.first(), "the writer stood still: {numbers:?}");
}

#[test]
fn h1_copies_hold_whole_transactions_under_a_writer_that_never_pauses() {
    whole_transactions_under_a_writer("DELETE");
}

#[test]
fn h1_the_same_in_wal_mode() {
    whole_transactions_under_a_writer("WAL");
}

#[test]
fn a_copy_is_what_its_source_is() {
    let sandbox = Sandbox::empty();
    let path = sandbox.path("été \"1\"?.sqlite3");
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "PRAGMA page_size = 8192; PRAGMA auto_vacuum = 2; PRAGMA application_id = 77; PRAGMA user_version = 5;
             PRAGMA journal_mode = WAL; CREATE TABLE \"Étagère \"\"1\"\"\" (\"Prix d'été\" decimal, \"SELECT\" bool);
             INSERT INTO \"Étagère \"\"1\"\"\" VALUES (19.99, 1), (0.01, 0), (NULL, NULL);",
        )
        .unwrap();
    let target = sandbox.path("copies/copy.sqlite3");
    std::fs::create_dir(target.parent().unwrap()).unwrap();
    let snapshot = take(&sqlite(&path), &target);
    assert_eq!(std::fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::metadata(&target).unwrap().len(), snapshot.bytes);
    assert_eq!(std::fs::read_dir(target.parent().unwrap()).unwrap().count(), 1, "nothing stands beside it");
    let table = &snapshot.fingerprint.tables["Étagère \"1\""];
    assert_eq!((table.rows, table.columns["SELECT"].nulls), (3, 1));
    assert_eq!(table.columns["Prix d'été"].content, Content::Decimal { sum: "20".into() });
    assert_eq!(db::fingerprint_copy(&target).unwrap(), snapshot.fingerprint);
    assert_eq!(db::fingerprint(&sqlite(&path)).unwrap(), snapshot.fingerprint);
    for name in ["page_size", "auto_vacuum", "application_id", "user_version", "journal_mode"] {
        assert_eq!(pragma(&target, name), pragma(&path, name), "{name}");
    }
    drop(connection);
}

#[test]
fn what_a_crash_left_half_done_is_not_in_the_copy() {
    let sandbox = Sandbox::empty();
    let path = sandbox.path("live.sqlite3");
    writer::create(&path, "DELETE");
    let connection = Connection::open(&path).unwrap();
    // So little memory that the transaction's pages go to the file before it ends.
    connection.execute_batch("PRAGMA cache_size = 10; BEGIN; UPDATE left_side SET amount = 7").unwrap();
    let crashed = sandbox.path("crashed.sqlite3");
    std::fs::copy(&path, &crashed).unwrap();
    std::fs::copy(sandbox.path("live.sqlite3-journal"), sandbox.path("crashed.sqlite3-journal")).unwrap();
    let snapshot = take(&sqlite(&crashed), &sandbox.path("copy"));
    assert_eq!(sum(&snapshot.fingerprint, "left_side", "amount"), 0);
}

#[test]
fn a_database_that_stays_locked_is_told_and_nothing_is_left() {
    let sandbox = Sandbox::empty();
    let path = sandbox.path("db.sqlite3");
    writer::create(&path, "DELETE");
    let settings = DatabaseConfig { timeout: Duration::from_millis(2), ..sqlite(&path) };
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch("BEGIN EXCLUSIVE").unwrap();
    assert!(refused(&settings, &sandbox.path("copy")).contains("stays locked"));
    connection.execute_batch("ROLLBACK").unwrap();
    take(&settings, &sandbox.path("copy"));
}

#[test]
fn damage_is_no_backup_and_a_file_that_is_there_stays() {
    let sandbox = Sandbox::site();
    let path = sandbox.path("backend/db.sqlite3");
    sandbox.write("taken", "mine");
    assert!(db::snapshot(&sqlite(&path), &sandbox.path("taken"), &Silent).is_err());
    assert_eq!(std::fs::read(sandbox.path("taken")).unwrap(), b"mine");
    let mut bytes = std::fs::read(&path).unwrap();
    let root: i64 = Connection::open(&path)
        .unwrap()
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'showcase_product'", [], |row| row.get(0))
        .unwrap();
    let start = usize::try_from(root - 1).unwrap() * 4096;
    bytes[start..start + 64].fill(0xA5);
    std::fs::write(&path, bytes).unwrap();
    let words = refused(&sqlite(&path), &sandbox.path("copy"));
    assert!(words.contains("damaged"), "{words}");
    assert!(!db::check_integrity(&sqlite(&path), true).unwrap().damage.is_empty());
}

#[test]
fn rows_that_refer_to_nothing_are_told_and_copied() {
    let sandbox = Sandbox::site();
    let path = sandbox.path("backend/db.sqlite3");
    assert_eq!(take(&sqlite(&path), &sandbox.path("sound")).problems, Vec::<String>::new());
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM showcase_category WHERE slug = 'ecrans'")
        .unwrap();
    let problems = take(&sqlite(&path), &sandbox.path("copy")).problems;
    assert_eq!(problems, ["showcase_product: row 3 refers to a row of showcase_category that is not there"]);
    assert_eq!(db::check_integrity(&sqlite(&path), false).unwrap().flaws, problems);
}
