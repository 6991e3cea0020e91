//! Answers that a real application gave, asked of this server again: `SITEKEEP_REAL=FOLDER cargo test recorded`.
//!
//! The folder holds `api/INDEX.tsv` (number, method, request, status, content type, bytes, file) with the answers
//! beside it, and `site/backend/db.sqlite3`, which they were given from.

use super::world::Server;
use super::world::World;
use super::world::request_as;
use crate::postgres::cluster;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

fn recorded() -> Option<PathBuf> {
    let folder = std::env::var_os("SITEKEEP_REAL").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("SKIPPED: SITEKEEP_REAL names no folder of recorded answers");
    }
    folder
}

fn world() -> World {
    let mut world = World::without_database();
    world.config.site.timezone = "Africa/Douala".into();
    world.config.site.media_url = "/media/".into();
    world.config.serve.page_size = 20;
    world
}

/// The greeting follows the clock; all else must be the same to the byte.
fn without_greeting(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    text.trim().replace("?text=Bonsoir%20", "?text=%20").replace("?text=Bonjour%20", "?text=%20")
}

/// PostgreSQL knows capitals beyond ASCII: requests with `except` in them have another answer there.
fn compare(server: &Server, folder: &Path, except: &str) {
    let index = std::fs::read_to_string(folder.join("INDEX.tsv")).unwrap();
    let mut asked = 0;
    for line in index.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        if fields[2].contains(except) {
            continue;
        }
        let (path, headers) = fields[2].split_once(' ').unwrap_or((fields[2], "{}"));
        let headers: BTreeMap<String, String> = serde_json::from_str(headers).unwrap();
        let host = headers.get("Host").map_or("127.0.0.1:8000", String::as_str);
        let rest: Vec<(&str, &str)> = headers
            .iter()
            .filter(|(name, _)| *name != "Host")
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let answer = server.send(&request_as(host, fields[1], path, &rest));
        assert_eq!(answer.status.to_string(), fields[3], "{} {path}", fields[1]);
        assert_eq!(answer.header("content-type"), Some(fields[4]), "{} {path}", fields[1]);
        let expected = std::fs::read(folder.join(fields[6])).unwrap();
        assert_eq!(without_greeting(&answer.body), without_greeting(&expected), "{} {path}", fields[1]);
        asked += 1;
    }
    assert!(asked > 10, "only {asked} answers are recorded");
}

#[test]
fn recorded_answers_are_given_again_from_sqlite() {
    let Some(folder) = recorded() else { return };
    let world = world();
    std::fs::copy(folder.join("site/backend/db.sqlite3"), world.database()).unwrap();
    compare(&world.start(), &folder.join("api"), "none");
}

/// The tables of the application, as its migrations make them on PostgreSQL.
const TABLES: &str = "
    CREATE TABLE showcase_category (id bigint PRIMARY KEY, name varchar(100), slug varchar(120), created_at timestamptz,
        updated_at timestamptz, icon_file varchar(100), icon varchar(100), parent_id bigint);
    CREATE TABLE showcase_product (id bigint PRIMARY KEY, name varchar(200), slug varchar(220), description text,
        price numeric(10, 2), brand varchar(100), image varchar(100), in_stock boolean, featured boolean,
        created_at timestamptz, updated_at timestamptz, category_id bigint);
    CREATE TABLE showcase_productimage (id bigint PRIMARY KEY, image varchar(100), uploaded_at timestamptz,
        product_id bigint);
    CREATE TABLE showcase_sitesettings (id bigint PRIMARY KEY, whatsapp_number varchar(20), contact_email varchar(254),
        contact_phone varchar(20), contact_address varchar(200), company_name varchar(100), company_description text,
        updated_at timestamptz, updated_by_id integer);
    SET timezone = 'UTC';";

/// The rows of a table as statements that PostgreSQL takes.
fn rows(database: &rusqlite::Connection, table: &str) -> String {
    let mut statement = database.prepare(&format!("SELECT * FROM {table}")).unwrap();
    let columns = statement.column_names().collect::<Vec<_>>().join(", ");
    let count = statement.column_count();
    let mut rows = statement.query([]).unwrap();
    let mut statements = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        let value = |position| match row.get::<_, rusqlite::types::Value>(position).unwrap() {
            rusqlite::types::Value::Null => "NULL".to_owned(),
            rusqlite::types::Value::Integer(number) => format!("'{number}'"),
            rusqlite::types::Value::Real(number) => format!("'{number}'"),
            rusqlite::types::Value::Text(text) => format!("'{}'", text.replace('\'', "''")),
            rusqlite::types::Value::Blob(_) => panic!("bytes in {table}"),
        };
        let values: Vec<String> = (0..count).map(value).collect();
        let values = values.join(", ");
        statements.push(format!("INSERT INTO {table} ({columns}) VALUES ({values});"));
    }
    statements.concat()
}

#[test]
fn recorded_answers_are_given_again_from_postgresql() {
    let Some(folder) = recorded() else { return };
    let Some(cluster) = cluster() else { return };
    let mut world = world();
    // A copy, since opening a database may write beside it.
    std::fs::copy(folder.join("site/backend/db.sqlite3"), world.database()).unwrap();
    let database = rusqlite::Connection::open(world.database()).unwrap();
    let tables = ["showcase_category", "showcase_product", "showcase_productimage", "showcase_sitesettings"];
    let content: String = tables.iter().map(|table| rows(&database, table)).collect();
    world.config.database.url = Some(cluster.create("recorded", &format!("{TABLES}{content}")));
    compare(&world.start(), &folder.join("api"), "search=%C3%89");
}
