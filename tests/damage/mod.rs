//! Backups that are damaged in a thousand ways, and archives made to do harm: refused, and the live site untouched.

mod forged;
mod hostile;
mod random;

use crate::restore::at;
use crate::restore::change;
use crate::restore::kept;
use crate::restore::restore;
use crate::restore::site;
use crate::restore::tree;
use crate::sandbox::Sandbox;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A site with two days of backups of each kind, changed since.
fn backed_up() -> Sandbox {
    let sandbox = site("[restore]\npatience = \"0s\"\n");
    for kind in ["database", "media", "full"] {
        at(&sandbox, "2026-11-21T08:00:00Z", &["backup", kind]).exits(0);
    }
    change(&sandbox);
    for kind in ["database", "media", "full"] {
        at(&sandbox, "2026-11-22T08:00:00Z", &["backup", kind]).exits(0);
    }
    sandbox.write("backend/media/products/later.txt", "later");
    sandbox
}

/// Every file in the folder of the backups.
fn files(sandbox: &Sandbox) -> BTreeMap<PathBuf, Vec<u8>> {
    tree(&sandbox.path("backups")).into_iter().map(|(path, (_, bytes))| (path, bytes)).collect()
}

/// Restores it through the binary, which refuses and touches nothing.
#[track_caller]
fn is_refused(sandbox: &Sandbox, name: &str, what: &str) -> String {
    let before = tree(&sandbox.path("backend"));
    let outcome = restore(sandbox, name, &["--no-safety-backup"]);
    assert!(outcome.code >= 2, "{what}: exit {}\n{}{}", outcome.code, outcome.stdout, outcome.stderr);
    assert_eq!(tree(&sandbox.path("backend")), before, "{what}: the live site was touched");
    assert_eq!(kept(sandbox), Vec::<PathBuf>::new(), "{what}: what was prepared stays");
    format!("{}{}", outcome.stdout, outcome.stderr)
}
