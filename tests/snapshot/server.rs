//! Dumps of PostgreSQL databases.

use super::refused;
use super::server;
use super::take;
use crate::database::guide_schema_on_postgres;
use crate::postgres::cluster;
use crate::sandbox::Sandbox;
use sitekeep::config::DatabaseConfig;
use sitekeep::config::Secret;
use sitekeep::db;
use sitekeep::db::Content;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

/// The folder of the server's own programs.
fn real_programs() -> PathBuf {
    let mut folders: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(|folder| folder.join("pg_dump").is_file())
        .collect();
    folders.sort();
    folders.pop().expect("pg_dump beside the server")
}

/// A folder with the real programs but for `pg_dump`, which answers `--version` and then runs `script`.
fn with_pg_dump(sandbox: &Sandbox, settings: DatabaseConfig, script: &str) -> DatabaseConfig {
    let folder = sandbox.path("programs");
    let real = real_programs();
    sandbox.write(
        "programs/pg_dump",
        &format!(
            "#!/bin/sh\nREAL='{}'\nif [ \"$1\" = --version ]; then exec \"$REAL\" --version; fi\n{script}\n",
            real.join("pg_dump").display()
        ),
    );
    std::fs::set_permissions(folder.join("pg_dump"), std::fs::Permissions::from_mode(0o755)).unwrap();
    for program in ["pg_restore", "psql"] {
        let link = folder.join(program);
        if !link.exists() {
            std::os::unix::fs::symlink(real.join(program), link).unwrap();
        }
    }
    DatabaseConfig { programs: Some(folder), ..settings }
}

#[test]
fn a_dump_holds_what_its_fingerprint_says_under_writers() {
    let Some(cluster) = cluster() else { return };
    let sandbox = Sandbox::empty();
    let url = cluster.create(
        "writers",
        "CREATE TABLE left_side (id int PRIMARY KEY, amount int NOT NULL); CREATE TABLE right_side (LIKE left_side);
         CREATE TABLE log (id bigint GENERATED ALWAYS AS IDENTITY, at timestamptz DEFAULT now(), text text);
         INSERT INTO left_side SELECT i, 0 FROM generate_series(1, 500) AS i; INSERT INTO right_side TABLE left_side",
    );
    let stop = AtomicBool::new(false);
    let began = std::sync::Barrier::new(2);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
            began.wait();
            while !stop.load(Ordering::Relaxed) {
                client
                    .batch_execute(
                        "BEGIN; UPDATE left_side SET amount = amount + 1 WHERE id % 50 = 0;
                         UPDATE right_side SET amount = amount + 1 WHERE id % 50 = 0;
                         INSERT INTO log (text) SELECT 'x' FROM generate_series(1, 10); COMMIT",
                    )
                    .unwrap();
            }
        });
        began.wait();
        let result = std::panic::catch_unwind(|| {
            for round in 0..5 {
                let target = sandbox.path(&format!("{round}.dump"));
                let snapshot = take(&server(&url), &target);
                let print = &snapshot.fingerprint;
                assert_eq!(
                    print.tables["left_side"].columns["amount"],
                    print.tables["right_side"].columns["amount"]
                );
                assert_eq!(std::fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
                assert!(snapshot.program.unwrap().starts_with("pg_dump (PostgreSQL)"));
                // Not only rows: what comes out of the dump is to the last value what the fingerprint says.
                let name = format!("sitekeep_writers_{round}");
                let restored = db::restore_into(&server(&url), &target, &name).unwrap();
                assert_eq!(&db::fingerprint(&restored).unwrap(), print);
                db::drop_database(&server(&url), &name).unwrap();
            }
        });
        stop.store(true, Ordering::Relaxed);
        result.unwrap();
    });
}

#[test]
fn h3_a_failing_pg_dump_is_told_in_its_words_and_leaves_nothing() {
    let Some(cluster) = cluster() else { return };
    let sandbox = Sandbox::empty();
    let settings = server(&cluster.create("failing", &guide_schema_on_postgres()));
    let target = sandbox.path("dump");
    assert!(
        refused(&server(&format!("{}_gone", cluster.url("failing"))), &target).contains("does not exist")
    );
    for (script, words) in [
        ("exec \"$REAL\" \"$@\" --username=nobody_here", "role \"nobody_here\" does not exist"),
        ("exec \"$REAL\" \"$@\" --table=nothing_here", "no matching tables were found"),
        ("echo 'pg_dump: error: disk is full' >&2; exit 1", "exit code 1: pg_dump: error: disk is full"),
        ("\"$REAL\" \"$@\"; kill -9 $$", "was killed by signal 9"),
        ("exit 0", "is not sound"),
        ("\"$REAL\" \"$@\" --exclude-table-data=showcase_category", "holds no rows of showcase_category"),
        ("\"$REAL\" \"$@\"; for last; do :; done; truncate -s 3000 \"$last\"", "is not sound"),
    ] {
        let fake = with_pg_dump(&sandbox, settings.clone(), script);
        let told = refused(&fake, &target);
        assert!(told.contains(words), "{script}: {told}");
    }
    take(&settings, &target);
}

#[test]
fn programs_older_than_the_server_are_refused_with_a_hint() {
    let Some(cluster) = cluster() else { return };
    let sandbox = Sandbox::empty();
    let settings = server(&cluster.create("older", ""));
    let mut fake = with_pg_dump(&sandbox, settings, "");
    sandbox.write("programs/pg_dump", "#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n");
    let error = db::snapshot(&fake, &sandbox.path("dump"), &sitekeep::progress::Silent).unwrap_err();
    assert!(format!("{error:#}").contains("found version 9 in"), "{error:#}");
    assert!(sitekeep::error::hints(&error)[0].contains("install postgresql-client-"));
    fake.programs = Some(sandbox.path("nowhere"));
    assert!(refused(&fake, &sandbox.path("dump")).contains("none is installed"));
}

#[test]
fn the_password_is_in_no_argument() {
    let Some(cluster) = cluster() else { return };
    let sandbox = Sandbox::empty();
    let url = cluster.create("password", &guide_schema_on_postgres());
    let url = url.replace("postgres@", "postgres:canary-7@");
    let record = sandbox.path("record");
    let script = format!(
        "{{ for word; do echo \"argument $word\"; done; env; }} > '{}'\nexec \"$REAL\" \"$@\"",
        record.display().to_string().replace('\'', "'\\''")
    );
    for password in [None, Some(Secret::new("canary-7"))] {
        let settings = DatabaseConfig { password, ..server(&url) };
        let fake = with_pg_dump(&sandbox, settings, &script);
        take(&fake, &sandbox.path("dump"));
        std::fs::remove_file(sandbox.path("dump")).unwrap();
        let seen = std::fs::read_to_string(&record).unwrap();
        let lines: Vec<&str> = seen.lines().filter(|line| line.contains("canary-7")).collect();
        assert_eq!(lines, ["PGPASSWORD=canary-7"]);
        assert!(seen.contains("\nPGPASSFILE=/dev/null\n"));
        for word in
            ["--host=/tmp/pg", "--username=postgres", "--dbname=password", "--snapshot=", "--no-password"]
        {
            assert!(seen.contains(&format!("argument {word}")), "{word}: {seen}");
        }
    }
}

#[test]
fn h4_a_dump_cut_anywhere_is_refused() {
    let Some(cluster) = cluster() else { return };
    let sandbox = Sandbox::empty();
    let mut sql = guide_schema_on_postgres();
    sql.push_str(
        "CREATE TABLE big AS SELECT i, repeat(md5(i::text), 5) AS text FROM generate_series(1, 5000) AS i;",
    );
    let settings = server(&cluster.create("cut", &sql));
    let path = sandbox.path("dump");
    take(&settings, &path);
    let whole = std::fs::read(&path).unwrap();
    assert_eq!(db::read_dump(&settings, &path).unwrap().tables[&("public".into(), "big".into())], 5000);
    let mut lengths: Vec<usize> = (1..20).map(|twentieth| whole.len() * twentieth / 20).collect();
    lengths.extend([0, 1, 4, 5, 11, 100, 1000, whole.len() - 1, whole.len() - 2, whole.len() - 5]);
    let cut = sandbox.path("cut");
    for length in lengths {
        std::fs::write(&cut, &whole[..length]).unwrap();
        let error = db::read_dump(&settings, &cut).expect_err(&format!("{length} of {}", whole.len()));
        assert_eq!(sitekeep::error::exit_code(&error), 2);
    }
}

#[test]
fn names_of_any_kind_and_partitions_are_dumped_and_counted() {
    let Some(cluster) = cluster() else { return };
    let sandbox = Sandbox::empty();
    let url = cluster.create(
        "names",
        "CREATE SCHEMA \"Côté\"; CREATE TABLE \"Côté\".\"Prix \"\"x\"\".y\" (\"Clé é\" numeric(9,2), \"or\" bool);
         INSERT INTO \"Côté\".\"Prix \"\"x\"\".y\" VALUES (1.10, true), (2.20, NULL);
         CREATE TABLE part (id int, t text) PARTITION BY RANGE (id);
         CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (10);
         INSERT INTO part VALUES (1, E'a\\nb\\t\\\\.'), (2, E'\\\\.\\n\\\\.');
         CREATE VIEW seen AS SELECT * FROM part; CREATE TABLE no_columns ();",
    );
    let mut client = postgres::Client::connect(&cluster.url("postgres"), postgres::NoTls).unwrap();
    client.batch_execute("ALTER DATABASE names RENAME TO \"Été = 'x'\"").unwrap();
    let settings = server(&url.replace("/names", "/%C3%89t%C3%A9%20%3D%20%27x%27"));
    let print = take(&settings, &sandbox.path("dump")).fingerprint;
    let names: Vec<&str> = print.tables.keys().map(String::as_str).collect();
    assert_eq!(names, ["Côté.Prix \"x\".y", "no_columns", "part_1"]);
    let column = &print.tables["Côté.Prix \"x\".y"].columns["Clé é"];
    assert_eq!(column.content, Content::Decimal { sum: "3.3".into() });
    assert_eq!(print.rows(), 4);
    assert!(db::check_integrity(&settings, true).unwrap().is_sound());
}

#[test]
fn unsound_data_is_told() {
    let Some(cluster) = cluster() else { return };
    let mut sql = guide_schema_on_postgres();
    sql.push_str(
        "SET session_replication_role = replica; DELETE FROM showcase_category WHERE slug = 'ecrans';
         ALTER TABLE showcase_product ADD CONSTRAINT dear CHECK (price > 0) NOT VALID;
         UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'showcase_product_slug_key'::regclass;",
    );
    let settings = server(&cluster.create("unsound", &sql));
    let quick = db::check_integrity(&settings, false).unwrap().flaws;
    assert_eq!(
        quick,
        [
            "showcase_product_slug_key: the index is not valid: REINDEX it",
            "showcase_product.dear: the constraint was never checked (NOT VALID)"
        ]
    );
    let full = db::check_integrity(&settings, true).unwrap().flaws;
    assert!(full[2].starts_with("showcase_product: 1 rows refer to rows of showcase_category"), "{full:?}");
}
