//! What is an orphan, and what is none.

use super::LATER;
use super::at;
use super::live;
use super::put;
use super::run;
use super::standing;
use crate::database::guide_schema_on_postgres;
use crate::postgres::cluster;
use crate::restore::tree;
use crate::sandbox::Outcome;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;
use std::fmt::Write as _;

/// Each file with the text that names it.
const NAMED: &[(&str, &str)] = &[
    ("products/plain.jpg", "products/plain.jpg"),
    ("products/in html.PNG", "<p>Voir <img src=\"/media/products/in html.png\" alt=\"\"> ici</p>"),
    ("products/escaped é.jpg", "<img src='http://shop.example/media/products/escaped%20%C3%A9.jpg?v=2'>"),
    ("products/l'été & moi.jpg", "<img src=\"/media/products/l&#39;&eacute;t&eacute; &amp; moi.jpg\">"),
    ("products/de\u{301}compose\u{301}.webp", "/media/products/décomposé.webp"),
    ("Products/CASE.JPG", "products/case.jpg"),
    ("gallery/2025/11/deep.jpeg", "{\"images\": [\"gallery\\/2025\\/11\\/deep.jpeg\"]}"),
    ("products/srcset.jpg", "/media/x.jpg 1x, /media/products/srcset.jpg 2x"),
    ("products/bare.gif", "bare.gif"),
    ("README", "/media/README"),
];

const ORPHANS: &[&str] =
    &["products/escaped.jpg", "products/html.png", "products/new-plain.jpg", "products/orphan.jpg"];

fn fill(sandbox: &Sandbox) {
    put(sandbox, &NAMED.iter().map(|(file, _)| *file).collect::<Vec<_>>());
    put(sandbox, ORPHANS);
    put(sandbox, &["products/plain.jpg.64x64_q85.jpg", "CACHE/images/products/plain/0a.jpg", ".htaccess"]);
}

fn statements() -> String {
    let mut sql = String::from("CREATE TABLE other_app (id integer PRIMARY KEY, \"wörd \"\"s\" text);");
    for (number, (_, text)) in NAMED.iter().enumerate() {
        let text = text.replace('\'', "''");
        write!(sql, "INSERT INTO other_app VALUES ({number}, '{text}');").unwrap();
    }
    sql
}

#[test]
fn h17_whatever_names_a_file_keeps_it_on_sqlite() {
    let sandbox = Sandbox::site();
    fill(&sandbox);
    live(&sandbox).execute_batch(&statements()).unwrap();
    let before = tree(&sandbox.path("backend"));
    let list = run(&sandbox, &["images", "orphans", "--format", "csv"]).exits(0);
    assert_eq!(standing(&list, "orphan"), ORPHANS);
    assert_eq!(standing(&list, "used").len(), NAMED.len() + 3, "and the products' own");
    assert_eq!(standing(&list, "thumbnail").len(), 2);
    assert_eq!(standing(&list, "kept"), [".htaccess"]);
    let report = run(&sandbox, &["images", "orphans", "--format", "json"]).exits(1).json();
    let orphans = findings(&report, "IMAGES-020", "warning");
    assert_eq!(orphans[0]["data"]["files"].as_array().unwrap().len(), ORPHANS.len());
    assert_eq!(tree(&sandbox.path("backend")), before, "looking changes nothing");
}

#[test]
fn h17_whatever_names_a_file_keeps_it_on_postgresql() {
    let Some(cluster) = cluster() else { return };
    let sandbox = Sandbox::site();
    fill(&sandbox);
    put(&sandbox, &["a/array one.jpg", "a/jsonb.jpg", "a/bytes.jpg", "a/none.jpg"]);
    let more = "CREATE TABLE typed (a varchar(100)[], b jsonb, c bytea, d integer[], e uuid);
        INSERT INTO typed VALUES ('{x,\"a/array one.jpg\"}', '{\"u\": \"/media/a/jsonb.jpg\"}', 'a/bytes.jpg', '{1}', NULL);";
    let url = cluster.create("orphans", &(guide_schema_on_postgres() + &statements() + more));
    let list = on(&sandbox, &url, &["images", "orphans", "--format", "csv"]).exits(0);
    let mut orphans = ORPHANS.to_vec();
    orphans.insert(0, "a/none.jpg");
    assert_eq!(standing(&list, "orphan"), orphans);
}

fn on(sandbox: &Sandbox, url: &str, arguments: &[&str]) -> Outcome {
    sandbox.run_with(&[("SITEKEEP_DATABASE__URL", url), ("SITEKEEP_NOW", LATER)], arguments)
}

#[test]
fn a_table_that_may_not_be_read_is_no_proof_that_a_file_is_unused() {
    let Some(cluster) = cluster() else { return };
    let sandbox = Sandbox::site();
    put(&sandbox, &["products/orphan.jpg"]);
    let rights = "DROP ROLE IF EXISTS orphans_reader; CREATE ROLE orphans_reader LOGIN;
        GRANT SELECT ON showcase_product TO orphans_reader;";
    let url = cluster.create("unreadable", &(guide_schema_on_postgres() + rights));
    let url = url.replace("postgres@", "orphans_reader@");
    let apply = ["images", "orphans", "--apply", "--max-delete", "100%"];
    let refused = on(&sandbox, &url, &apply);
    assert!(refused.code >= 2, "{}", refused.stdout);
    assert!(refused.stderr.contains("read table"), "{}", refused.stderr);
    assert!(sandbox.path("backend/media/products/orphan.jpg").exists());
    // The next test's cluster is the same.
    cluster.create("unreadable", "DROP ROLE orphans_reader");
}

#[test]
fn sessions_and_the_admins_log_keep_no_file() {
    let sandbox = Sandbox::site();
    put(&sandbox, &["products/gone.jpg"]);
    live(&sandbox)
        .execute_batch(
            "DROP TABLE IF EXISTS django_admin_log;
             CREATE TABLE django_admin_log (id integer PRIMARY KEY, change_message text);
             INSERT INTO django_admin_log VALUES (1, 'products/gone.jpg')",
        )
        .unwrap();
    let list = run(&sandbox, &["images", "orphans", "--format", "csv"]).exits(0);
    assert_eq!(standing(&list, "orphan"), ["products/gone.jpg"]);
}

#[test]
fn a_file_whose_row_may_be_on_the_way_is_too_young() {
    let sandbox = Sandbox::site();
    put(&sandbox, &["products/upload.jpg"]);
    let young = at(&sandbox, "2001-01-01T08:00:00Z", &["images", "orphans", "--format", "csv"]);
    assert_eq!(standing(&young, "young"), ["products/upload.jpg"]);
    // Copied here with an old time of its content, it still is new here.
    let old = std::time::SystemTime::UNIX_EPOCH;
    let file = std::fs::File::options().write(true).open(sandbox.path("backend/media/products/upload.jpg"));
    file.unwrap().set_modified(old).unwrap();
    let young = at(&sandbox, "2001-01-01T08:00:00Z", &["images", "orphans", "--format", "csv"]);
    assert_eq!(standing(&young, "young"), ["products/upload.jpg"]);
    sandbox.configure("[images]\nkeep = [\"products\"]\n");
    let kept = run(&sandbox, &["images", "orphans", "--format", "csv"]);
    assert_eq!(standing(&kept, "kept"), ["products/upload.jpg"]);
}

#[test]
fn names_without_a_file_are_told_and_other_sites_pictures_are_not() {
    let sandbox = Sandbox::site();
    live(&sandbox)
        .execute_batch(
            "UPDATE showcase_product SET image = 'products/gone.jpg' WHERE id = 1;
             UPDATE showcase_product SET description = '<img src=\"/media/in text.jpg\">
                <img src=\"https://cdn.example/media/theirs.jpg\"> paid 1.50, see a.jpg' WHERE id = 2",
        )
        .unwrap();
    let list = run(&sandbox, &["images", "orphans", "--format", "csv"]).exits(0);
    assert_eq!(standing(&list, "missing"), ["in text.jpg", "products/gone.jpg"]);
    let report = run(&sandbox, &["images", "orphans", "--format", "json"]).exits(1).json();
    assert_eq!(findings(&report, "IMAGES-021", "warning").len(), 2);
}

#[test]
fn equal_files_are_told_with_what_names_each() {
    let sandbox = Sandbox::site();
    sandbox.write("backend/media/a.txt", "the same");
    sandbox.write("backend/media/b.txt", "the same");
    sandbox.write("backend/media/c.txt", "the sane");
    let report = run(&sandbox, &["images", "orphans", "--duplicates", "--format", "json"]).exits(1).json();
    let equal = findings(&report, "IMAGES-022", "ok");
    let texts = equal.iter().find(|finding| finding["data"]["bytes"] == 8).expect("the two texts");
    assert_eq!(texts["data"]["copies"].as_array().unwrap().len(), 2, "{texts}");
    let pictures = equal.iter().find(|finding| finding["subject"].as_str().unwrap().contains(".jpg"));
    assert!(pictures.unwrap()["subject"].as_str().unwrap().contains("showcase_product.image of row"));
}
