//! Files that are damaged, huge or made to do harm: told, and never run.

use super::world;
use super::world::advisory;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;
use std::io::Write;

fn unknown(sandbox: &Sandbox) -> serde_json::Value {
    let arguments = ["dependencies", "check", "--offline", "--advisories", "osv", "--format", "json"];
    world::program(sandbox, "bin/node", "echo v24.1.0");
    let path = format!("{}:/usr/bin:/bin", sandbox.path("bin").display());
    sandbox.run_with(&[("PATH", path.as_str())], &arguments).exits(3).json()
}

#[test]
fn a_line_that_is_a_command_is_a_finding() {
    let sandbox = Sandbox::site();
    world::in_order(&sandbox);
    let lines = "Django==5.2.8\n$(touch ran)\n`touch ran`==1\nx; touch ran\n-e git+https://h/x; touch ran\n--extra-index-url=$(touch ran)\n";
    sandbox.write("backend/requirements.txt", lines);
    let report = unknown(&sandbox);
    assert_eq!(findings(&report, "DEPENDENCIES-001", "unknown").len(), 3, "{report}");
    assert!(!sandbox.path("ran").exists() && !sandbox.path("backend/ran").exists());
}

#[test]
fn what_a_file_says_to_the_terminal_is_spelt_out() {
    let sandbox = Sandbox::site();
    world::in_order(&sandbox);
    sandbox.write("backend/requirements.txt", "Django==4\u{1b}[2J==4\n");
    let look = ["dependencies", "check", "--offline", "--color", "always"];
    sandbox.run(&look).exits(3).says("`==4\\u{1b}[2J==4`");
    sandbox
        .run(&["backup", "verify", "\u{1b}]0;owned\u{7}", "--color", "always"])
        .complains("\\u{1b}]0;owned\\u{7}");
}

#[test]
fn a_lock_file_that_is_huge_deep_or_cut_short_is_unknown() {
    let sandbox = Sandbox::site();
    world::in_order(&sandbox);
    sandbox.write("frontend/package.json", r#"{"dependencies": {"react": "^18"}}"#);
    let deep =
        format!("{{\"dependencies\": {}1{}}}", "{\"a\": {\"dependencies\": ".repeat(9000), "}}".repeat(9000));
    for lock in [deep.as_str(), "{\"packages\": {\"node_modules/re", "[]", "\0\u{1}"] {
        sandbox.write("frontend/package-lock.json", lock);
        let report = unknown(&sandbox);
        let told = findings(&report, "DEPENDENCIES-001", "unknown");
        assert!(told.iter().any(|one| one["message"].to_string().contains("package-lock.json")), "{report}");
    }
    std::fs::File::create(sandbox.path("frontend/package-lock.json")).unwrap().set_len(100 << 20).unwrap();
    let report = unknown(&sandbox);
    assert!(report.to_string().contains("is not read"), "{report}");
}

#[test]
fn advisories_that_are_cut_short_make_the_answer_unknown() {
    let sandbox = Sandbox::site();
    world::in_order(&sandbox);
    let whole = advisory("PyPI", "django", "X-2", "HIGH", "5.2.9");
    sandbox.write("osv/two.json", &whole[..100]);
    let report = unknown(&sandbox);
    assert!(findings(&report, "DEPENDENCIES-002", "unknown")[0]["message"].to_string().contains("two.json"));
    std::fs::remove_file(sandbox.path("osv/two.json")).unwrap();

    let archive = zipped(&[("GHSA-1.json", &whole), ("GHSA-2.json", &whole.replace("X-2", "X-3"))]);
    sandbox.write_bytes("osv/all.zip", &archive);
    let arguments = ["dependencies", "check", "--offline", "--advisories", "osv", "--format", "json"];
    let report = sandbox.run(&arguments).exits(2).json();
    assert_eq!(findings(&report, "DEPENDENCIES-003", "critical").len(), 2, "{report}");
    for length in [0, 30, archive.len() / 2, archive.len() - 10] {
        sandbox.write_bytes("osv/all.zip", &archive[..length]);
        let report = unknown(&sandbox);
        assert!(report.to_string().contains("all.zip"), "{length}: {report}");
    }
    let mut flipped = archive;
    flipped[60] ^= 0xff;
    sandbox.write_bytes("osv/all.zip", &flipped);
    unknown(&sandbox);
}

fn zipped(members: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in members {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn files_of_100_mb_are_refused_in_little_memory() {
    let sandbox = Sandbox::site();
    world::in_order(&sandbox);
    sandbox.write("frontend/package.json", r#"{"dependencies": {"react": "^18"}}"#);
    let entry = "\"node_modules/react\": {\"version\": \"18.2.0\"},\n";
    let many = format!("{{\"packages\": {{{}}}}}", entry.repeat((100 << 20) / entry.len()));
    let settings = format!("DEBUG = False\n{}", "A = [1, 2]\n".repeat((100 << 20) / 11));
    let look = || {
        let small = |arguments: &[&str]| {
            // 400 MB of addresses, of which the program's own code and stacks take a quarter.
            let limit = ["sh", "-c", "ulimit -v 400000; exec \"$0\" \"$@\""];
            let mut limited = crate::sandbox::under(&limit, &sandbox.command(arguments));
            limited.env("SITEKEEP_SITE__SETTINGS", "backend/shop/settings.py");
            crate::sandbox::outcome(&mut limited)
        };
        let check = ["dependencies", "check", "--offline", "--advisories", "osv", "--format", "json"];
        let audit = ["security", "audit", "--only", "settings", "--format", "json"];
        (small(&check).json(), small(&audit).json())
    };
    sandbox.write("backend/shop/settings.py", "DEBUG = False\n");
    let (check, audit) = look();
    assert!(!check.to_string().contains("is not read"), "{check}");
    assert!(!audit.to_string().contains("larger than 1 MiB"), "{audit}");
    sandbox.write("frontend/package-lock.json", &many);
    sandbox.write("backend/shop/settings.py", &settings);
    let (check, audit) = look();
    assert!(check.to_string().contains("is not read"), "{check}");
    assert!(audit.to_string().contains("larger than 1 MiB"), "{audit}");
}
