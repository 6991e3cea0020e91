//! `sitekeep performance review`: what makes a site slow is found, and what is not known is said.

use crate::database::guide_schema_on_postgres;
use crate::postgres::cluster;
use crate::sandbox::Outcome;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;
use rusqlite::Connection;
use serde_json::Value;
use std::fmt::Write as _;

fn site(more: &str) -> Sandbox {
    let sandbox = Sandbox::site();
    // How busy the machine is that runs the tests is no fault of the site.
    let resources = "[health.resources]\nload_warning = 1000.0\nload_critical = 2000.0\n";
    sandbox.configure(&format!("{more}\n{resources}"));
    sandbox
}

fn live(sandbox: &Sandbox) -> Connection {
    Connection::open(sandbox.path("backend/db.sqlite3")).unwrap()
}

fn review(sandbox: &Sandbox, arguments: &[&str]) -> Outcome {
    sandbox.run(&[&["performance", "review"], arguments].concat())
}

fn statuses(report: &Value, id: &str) -> Vec<(String, String)> {
    let found = report["findings"].as_array().unwrap().iter().filter(|finding| finding["id"] == id);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    found.map(|finding| (text(&finding["subject"]), text(&finding["status"]))).collect()
}

fn pair(subject: &str, status: &str) -> (String, String) {
    (subject.to_owned(), status.to_owned())
}

const MANY: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
    INSERT INTO showcase_product (name, slug, description, price, brand, image, in_stock, featured, created_at, updated_at, category_id)
    SELECT 'P' || i, 'p-' || i, '', 1, 'B', '', 1, 0, '2026-11-01 00:00:00', '2026-11-01 00:00:00', 1 FROM n;";

#[test]
fn a_query_that_reads_every_product_is_a_fault_once_they_are_many() {
    let sandbox = site("");
    let plans =
        |sandbox: &Sandbox| statuses(&review(sandbox, &["--format", "json"]).json(), "PERFORMANCE-004");
    assert!(plans(&sandbox).iter().all(|(_, status)| status == "ok"), "few products are read at once");
    live(&sandbox).execute_batch(MANY).unwrap();
    let found = plans(&sandbox);
    assert!(found.contains(&pair("the first page of the listing", "warning")), "{found:?}");
    assert!(found.contains(&pair("a product by its slug", "ok")), "{found:?}");
    live(&sandbox)
        .execute_batch("CREATE INDEX by_time ON showcase_product (created_at DESC, id DESC)")
        .unwrap();
    assert!(plans(&sandbox).contains(&pair("the first page of the listing", "ok")));
    // Django's index of the foreign key, lost.
    let index: String = live(&sandbox)
        .query_row(
            "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql LIKE '%showcase_product%(%category_id%)%' AND sql NOT LIKE '%sub%'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    live(&sandbox).execute_batch(&format!("DROP INDEX \"{index}\"")).unwrap();
    let found = plans(&sandbox);
    assert!(found.contains(&pair("showcase_product.category_id", "warning")), "{found:?}");
}

#[test]
fn postgresql_is_asked_for_its_plans_and_statements() {
    let Some(cluster) = cluster() else { return };
    let url = cluster.create("review", &guide_schema_on_postgres());
    let sandbox = site("");
    let settings = [("SITEKEEP_DATABASE__URL", url.as_str())];
    let run = || sandbox.run_with(&settings, &["performance", "review", "--format", "json"]).json();
    let report = run();
    assert_eq!(statuses(&report, "PERFORMANCE-003")[0].1, "unknown", "no pg_stat_statements: {report}");
    let found = statuses(&report, "PERFORMANCE-004");
    assert!(found.contains(&pair("a product by its slug", "ok")), "{found:?}");
    assert!(
        found.contains(&pair("showcase_product.category_id", "warning")),
        "the seed has no such index: {found:?}"
    );
    let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
    client
        .batch_execute(
            "INSERT INTO showcase_product (name, slug, description, price, brand, image, in_stock, featured, created_at, updated_at, category_id)
             SELECT 'P' || i, 'p-' || i, '', 1, 'B', '', true, false, now(), now(), 1 FROM generate_series(1, 5000) AS i;
             CREATE INDEX ON showcase_product (category_id); CREATE INDEX ON showcase_product (subcategory_id);
             CREATE INDEX ON showcase_category (parent_id); ANALYZE;",
        )
        .unwrap();
    let found = statuses(&run(), "PERFORMANCE-004");
    assert!(found.contains(&pair("the first page of the listing", "warning")), "{found:?}");
    assert!(!found.contains(&pair("showcase_product.category_id", "warning")), "{found:?}");
    client.batch_execute("CREATE INDEX ON showcase_product (created_at DESC, id DESC); ANALYZE;").unwrap();
    assert!(statuses(&run(), "PERFORMANCE-004").contains(&pair("the first page of the listing", "ok")));
}

#[test]
fn times_that_nobody_recorded_are_unknown() {
    let sandbox = site("");
    let report = review(&sandbox, &["--format", "json"]).exits(3).json();
    assert!(statuses(&report, "PERFORMANCE-001").iter().all(|(_, status)| status == "unknown"), "{report}");
    assert_eq!(statuses(&report, "PERFORMANCE-002"), [pair("the access log", "unknown")]);
    assert_eq!(statuses(&report, "PERFORMANCE-006"), [pair("CACHES", "unknown")], "no settings are known");
    let growth = [pair("media folder", "unknown"), pair("database", "unknown")];
    assert_eq!(statuses(&report, "PERFORMANCE-007"), growth);
    assert!(
        findings(&report, "HEALTH-011", "ok").len() + findings(&report, "HEALTH-011", "warning").len() > 0
    );
}

#[test]
fn slow_requests_and_heavy_pictures_are_told() {
    let sandbox = site("access = [\"access.log\"]\n[performance]\npicture_budget = \"2 kB\"\n");
    let mut log = String::new();
    for minute in 10..40 {
        let seconds = if minute % 3 == 0 { "2.500" } else { "0.020" };
        writeln!(
            log,
            "198.51.100.7 - - [22/Nov/2026:09:{minute}:00 +0000] \"GET /api/products/?search=p HTTP/1.1\" 200 512 \"-\" \"Mozilla/5.0\" {seconds}"
        )
        .unwrap();
    }
    sandbox.write("access.log", &log);
    let report = review(&sandbox, &["--format", "json"]).json();
    let slow = findings(&report, "PERFORMANCE-002", "warning");
    assert_eq!(slow[0]["data"]["slow"], 10, "{report}");
    let heavy = findings(&report, "PERFORMANCE-005", "warning");
    assert_eq!(heavy[0]["subject"], "first page of the listing", "{report}");
}

#[test]
fn the_page_stands_alone() {
    let sandbox = site("");
    for day in 20..23 {
        let now = format!("2026-11-{day}T08:00:00Z");
        sandbox.run_with(&[("SITEKEEP_NOW", &now)], &["disk"]);
    }
    review(&sandbox, &["--html", "review.html", "--quiet"]);
    let page = std::fs::read_to_string(sandbox.path("review.html")).unwrap();
    assert!(page.contains("<svg") && page.contains("Size of the media folder"), "{page}");
    assert!(page.contains("a chart wants two"), "what has no records is said");
    for outside in ["http://", "https://", "<script"] {
        assert!(!page.contains(outside), "{outside}");
    }
}
