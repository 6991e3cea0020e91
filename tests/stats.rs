//! `sitekeep stats`: the figures of the catalogue, on both databases and every schema.

use crate::database::guide_schema_on_postgres;
use crate::postgres::cluster;
use crate::sandbox::Outcome;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;
use crate::sandbox::jpeg;
use serde_json::json;

/// Runs a test on both databases; `change` alters the guide's schema first, and `run` runs the binary on it.
fn on_both(name: &str, change: &str, test: impl Fn(&Sandbox, &dyn Fn(&[&str]) -> Outcome)) {
    let sandbox = Sandbox::site();
    rusqlite::Connection::open(sandbox.path("backend/db.sqlite3")).unwrap().execute_batch(change).unwrap();
    test(&sandbox, &|arguments| sandbox.run(arguments));
    let Some(cluster) = cluster() else { return };
    let url = cluster.create(name, &format!("{}{change}", guide_schema_on_postgres()));
    let sandbox = Sandbox::site();
    let variables = [("SITEKEEP_DATABASE__URL", url.as_str())];
    test(&sandbox, &|arguments| sandbox.run_with(&variables, arguments));
}

#[test]
fn the_figures_are_those_of_the_database_and_of_the_disk() {
    on_both("stats_figures", "", |sandbox, run| {
        std::fs::remove_file(sandbox.path("backend/media/products/atlas-voyage.jpg")).unwrap();
        let report = run(&["stats", "--format", "json"]).exits(0).json();
        let figures = &report["statistics"];
        assert_eq!(figures["products"], 3);
        assert_eq!(figures["in_stock"], 2);
        assert_eq!(figures["featured"], 1);
        assert_eq!(figures["categories"], 3);
        assert_eq!(
            figures["prices"],
            json!({"priced": 3, "lowest": "98500.00", "median": "385000.00", "mean": "341166.67", "highest": "540000.00"})
        );
        let line = |name: &str| {
            let lines = figures["by_category"].as_array().unwrap();
            let line = lines.iter().find(|line| line["name"] == name).unwrap();
            (line["direct"].as_u64().unwrap(), line["products"].as_u64().unwrap(), line["in_stock"].clone())
        };
        assert_eq!(line("Ordinateurs"), (3, 3, json!(2)));
        assert_eq!(line("Portables"), (2, 2, json!(1)));
        assert_eq!(figures["brands"]["largest"], json!([{"name": "Akwa", "products": 3, "in_stock": 2}]));
        let bytes = 2 * jpeg(80, 60).len();
        assert_eq!(
            figures["pictures"],
            json!({"named": 3, "elsewhere": 0, "products_without": 0,
                "on_disk": {"files": 2, "bytes": bytes, "missing": 1, "unreadable": 0}})
        );
        assert_eq!(figures["not_in_schema"], report["statistics"]["not_in_schema"]);
    });
}

#[test]
fn what_a_schema_lacks_is_told_and_never_counts_as_nothing() {
    let change = "ALTER TABLE showcase_product DROP COLUMN featured;
        ALTER TABLE showcase_product DROP COLUMN brand;
        ALTER TABLE showcase_product RENAME COLUMN in_stock TO is_in_stock;
        CREATE TABLE accounts_user (password text, last_login timestamp, is_superuser boolean, is_staff boolean);
        INSERT INTO accounts_user VALUES ('x', '2026-11-20 08:00:00', TRUE, TRUE), ('x', NULL, FALSE, FALSE),
            ('x', '2026-10-01 08:00:00', FALSE, TRUE);
        DROP TABLE IF EXISTS auth_user; DROP TABLE IF EXISTS django_session;";
    on_both("stats_lacking", change, |_, run| {
        let figures = run(&["stats", "--format", "json"]).exits(0).json()["statistics"].clone();
        assert_eq!(figures["in_stock"], 2);
        assert!(
            figures["featured"].is_null() && figures["brands"].is_null() && figures["sessions"].is_null()
        );
        assert_eq!(figures["not_in_schema"], json!(["featured", "brands", "sessions"]));
        assert_eq!(figures["users"], json!({"all": 3, "staff": 2, "superusers": 1, "active": 1}));
        let text = run(&["stats"]).exits(0).says("not in this schema").stdout;
        let featured = text.lines().find(|line| line.contains("Featured")).unwrap();
        assert!(!featured.contains('0'), "{text}");
        assert!(!run(&["stats", "--format", "csv"]).exits(0).stdout.contains("featured"));
    });
}

#[test]
fn an_empty_catalogue_and_odd_prices_are_counted_too() {
    on_both("stats_empty", "DELETE FROM showcase_product;", |_, run| {
        let figures = run(&["stats", "--format", "json"]).exits(0).json()["statistics"].clone();
        assert_eq!((&figures["products"], &figures["in_stock"]), (&json!(0), &json!(0)));
        assert!(figures["prices"]["median"].is_null());
        run(&["stats"]).exits(0).says("Products");
        run(&["stats", "--html", "empty.html"]).exits(0);
    });
    let sandbox = Sandbox::site();
    let database = rusqlite::Connection::open(sandbox.path("backend/db.sqlite3")).unwrap();
    database
        .execute_batch("UPDATE showcase_product SET price = 'on request' WHERE slug = 'savane-14'")
        .unwrap();
    let figures = sandbox.run(&["stats", "--format", "json"]).exits(0).json()["statistics"].clone();
    assert_eq!(figures["prices"]["priced"], 2);
    assert_eq!(figures["prices"]["median"], "319250.00");
    sandbox.run(&["stats"]).exits(0).says("without a price                    1");
}

#[test]
fn growth_is_told_since_the_last_month_and_each_run_is_recorded() {
    let sandbox = Sandbox::site();
    let database = rusqlite::Connection::open(sandbox.path("backend/db.sqlite3")).unwrap();
    let at = |now: &str| {
        sandbox.run_with(&[("SITEKEEP_NOW", now)], &["stats", "--format", "json"]).exits(0).json()
    };
    let products = |report: &serde_json::Value| report["growth"][0].clone();
    let none = products(&at("2026-09-01T08:00:00Z"));
    assert_eq!(none, json!({"figure": "products", "now": 3, "since": null, "change": null}));
    database.execute_batch("DELETE FROM showcase_product WHERE slug = 'ecran-baobab'").unwrap();
    at("2026-10-23T08:00:00Z");
    database.execute_batch("DELETE FROM showcase_product WHERE slug = 'atlas-voyage'").unwrap();
    at("2026-11-22T08:00:00Z");
    let report = at("2026-11-23T08:00:00Z");
    assert_eq!(
        products(&report),
        json!({"figure": "products", "now": 1, "since": "2026-10-23T08:00:00Z", "change": -1})
    );
    sandbox.run(&["stats", "--lang", "fr"]).exits(0).says("Évolution depuis le 23 octobre 2026.");
    sandbox.run(&["stats", "--html", "page.html"]).exits(0);
    let page = std::fs::read_to_string(sandbox.path("page.html")).unwrap();
    assert!(page.contains("class=\"trend\""), "{page}");
}

#[test]
fn the_page_stands_alone_and_speaks_the_readers_language() {
    let sandbox = Sandbox::site();
    sandbox.write("page.html", "old");
    let locale = [("LC_ALL", "fr_BJ.UTF-8")];
    let outcome = sandbox.run_with(&locale, &["stats", "--html", "page.html"]).exits(0);
    assert_eq!(outcome.stdout, "");
    let page = std::fs::read_to_string(sandbox.path("page.html")).unwrap();
    assert!(page.contains("lang=\"fr\"") && page.contains("385\u{202f}000\u{a0}FCFA"), "{page}");
    for outside in ["http:", "https:", "<script", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}: {page}");
    }
    assert_eq!(page.matches("<svg role=\"img\"").count(), page.matches("<details>").count(), "{page}");
    sandbox.run_with(&locale, &["stats", "--html", "page.html", "--lang", "en"]).exits(0);
    let page = std::fs::read_to_string(sandbox.path("page.html")).unwrap();
    assert!(page.contains("lang=\"en\"") && page.contains("385,000\u{a0}FCFA"), "{page}");
    sandbox.run(&["stats", "--html", "none/page.html"]).exits(2).complains("none/page.html");
    sandbox.run(&["stats", "--html", "page.html", "--format", "json"]).exits(64);
    sandbox.run(&["stats", "--lang", "de"]).exits(64).complains("write en or fr");
}

#[test]
fn a_terminal_gets_80_columns_and_only_the_letters_it_knows() {
    let sandbox = Sandbox::site();
    let text = sandbox.run(&["stats", "--lang", "fr"]).exits(0).stdout;
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(text.contains("####") && !text.contains(['█', '\u{202f}', '\u{a0}']), "{text}");
    let text = sandbox.run_with(&[("LANG", "C.UTF-8")], &["stats"]).exits(0).stdout;
    assert!(text.contains("████") && text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert_eq!(sandbox.run(&["stats", "--quiet"]).exits(0).stdout, "");
}

#[test]
fn what_could_not_be_looked_at_is_unknown() {
    let sandbox = Sandbox::site();
    sandbox.run(&["stats", "--format", "prometheus"]).exits(0).says("sitekeep_catalogue_products{");
    std::fs::remove_dir_all(sandbox.path("backend/media")).unwrap();
    let report = sandbox.run(&["stats", "--format", "json"]).exits(3).json();
    assert_eq!(report["status"], "unknown");
    assert!(report["statistics"]["pictures"]["on_disk"].is_null());
    sandbox.run(&["stats"]).exits(3).says("UNKNOWN: read the media folder");
    std::fs::remove_file(sandbox.path("backend/db.sqlite3")).unwrap();
    sandbox.run(&["stats"]).exits(2).complains("db.sqlite3");
}

#[test]
fn a_record_that_cannot_be_read_is_no_empty_one() {
    let sandbox = Sandbox::site();
    sandbox.write("state", "a file in the way");
    sandbox.run(&["stats"]).exits(1).says("Products").says("UNKNOWN what changed").complains("not recorded");
}

#[test]
fn the_monthly_checklist_has_the_figures() {
    let sandbox = Sandbox::site();
    sandbox.configure("[backup]\nfolder = \"backups\"\n");
    let monthly = ["monthly", "--only", "stats", "--format", "json"];
    let report = sandbox.run(&monthly).exits(0).json();
    let found = findings(&report, "STATS-001", "ok");
    assert_eq!(found[0]["message"], "3 products, 2 in stock, 1 featured, 3 categories");
    assert_eq!(report["items"][0]["guide"], "Analyser statistiques");
    sandbox.run_with(&[("SITEKEEP_SITE__APP", "other")], &monthly).exits(3);
    let later = sandbox.run_with(&[("SITEKEEP_NOW", "2026-12-23T08:00:00Z")], &["stats", "--format", "json"]);
    assert_eq!(later.exits(0).json()["growth"][0]["since"], "2026-11-23T08:00:00Z");
}
