//! What other programs read: the schema of reports, the figures of the dashboard, the manual.

use crate::sandbox::Sandbox;
use serde_json::Value;
use std::path::Path;

/// The parts of JSON Schema that the schema uses; an unknown one fails, so that none is passed over.
fn violations(value: &Value, schema: &Value, whole: &Value, place: &str, found: &mut Vec<String>) {
    for (word, rule) in schema.as_object().unwrap() {
        let fits = match word.as_str() {
            "$schema" | "title" | "description" | "$defs" | "format" => true,
            "$ref" => {
                let name = rule.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
                violations(value, &whole["$defs"][name], whole, place, found);
                true
            }
            "type" => {
                let types: Vec<&str> = rule.as_array().map_or_else(
                    || vec![rule.as_str().unwrap()],
                    |all| all.iter().filter_map(Value::as_str).collect(),
                );
                types.iter().any(|name| match *name {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "number" => value.is_number(),
                    "integer" => value.is_u64() || value.is_i64(),
                    "null" => value.is_null(),
                    other => panic!("type {other}"),
                })
            }
            "const" => value == rule,
            "enum" => rule.as_array().unwrap().contains(value),
            "minimum" => value.as_f64() >= rule.as_f64(),
            "pattern" => regex::Regex::new(rule.as_str().unwrap())
                .unwrap()
                .is_match(value.as_str().unwrap_or_default()),
            "required" => {
                rule.as_array().unwrap().iter().all(|key| value.get(key.as_str().unwrap()).is_some())
            }
            "properties" => {
                for (key, rule) in rule.as_object().unwrap() {
                    if let Some(value) = value.get(key) {
                        violations(value, rule, whole, &format!("{place}.{key}"), found);
                    }
                }
                // The test is stricter than the contract: what is not in the schema has no documentation.
                value.as_object().unwrap().keys().all(|key| rule.get(key).is_some())
            }
            "items" => {
                for (position, value) in value.as_array().unwrap().iter().enumerate() {
                    violations(value, rule, whole, &format!("{place}[{position}]"), found);
                }
                true
            }
            other => panic!("the schema says `{other}`, which this test does not know"),
        };
        if !fits {
            found.push(format!("{place}: {word} {rule}: {value}"));
        }
    }
}

#[test]
fn real_reports_are_what_the_schema_says() {
    let sandbox = Sandbox::site();
    sandbox.configure("[backup]\nfolder = \"backups\"\n");
    let schema: Value = serde_json::from_str(&sandbox.run(&["generate", "schema"]).exits(0).stdout).unwrap();
    let check = |arguments: &[&str]| {
        let report = sandbox.run(&[arguments, &["--format", "json"]].concat()).json();
        let mut found = Vec::new();
        violations(&report, &schema, &schema, "report", &mut found);
        assert!(found.is_empty(), "{arguments:?}: {}", found.join("\n"));
        assert!(!report["findings"].as_array().unwrap().is_empty());
    };
    check(&["weekly"]);
    check(&["daily", "--skip", "health.pages"]);
    check(&["status"]);
    check(&["backup", "verify"]);
    check(&["schedule", "check"]);
    check(&["images", "check"]);
    let mut wrong = Vec::new();
    violations(&serde_json::json!({ "status": "fine" }), &schema, &schema, "report", &mut wrong);
    assert!(wrong.len() >= 2, "a wrong report must not pass: {wrong:?}");
}

#[test]
fn every_figure_of_the_dashboard_is_one_that_runs_give() {
    let sandbox = Sandbox::site();
    sandbox.write(
        "access.log",
        "1.2.3.4 - - [23/Nov/2026:07:00:00 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"-\"\n",
    );
    sandbox.write("django.log", "ERROR 2026-11-23 08:30:00,000 views boom\n");
    sandbox
        .configure("access = [\"access.log\"]\ndjango = [\"django.log\"]\n[backup]\nfolder = \"backups\"\n");
    sandbox.run(&["backup", "full"]);
    sandbox.run(&["backup", "drill"]);
    let given =
        ["daily", "status"].map(|command| sandbox.run(&[command, "--format", "prometheus"]).stdout).concat();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/grafana-dashboard.json");
    let dashboard: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let name = regex::Regex::new("sitekeep_[a-z0-9_]+").unwrap();
    let mut names = std::collections::BTreeSet::new();
    for target in
        dashboard["panels"].as_array().unwrap().iter().flat_map(|panel| panel["targets"].as_array().unwrap())
    {
        names.extend(name.find_iter(target["expr"].as_str().unwrap()).map(|found| found.as_str().to_owned()));
    }
    assert!(names.len() > 10, "{names:?}");
    for name in names {
        assert!(given.contains(&format!("\n{name}{{")), "{name} is in no run's figures:\n{given}");
    }
}

/// Runs promtool on `text`; what it complains of, and `None`, loudly, where it is not installed.
fn promtool(sandbox: &Sandbox, arguments: &[&str], text: &str) -> Option<String> {
    sandbox.write("given", text);
    let given = std::fs::File::open(sandbox.path("given")).unwrap();
    let output = std::process::Command::new("promtool")
        .args(arguments)
        .current_dir(sandbox.path(""))
        .stdin(given)
        .output();
    let Ok(output) = output else {
        eprintln!("SKIPPED: promtool is not installed (apt-get install prometheus), queries were not parsed");
        return None;
    };
    let told = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    Some(if output.status.success() { String::new() } else { told })
}

#[test]
fn prometheus_takes_the_figures_of_runs_and_the_queries_of_dashboard_and_alerts() {
    let sandbox = Sandbox::site();
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let dashboard = std::fs::read_to_string(docs.join("grafana-dashboard.json")).unwrap();
    let dashboard: Value = serde_json::from_str(&dashboard).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let rules: Vec<Value> = panels
        .iter()
        .flat_map(|panel| panel["targets"].as_array().unwrap())
        .map(|target| target["expr"].as_str().unwrap().replace("$site", ".*"))
        .enumerate()
        .map(|(number, expr)| serde_json::json!({ "record": format!("panel:{number}"), "expr": expr }))
        .collect();
    assert!(rules.len() > 10, "{rules:?}");
    // JSON is YAML.
    let rules = serde_json::json!({ "groups": [{ "name": "panels", "rules": rules }] }).to_string();
    let Some(told) = promtool(&sandbox, &["check", "rules", "given"], &rules) else { return };
    assert_eq!(told, "");
    let wrong = rules.replacen(" - sitekeep_last", " - - ) sitekeep_last", 1);
    assert_ne!(promtool(&sandbox, &["check", "rules", "given"], &wrong).unwrap(), "", "a query that is none");
    let page = std::fs::read_to_string(docs.join("monitoring.md")).unwrap();
    let alerts = page.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(promtool(&sandbox, &["check", "rules", "given"], alerts).unwrap(), "");
    for command in ["daily", "status"] {
        let figures = sandbox.run(&[command, "--format", "prometheus"]).stdout;
        assert_eq!(promtool(&sandbox, &["check", "metrics"], &figures).unwrap(), "", "{command}");
    }
}

#[test]
fn the_manual_has_its_three_sections() {
    let sandbox = Sandbox::empty();
    sandbox.run(&["generate", "man", "man1"]).exits(0);
    sandbox.run(&["generate", "man", "--section", "5", "man5"]).exits(0);
    sandbox.run(&["generate", "man", "--section", "7", "man7"]).exits(0);
    for page in ["man1/sitekeep-schedule-install.1", "man5/sitekeep.toml.5", "man7/sitekeep-guide.7"] {
        let text = std::fs::read_to_string(sandbox.path(page)).unwrap();
        assert!(text.contains(".SH NAME"), "{page}");
    }
    sandbox.run(&["generate", "man", "--section", "2", "man2"]).exits(64);
}
