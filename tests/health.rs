//! `sitekeep health`: planted faults are found, and a sound site is quiet.

use crate::sandbox::Outcome;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;
use crate::sandbox::jpeg;
use crate::sandbox::seed;
use crate::stub::Answer;
use crate::stub::Stub;
use crate::stub::html;
use crate::stub::json;
use serde_json::Value;
use std::collections::HashMap;

/// Answers of an application with an API and a single-page frontend, as the real one gives them.
fn api() -> HashMap<String, Answer> {
    let mut answers = HashMap::new();
    let short = |slug: &str| serde_json::json!({ "slug": slug });
    let all: Vec<Value> = seed().products.iter().map(|product| short(&product.slug)).collect();
    let list = |results: Vec<Value>| json(serde_json::json!({ "count": results.len(), "results": results }));
    answers.insert("/api/products/".into(), list(all));
    for product in seed().products {
        let detail = serde_json::json!({
            "name": product.name, "slug": product.slug, "whatsapp_link": "https://wa.me/2290197000000?text=Bonjour",
        });
        answers.insert(format!("/api/products/{}/", product.slug), json(detail));
        answers.insert(format!("/media/{}", product.image), (200, "image/jpeg".into(), jpeg(80, 60)));
        for word in product.name.to_lowercase().split(|c: char| !c.is_ascii_alphanumeric()) {
            answers.insert(format!("/api/products/?search={word}"), list(vec![short(&product.slug)]));
        }
    }
    answers.insert("/api/products/?search=zqxjkvwpb".into(), list(vec![]));
    answers
}

/// The application's catch-all route: 200 with an HTML page for everything.
fn catch_all() -> Answer {
    html("<div id=root></div>")
}

fn check(sandbox: &Sandbox, stub: &Stub, parts: &[&str]) -> Outcome {
    let url = stub.url();
    let ports = format!("[{}]", stub.port);
    let arguments: Vec<&str> =
        ["health"].into_iter().chain(parts.iter().copied()).chain(["--format", "json"]).collect();
    sandbox.run_with(&[("SITEKEEP_SITE__URL", &url), ("SITEKEEP_HEALTH__PORTS", &ports)], &arguments)
}

#[test]
fn a_sound_application_with_an_api_is_ok() {
    let sandbox = Sandbox::site();
    let stub = Stub::start(api(), catch_all());
    let report = check(&sandbox, &stub, &["pages", "ports", "pictures", "database", "debug"]).exits(0).json();
    assert_eq!(findings(&report, "HEALTH-004", "ok").len(), 3, "every product's page is visited");
    assert_eq!(findings(&report, "HEALTH-007", "ok").len(), 1);
    assert_eq!(findings(&report, "HEALTH-005", "ok").len(), 2);
    assert_eq!(findings(&report, "HEALTH-013", "ok").len(), 1);
}

#[test]
fn an_html_page_in_place_of_a_picture_is_critical_although_it_answers_200() {
    let sandbox = Sandbox::site();
    let mut answers = api();
    answers.remove("/media/products/savane-14.jpg");
    let stub = Stub::start(answers, catch_all());
    let report = check(&sandbox, &stub, &["pages"]).exits(2).json();
    let found = findings(&report, "HEALTH-006", "critical");
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["subject"], "products/savane-14.jpg");
    assert_eq!(found[0]["message"], "answers an HTML page in place of a picture");
}

#[test]
fn a_picture_cut_short_is_critical() {
    let sandbox = Sandbox::site();
    let mut answers = api();
    let whole = jpeg(80, 60);
    answers.insert(
        "/media/products/savane-14.jpg".into(),
        (200, "image/jpeg".into(), whole[..whole.len() / 2].to_vec()),
    );
    let stub = Stub::start(answers, catch_all());
    let report = check(&sandbox, &stub, &["pages"]).exits(2).json();
    assert_eq!(findings(&report, "HEALTH-006", "critical").len(), 1);
}

#[test]
fn a_search_that_shows_everything_or_nothing_is_critical() {
    let sandbox = Sandbox::site();
    let mut answers = api();
    let everything = answers["/api/products/"].clone();
    answers.insert("/api/products/?search=zqxjkvwpb".into(), everything);
    let report = check(&sandbox, &Stub::start(answers, catch_all()), &["pages"]).exits(2).json();
    assert!(
        findings(&report, "HEALTH-005", "critical")[0]["message"]
            .as_str()
            .unwrap()
            .contains("finds 3 products")
    );

    let mut answers = api();
    answers.retain(|path, _| !path.contains("search="));
    let report = check(&sandbox, &Stub::start(answers, catch_all()), &["pages"]).exits(2).json();
    assert_eq!(findings(&report, "HEALTH-005", "critical").len(), 1);
}

#[test]
fn a_wrong_whatsapp_number_is_critical() {
    let sandbox = Sandbox::site();
    let mut answers = api();
    for product in seed().products {
        let detail =
            serde_json::json!({ "name": product.name, "whatsapp_link": "https://wa.me/237XXXXXXXXX?text=x" });
        answers.insert(format!("/api/products/{}/", product.slug), json(detail));
    }
    let report = check(&sandbox, &Stub::start(answers, catch_all()), &["pages"]).exits(2).json();
    assert_eq!(findings(&report, "HEALTH-007", "critical").len(), 1);
}

#[test]
fn a_product_page_that_names_another_product_is_critical() {
    let sandbox = Sandbox::site();
    let mut answers = api();
    let other = answers["/api/products/atlas-voyage/"].clone();
    answers.insert("/api/products/savane-14/".into(), other);
    let report = check(&sandbox, &Stub::start(answers, catch_all()), &["pages"]).exits(2).json();
    let found = findings(&report, "HEALTH-004", "critical");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["subject"], "product savane-14");
}

#[test]
fn a_site_that_is_down_is_told_once_and_the_rest_is_unknown() {
    let sandbox = Sandbox::site();
    let stub = Stub::start(HashMap::new(), catch_all());
    let port = stub.port;
    drop(stub);
    let url = format!("http://127.0.0.1:{port}");
    let ports = format!("[{port}]");
    let variables = [("SITEKEEP_SITE__URL", url.as_str()), ("SITEKEEP_HEALTH__PORTS", ports.as_str())];
    let report =
        sandbox.run_with(&variables, &["health", "pages", "ports", "--format", "json"]).exits(2).json();
    assert_eq!(findings(&report, "HEALTH-003", "critical").len(), 1);
    assert_eq!(findings(&report, "HEALTH-003", "unknown").len(), 1);
    assert_eq!(findings(&report, "HEALTH-002", "critical").len(), 1);
}

#[test]
fn h21_debug_left_on_in_the_env_file_is_critical() {
    let sandbox = Sandbox::site();
    sandbox.write("backend/.env", "DEBUG=True\n");
    let stub = Stub::start(api(), catch_all());
    let report = check(&sandbox, &stub, &["debug"]).exits(2).json();
    assert_eq!(findings(&report, "HEALTH-013", "critical").len(), 1);
}

#[test]
fn the_debug_page_itself_is_critical_whatever_the_files_say() {
    let sandbox = Sandbox::site();
    let mut page = html("because you have <code>DEBUG = True</code> in your Django settings file");
    page.0 = 404;
    let report = check(&sandbox, &Stub::start(HashMap::new(), page), &["debug"]).exits(2).json();
    assert_eq!(findings(&report, "HEALTH-013", "critical").len(), 1);
}

#[test]
fn debug_that_nothing_tells_of_is_unknown() {
    let sandbox = Sandbox::site();
    sandbox.write("backend/.env", "SECRET_KEY=x\n");
    let report = check(&sandbox, &Stub::start(HashMap::new(), catch_all()), &["debug"]).exits(3).json();
    assert_eq!(findings(&report, "HEALTH-013", "unknown").len(), 1);
}

#[test]
fn a_picture_missing_on_disk_is_critical() {
    let sandbox = Sandbox::site();
    std::fs::remove_file(sandbox.path("backend/media/products/atlas-voyage.jpg")).unwrap();
    let report = sandbox.run(&["health", "pictures", "--format", "json"]).exits(2).json();
    let found = findings(&report, "HEALTH-014", "critical");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["subject"], "products/atlas-voyage.jpg");
}

#[test]
fn a_running_program_is_found_by_what_it_runs() {
    let sandbox = Sandbox::site();
    sandbox.configure("[[health.processes]]\nname = \"backend\"\nany = [\"sitekeep-test-gunicorn\"]\n");
    sandbox
        .run(&["health", "processes"])
        .exits(2)
        .says("no process runs (looked for: sitekeep-test-gunicorn)");
    let program = sandbox.path("sitekeep-test-gunicorn");
    std::fs::copy("/bin/sleep", &program).unwrap();
    let mut child = std::process::Command::new(&program).arg("60").spawn().unwrap();
    let outcome = sandbox.run(&["health", "processes"]);
    child.kill().unwrap();
    child.wait().unwrap();
    outcome.exits(0).says("runs (process ");
}

#[test]
fn a_database_that_is_damaged_is_critical_and_a_locked_one_unknown() {
    let sandbox = Sandbox::site();
    sandbox.configure("[database]\ntimeout = \"50ms\"\n");
    let path = sandbox.path("backend/db.sqlite3");
    let before = std::fs::read(&path).unwrap();
    let writer = rusqlite::Connection::open(&path).unwrap();
    writer.execute_batch("BEGIN EXCLUSIVE").unwrap();
    sandbox.run(&["health", "database"]).exits(3).says("stays locked by another program").says("→");
    drop(writer);
    for (content, words) in [
        (&b""[..], "is empty (0 bytes)"),
        (b"<html></html> not a database at all", "is not a SQLite database"),
        (&before[..before.len() / 3], "damaged"),
    ] {
        std::fs::write(&path, content).unwrap();
        sandbox.run(&["health", "database"]).exits(2).says(words).says("restore the latest good backup");
        assert_eq!(std::fs::read(&path).unwrap(), content, "the file was changed");
    }
    let mut scattered = before.clone();
    scattered[3 * 4096..9 * 4096].fill(0x5a);
    std::fs::write(&path, &scattered).unwrap();
    sandbox.run(&["health", "database"]).exits(2).says("damaged").says("restore the latest good backup");
    std::fs::remove_file(&path).unwrap();
    sandbox.run(&["health", "database"]).exits(2).says("No such file").says("[database] path");
    assert!(!path.exists(), "a database was made");
}

#[test]
fn a_lost_table_of_categories_is_told() {
    let sandbox = Sandbox::site();
    let database = rusqlite::Connection::open(sandbox.path("backend/db.sqlite3")).unwrap();
    database.execute_batch("PRAGMA foreign_keys = off; DROP TABLE showcase_category").unwrap();
    sandbox.run(&["health", "database"]).exits(1).says("no table of categories in this schema");
}

/// Pages of a site that renders its HTML itself.
fn pages() -> HashMap<String, Answer> {
    let mut answers = HashMap::new();
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let link = |slug: &str| format!("<a href='/products/{slug}/'>x</a>");
    let all: String = seed().products.iter().map(|product| link(&product.slug)).collect();
    answers.insert("/".into(), html("Boutique"));
    answers.insert("/products".into(), html(&all));
    for product in seed().products {
        let page = format!(
            "<h1>{}</h1><a href=\"https://wa.me/2290197000000?text=a&amp;b\">WhatsApp</a>",
            escape(&product.name)
        );
        answers.insert(format!("/products/{}", product.slug), html(&page));
        answers.insert(format!("/media/{}", product.image), (200, "image/jpeg".into(), jpeg(80, 60)));
        for word in product.name.to_lowercase().split(|c: char| !c.is_ascii_alphanumeric()) {
            answers.insert(format!("/products?search={word}"), html(&link(&product.slug)));
        }
    }
    answers.insert("/products?search=zqxjkvwpb".into(), html("Aucun produit"));
    answers
}

fn not_found() -> Answer {
    let mut answer = html("Page introuvable");
    answer.0 = 404;
    answer
}

#[test]
fn a_sound_site_of_rendered_pages_is_ok() {
    let sandbox = Sandbox::site();
    let report = check(&sandbox, &Stub::start(pages(), not_found()), &["pages", "debug"]).exits(0).json();
    assert_eq!(findings(&report, "HEALTH-004", "ok").len(), 3);
    assert_eq!(findings(&report, "HEALTH-005", "ok").len(), 2);
}

#[test]
fn faults_of_rendered_pages_are_found() {
    let sandbox = Sandbox::site();
    for (path, answer, id) in [
        ("/", (200, "text/html".to_owned(), b"<title>Welcome to nginx!</title>".to_vec()), "HEALTH-003"),
        ("/products", html("nothing here"), "HEALTH-003"),
        ("/products/savane-14", html("another product"), "HEALTH-004"),
        ("/products?search=zqxjkvwpb", pages()["/products"].clone(), "HEALTH-005"),
        ("/media/products/savane-14.jpg", not_found(), "HEALTH-006"),
    ] {
        let mut answers = pages();
        answers.insert(path.into(), answer);
        let report = check(&sandbox, &Stub::start(answers, not_found()), &["pages"]).exits(2).json();
        assert_eq!(findings(&report, id, "critical").len(), 1, "{path}");
    }
}

#[test]
fn an_api_without_pages_of_results_is_understood() {
    let sandbox = Sandbox::site();
    let mut answers = api();
    for answer in answers.values_mut().filter(|answer| answer.1 == "application/json") {
        let document: Value = serde_json::from_slice(&answer.2).unwrap();
        if document["results"].is_array() {
            *answer = json(document["results"].clone());
        }
    }
    check(&sandbox, &Stub::start(answers, catch_all()), &["pages"]).exits(0);
}

#[test]
fn a_search_that_the_catch_all_answers_is_critical() {
    let sandbox = Sandbox::site();
    let mut answers = api();
    answers.remove("/api/products/?search=zqxjkvwpb");
    let report = check(&sandbox, &Stub::start(answers, catch_all()), &["pages"]).exits(3).json();
    assert_eq!(findings(&report, "HEALTH-005", "unknown").len(), 1);
}

#[test]
fn a_site_below_a_path_is_visited_there() {
    let sandbox = Sandbox::site();
    let below: HashMap<String, Answer> = pages()
        .into_iter()
        .map(|(path, answer)| {
            let text = String::from_utf8_lossy(&answer.2).replace("href='/", "href='/boutique/");
            let body = if answer.1.starts_with("text/html") { text.into_bytes() } else { answer.2 };
            let path = if path.starts_with("/media") { path } else { format!("/boutique{path}") };
            (path, (answer.0, answer.1, body))
        })
        .collect();
    let stub = Stub::start(below, not_found());
    let url = format!("{}/boutique", stub.url());
    sandbox.run_with(&[("SITEKEEP_SITE__URL", &url)], &["health", "pages"]).exits(0);
}

#[test]
fn slow_pages_and_a_used_up_budget_are_told() {
    let sandbox = Sandbox::site();
    let stub = Stub::start(pages(), not_found());
    let url = stub.url();
    let variables = [("SITEKEEP_SITE__URL", url.as_str()), ("SITEKEEP_HEALTH__PAGES__SLOW_WARNING", "1ns")];
    let report = sandbox.run_with(&variables, &["health", "pages", "--format", "json"]).exits(1).json();
    assert!(!findings(&report, "HEALTH-008", "warning").is_empty());
    let variables = [("SITEKEEP_SITE__URL", url.as_str()), ("SITEKEEP_HEALTH__PAGES__BUDGET", "1ns")];
    let report = sandbox.run_with(&variables, &["health", "pages", "--format", "json"]).exits(3).json();
    assert!(
        findings(&report, "HEALTH-003", "unknown")[0]["message"]
            .as_str()
            .unwrap()
            .contains("took all the time")
    );
}
