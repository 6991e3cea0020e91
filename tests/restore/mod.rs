//! `sitekeep restore`, `undo` and `quarantine`: the archive's state exactly, or the former one, and nothing between.

mod foreign;
mod postgres;
mod refused;
mod service;
mod whole;

use crate::sandbox::Outcome;
use crate::sandbox::Sandbox;
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;

/// Nothing listens there, so that the restored site is visited by the bundled server.
const NOBODY: &str = "http://127.0.0.1:9";

/// A site with backups in a folder of its own.
pub fn site(more: &str) -> Sandbox {
    let sandbox = Sandbox::site();
    configure(&sandbox, more);
    sandbox.write("backend/shop/settings.py", "DEBUG = False\n");
    sandbox
}

pub fn configure(sandbox: &Sandbox, more: &str) {
    sandbox.configure(&format!("[backup]\nfolder = \"backups\"\n{more}"));
}

pub fn run(sandbox: &Sandbox, arguments: &[&str]) -> Outcome {
    at(sandbox, crate::sandbox::NOW, arguments)
}

/// Runs at a time of its own.
pub fn at(sandbox: &Sandbox, now: &str, arguments: &[&str]) -> Outcome {
    sandbox.run_with(
        &[
            ("SITEKEEP_SITE__URL", NOBODY),
            ("SITEKEEP_SITE__SETTINGS", "backend/shop/settings.py"),
            ("SITEKEEP_NOW", now),
        ],
        arguments,
    )
}

/// Restores with the site's name given.
pub fn restore(sandbox: &Sandbox, backup: &str, more: &[&str]) -> Outcome {
    let mut arguments = vec!["restore", backup, "--confirm", "shop"];
    arguments.extend(more);
    run(sandbox, &arguments)
}

/// Every file and folder below a folder with content and mode; what is kept for undo is left out.
pub fn tree(folder: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with(".sitekeep-") {
            continue;
        }
        let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o7777;
        if path.is_dir() {
            found.insert(path.clone(), (mode, Vec::new()));
            found.extend(tree(&path));
        } else {
            found.insert(path.clone(), (mode, std::fs::read(&path).unwrap()));
        }
    }
    found
}

/// The folders that hold what is kept, and what was prepared.
pub fn kept(sandbox: &Sandbox) -> Vec<PathBuf> {
    std::fs::read_dir(sandbox.path("backend"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(".sitekeep-"))
        .collect()
}

/// Changes everything that a full backup holds.
pub fn change(sandbox: &Sandbox) {
    let database = rusqlite::Connection::open(sandbox.path("backend/db.sqlite3")).unwrap();
    database
        .execute_batch(
            "UPDATE showcase_product SET price = 1, in_stock = 0; DELETE FROM showcase_product WHERE id = 2",
        )
        .unwrap();
    std::fs::remove_file(sandbox.path("backend/media/products/atlas-voyage.jpg")).unwrap();
    sandbox.write_bytes("backend/media/products/savane-14.jpg", &crate::sandbox::jpeg(40, 30));
    sandbox.write("backend/media/products/nouveau à voir.txt", "new");
    sandbox.write("backend/.env", "DEBUG=True\nSECRET_KEY=another\n");
    sandbox.write("backend/shop/settings.py", "DEBUG = True\n");
}

/// Prices in the live database: what tells one state from another.
pub fn prices(path: &Path) -> String {
    let database = rusqlite::Connection::open(path).unwrap();
    let sql =
        "SELECT group_concat(slug || '=' || price, ' ') FROM (SELECT * FROM showcase_product ORDER BY id)";
    database.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// The one artefact whose name begins so.
pub fn artefact(sandbox: &Sandbox, prefix: &str) -> PathBuf {
    let mut found: Vec<_> = std::fs::read_dir(sandbox.path("backups"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let is_artefact = path.extension().is_some_and(|extension| extension == "gz");
            is_artefact && path.file_name().unwrap().to_string_lossy().starts_with(prefix)
        })
        .collect();
    found.sort();
    found.into_iter().next().unwrap()
}
