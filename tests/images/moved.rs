//! Moving orphans, what forbids it, and bringing them back.

use super::at;
use super::kept;
use super::live;
use super::put;
use super::run;
use crate::restore::tree;
use crate::sandbox::Sandbox;
use std::path::Path;

const APPLY: &[&str] = &["images", "orphans", "--apply", "--max-delete", "100%"];
const UNDO: &[&str] = &["undo", "--confirm", "shop"];

fn site() -> Sandbox {
    let sandbox = Sandbox::site();
    sandbox.configure("[backup]\nfolder = \"backups\"\n");
    sandbox
}

#[test]
fn h10_h31_orphans_of_any_name_are_moved_and_come_back() {
    let sandbox = site();
    let odd = ["a b.JPG", "products/l'été\n2.png", "-rf", "x/y/z/deep.jpg", "products/\"q\".jpg"];
    put(&sandbox, &odd);
    let long = format!("{}.jpg", "é".repeat(120));
    put(&sandbox, &[&long]);
    let before = tree(&sandbox.path("backend/media"));
    run(&sandbox, APPLY).exits(0).says("6 files");
    for path in odd {
        assert!(!sandbox.path(&format!("backend/media/{path}")).exists(), "{path}");
    }
    assert_eq!(kept(&sandbox).len(), 6);
    assert!(sandbox.path("backend/media/x/y/z").is_dir(), "folders stay");
    run(&sandbox, APPLY).exits(0).says("nothing was moved");
    // A folder that somebody tidied away is made again.
    std::fs::remove_dir_all(sandbox.path("backend/media/x")).unwrap();
    run(&sandbox, UNDO).exits(0).says("6 files as before");
    assert_eq!(tree(&sandbox.path("backend/media")), before);
    run(&sandbox, UNDO).exits(64).complains("nothing to undo");
    assert!(crate::restore::kept(&sandbox).is_empty());
}

#[test]
fn an_undo_leaves_what_came_since_and_what_it_left_can_be_undone_later() {
    let sandbox = site();
    put(&sandbox, &["one.jpg", "two.jpg"]);
    run(&sandbox, APPLY).exits(0);
    sandbox.write("backend/media/one.jpg", "a later upload");
    run(&sandbox, UNDO).exits(1).says("another stands in its place").says("1 file as before");
    assert_eq!(std::fs::read(sandbox.path("backend/media/one.jpg")).unwrap(), b"a later upload");
    assert_eq!(std::fs::read(sandbox.path("backend/media/two.jpg")).unwrap(), b"two.jpg");
    assert_eq!(kept(&sandbox).len(), 1);
    std::fs::remove_file(sandbox.path("backend/media/one.jpg")).unwrap();
    run(&sandbox, UNDO).exits(0);
    assert_eq!(std::fs::read(sandbox.path("backend/media/one.jpg")).unwrap(), b"one.jpg");
}

#[test]
fn h17_more_orphans_than_expected_are_not_moved() {
    let sandbox = site();
    put(&sandbox, &["one.jpg"]);
    run(&sandbox, &["images", "orphans", "--apply"]).exits(2).complains("--max-delete 25%");
    assert!(sandbox.path("backend/media/one.jpg").exists());
    run(&sandbox, &["images", "orphans", "--apply", "--max-delete", "24%"]).exits(2);
    run(&sandbox, &["images", "orphans", "--apply", "--max-delete", "25%"]).exits(0);
    run(&sandbox, &["images", "orphans", "--apply", "--max-delete", "many"]).exits(64);
}

#[test]
fn a_database_that_names_no_file_proves_nothing() {
    let sandbox = site();
    live(&sandbox).execute_batch("UPDATE showcase_product SET image = ''").unwrap();
    run(&sandbox, &["images", "orphans"]).exits(3).says("names none of the files");
    run(&sandbox, APPLY).exits(3).complains("names none of the files");
    assert!(kept(&sandbox).is_empty());
    std::fs::remove_dir_all(sandbox.path("backend/media")).unwrap();
    run(&sandbox, APPLY).exits(2).complains("there is no media folder");
    std::fs::create_dir(sandbox.path("backend/media")).unwrap();
    run(&sandbox, &["images", "orphans"]).exits(3).says("is empty");
    sandbox.write("backend/db.sqlite3", "SQLite format 3\0 and then nothing of the sort");
    put(&sandbox, &["one.jpg"]);
    run(&sandbox, APPLY).exits(2);
    assert!(sandbox.path("backend/media/one.jpg").exists());
}

#[test]
fn after_a_restore_nothing_is_moved_for_a_while() {
    let sandbox = site();
    at(&sandbox, "2199-01-01T08:00:00Z", &["backup", "full"]).exits(0);
    put(&sandbox, &["newer.jpg"]);
    let restore = ["restore", "latest", "--only", "database", "--confirm", "shop"];
    let restored = at(&sandbox, "2199-01-02T08:00:00Z", &restore);
    assert!(restored.code <= 1, "{}", restored.stderr);
    std::fs::rename(sandbox.path("backend/media/newer.jpg"), sandbox.path("newer.jpg")).unwrap();
    at(&sandbox, "2199-01-03T08:00:00Z", APPLY).exits(0).says("nothing was moved");
    std::fs::rename(sandbox.path("newer.jpg"), sandbox.path("backend/media/newer.jpg")).unwrap();
    at(&sandbox, "2199-01-03T08:00:00Z", APPLY).exits(2).complains("--force");
    assert!(sandbox.path("backend/media/newer.jpg").exists());
    at(&sandbox, "2199-01-10T08:00:00Z", APPLY).exits(0).says("1 file");
    at(&sandbox, "2199-01-10T08:00:00Z", UNDO).exits(0);
    at(&sandbox, "2199-01-03T08:00:00Z", &[APPLY, &["--force"]].concat()).exits(0).says("1 file");
}

/// Writes a record as a run that was killed left it.
fn cut_off(sandbox: &Sandbox, change: impl Fn(&mut serde_json::Value)) {
    let folder = sandbox.path("state/quarantine");
    let record = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    let mut value: serde_json::Value = serde_json::from_slice(&std::fs::read(&record).unwrap()).unwrap();
    change(&mut value);
    std::fs::write(&record, serde_json::to_vec(&value).unwrap()).unwrap();
}

fn places(sandbox: &Sandbox) -> Vec<(String, String)> {
    let folder = sandbox.path("state/quarantine");
    let record = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    let value: serde_json::Value = serde_json::from_slice(&std::fs::read(&record).unwrap()).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let parts = value["parts"].as_array().unwrap();
    parts.iter().map(|it| (text(&it["place"]["path"]["live"]), text(&it["place"]["path"]["kept"]))).collect()
}

#[test]
fn a_kill_at_any_moment_of_a_move_loses_nothing() {
    for done in 0..=3 {
        let sandbox = site();
        put(&sandbox, &["a.jpg", "b.jpg", "c.jpg"]);
        let before = tree(&sandbox.path("backend/media"));
        run(&sandbox, APPLY).exits(0);
        for (live, kept) in places(&sandbox).iter().skip(done) {
            std::fs::rename(kept, live).unwrap();
        }
        cut_off(&sandbox, |record| {
            record["phase"] = "applying".into();
            record["growing"] = true.into();
        });
        run(&sandbox, &["quarantine", "purge"]).exits(1).says("cut off");
        assert_eq!(kept(&sandbox).len(), done, "{done} were moved");
        if done > 0 {
            run(&sandbox, UNDO).exits(0);
        }
        assert_eq!(tree(&sandbox.path("backend/media")), before);
    }
}

#[test]
fn a_kill_at_any_moment_of_an_undo_loses_nothing() {
    for done in 0..=3 {
        let sandbox = site();
        put(&sandbox, &["a.jpg", "b.jpg", "c.jpg"]);
        let before = tree(&sandbox.path("backend/media"));
        run(&sandbox, APPLY).exits(0);
        for (live, kept) in places(&sandbox).iter().take(done) {
            std::fs::rename(kept, live).unwrap();
        }
        // An upload took the last place while nobody was at work.
        let upload = done < 3;
        if upload {
            sandbox.write("backend/media/c.jpg", "later");
        }
        cut_off(&sandbox, |record| {
            record["phase"] = "reverting".into();
            for part in record["parts"].as_array_mut().unwrap() {
                let (live, beside) = (part["live"].take(), part["beside"].take());
                (part["live"], part["beside"]) = (beside, live);
            }
        });
        run(&sandbox, &["quarantine", "purge"]).exits(1).says("cut off");
        assert_eq!(kept(&sandbox).len(), usize::from(upload));
        assert_eq!(crate::restore::kept(&sandbox).len(), usize::from(upload), "no empty folder stays");
        if upload {
            assert_eq!(std::fs::read(sandbox.path("backend/media/c.jpg")).unwrap(), b"later");
            std::fs::remove_file(sandbox.path("backend/media/c.jpg")).unwrap();
            run(&sandbox, UNDO).exits(0);
        }
        assert_eq!(tree(&sandbox.path("backend/media")), before);
    }
}

#[test]
fn a_list_is_no_report_and_the_other_way_round() {
    let sandbox = site();
    run(&sandbox, &["images", "orphans", "--apply", "--format", "csv"]).exits(64);
    run(&sandbox, &["images", "orphans", "--format", "csv", "--output", "x"]).exits(64);
    assert!(!Path::new(&sandbox.path("x")).exists());
}
