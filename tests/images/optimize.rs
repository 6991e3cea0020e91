//! What `images optimize` does to a site.

use super::folders;
use super::photo;
use super::pixels;
use super::read;
use super::scene;
use super::site;
use super::write;
use crate::sandbox::findings;
use crate::sandbox::outcome;
use crate::sandbox::under;
use rustix::fs::XattrFlags;
use sitekeep::images::similarity;
use std::os::unix::fs::MetadataExt;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;
use std::time::SystemTime;

#[test]
fn pictures_become_smaller_and_still_look_the_same() {
    let sandbox = site();
    let fine = photo(640, 480, 1, 95);
    let coarse = photo(640, 480, 2, 70);
    write(&sandbox, "products/fine.jpg", &fine);
    write(&sandbox, "products/coarse.jpg", &coarse);
    let report = sandbox.run(&["images", "optimize", "--format", "json"]).exits(0).json();
    let after = read(&sandbox, "products/fine.jpg");
    assert!(after.len() < fine.len() * 8 / 10, "{} → {}", fine.len(), after.len());
    let score = similarity(&pixels(&fine), &pixels(&after)).unwrap();
    assert!((83.0..100.0).contains(&score), "{score}");
    let after = read(&sandbox, "products/coarse.jpg");
    assert!(after.len() < coarse.len(), "progressive scans are smaller");
    assert_eq!(pixels(&after), pixels(&coarse), "below the quality every pixel stays");
    let told = &findings(&report, "IMAGES-001", "ok")[0]["data"];
    assert_eq!((told["pictures"].as_u64(), told["smaller"].as_u64()), (Some(2), Some(2)));
    let sum: usize =
        ["fine", "coarse"].map(|name| read(&sandbox, &format!("products/{name}.jpg")).len()).iter().sum();
    assert_eq!(told["after_bytes"].as_u64(), u64::try_from(sum).ok());
}

#[test]
fn h10_names_with_spaces_accents_newlines_and_any_case_are_found_at_any_depth() {
    let sandbox = site();
    let names =
        ["a b.jpg", "été/Ô l'image.JPG", "x/y/z/UPPER.JPEG", "new\nline.jpg", "-rf.jpg", "no extension"];
    for (seed, name) in (1..).zip(names) {
        write(&sandbox, name, &photo(200, 150, seed, 95));
    }
    sandbox.run(&["images", "optimize"]).exits(0);
    for (seed, name) in (1..).zip(names) {
        let (before, after) = (photo(200, 150, seed, 95).len(), read(&sandbox, name).len());
        assert!(after < before, "{name:?}: {before} → {after}");
    }
}

#[test]
fn a_second_run_finds_nothing_to_do_and_changes_nothing() {
    let sandbox = site();
    for seed in 0..3 {
        write(&sandbox, &format!("products/{seed}.jpg"), &photo(300, 200, seed, 92));
    }
    sandbox.run(&["images", "optimize"]).exits(0).says("3 pictures");
    let content = || [0, 1, 2].map(|seed| read(&sandbox, &format!("products/{seed}.jpg")));
    let first = content();
    let report = sandbox.run(&["images", "optimize", "--format", "json"]).exits(0).json();
    let told = &findings(&report, "IMAGES-001", "ok")[0]["data"];
    assert_eq!((told["looked_at"].as_u64(), told["smaller"].as_u64()), (Some(0), Some(0)), "{report}");
    assert_eq!(content(), first);
    // Known by its content under another name, and looked at anew when it is another picture.
    write(&sandbox, "copy.jpg", &first[0]);
    write(&sandbox, "products/1.jpg", &photo(300, 200, 9, 92));
    let report = sandbox.run(&["images", "optimize", "--format", "json"]).exits(0).json();
    let told = &findings(&report, "IMAGES-001", "ok")[0]["data"];
    assert_eq!((told["looked_at"].as_u64(), told["smaller"].as_u64()), (Some(1), Some(1)), "{report}");
    assert_eq!(folders(&sandbox).len(), 2, "a run that changes nothing keeps nothing");
}

#[test]
fn a_lost_memory_degrades_nothing_a_second_time() {
    let sandbox = site();
    write(&sandbox, "a.jpg", &photo(320, 240, 1, 95));
    sandbox.run(&["images", "optimize"]).exits(0);
    let first = read(&sandbox, "a.jpg");
    std::fs::remove_dir_all(sandbox.path("state")).unwrap();
    sandbox.run(&["images", "optimize", "--target", "similarity=60"]).exits(0);
    assert_eq!(pixels(&read(&sandbox, "a.jpg")), pixels(&first));
}

#[test]
fn owner_mode_time_and_attributes_of_a_picture_stay() {
    let sandbox = site();
    write(&sandbox, "a.jpg", &photo(320, 240, 1, 95));
    let path = sandbox.path("backend/media/a.jpg");
    sandbox.set_mode("backend/media/a.jpg", 0o640);
    let time = SystemTime::UNIX_EPOCH + Duration::new(1_600_000_000, 5_000);
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    let root = rustix::process::geteuid().is_root();
    if root {
        std::os::unix::fs::chown(&path, Some(1234), Some(4321)).unwrap();
    }
    let has_attributes = rustix::fs::setxattr(&path, "user.note", b"kept", XattrFlags::empty()).is_ok();
    let before = std::fs::metadata(&path).unwrap();
    sandbox.run(&["images", "optimize"]).exits(0);
    let after = std::fs::metadata(&path).unwrap();
    assert!(after.len() < before.len());
    assert_eq!(after.permissions().mode() & 0o7777, 0o640);
    assert_eq!(after.modified().unwrap(), time);
    assert_eq!((after.uid(), after.gid()), (before.uid(), before.gid()));
    if has_attributes {
        let mut note = [0; 4];
        rustix::fs::getxattr(&path, "user.note", &mut note[..]).unwrap();
        assert_eq!(&note, b"kept");
    } else {
        eprintln!("SKIPPED: this file system has no attributes");
    }
    write(&sandbox, "b.jpg", &photo(320, 240, 2, 95));
    let path = sandbox.path("backend/media/b.jpg");
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    sandbox.run_with(&[("SITEKEEP_IMAGES__KEEP_TIMES", "false")], &["images", "optimize"]).exits(0);
    assert_ne!(std::fs::metadata(&path).unwrap().modified().unwrap(), time);
}

#[test]
fn a_trial_estimates_and_changes_nothing() {
    let sandbox = site();
    for seed in 0..30 {
        write(&sandbox, &format!("{seed}.jpg"), &photo(160, 120, seed, 95));
    }
    let before = crate::restore::tree(&sandbox.path("backend"));
    let report = sandbox.run(&["images", "optimize", "-n", "--format", "json"]).exits(0).json();
    let told = findings(&report, "IMAGES-001", "ok")[0];
    assert!(told["message"].as_str().unwrap().contains("an estimate from"), "{told}");
    assert!(told["data"]["tried"].as_u64().unwrap() < 30 && told["data"]["pictures"] == 30, "{told}");
    let estimate = told["data"]["estimated_saved_bytes"].as_u64().unwrap();
    assert_eq!(crate::restore::tree(&sandbox.path("backend")), before);
    let report = sandbox.run(&["images", "optimize", "--format", "json"]).exits(0).json();
    let told = &findings(&report, "IMAGES-001", "ok")[0]["data"];
    let saved = told["before_bytes"].as_u64().unwrap() - told["after_bytes"].as_u64().unwrap();
    assert!(estimate.abs_diff(saved) < saved / 4, "estimated {estimate}, saved {saved}");
}

#[test]
fn a_target_finds_a_smaller_file_that_reaches_its_score() {
    let sizes =
        [&["images", "optimize"][..], &["images", "optimize", "--target", "similarity=70"]].map(|command| {
            let sandbox = site();
            let original = photo(320, 240, 1, 95);
            write(&sandbox, "a.jpg", &original);
            sandbox.run(command).exits(0);
            let after = read(&sandbox, "a.jpg");
            let score = similarity(&pixels(&original), &pixels(&after)).unwrap();
            assert!(score >= 70.0, "{score}");
            after.len()
        });
    assert!(sizes[1] < sizes[0], "{sizes:?}");
    site()
        .run(&["images", "optimize", "--target", "similarty=70"])
        .exits(64)
        .complains("write similarity=80");
}

#[test]
fn what_cannot_reach_the_score_keeps_its_pixels() {
    let sandbox = site();
    sandbox.configure("[images]\nsimilarity = 99.9\n");
    let original = photo(320, 240, 1, 95);
    write(&sandbox, "a.jpg", &original);
    sandbox.run(&["images", "optimize"]).exits(0);
    let after = read(&sandbox, "a.jpg");
    assert!(after.len() < original.len());
    assert_eq!(pixels(&after), pixels(&original));
}

#[test]
fn links_what_is_kept_for_undo_and_files_with_two_names_are_left() {
    let sandbox = site();
    let original = photo(320, 240, 1, 95);
    sandbox.write_bytes("elsewhere.jpg", &original);
    write(&sandbox, "one.jpg", &original);
    write(&sandbox, "products/.sitekeep-earlier/000001", &original);
    let media = sandbox.path("backend/media");
    std::os::unix::fs::symlink(sandbox.path("elsewhere.jpg"), media.join("link.jpg")).unwrap();
    std::fs::hard_link(media.join("one.jpg"), media.join("two.jpg")).unwrap();
    sandbox.run(&["images", "optimize"]).exits(1).says("it has 2 names (hard links)");
    assert_eq!(std::fs::read(sandbox.path("elsewhere.jpg")).unwrap(), original);
    assert_eq!(read(&sandbox, "one.jpg"), original);
    assert_eq!(read(&sandbox, "products/.sitekeep-earlier/000001"), original);
}

#[test]
fn one_content_under_many_names_is_made_smaller_in_each_place() {
    let sandbox = site();
    for name in ["a.jpg", "b/a.jpg", "c.jpg"] {
        write(&sandbox, name, &photo(320, 240, 1, 95));
    }
    sandbox.run(&["images", "optimize"]).exits(0);
    let after = ["a.jpg", "b/a.jpg", "c.jpg"].map(|name| read(&sandbox, name));
    assert!(after[0].len() < photo(320, 240, 1, 95).len());
    assert!(after[0] == after[1] && after[1] == after[2]);
}

#[test]
fn a_folder_that_is_not_there_and_one_without_pictures_are_told() {
    let sandbox = site();
    sandbox.run(&["images", "optimize"]).exits(3).says("no JPEG or PNG is in the media folder");
    std::fs::remove_dir_all(sandbox.path("backend/media")).unwrap();
    sandbox.run(&["images", "optimize"]).exits(2).complains("set [site] media");
    sandbox.run(&["images", "optimise"]).exits(64).complains("optimize");
}

#[test]
fn another_run_at_work_is_left_to_it() {
    let sandbox = site();
    write(&sandbox, "a.png", &png(&scene(60, 40, 1)));
    sandbox.run(&["images", "optimize"]).exits(0);
    let lock = std::fs::File::options().write(true).open(sandbox.path("state/lock")).unwrap();
    lock.lock().unwrap();
    sandbox.run(&["images", "optimize"]).exits(75);
}

fn png(picture: &image::RgbImage) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// The command's peak memory in bytes, when it works on so many thumbnails that no encoder makes smaller.
fn peak_memory_of(thumbnails: u32) -> u64 {
    let sandbox = site();
    for seed in 0..thumbnails {
        let mut encoder = mozjpeg::Compress::new(mozjpeg::ColorSpace::JCS_RGB);
        encoder.set_fastest_defaults();
        encoder.set_optimize_coding(true);
        encoder.set_size(48, 48);
        encoder.set_quality(60.0);
        let mut started = encoder.start_compress(Vec::new()).unwrap();
        started.write_scanlines(&scene(48, 48, seed).into_raw()).unwrap();
        write(&sandbox, &format!("{seed}.jpg"), &started.finish().unwrap());
    }
    let told = sandbox.path("peak");
    let command = sandbox.command(&["images", "optimize"]);
    let script = "import resource, subprocess, sys
subprocess.run(sys.argv[2:], check=True)
open(sys.argv[1], 'w').write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024))";
    let measured = &mut under(&["python3", "-c", script, told.to_str().unwrap()], &command);
    outcome(measured).exits(0).says("none can be made smaller");
    std::fs::read_to_string(told).unwrap().parse().unwrap()
}

#[test]
fn memory_does_not_grow_with_the_number_of_pictures() {
    let (few, many) = (peak_memory_of(50), peak_memory_of(1000));
    assert!(many < few + 30_000_000, "{few} bytes for 50 pictures, {many} for 1000");
}
