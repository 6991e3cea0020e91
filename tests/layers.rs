//! The layers of docs/ARCHITECTURE.md: a module imports only from rows above its own.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

/// Rows from the lowest words to the commands; siblings of one row do not import one another unless the row says so.
const ROWS: &[(&[&str], Siblings)] = &[
    (&["status", "units", "progress", "error", "picture", "media", "whatsapp", "language"], Siblings::May),
    (&["system"], Siblings::MayNot),
    (&["config"], Siblings::MayNot),
    (&["db", "state"], Siblings::MayNot),
    (&["quarantine"], Siblings::MayNot),
    (
        &[
            "health",
            "disk",
            "explain",
            "logs",
            "backup",
            "catalogue",
            "database",
            "images",
            "notifications",
            "stats",
            "docs",
            "products",
            "users",
            "acknowledge",
            "dependencies",
            "security",
            "schedule",
            "troubleshoot",
        ],
        Siblings::MayNot,
    ),
    (&["server", "output"], Siblings::MayNot),
    (&["recovery", "performance"], Siblings::MayNot),
    (&["checklist", "demo"], Siblings::MayNot),
    (&["commands"], Siblings::MayNot),
];

#[derive(Clone, Copy, PartialEq)]
enum Siblings {
    May,
    MayNot,
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Top-level modules that a line of code names.
fn imports(line: &str) -> impl Iterator<Item = &str> {
    line.split("crate::").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        (end > 0).then(|| &rest[..end])
    })
}

#[test]
fn a_module_imports_only_from_rows_above_it() {
    let rows: BTreeMap<&str, usize> = ROWS
        .iter()
        .enumerate()
        .flat_map(|(row, (modules, _))| modules.iter().map(move |module| (*module, row)))
        .collect();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&source, &mut files);
    assert!(files.len() > 50, "the walk found too little");
    let mut wrong = Vec::new();
    for path in files {
        let relative = path.strip_prefix(&source).unwrap();
        let module = relative.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
        if module == "main" || module == "lib" {
            continue;
        }
        let Some(own) = rows.get(module.as_str()) else {
            wrong.push(format!("src/{}: module `{module}` stands in no row", relative.display()));
            continue;
        };
        for (number, line) in std::fs::read_to_string(&path).unwrap().lines().enumerate() {
            if line.trim_start().starts_with("//") {
                continue;
            }
            for name in imports(line).filter(|name| *name != module) {
                let allowed = rows
                    .get(name)
                    .is_some_and(|row| row < own || (row == own && ROWS[*own].1 == Siblings::May));
                if !allowed {
                    wrong.push(format!(
                        "src/{}:{}: {module} must not import {name}",
                        relative.display(),
                        number + 1
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_row_stands_in_the_module_map() {
    let map =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ARCHITECTURE.md")).unwrap();
    for module in ROWS.iter().flat_map(|(modules, _)| *modules) {
        assert!(map.contains(&format!("`{module}")), "docs/ARCHITECTURE.md does not tell of `{module}`");
    }
}
