//! A real frontend with Vite, updated, built, and left as it was when its build fails.

use super::update::leftovers_in;
use super::update::tree_of;
use super::update::update;
use super::world::advisory;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;
use std::process::Command;

/// A Vite of 2024 that has known holes, pinned, and a library whose range is a caret; `None`, and loudly, without network.
fn project() -> Option<Sandbox> {
    let sandbox = Sandbox::site();
    sandbox.configure("[backup]\nfolder = \"backups\"\n");
    sandbox.write("frontend/index.html", "<!doctype html><script type=\"module\" src=\"/main.js\"></script>");
    sandbox.write("frontend/main.js", "import ms from 'ms'; document.title = ms('2 days');\n");
    let manifest = |ms: &str| {
        format!(
            "{{\n  \"name\": \"shop\",\n  \"private\": true,\n  \"scripts\": {{\n    \"build\": \"vite build\"\n  }},\n  \
             \"dependencies\": {{\n    \"ms\": \"{ms}\"\n  }},\n  \"devDependencies\": {{\n    \"vite\": \"5.4.0\"\n  }}\n}}\n"
        )
    };
    sandbox.write("frontend/package.json", &manifest("2.1.1"));
    let npm = || {
        Command::new("npm")
            .args(["install", "--no-audit", "--no-fund"])
            .current_dir(sandbox.path("frontend"))
            .env("HOME", sandbox.path(""))
            .output()
    };
    let why = match npm() {
        Ok(made) if made.status.success() => {
            // The lock file keeps the version, as in a project of some age.
            sandbox.write("frontend/package.json", &manifest("^2.1.1"));
            assert!(npm().unwrap().status.success());
            return Some(sandbox);
        }
        Ok(made) => String::from_utf8_lossy(&made.stderr).into_owned(),
        Err(problem) => problem.to_string(),
    };
    assert!(std::env::var_os("CI").is_none(), "in CI this test is never skipped: {why}");
    eprintln!("SKIPPED: Vite cannot be installed ({}), updates of frontends were not tried", why.trim());
    None
}

#[test]
fn a_vulnerable_vite_is_found_updated_and_taken_back_by_a_failing_build_and_by_undo() {
    let Some(sandbox) = project() else { return };
    sandbox.write("osv/one.json", &advisory("npm", "vite", "GHSA-9cwx-2883-4wfx", "MODERATE", "5.4.6"));
    let check = ["dependencies", "check", "--offline", "--advisories", "osv", "--format", "json"];
    let report = sandbox.run(&check).json();
    let text = report.to_string();
    assert!(text.contains("GHSA-9cwx-2883-4wfx"), "{report}");

    // A build that wants the version it has.
    let package = std::fs::read_to_string(sandbox.path("frontend/package.json")).unwrap();
    let picky = "vite build && node -e \\\"process.exit(require('vite/package.json').version === '5.4.0' ? 0 : 7)\\\"";
    sandbox.write("frontend/package.json", &package.replace("vite build", picky));
    let before = tree_of(&sandbox, "frontend");
    let report = update(&sandbox, &["--patch"]).exits(2).json();
    assert_eq!(findings(&report, "DEPENDENCIES-008", "critical").len(), 1, "{report}");
    assert!(tree_of(&sandbox, "frontend") == before, "a failing build leaves every file as it was");
    assert_eq!(leftovers_in(&sandbox, "frontend"), 0);

    sandbox.write("frontend/package.json", &package);
    let before = tree_of(&sandbox, "frontend");
    let report = update(&sandbox, &["--patch"]).json();
    assert!(findings(&report, "DEPENDENCIES-008", "critical").is_empty(), "{report}");
    let later = |name: &str| {
        let moves = findings(&report, "DEPENDENCIES-007", "ok");
        let one = moves.iter().find(|one| one["subject"] == name).unwrap();
        one["data"]["later"].as_str().unwrap().to_owned()
    };
    // A pin stays a pin, and a caret a caret.
    let expected = package.replace("5.4.0", &later("vite")).replace("^2.1.1", &format!("^{}", later("ms")));
    assert_eq!(std::fs::read_to_string(sandbox.path("frontend/package.json")).unwrap(), expected);
    let installed = std::fs::read_to_string(sandbox.path("frontend/node_modules/vite/package.json")).unwrap();
    assert!(installed.contains(&format!("\"version\": \"{}\"", later("vite"))), "{installed}");
    let report = sandbox.run(&check).json().to_string();
    assert!(!report.contains("GHSA-9cwx-2883-4wfx"), "{report}");

    sandbox.run(&["undo", "--confirm", "shop"]);
    assert!(tree_of(&sandbox, "frontend") == before, "undo brings every file back");
}
