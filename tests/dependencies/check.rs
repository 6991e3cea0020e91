//! What `sitekeep dependencies check` finds, by recorded answers of pip, pip-audit and npm.

use super::world;
use super::world::advisory;
use crate::sandbox::Outcome;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;

fn check(sandbox: &Sandbox, more: &[&str]) -> Outcome {
    let path = format!("{}:/usr/bin:/bin", sandbox.path("bin").display());
    let arguments = [&["dependencies", "check", "--format", "json"], more].concat();
    sandbox.run_with(&[("PATH", path.as_str())], &arguments)
}

const LOCK: &str = r#"{"lockfileVersion": 3, "packages": {"": {}, "node_modules/react": {"version": "18.2.0"},
    "node_modules/vite": {"version": "5.0.0", "dev": true}, "node_modules/nanoid": {"version": "3.3.1"}}}"#;

fn frontend(sandbox: &Sandbox, outdated: &str, audit: &str) {
    sandbox.write(
        "frontend/package.json",
        r#"{"dependencies": {"react": "^18"}, "devDependencies": {"vite": "^5"}}"#,
    );
    sandbox.write("frontend/package-lock.json", LOCK);
    world::program(sandbox, "bin/node", "echo v24.1.0");
    let script = format!(
        "case \"$1\" in outdated) cat <<'E'\n{outdated}\nE\n;; audit) cat <<'E'\n{audit}\nE\n;; esac; exit 1"
    );
    world::program(sandbox, "bin/npm", &script);
}

#[test]
fn a_project_in_order_is_ok_and_was_asked_about() {
    let sandbox = Sandbox::site();
    world::in_order(&sandbox);
    let report = check(&sandbox, &["--advisories", "osv"]).exits(0).json();
    let asked = findings(&report, "DEPENDENCIES-002", "ok");
    assert!(asked[0]["message"].as_str().unwrap().contains("up to 2026-11-20"), "{report}");
    assert_eq!(
        findings(&report, "DEPENDENCIES-006", "ok").len(),
        3,
        "Python, Django, distribution: {report}"
    );
}

#[test]
fn h14_nobody_asked_is_unknown_and_nothing_found_too() {
    let sandbox = Sandbox::site();
    let report = check(&sandbox, &[]).exits(3).json();
    assert_eq!(findings(&report, "DEPENDENCIES-001", "unknown")[0]["subject"], "project", "{report}");
    world::in_order(&sandbox);
    let report = check(&sandbox, &["--offline"]).exits(3).json();
    assert_eq!(findings(&report, "DEPENDENCIES-002", "unknown").len(), 1, "{report}");
    assert_eq!(report["skipped"][0], "dependencies.outdated");
    let later = [("SITEKEEP_NOW", "2027-02-01T00:00:00Z")];
    let old =
        sandbox.run_with(&later, &["dependencies", "check", "--offline", "--advisories", "osv"]).exits(3);
    old.says("what came after 2026-11-20");
}

#[test]
fn advisories_and_audits_are_one_finding_and_old_ones_are_not_new() {
    let sandbox = Sandbox::site();
    world::python(&sandbox, &[("Django", "4.2.1"), ("sqlparse", "0.4.1")]);
    sandbox.write("backend/requirements.txt", "Django==4.2.1\n");
    sandbox.write("osv/one.json", &advisory("PyPI", "Django", "GHSA-1", "CRITICAL", "4.2.2"));
    let audit = r#"{"dependencies": [{"name": "django", "version": "4.2.1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["4.2.2"],
        "aliases": ["CVE-GHSA-1"], "description": "x"}]}, {"name": "sqlparse", "version": "0.4.1", "vulns": [{"id": "PYSEC-2",
        "fix_versions": [], "aliases": []}]}]}"#;
    world::program(&sandbox, "backend/venv/bin/pip-audit", &format!("cat <<'E'\n{audit}\nE\nexit 1"));
    let report = check(&sandbox, &["--advisories", "osv"]).exits(2).json();
    let critical = findings(&report, "DEPENDENCIES-003", "critical");
    assert_eq!((critical.len(), critical[0]["data"]["new"].as_bool()), (1, Some(true)), "{report}");
    assert_eq!(critical[0]["data"]["aliases"], serde_json::json!(["CVE-GHSA-1", "PYSEC-1"]));
    assert_eq!(critical[0]["data"]["fixed_in"], serde_json::json!(["4.2.2"]));
    assert_eq!(critical[0]["data"]["direct"], true);
    let other = findings(&report, "DEPENDENCIES-003", "warning");
    assert_eq!(other[0]["data"]["severity"], "severity not said");
    assert_eq!(other[0]["data"]["direct"], false);
    let later = [("SITEKEEP_NOW", "2026-12-02T08:00:00Z")];
    let arguments = ["dependencies", "check", "--advisories", "osv", "--format", "json"];
    let report = sandbox.run_with(&later, &arguments).json();
    assert_eq!(findings(&report, "DEPENDENCIES-003", "critical")[0]["data"]["new"], false, "{report}");
}

#[test]
fn npm_is_believed_when_it_answers_and_not_when_it_fails() {
    let sandbox = Sandbox::site();
    let outdated = r#"{"react": {"wanted": "18.3.1", "latest": "19.2.0"}, "vite": {"current": "5.0.0", "latest": "5.0.4"}}"#;
    let audit = r#"{"auditReportVersion": 2, "vulnerabilities": {"nanoid": {"severity": "high", "via": [{"source": 1, "title": "Predictable",
        "url": "https://github.com/advisories/GHSA-n", "severity": "high", "range": "<3.3.8"}], "fixAvailable": true},
        "vite": {"severity": "high", "via": ["esbuild", {"source": 2, "title": "Reads files", "url": "https://x/GHSA-v", "severity": "high",
        "range": ">=5.0.0 <5.0.5 || 6.0.0"}], "fixAvailable": {"name": "vite", "version": "5.4.21"}}}}"#;
    frontend(&sandbox, outdated, audit);
    let report = check(&sandbox, &[]).exits(2).json();
    assert_eq!(findings(&report, "DEPENDENCIES-003", "critical")[0]["subject"], "nanoid GHSA-n", "{report}");
    let development = findings(&report, "DEPENDENCIES-003", "warning");
    assert_eq!(development[0]["data"]["fixed_in"][0], "5.4.21", "only for development: {report}");
    let steps: Vec<_> =
        findings(&report, "DEPENDENCIES-004", "ok").iter().map(|one| one["data"]["step"].clone()).collect();
    assert_eq!(steps, ["major", "patch"]);

    let refused = r#"{"message": "405 Method Not Allowed - POST https://registry.npmjs.org/-/npm/v1/security/advisories/bulk",
        "statusCode": 405, "error": {"summary": "", "detail": ""}}"#;
    for failure in
        [refused, "", "not json", r#"{"error": {"code": "ENOTFOUND", "summary": "no network"}}"#, "{}"]
    {
        frontend(&sandbox, failure, failure);
        let report = check(&sandbox, &[]).exits(3).json();
        assert_eq!(findings(&report, "DEPENDENCIES-002", "unknown").len(), 1, "{failure}: {report}");
    }
}

#[test]
fn what_is_loose_or_unsupported_is_told() {
    let sandbox = Sandbox::site();
    world::python(&sandbox, &[("Django", "3.2.1"), ("pillow", "10.0.0")]);
    sandbox.write("backend/requirements.txt", "Django>=3.2\npillow==9.0\n");
    sandbox.write("osv/one.json", &advisory("PyPI", "other", "X-1", "LOW", "1"));
    let report = check(&sandbox, &["--advisories", "osv"]).exits(2).json();
    let loose = findings(&report, "DEPENDENCIES-005", "warning");
    assert!(loose[0]["message"].as_str().unwrap().contains("django>=3.2"), "{report}");
    assert!(loose[1]["message"].as_str().unwrap().contains("pillow 10.0.0, not 9.0"), "{report}");
    assert_eq!(findings(&report, "DEPENDENCIES-006", "critical")[0]["subject"], "Django 3.2.1");
}

#[test]
fn pip_that_reached_no_index_is_unknown_though_it_says_nothing() {
    let sandbox = Sandbox::site();
    world::in_order(&sandbox);
    let script = "case \"$*\" in *importlib.metadata*) echo '{\"version\": \"3.13.1\", \"packages\": {\"a\": \"1\"}}';; \
                  *list*) echo '[]';; *index*) exit 1;; esac";
    world::program(&sandbox, "backend/venv/bin/python", script);
    let report = check(&sandbox, &["--advisories", "osv"]).exits(3).json();
    assert_eq!(findings(&report, "DEPENDENCIES-004", "unknown").len(), 1, "{report}");
}
