//! `sitekeep docs`: what changed among the products, and older versions of the guides.

use crate::database::guide_schema_on_postgres;
use crate::postgres::cluster;
use crate::sandbox::Outcome;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;
use serde_json::json;
use std::os::unix::fs::PermissionsExt;

const REPORT: [&str; 4] = ["docs", "report", "--format", "json"];

/// A shop, how to run the binary on it, and how to change its database; on SQLite and on PostgreSQL.
fn on_both(name: &str, test: impl Fn(&dyn Fn(&[&str]) -> Outcome, &dyn Fn(&str))) {
    let sandbox = Sandbox::site();
    let path = sandbox.path("backend/db.sqlite3");
    test(&|arguments| sandbox.run(arguments), &|sql| {
        rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    });
    let Some(cluster) = cluster() else { return };
    let url = cluster.create(name, &guide_schema_on_postgres());
    let sandbox = Sandbox::site();
    let variables = [("SITEKEEP_DATABASE__URL", url.as_str())];
    test(&|arguments| sandbox.run_with(&variables, arguments), &|sql| {
        postgres::Client::connect(&url, postgres::NoTls).unwrap().batch_execute(sql).unwrap();
    });
}

const CHANGES: &str = "UPDATE showcase_product SET price = 360000, in_stock = FALSE WHERE slug = 'savane-14';
    UPDATE showcase_product SET description = 'neuve' WHERE slug = 'atlas-voyage';
    UPDATE showcase_product SET slug = 'ecran-baobab-27' WHERE slug = 'ecran-baobab';
    INSERT INTO showcase_product (id, name, slug, description, price, brand, image, in_stock, featured, created_at, updated_at, category_id)
        VALUES (70, 'Souris | Iroko', 'souris-iroko', '', 15000, '', '', TRUE, FALSE, '2026-11-23 08:00:00', '2026-11-23 08:00:00', 1);";

#[test]
fn what_changed_since_the_last_report_is_told_field_by_field() {
    on_both("docs_changes", |run, change| {
        let first = run(&REPORT).exits(0).json();
        assert_eq!((&first["products"], &first["since"]), (&json!(3), &json!(null)));
        assert_eq!(first["added"], json!([]), "with nothing to compare with, nothing is new");
        change(CHANGES);
        let text = run(&["docs", "report", "--dry-run"]).exits(0).complains("not recorded").stdout;
        assert!(text.contains("| Souris \\| Iroko (`souris-iroko`) | – | Ordinateurs |"), "{text}");
        assert!(text.contains("  - price: 385,000\u{a0}FCFA → 360,000\u{a0}FCFA\n"), "{text}");
        assert!(text.contains("  - description: another text\n"), "{text}");
        change("DELETE FROM showcase_product WHERE slug = 'atlas-voyage'");
        let report = run(&REPORT).exits(0).json();
        assert_eq!(report["since"], "2026-11-23T08:00:00Z");
        assert_eq!((&report["products_before"], &report["products"]), (&json!(3), &json!(3)));
        assert_eq!(report["added"][0]["slug"], "souris-iroko");
        assert_eq!(report["removed"][0]["slug"], "atlas-voyage");
        let changed = report["changed"].as_array().unwrap();
        assert_eq!(changed.len(), 2, "{report}");
        let of = |slug: &str| changed.iter().find(|change| change["slug"] == slug).unwrap()["fields"].clone();
        assert_eq!(
            of("savane-14"),
            json!([
                {"field": "price", "before": "385000.00", "after": "360000.00"},
                {"field": "in_stock", "before": true, "after": false}
            ])
        );
        assert_eq!(
            of("ecran-baobab-27")[0],
            json!({"field": "slug", "before": "ecran-baobab", "after": "ecran-baobab-27"})
        );
        run(&["docs", "report"]).exits(0).says("Nothing changed.");
    });
}

#[test]
fn a_report_that_was_not_delivered_whole_is_told_again() {
    let sandbox = Sandbox::site();
    sandbox.run(&["docs", "report"]).exits(0);
    let database = rusqlite::Connection::open(sandbox.path("backend/db.sqlite3")).unwrap();
    database.execute_batch(CHANGES).unwrap();
    for undelivered in [["--html", "none/x.html"], ["--output", "none/x.md"], ["--output", "/dev/full"]] {
        sandbox.run(&[&["docs", "report"], &undelivered[..]].concat()).exits(2);
    }
    let mut command = sandbox.command(&["docs", "report"]);
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    assert_eq!(command.stdout(full).output().unwrap().status.code(), Some(2));
    sandbox
        .run(&["docs", "report", "--since", "2026-11-23"])
        .exits(0)
        .says("## Added (1)")
        .complains("look back");
    sandbox.run(&["docs", "report", "--output", "x.md"]).exits(0);
    assert!(std::fs::read_to_string(sandbox.path("x.md")).unwrap().contains("## Added (1)"));
    sandbox.run(&["docs", "report"]).exits(0).says("Nothing changed.");
}

#[test]
fn a_report_reaches_back_to_the_day_that_is_asked_for() {
    let sandbox = Sandbox::site();
    let database = rusqlite::Connection::open(sandbox.path("backend/db.sqlite3")).unwrap();
    let price = |price: u32| {
        database.execute("UPDATE showcase_product SET price = ?1 WHERE slug = 'savane-14'", [price]).unwrap();
    };
    for (month, amount) in [("09", 100), ("10", 200), ("11", 300)] {
        price(amount);
        let now = format!("2026-{month}-01T08:00:00Z");
        sandbox.run_with(&[("SITEKEEP_NOW", &now)], &["docs", "report"]).exits(0);
    }
    price(400);
    let before = |since: &str| {
        let report = sandbox.run(&[&REPORT[..], &["--since", since]].concat()).exits(0).json();
        report["changed"][0]["fields"][0]["before"].clone()
    };
    assert_eq!(before("2026-09-30"), "100.00");
    assert_eq!(before("2026-10-01"), "200.00");
    assert_eq!(before("last"), "300.00");
    sandbox
        .run(&["docs", "report", "--since", "2026-08-01"])
        .exits(64)
        .complains("oldest report is of 2026-09-01");
    sandbox.run(&["docs", "report", "--since", "monday"]).exits(64).complains("write last, or a date");
    sandbox.run(&["docs", "report", "--format", "nagios"]).exits(64);
}

#[test]
fn a_column_that_is_gone_changes_no_product() {
    on_both("docs_schema", |run, change| {
        run(&REPORT).exits(0);
        change("ALTER TABLE showcase_product DROP COLUMN featured");
        change("UPDATE showcase_product SET name = 'Savane 15' WHERE slug = 'savane-14'");
        let report = run(&REPORT).exits(0).json();
        assert_eq!(report["not_compared"], json!(["featured"]));
        assert_eq!(report["changed"].as_array().unwrap().len(), 1, "{report}");
        assert_eq!(report["changed"][0]["fields"].as_array().unwrap().len(), 1, "{report}");
    });
}

#[test]
fn the_page_is_in_french_and_names_are_no_markup() {
    let sandbox = Sandbox::site();
    sandbox.run(&["docs", "report"]).exits(0);
    let database = rusqlite::Connection::open(sandbox.path("backend/db.sqlite3")).unwrap();
    database.execute_batch(CHANGES).unwrap();
    sandbox.run(&["docs", "report", "--html", "page.html", "--lang", "fr"]).exits(0);
    let page = std::fs::read_to_string(sandbox.path("page.html")).unwrap();
    for part in [
        "Évolution du catalogue",
        "Savane 14&quot; &lt;Pro&gt; &amp; Étui",
        "<del>385\u{202f}000\u{a0}FCFA</del>",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let csv = sandbox.run(&["docs", "report", "--since", "2026-11-23", "--format", "csv"]).exits(0).stdout;
    assert_eq!(csv, "change,slug,name,field,before,after\n", "the last report was a moment ago");
}

/// A shop with two guides of one name, archived.
fn guides() -> Sandbox {
    let sandbox = Sandbox::site();
    sandbox.write("docs/GUIDE.md", "# Guide\none\ntwo\n");
    sandbox.write("backend/docs/GUIDE.md", "# Backend\n");
    sandbox.write("docs/.draft.md", "no guide");
    sandbox.configure("[docs]\nguides = [\"docs/*.md\", \"backend/docs/GUIDE.md\"]\narchive = \"docs/archive\"\n[backup]\nfolder = \"backups\"\n");
    sandbox
}

fn copies(sandbox: &Sandbox, folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(sandbox.path(folder));
    let entries = entries.into_iter().flatten().map(|entry| entry.unwrap());
    let mut names: Vec<String> = entries
        .filter(|entry| entry.path().is_file())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_guide_is_copied_when_it_changed_and_the_copies_stay() {
    let sandbox = guides();
    let archive = ["docs", "archive", "--format", "json"];
    sandbox.run(&["docs", "archive", "-n"]).exits(0).says("would be copied");
    assert!(!sandbox.path("docs/archive").exists());
    let report = sandbox.run(&archive).exits(0).json();
    assert_eq!(findings(&report, "DOCS-002", "ok").len(), 2, "{report}");
    let first = "GUIDE_20261123_090000.md";
    assert_eq!(copies(&sandbox, "docs/archive/docs"), [first]);
    assert_eq!(copies(&sandbox, "docs/archive/backend/docs"), [first]);
    sandbox.run(&["docs", "archive"]).exits(0).says("as its copy GUIDE_20261123_090000.md");
    sandbox.write("docs/GUIDE.md", "# Guide\ntwo\n## Restore\nthree\n");
    // At the very second of the former copy its name is taken: that is told, and nothing is overwritten.
    sandbox.run(&["docs", "archive"]).exits(2).says("not copied").says("File exists");
    let report = sandbox.run_with(&[("SITEKEEP_NOW", "2026-12-01T08:00:00Z")], &archive).exits(0).json();
    let told = findings(&report, "DOCS-002", "ok");
    let data = told.iter().find(|finding| finding["subject"] == "docs/GUIDE.md").unwrap()["data"].clone();
    assert_eq!((&data["lines_added"], &data["lines_removed"]), (&json!(2), &json!(1)));
    assert_eq!(data["headings_added"], json!(["Restore"]));
    assert_eq!(copies(&sandbox, "docs/archive/docs"), [first, "GUIDE_20261201_090000.md"]);
    let kept = std::fs::read_to_string(sandbox.path("docs/archive/docs").join(first)).unwrap();
    assert_eq!(kept, "# Guide\none\ntwo\n");
    sandbox.set_mode("docs/GUIDE.md", 0o600);
    sandbox.write("docs/GUIDE.md", "password");
    sandbox.run_with(&[("SITEKEEP_NOW", "2026-12-02T08:00:00Z")], &archive).exits(0);
    let secret = std::fs::metadata(sandbox.path("docs/archive/docs/GUIDE_20261202_090000.md")).unwrap();
    assert_eq!(secret.permissions().mode() & 0o777, 0o600, "what is private stays private");
}

#[test]
fn a_guide_that_is_not_there_or_cannot_be_copied_is_no_success() {
    let sandbox = guides();
    std::fs::remove_file(sandbox.path("backend/docs/GUIDE.md")).unwrap();
    sandbox.run(&["docs", "archive"]).exits(1).says("there is no such guide").says("copied to");
    sandbox.write("docs/GUIDE.md", "changed");
    std::fs::remove_dir_all(sandbox.path("docs/archive")).unwrap();
    sandbox.write("docs/archive", "a file in the way");
    sandbox.run(&["docs", "archive"]).exits(2).says("not copied");
    sandbox.configure("[docs]\nguides = [\"docs/**/*.md\"]\n");
    sandbox.run(&["docs", "archive"]).exits(78).complains("** is not known");
}

#[test]
fn the_monthly_checklist_documents_and_says_what_is_not_configured() {
    let sandbox = guides();
    let monthly = ["monthly", "--only", "docs.report,docs.archive", "--format", "json"];
    let report = sandbox.run(&monthly).exits(0).json();
    assert!(
        findings(&report, "DOCS-001", "ok")[0]["message"].as_str().unwrap().contains("not configured"),
        "{report}"
    );
    assert_eq!(findings(&report, "DOCS-002", "ok").len(), 2);
    sandbox.configure("[docs]\nreports = \"docs/reports\"\n[backup]\nfolder = \"backups\"\n");
    let report = sandbox.run(&monthly).exits(0).json();
    assert_eq!(report["items"][0]["guide"], "Mettre à jour documentation");
    assert_eq!(
        copies(&sandbox, "docs/reports"),
        ["products_20261123_090000.html", "products_20261123_090000.md"]
    );
    assert!(findings(&report, "DOCS-002", "ok")[0]["message"].as_str().unwrap().contains("not configured"));
    let database = rusqlite::Connection::open(sandbox.path("backend/db.sqlite3")).unwrap();
    database.execute_batch(CHANGES).unwrap();
    let later = [("SITEKEEP_NOW", "2026-12-23T08:00:00Z"), ("LANG", "fr_FR.UTF-8")];
    let report = sandbox.run_with(&later, &monthly).exits(0).json();
    let message = findings(&report, "DOCS-001", "ok")[0]["message"].as_str().unwrap().to_owned();
    assert!(message.starts_with("1 added, 3 changed, 0 removed"), "{message}");
    let text = std::fs::read_to_string(sandbox.path("docs/reports/produits_20261223_090000.md")).unwrap();
    assert!(text.contains("## Ajoutés (1)"), "{text}");
}
