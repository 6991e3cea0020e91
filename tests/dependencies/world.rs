//! A project whose Python and npm answer what the test says.

use crate::sandbox::Sandbox;

/// A Python that has some packages and knows no later ones, with pip-audit beside it where `audit` has its answer.
pub fn python(sandbox: &Sandbox, packages: &[(&str, &str)]) {
    let list: Vec<String> =
        packages.iter().map(|(name, version)| format!("\"{name}\": \"{version}\"")).collect();
    let answer = format!("{{\"version\": \"3.13.1\", \"packages\": {{{}}}}}", list.join(", "));
    program(
        sandbox,
        "backend/venv/bin/python",
        &format!("case \"$*\" in *importlib.metadata*) echo '{answer}';; *list*) echo '[]';; esac"),
    );
}

/// A program on PATH or elsewhere that does what a script says.
pub fn program(sandbox: &Sandbox, path: &str, script: &str) {
    sandbox.write(path, &format!("#!/bin/sh\n{script}\n"));
    sandbox.set_mode(path, 0o755);
}

/// An advisory in the OSV format on versions before one that mends them.
pub fn advisory(ecosystem: &str, package: &str, id: &str, severity: &str, fixed: &str) -> String {
    format!(
        r#"{{"id": "{id}", "modified": "2026-11-20T10:00:00Z", "aliases": ["CVE-{id}"], "summary": "Something bad",
        "database_specific": {{"severity": "{severity}"}}, "affected": [{{"package": {{"ecosystem": "{ecosystem}", "name": "{package}"}},
        "ranges": [{{"type": "ECOSYSTEM", "events": [{{"introduced": "0"}}, {{"fixed": "{fixed}"}}]}}]}}]}}"#
    )
}

/// A project that is in order: pinned packages, and an advisory that concerns none of them.
pub fn in_order(sandbox: &Sandbox) {
    python(sandbox, &[("Django", "5.2.8")]);
    sandbox.write("backend/requirements.txt", "Django==5.2.8\n");
    sandbox.write("osv/one.json", &advisory("PyPI", "django", "X-1", "HIGH", "5.2.1"));
}
