//! Files that change while they are read.

use super::*;
use std::os::unix::fs::FileExt;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

#[test]
fn files_that_change_under_the_reader_never_make_a_broken_archive() {
    let world = World::new();
    let large = world.path("media/large.jpg");
    world.file("media/large.jpg", &jpeg(3_000_000, 2));
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let file = std::fs::OpenOptions::new().write(true).open(&large).expect("open");
            let mut round = 0_u64;
            while !stop.load(Ordering::Relaxed) {
                round += 1;
                file.set_len(1_500_000 + round % 7 * 400_000).expect("resize");
                file.write_at(&round.to_le_bytes(), round % 1_000_000).expect("write");
                let name = world.path(&format!("media/products/comes and goes {}.jpg", round % 5));
                if round.is_multiple_of(2) {
                    fs::write_atomic(&name, &jpeg(20_000, round), 0o644).expect("write");
                } else {
                    let _ = std::fs::remove_file(&name);
                }
            }
        });
        for days in 0..10 {
            world.make(Kind::Media, day(days)).expect("create");
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert_eq!(world.list().len(), 10);
    world.verify_all();
}

#[test]
fn what_may_not_be_read_is_told_and_the_rest_is_there() {
    let world = World::new();
    std::os::unix::fs::symlink("/etc/passwd", world.path("media/link.jpg")).expect("link");
    let shut = world.path("media/shut.jpg");
    fs::write_atomic(&shut, b"secret", 0o000).expect("write");
    let created = world.make(Kind::Media, day(0)).expect("create");
    let problems = &created.manifest.problems;
    assert!(problems.iter().any(|problem| problem.kind == ProblemKind::Skipped), "{problems:?}");
    // Root reads everything, and then nothing is to be told.
    let readable = std::fs::File::open(&shut).is_ok();
    assert_eq!(problems.iter().any(|problem| problem.kind == ProblemKind::Unreadable), !readable);
    world.verify_all();
}
