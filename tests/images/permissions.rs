//! Who may read and write the media.

use super::put;
use super::run;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;
use std::os::unix::fs::MetadataExt;
use std::os::unix::fs::PermissionsExt;

fn mode(sandbox: &Sandbox, path: &str) -> u32 {
    std::fs::metadata(sandbox.path(path)).unwrap().permissions().mode() & 0o7777
}

#[test]
fn h20_folders_open_and_no_upload_becomes_a_program() {
    let sandbox = Sandbox::site();
    put(&sandbox, &["a b/shell.sh", "a b/closed.jpg", "a b/c/d.jpg", "twice.jpg"]);
    sandbox.write("outside.txt", "not of the media");
    for (path, bits) in
        [("a b/shell.sh", 0o755), ("a b/closed.jpg", 0o000), ("a b/c", 0o2700), ("a b", 0o700)]
    {
        sandbox.set_mode(&format!("backend/media/{path}"), bits);
    }
    sandbox.set_mode("outside.txt", 0o600);
    std::os::unix::fs::symlink(sandbox.path("outside.txt"), sandbox.path("backend/media/link.jpg")).unwrap();
    sandbox.set_mode("backend/media/twice.jpg", 0o600);
    std::fs::hard_link(sandbox.path("backend/media/twice.jpg"), sandbox.path("its other name")).unwrap();
    let report = run(&sandbox, &["images", "permissions", "--format", "json"]).exits(1).json();
    let told = findings(&report, "IMAGES-026", "warning");
    assert!(
        told.iter()
            .any(|it| it["subject"] == "programs" && it["message"].as_str().unwrap().contains("shell.sh"))
    );
    assert_eq!(mode(&sandbox, "backend/media/a b/shell.sh"), 0o755, "looking changes nothing");
    run(&sandbox, &["images", "permissions", "--apply"]).exits(0).says("mended");
    for (path, bits) in
        [("a b/shell.sh", 0o644), ("a b/closed.jpg", 0o644), ("a b/c", 0o2755), ("a b", 0o755)]
    {
        assert_eq!(mode(&sandbox, &format!("backend/media/{path}")), bits, "{path}");
    }
    assert_eq!(mode(&sandbox, "outside.txt"), 0o600, "links are not followed");
    assert_eq!(mode(&sandbox, "its other name"), 0o600, "another's file may have two names");
    run(&sandbox, &["images", "permissions"]).exits(0);
}

#[test]
fn the_owner_is_that_of_the_media_folder_or_as_configured() {
    let sandbox = Sandbox::site();
    sandbox.configure("[images]\nowner = \"no such user\"\n");
    run(&sandbox, &["images", "permissions"]).exits(2).complains("no such user");
    if !rustix::process::geteuid().is_root() {
        eprintln!("SKIPPED: only root may give files away");
        return;
    }
    let picture = sandbox.path("backend/media/products/savane-14.jpg");
    std::os::unix::fs::chown(&picture, Some(4242), Some(4242)).unwrap();
    sandbox.configure("");
    run(&sandbox, &["images", "permissions", "--apply"]).exits(0);
    let now = std::fs::metadata(&picture).unwrap();
    assert_eq!((now.uid(), now.gid()), (0, std::fs::metadata(sandbox.path("backend/media")).unwrap().gid()));
    sandbox.configure("[images]\nowner = \"4242\"\ngroup = \"4243\"\n");
    run(&sandbox, &["images", "permissions", "--apply"]).exits(0);
    let now = std::fs::metadata(&picture).unwrap();
    assert_eq!((now.uid(), now.gid()), (4242, 4243));
}
