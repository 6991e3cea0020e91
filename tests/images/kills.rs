//! A kill at any moment: every picture is the old one or the new one, and the next run leaves nothing lying about.

use super::folders;
use super::photo;
use super::read;
use super::site;
use super::write;
use crate::sandbox::NOW;
use crate::sandbox::Sandbox;
use rustix::process::Pid;
use rustix::process::Signal;
use rustix::process::kill_process;
use sitekeep::config::DatabaseConfig;
use sitekeep::config::QuarantineConfig;
use sitekeep::picture::jpeg_pixels;
use sitekeep::quarantine::Change;
use sitekeep::quarantine::Part;
use sitekeep::quarantine::Quarantine;
use std::path::PathBuf;
use std::process::Stdio;

const PICTURES: u32 = 90;

fn name(number: u32) -> String {
    format!("products/{number}.jpg")
}

fn original(number: u32) -> Vec<u8> {
    photo(120, 90, number, 95)
}

fn ready() -> Sandbox {
    let sandbox = site();
    for number in 0..PICTURES {
        write(&sandbox, &name(number), &original(number));
    }
    sandbox
}

/// Files in the private folders.
fn prepared(sandbox: &Sandbox) -> Vec<PathBuf> {
    folders(sandbox)
        .iter()
        .filter_map(|folder| std::fs::read_dir(folder).ok())
        .flat_map(|entries| entries.map(|entry| entry.unwrap().path()))
        .collect()
}

fn replaced(sandbox: &Sandbox) -> u32 {
    (0..PICTURES).map(|number| u32::from(read(sandbox, &name(number)) != original(number))).sum()
}

#[test]
fn h23_a_kill_leaves_each_picture_old_or_new_and_the_next_run_cleans_up() {
    type Moment = fn(&Sandbox) -> bool;
    let moments: [Moment; 3] = [
        |sandbox| !folders(sandbox).is_empty(),
        |sandbox| prepared(sandbox).len() > 40,
        |sandbox| std::fs::read(sandbox.path("backend/media/products/0.jpg")).unwrap() != original(0),
    ];
    for moment in moments {
        let sandbox = ready();
        let mut command = sandbox.command(&["images", "optimize", "--quiet"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while !moment(&sandbox) && child.try_wait().unwrap().is_none() {}
        child.kill().unwrap();
        child.wait().unwrap();
        for number in 0..PICTURES {
            jpeg_pixels(&read(&sandbox, &name(number))).unwrap();
        }
        // A command that takes the lock and changes nothing itself.
        let outcome = sandbox.run(&["quarantine", "purge"]);
        assert!(outcome.code < 2, "{}", outcome.stderr);
        let changed = replaced(&sandbox);
        assert_eq!(
            prepared(&sandbox).len(),
            usize::try_from(changed).unwrap(),
            "an original for each, and no more"
        );
        if changed > 0 {
            sandbox.run(&["undo", "--confirm", "shop"]).exits(0);
            assert_eq!(replaced(&sandbox), 0);
        }
        sandbox.run(&["images", "optimize"]).exits(0);
        assert_eq!(replaced(&sandbox), PICTURES);
    }
}

#[test]
fn a_request_to_stop_ends_between_two_pictures_and_what_is_finished_stays() {
    let sandbox = ready();
    let mut command = sandbox.command(&["images", "optimize", "--format", "json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    while prepared(&sandbox).len() < 5 && child.try_wait().unwrap().is_none() {}
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let changed = replaced(&sandbox);
    assert!(changed > 0 && changed < PICTURES, "{changed} of {PICTURES}");
    assert_eq!(
        prepared(&sandbox).len(),
        usize::try_from(changed).unwrap(),
        "an original for each, and no more"
    );
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let told = &report["findings"][0]["data"];
    assert_eq!(told["smaller"], changed, "{report}");
    let report = sandbox.run(&["images", "optimize", "--format", "json"]).exits(0).json();
    assert_eq!(
        report["findings"][0]["data"]["looked_at"],
        PICTURES - changed,
        "what is finished is not looked at again"
    );
}

#[test]
fn h23_a_kill_of_undo_leaves_each_picture_old_or_new_and_the_next_run_goes_on() {
    let sandbox = ready();
    sandbox.run(&["images", "optimize"]).exits(0);
    let mut command = sandbox.command(&["undo", "--confirm", "shop", "--quiet"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let last = name(PICTURES - 1);
    while read(&sandbox, &last) != original(PICTURES - 1) && child.try_wait().unwrap().is_none() {}
    child.kill().unwrap();
    child.wait().unwrap();
    for number in 0..PICTURES {
        jpeg_pixels(&read(&sandbox, &name(number))).unwrap();
    }
    let outcome = sandbox.run(&["quarantine", "purge"]);
    assert!(outcome.code < 2, "{}", outcome.stderr);
    assert_eq!(replaced(&sandbox), 0, "an undo that has begun is finished");
}

#[test]
fn what_a_kill_left_prepared_goes_and_the_originals_stay() {
    let sandbox = ready();
    let database = DatabaseConfig::default();
    let state = sandbox.path("state");
    std::fs::create_dir_all(&state).unwrap();
    let quarantine = Quarantine::new(&state, &database);
    let run = "20261123T070000Z-beef";
    let settings = QuarantineConfig::default();
    let mut change = Change::growing(run, "images optimize".to_owned(), NOW.parse().unwrap(), &settings);
    let folder = sandbox.path(&format!("backend/.sitekeep-{run}"));
    change.folders.push(folder.clone());
    quarantine.begin(&change).unwrap();
    std::fs::create_dir(&folder).unwrap();
    for file in ["000001", "000002", "000003"] {
        std::fs::write(folder.join(file), photo(60, 40, 1, 80)).unwrap();
    }
    let part = |number: u32| {
        let live = sandbox.path(&format!("backend/media/{}", name(number)));
        Part::path("pictures", live, folder.join(format!("{number:06}")))
    };
    let gone = Part::path("pictures", sandbox.path("backend/media/none/x.jpg"), folder.join("000002"));
    let refused = quarantine.apply_more(&mut change, vec![part(1), gone]).unwrap();
    assert_eq!(refused.len(), 1, "what cannot be exchanged hinders nothing else");
    // Killed here.
    sandbox.run(&["quarantine", "purge"]).exits(1).says("was cut off");
    assert_eq!(prepared(&sandbox), [folder.join("000001")]);
    assert_eq!(std::fs::read(folder.join("000001")).unwrap(), original(1));
    sandbox.run(&["undo", "--confirm", "shop"]).exits(0);
    assert_eq!(read(&sandbox, &name(1)), original(1));
}
