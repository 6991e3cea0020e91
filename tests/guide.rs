//! What docs/guide.md and README.md promise: every command line in them is one, and those that only look have an answer.

use crate::sandbox::Sandbox;
use std::collections::BTreeSet;

/// What only looks, by the beginning of the line.
const LOOKS: [&str; 20] = [
    "acknowledge list",
    "backup list",
    "backup verify",
    "checklist due",
    "checklist history",
    "checklist show",
    "config show",
    "daily",
    "database check",
    "database size",
    "disk",
    "explain",
    "health",
    "images check",
    "images lookup",
    "images orphans",
    "images permissions",
    "logs errors",
    "logs slow",
    "status",
];

/// The command lines of the documents, each once.
fn lines() -> BTreeSet<String> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    ["docs/guide.md", "README.md"]
        .iter()
        .flat_map(|name| {
            let text = std::fs::read_to_string(root.join(name)).unwrap();
            let quoted: Vec<String> = text.split('`').skip(1).step_by(2).map(ToOwned::to_owned).collect();
            let blocks = text.lines().map(|line| line.split(" # ").next().unwrap().trim().to_owned());
            quoted.into_iter().chain(blocks).collect::<Vec<_>>()
        })
        .filter(|line| line.starts_with("sitekeep "))
        .filter(|line| !line.contains('\n'))
        .collect()
}

/// The line with what this sandbox has in the place of what the reader puts in.
fn filled(line: &str) -> String {
    line.replace("FILE.csv", "list.csv").replace("FILE", "products/savane-14.jpg").replace(" ID", " DISK-001")
}

/// Words of a line; quotes hold blanks together.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (position, part) in line.split('"').enumerate() {
        if position % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(ToOwned::to_owned));
        }
    }
    words
}

#[test]
fn every_command_line_of_the_documents_is_one() {
    let lines = lines();
    assert!(lines.len() > 50, "only {} were found", lines.len());
    for line in lines {
        let words = words(&filled(&line));
        let mut arguments: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
        // They need no configuration; tests/demo.rs and tests/init.rs try them.
        if matches!(arguments[0], "demo" | "init") {
            continue;
        }
        // A command alone is named and not shown at work. And as there is no such configuration, nothing is done but
        // reading the line.
        let (more, code): (&[&str], i32) =
            if arguments.len() == 1 { (&["--help"], 0) } else { (&["--config", "none.toml"], 78) };
        arguments.extend(more);
        let sandbox = Sandbox::empty();
        sandbox.write("list.csv", "name,price\nSavane,1\n");
        let outcome = sandbox.run(&arguments);
        let needs_none = matches!(arguments[0], "explain" | "generate");
        assert!(
            outcome.code == code || (needs_none && outcome.code == 0),
            "`{line}` exits {}:\n{}",
            outcome.code,
            outcome.stderr
        );
    }
}

#[test]
fn what_only_looks_has_an_answer() {
    let sandbox = Sandbox::site();
    sandbox.configure("[backup]\nfolder = \"backups\"\n[health]\nports = []\nprocesses = []\n");
    sandbox.run(&["backup", "full"]).exits(0);
    let mut tried = BTreeSet::new();
    for line in lines() {
        let rest = line.trim_start_matches("sitekeep ");
        let Some(look) = LOOKS.iter().find(|look| rest == **look || rest.starts_with(&format!("{look} ")))
        else {
            continue;
        };
        if ["--apply", "--output", "--html"].iter().any(|option| rest.contains(option)) {
            continue;
        }
        tried.insert(*look);
        let words = words(&filled(rest));
        let arguments: Vec<&str> = words.iter().map(String::as_str).collect();
        let outcome = sandbox.run(&arguments);
        assert!((0..=3).contains(&outcome.code), "`{line}` exits {}:\n{}", outcome.code, outcome.stderr);
        assert!(
            !outcome.stdout.is_empty() || rest.contains("--quiet"),
            "`{line}` says nothing:\n{}",
            outcome.stderr
        );
    }
    let missing: Vec<_> = LOOKS.iter().filter(|look| !tried.contains(*look)).collect();
    assert!(missing.is_empty(), "the documents do not mention {missing:?}");
}
