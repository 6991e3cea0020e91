//! `sitekeep undo` after `images optimize`: each picture by itself.

use super::folders;
use super::photo;
use super::read;
use super::site;
use super::write;
use crate::restore::tree;
use crate::sandbox::Sandbox;

fn optimized() -> Sandbox {
    let sandbox = site();
    for seed in 0..4 {
        write(&sandbox, &format!("products/{seed}.jpg"), &photo(200, 150, seed, 95));
    }
    sandbox
}

#[test]
fn undo_brings_the_originals_back() {
    let sandbox = optimized();
    let before = tree(&sandbox.path("backend"));
    sandbox.run(&["images", "optimize"]).exits(0);
    assert_ne!(before, tree(&sandbox.path("backend")));
    sandbox.run(&["undo", "--dry-run"]).exits(0).says("would change back");
    sandbox.run(&["undo", "--confirm", "shop"]).exits(0).says("4 files as before (images optimize)");
    assert_eq!(tree(&sandbox.path("backend")), before);
    sandbox.run(&["undo", "--confirm", "shop"]).exits(64).complains("nothing to undo");
    sandbox.run(&["quarantine", "purge", "--all", "--confirm", "shop"]).exits(0);
    assert!(folders(&sandbox).is_empty());
}

#[test]
fn a_picture_that_was_replaced_since_stays_and_is_told() {
    let sandbox = optimized();
    sandbox.run(&["images", "optimize"]).exits(0);
    let uploaded = photo(90, 60, 9, 80);
    std::fs::remove_file(sandbox.path("backend/media/products/1.jpg")).unwrap();
    write(&sandbox, "products/1.jpg", &uploaded);
    std::fs::remove_file(sandbox.path("backend/media/products/2.jpg")).unwrap();
    sandbox.run(&["undo", "--confirm", "shop"]).exits(1).says("products/1.jpg").says("products/2.jpg");
    assert_eq!(read(&sandbox, "products/1.jpg"), uploaded);
    assert!(!sandbox.path("backend/media/products/2.jpg").exists());
    assert_eq!(read(&sandbox, "products/0.jpg"), photo(200, 150, 0, 95));
    assert_eq!(read(&sandbox, "products/3.jpg"), photo(200, 150, 3, 95));
    assert_eq!(
        std::fs::read_dir(&folders(&sandbox)[0]).unwrap().count(),
        4,
        "nothing of what is kept is lost"
    );
}

#[test]
fn a_picture_below_a_closed_folder_is_told_and_the_others_are_done() {
    if rustix::process::geteuid().is_root() {
        eprintln!("SKIPPED: root may write everywhere");
        return;
    }
    let sandbox = optimized();
    write(&sandbox, "closed/a.jpg", &photo(200, 150, 7, 95));
    sandbox.set_mode("backend/media/closed", 0o555);
    sandbox.run(&["images", "optimize"]).exits(1).says("closed/a.jpg");
    sandbox.set_mode("backend/media/closed", 0o755);
    assert_eq!(read(&sandbox, "closed/a.jpg"), photo(200, 150, 7, 95));
    assert!(read(&sandbox, "products/0.jpg").len() < photo(200, 150, 0, 95).len());
}
