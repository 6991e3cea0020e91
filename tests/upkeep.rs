//! `sitekeep database check|optimize|reindex|size|clear-sessions|cache-table`: mended where it pays, left alone else.

use crate::database::guide_schema_on_postgres;
use crate::postgres::cluster;
use crate::sandbox::Outcome;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;
use rusqlite::Connection;

fn site(more: &str) -> Sandbox {
    let sandbox = Sandbox::site();
    sandbox.configure(&format!("[backup]\nfolder = \"backups\"\n{more}"));
    sandbox
}

fn live(sandbox: &Sandbox) -> Connection {
    Connection::open(sandbox.path("backend/db.sqlite3")).unwrap()
}

fn database(sandbox: &Sandbox, arguments: &[&str]) -> Outcome {
    sandbox.run(&[&["database"], arguments].concat())
}

fn size(sandbox: &Sandbox) -> u64 {
    std::fs::metadata(sandbox.path("backend/db.sqlite3")).unwrap().len()
}

/// Rows of which each third is removed again: no page becomes free, each is a third empty.
const HOLES: &str = "CREATE TABLE filler (id integer PRIMARY KEY, text text NOT NULL);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
    INSERT INTO filler SELECT i, printf('%0200d', i) FROM n;
    DELETE FROM filler WHERE id % 3 = 0;";

#[test]
fn h18_a_sqlite_database_is_rebuilt_where_it_pays_and_backed_up_before() {
    for mode in ["DELETE", "WAL"] {
        let sandbox = site("");
        database(&sandbox, &["optimize"]).exits(0).says("left alone").says("statistics");
        database(&sandbox, &["check"]).exits(0);
        live(&sandbox).execute_batch(&format!("PRAGMA journal_mode = {mode}; {HOLES}")).unwrap();
        let before = size(&sandbox);
        database(&sandbox, &["check"]).exits(1).says("hold nothing").says("sitekeep database optimize");
        database(&sandbox, &["optimize", "--dry-run"]).exits(0).says("would be rebuilt");
        assert_eq!(size(&sandbox), before);
        assert!(!sandbox.path("backups").exists());
        let report = database(&sandbox, &["optimize", "--format", "json"]).exits(0).json();
        assert_eq!(findings(&report, "BACKUP-001", "ok").len(), 1, "backed up first");
        assert!(size(&sandbox) * 10 < before * 8, "{mode}: {} of {before}", size(&sandbox));
        let rows: i64 =
            live(&sandbox).query_row("SELECT count(*) FROM filler", [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 4000);
        database(&sandbox, &["optimize"]).exits(0).says("left alone");
        database(&sandbox, &["check", "--full"]).exits(0);
    }
}

#[test]
fn a_rebuild_without_room_or_backup_changes_nothing() {
    let sandbox = site("");
    live(&sandbox).execute_batch(HOLES).unwrap();
    let before = std::fs::read(sandbox.path("backend/db.sqlite3")).unwrap();
    // A file where the folder of the backups should be.
    sandbox.write("backups", "");
    database(&sandbox, &["optimize"])
        .exits(2)
        .complains("before the rebuild")
        .complains("--no-safety-backup");
    assert_eq!(std::fs::read(sandbox.path("backend/db.sqlite3")).unwrap(), before);
    database(&sandbox, &["optimize", "--no-safety-backup"]).exits(0);
    let mut torn = before.clone();
    let page = torn.len() / 4096 / 2 * 4096;
    torn[page..page + 4096].fill(0xA5);
    sandbox.write_bytes("backend/db.sqlite3", &torn);
    database(&sandbox, &["optimize", "--force"])
        .exits(2)
        .complains("is damaged")
        .complains("sitekeep restore latest");
    database(&sandbox, &["check"]).exits(2).says("DATABASE-002");
    assert_eq!(std::fs::read(sandbox.path("backend/db.sqlite3")).unwrap(), torn);
}

#[test]
fn a_database_that_is_written_to_is_not_waited_for_without_end() {
    let sandbox = site("[database]\ntimeout = \"100ms\"\n");
    live(&sandbox).execute_batch(HOLES).unwrap();
    live(&sandbox)
        .execute_batch("INSERT INTO django_session VALUES ('old', '', '2026-11-22 00:00:00')")
        .unwrap();
    let writer = live(&sandbox);
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    database(&sandbox, &["optimize", "--no-safety-backup"]).exits(2).complains("stays locked");
    database(&sandbox, &["clear-sessions"]).complains("fuser").exits(2);
}

/// Two indexes change their trees: each now holds the other's keys.
pub fn damage_indexes(sandbox: &Sandbox) {
    let connection = live(sandbox);
    connection
        .execute_batch(
            "CREATE INDEX by_brand ON showcase_product (brand); CREATE INDEX by_price ON showcase_product (price)",
        )
        .unwrap();
    connection
        .execute_batch(
            "PRAGMA writable_schema = ON;
             UPDATE sqlite_schema SET rootpage = (SELECT sum(rootpage) FROM sqlite_schema WHERE name IN ('by_brand', 'by_price'))
                 - rootpage WHERE name IN ('by_brand', 'by_price');
             PRAGMA writable_schema = OFF",
        )
        .unwrap();
}

#[test]
fn an_index_that_disagrees_with_its_table_is_made_anew() {
    let sandbox = site("");
    database(&sandbox, &["reindex"]).exits(0).says("left alone");
    damage_indexes(&sandbox);
    database(&sandbox, &["check", "--full"]).exits(2).says("missing from index");
    database(&sandbox, &["reindex", "--dry-run"]).exits(0).says("would be made anew");
    database(&sandbox, &["reindex"]).exits(0).says("agree with their tables");
    database(&sandbox, &["check", "--full"]).exits(0);
}

#[test]
fn the_tables_are_listed_with_what_they_take() {
    let sandbox = site("");
    live(&sandbox).execute_batch(HOLES).unwrap();
    let text = database(&sandbox, &["size"]).exits(0).says("filler").stdout;
    assert!(text.lines().nth(1).unwrap().starts_with("filler"), "the largest first:\n{text}");
    let document = database(&sandbox, &["size", "--format", "json"]).exits(0).json();
    let filler = &document["tables"][0];
    assert!(filler["dead_bytes"].as_u64() > Some(200_000), "{filler}");
    database(&sandbox, &["size", "--format", "csv"]).exits(0).says("table,rows,table_bytes");
    database(&sandbox, &["size", "--format", "nagios"]).exits(64);
}

#[test]
fn duplicate_indexes_are_told_and_those_that_only_look_alike_are_not() {
    let sandbox = site("");
    live(&sandbox)
        .execute_batch(
            "CREATE INDEX one ON showcase_product (brand); CREATE INDEX two ON showcase_product (brand);
             CREATE INDEX three ON showcase_product (brand DESC); CREATE INDEX four ON showcase_product (lower(brand));
             CREATE INDEX five ON showcase_product (upper(brand)); CREATE INDEX six ON showcase_product (brand) WHERE featured",
        )
        .unwrap();
    let report = database(&sandbox, &["check", "--format", "json"]).exits(0).json();
    let told = findings(&report, "DATABASE-004", "ok");
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["subject"], "two");
}

#[test]
fn h19_expired_sessions_go_in_batches_and_live_ones_stay() {
    let sandbox = site("[database]\nsession_batch = 7\n");
    let connection = live(&sandbox);
    connection
        .execute_batch(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
             INSERT INTO django_session SELECT 'expired' || i, '', '2026-11-23 07:59:59.999999' FROM n;
             INSERT INTO django_session VALUES ('now', '', '2026-11-23 08:00:00'), ('later', '', '2027-01-01 00:00:00')",
        )
        .unwrap();
    database(&sandbox, &["clear-sessions", "--dry-run"]).exits(0).says("40 sessions of 42 would be removed");
    database(&sandbox, &["clear-sessions"]).exits(0).says("40 expired sessions removed, 2 left");
    database(&sandbox, &["clear-sessions"]).exits(0).says("none has expired of 2 sessions");
    connection.execute_batch("DROP TABLE django_session").unwrap();
    database(&sandbox, &["clear-sessions"]).exits(0).says("not in this schema");
}

#[test]
fn a_cache_table_is_made_once_and_over_nothing() {
    let sandbox = site("");
    database(&sandbox, &["cache-table", "--dry-run"]).exits(0).says("would be made");
    database(&sandbox, &["cache-table"]).exits(0).says("is made");
    database(&sandbox, &["cache-table"]).exits(0).says("is there already");
    database(&sandbox, &["cache-table", "showcase_product"]).exits(2).complains("is no cache table");
}

#[test]
fn a_postgresql_database_is_mended_where_it_pays() {
    let Some(cluster) = cluster() else { return };
    let url = cluster.create("shape", &guide_schema_on_postgres());
    let sandbox = site(&format!("[database]\nurl = \"{url}\"\n"));
    let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
    client
        .batch_execute(
            "CREATE TABLE filler (id int PRIMARY KEY, text text NOT NULL) WITH (autovacuum_enabled = false);
             INSERT INTO filler SELECT i, repeat('x', 400) FROM generate_series(1, 20000) AS i;
             CREATE INDEX by_text ON filler (text, id)",
        )
        .unwrap();
    database(&sandbox, &["optimize"]).exits(0).says("statistics made anew");
    database(&sandbox, &["optimize"]).exits(0).says("left alone");
    client.batch_execute("DELETE FROM filler WHERE id % 10 < 4").unwrap();
    // The server tells of it a second later by itself.
    client.batch_execute("SELECT pg_stat_force_next_flush()").unwrap();
    let bytes = |client: &mut postgres::Client| -> i64 {
        client.query_one("SELECT pg_table_size('filler')", &[]).unwrap().get(0)
    };
    let before = bytes(&mut client);
    let report = database(&sandbox, &["optimize", "--format", "json"]).exits(0).json();
    assert_eq!(findings(&report, "BACKUP-001", "ok").len(), 1, "backed up first: {report}");
    assert!(bytes(&mut client) * 10 < before * 7, "{} of {before}", bytes(&mut client));
    database(&sandbox, &["optimize"]).exits(0).says("left alone");
    // An index of which most is empty, one that is invalid, and what a reindexing left behind.
    client
        .batch_execute(
            "INSERT INTO filler SELECT i, repeat('y', 400) FROM generate_series(100000, 120000) AS i;
             DELETE FROM filler WHERE id >= 100000",
        )
        .unwrap();
    client.batch_execute("VACUUM (ANALYZE) filler").unwrap();
    client
        .batch_execute(
            "CREATE INDEX broken ON showcase_product (brand); CREATE INDEX broken_ccnew ON showcase_product (brand);
             UPDATE pg_index SET indisvalid = false WHERE indexrelid IN ('broken'::regclass, 'broken_ccnew'::regclass)",
        )
        .unwrap();
    let report = database(&sandbox, &["check", "--full", "--format", "json"]).json();
    assert!(findings(&report, "DATABASE-004", "warning").len() >= 3, "{report}");
    assert_eq!(findings(&report, "DATABASE-005", "ok").len(), 1);
    database(&sandbox, &["reindex"]).exits(0).says("broken_ccnew: removed");
    database(&sandbox, &["reindex"]).exits(0).says("left alone");
    let valid: bool = client.query_one("SELECT bool_and(indisvalid) FROM pg_index", &[]).unwrap().get(0);
    assert!(valid);
    // A table that somebody holds is told, and the site does not wait for it behind us.
    client.batch_execute("DELETE FROM filler WHERE id % 2 = 0").unwrap();
    client.batch_execute("SELECT pg_stat_force_next_flush()").unwrap();
    client.batch_execute("BEGIN; LOCK TABLE filler IN SHARE MODE").unwrap();
    sandbox.configure(&format!(
        "[backup]\nfolder = \"backups\"\n[database]\nurl = \"{url}\"\ntimeout = \"200ms\"\n"
    ));
    let outcome = database(&sandbox, &["optimize", "--no-safety-backup"]);
    assert_ne!(outcome.code, 0, "{}", outcome.stdout);
    client.batch_execute("ROLLBACK").unwrap();
}

#[test]
fn a_number_that_runs_out_is_told() {
    let Some(cluster) = cluster() else { return };
    let url = cluster.create(
        "limits",
        "CREATE TABLE orders (id serial PRIMARY KEY); SELECT setval('orders_id_seq', 2000000000)",
    );
    let sandbox = site(&format!("[database]\nurl = \"{url}\"\n"));
    database(&sandbox, &["check"]).exits(2).says("public.orders_id_seq").says("93 % of its numbers");
}

#[test]
fn postgresql_sessions_and_cache_table() {
    let Some(cluster) = cluster() else { return };
    let url = cluster.create(
        "sessions",
        "CREATE TABLE django_session (session_key varchar(40) PRIMARY KEY, session_data text NOT NULL, expire_date timestamptz NOT NULL);
         INSERT INTO django_session SELECT i::text, '', '2026-11-23 07:00:00Z'::timestamptz + i * interval '1 minute'
         FROM generate_series(0, 99) AS i",
    );
    let sandbox = site(&format!("[database]\nurl = \"{url}\"\nsession_batch = 11\n"));
    database(&sandbox, &["clear-sessions"]).exits(0).says("60 expired sessions removed, 40 left");
    database(&sandbox, &["cache-table", "mémoire \"1\""]).exits(0).says("is made");
    database(&sandbox, &["cache-table", "mémoire \"1\""]).exits(0).says("is there already");
}
