//! Files: secrets that others may read, trees that others may write to, programs among the media, and the repository.

use super::audit;
use super::open;
use super::site;
use crate::sandbox::Sandbox;
use crate::sandbox::findings;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::process::Command;

/// A site whose folders others may enter, as a real one's.
fn reachable() -> Sandbox {
    let sandbox = site("");
    sandbox.set_mode("..", 0o755);
    sandbox.set_mode("backend/.env", 0o640);
    sandbox.set_mode("backend/db.sqlite3", 0o640);
    sandbox
}

#[test]
fn secrets_that_others_may_read_are_found_unless_they_cannot_get_there() {
    let sandbox = reachable();
    audit(&sandbox, "files").exits(0);
    sandbox.set_mode("backend/.env", 0o644);
    let found = open(&audit(&sandbox, "files").exits(2).json());
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].0.ends_with("backend/.env"), "{found:?}");
    // Behind a closed folder nobody reads it.
    sandbox.set_mode("backend", 0o750);
    audit(&sandbox, "files").exits(0);
    sandbox.set_mode("backend", 0o755);
    sandbox.set_mode("backend/.env", 0o640);
    sandbox.write("backend/tls.pem", "-----BEGIN PRIVATE KEY-----\nMII\n");
    sandbox.write("backend/chain.pem", "-----BEGIN CERTIFICATE-----\nMII\n");
    let report = audit(&sandbox, "files").exits(2).says("tls.pem").json();
    assert!(!report.to_string().contains("chain.pem"), "{report}");
}

#[test]
fn what_everybody_may_write_to_is_found() {
    let sandbox = reachable();
    sandbox.set_mode("backend/media/products/savane-14.jpg", 0o666);
    let report = audit(&sandbox, "files").exits(1).json();
    assert_eq!(findings(&report, "SECURITY-005", "warning").len(), 1, "{report}");
    sandbox.write("backend/shop/views.py", "");
    sandbox.set_mode("backend/shop/views.py", 0o666);
    audit(&sandbox, "files").exits(2).says("views.py");
}

#[test]
fn programs_and_scripts_among_the_media_are_found_by_content_and_name() {
    let sandbox = site("");
    audit(&sandbox, "media").exits(0).says("3 files");
    for (name, content, code) in [
        ("shell.php", &b"x"[..], 2),
        ("photo.jpg", b"\x7fELF\x02\x01", 2),
        ("run", b"#!/bin/sh\n", 2),
        ("poly.jpg", b"\xff\xd8\xff\xe0 <?php system($_GET['x']); ?>", 2),
        ("page.png", b"<!DOCTYPE html><script>x()</script>", 1),
        ("logo.svg", b"<svg onload='x()'></svg>", 1),
        ("plain.svg", b"<svg><path d='M0 0'/></svg>", 0),
        ("empty.jpg", b"", 0),
    ] {
        let path = format!("backend/media/products/{name}");
        sandbox.write_bytes(&path, content);
        let outcome = audit(&sandbox, "media").exits(code);
        assert!(code == 0 || outcome.stdout.contains(name), "{name}: {}", outcome.stdout);
        std::fs::remove_file(sandbox.path(&path)).unwrap();
    }
    sandbox.set_mode("backend/media/products/savane-14.jpg", 0o755);
    audit(&sandbox, "media").exits(1).says("may be executed");
}

#[test]
fn a_hostile_media_tree_is_walked_to_its_end() {
    let sandbox = site("");
    let media = sandbox.path("backend/media");
    symlink(&media, media.join("loop")).unwrap();
    symlink("/etc", media.join("outside")).unwrap();
    symlink("/no/such/place", media.join("dangling")).unwrap();
    let pipe = media.join("pipe.jpg");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let strange = OsStr::from_bytes(b"\xff\xfe\x1b[2Jevil\n.php");
    std::fs::write(media.join(strange), "x").unwrap();
    let outcome = sandbox.run(&["security", "audit", "--only", "media"]).exits(2).says("outside");
    assert!(!outcome.stdout.contains("\u{1b}[2J"), "{:?}", outcome.stdout);
    assert!(outcome.stdout.contains("evil"), "{}", outcome.stdout);
    assert!(!outcome.stdout.contains("loop"), "a link within the folder is none of this: {}", outcome.stdout);
    // Where there is no folder nothing was looked at.
    std::fs::remove_dir_all(&media).unwrap();
    audit(&sandbox, "media").exits(3);
}

fn git(sandbox: &Sandbox, arguments: &[&str]) {
    let output = Command::new("git")
        .args(["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "init.defaultBranch=main"])
        .args(arguments)
        .current_dir(sandbox.path("backend"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn secrets_in_the_repository_are_found_and_its_settings_run_nothing() {
    let sandbox = site("SECRET_KEY = config('SECRET_KEY')\n");
    sandbox.write("backend/.gitignore", ".env\ndb.sqlite3\n");
    git(&sandbox, &["init", "-q"]);
    git(&sandbox, &["add", "."]);
    git(&sandbox, &["commit", "-qm", "one"]);
    let hook = sandbox.path("backend/canary");
    git(&sandbox, &["config", "core.fsmonitor", &format!("touch '{}'; false", hook.display())]);
    audit(&sandbox, "repository").exits(0).says("no secret among them");
    assert!(!hook.exists(), "the repository's settings were executed");
    git(&sandbox, &["config", "--unset", "core.fsmonitor"]);
    // A value of the .env in the code, and a .env that was committed once.
    sandbox.write("backend/shop/keys.py", "KEY = 'canary-5f2c9a'\n");
    git(&sandbox, &["add", "."]);
    audit(&sandbox, "repository").exits(2).says("a secret of the .env stands in shop/keys.py");
    git(&sandbox, &["rm", "-qf", "shop/keys.py"]);
    git(&sandbox, &["add", "-f", ".env"]);
    git(&sandbox, &["commit", "-qm", "two"]);
    audit(&sandbox, "repository").exits(2).says("git tracks files with secrets: .env");
    git(&sandbox, &["rm", "-q", "--cached", ".env"]);
    git(&sandbox, &["commit", "-qm", "three"]);
    let report = audit(&sandbox, "repository").exits(2).says("was committed once").json();
    assert_eq!(open(&report).len(), 1, "{report}");
}

#[test]
fn without_git_the_repository_is_unknown() {
    let sandbox = site("");
    git(&sandbox, &["init", "-q"]);
    let nowhere = sandbox.path("nowhere");
    let variables = [("PATH", nowhere.to_str().unwrap())];
    let outcome = sandbox.run_with(&variables, &["security", "audit", "--only", "repository"]);
    outcome.exits(3).says("git cannot be asked");
}
