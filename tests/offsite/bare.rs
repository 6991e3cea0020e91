//! A machine that has nothing of the site.

use super::folder::rows;
use super::restic_is_there;
use super::run;
use super::site;
use super::tree;
use crate::sandbox::Sandbox;

/// A machine with the password and nothing else.
fn bare(from: &Sandbox) -> Sandbox {
    let machine = Sandbox::empty();
    machine.write("key", &std::fs::read_to_string(from.path("password")).unwrap());
    machine.set_mode("key", 0o600);
    machine
}

fn restore(machine: &Sandbox, from: &Sandbox, more: &[&str]) -> crate::sandbox::Outcome {
    let repository = from.path("copies").display().to_string();
    let known = ["restore", "latest", "--repository", &repository, "--password-file", "key"];
    machine.run(&[&known[..], more].concat())
}

#[test]
fn one_command_and_the_password_bring_the_whole_site_back() {
    if !restic_is_there() {
        return;
    }
    let sandbox = site();
    sandbox.set_mode("backend/.env", 0o640);
    sandbox.write("backend/media/products/vide/d'été.txt", "");
    run(&sandbox, &["backup", "push", "--init"]).exits(0);
    let machine = bare(&sandbox);
    restore(&machine, &sandbox, &["--to", "srv/shop"]).exits(0).says("each as its manifest says");
    let (there, here) = (machine.path("srv/shop"), sandbox.path("backend"));
    assert_eq!(tree(&there.join("media")), tree(&here.join("media")));
    assert_eq!(rows(&there.join("db.sqlite3")), rows(&here.join("db.sqlite3")));
    let files = |folder: &std::path::Path| {
        let wanted = [".env", "shop/settings.py", "db.sqlite3"].map(std::path::PathBuf::from);
        let found: Vec<_> = tree(folder).into_iter().filter(|(path, ..)| wanted.contains(path)).collect();
        found
            .into_iter()
            .map(|(path, mode, bytes)| {
                (path.clone(), mode, if path.ends_with("db.sqlite3") { Vec::new() } else { bytes })
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(files(&there), files(&here));
    let left: Vec<_> = std::fs::read_dir(&there).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 5, "{left:?}");
    // The same once more would go over what is there.
    restore(&machine, &sandbox, &["--to", "srv/shop"]).exits(64).complains("is not empty");
}

#[test]
fn what_does_not_open_leaves_nothing_and_says_what_is_missing() {
    if !restic_is_there() {
        return;
    }
    let sandbox = site();
    run(&sandbox, &["backup", "push", "--init"]).exits(0);
    let machine = bare(&sandbox);
    restore(&machine, &sandbox, &[]).exits(64).complains("--to");
    machine.write("key", "another\n");
    restore(&machine, &sandbox, &["--to", "new"]).exits(2).complains("the password does not open");
    machine.set_mode("key", 0o644);
    restore(&machine, &sandbox, &["--to", "new"]).exits(78).complains("chmod 600");
}

#[test]
fn a_site_that_is_there_is_replaced_by_a_copy_and_comes_back_by_undo() {
    if !restic_is_there() {
        return;
    }
    let sandbox = site();
    run(&sandbox, &["backup", "push", "--init"]).exits(0);
    let then = rows(&sandbox.path("backend/db.sqlite3"));
    let database = rusqlite::Connection::open(sandbox.path("backend/db.sqlite3")).unwrap();
    database.execute_batch("UPDATE showcase_product SET price = 1").unwrap();
    drop(database);
    std::fs::remove_file(sandbox.path("backend/media/products/savane-14.jpg")).unwrap();
    run(&sandbox, &["restore", "latest", "--remote", "--confirm", "shop"]).exits(0);
    assert_eq!(rows(&sandbox.path("backend/db.sqlite3")), then);
    assert!(sandbox.path("backend/media/products/savane-14.jpg").exists());
    run(&sandbox, &["undo", "--confirm", "shop"]).exits(1).says("savane-14.jpg: the file is missing");
    assert_ne!(rows(&sandbox.path("backend/db.sqlite3")), then);
}
