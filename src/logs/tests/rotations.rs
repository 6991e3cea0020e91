//! Rotation by renaming, copying and compressing, in any order, between runs at any time.

use super::site::Site;
use super::site::TRACEBACK;
use jiff::Timestamp;
use proptest::prelude::*;
use std::fs::File;

#[derive(Debug, Clone)]
enum Step {
    Write(u8),
    Pass(u16),
    Rename,
    CopyTruncate,
    Compress,
    Run,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (1u8..6).prop_map(Step::Write),
        2 => (1u16..60_000).prop_map(Step::Pass),
        1 => Just(Step::Rename),
        1 => Just(Step::CopyTruncate),
        1 => Just(Step::Compress),
        3 => Just(Step::Run),
    ];
    prop::collection::vec(step, 1..30)
}

fn shift(site: &Site) {
    for number in (1..40).rev() {
        for mark in ["", ".gz"] {
            let from = site.rotated(&format!(".{number}{mark}"));
            if from.exists() {
                std::fs::rename(from, site.rotated(&format!(".{}{mark}", number + 1))).expect("rename");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_history_of_rotations_counts_every_event_once(steps in steps()) {
        let mut site = Site::new();
        let mut written: Vec<Timestamp> = Vec::new();
        let mut since_last_run = 0;
        let mut at_last_run = 0;
        for step in steps.into_iter().chain([Step::Run]) {
            match step {
                Step::Write(events) => for _ in 0..events {
                    site.now += jiff::SignedDuration::from_millis(1);
                    site.error("Internal Server Error: /cart/");
                    if written.len().is_multiple_of(3) {
                        site.append(TRACEBACK.as_bytes());
                    }
                    written.push(site.now);
                },
                Step::Pass(seconds) => site.pass(seconds.into()),
                Step::Rename if site.log().exists() => {
                    shift(&site);
                    std::fs::rename(site.log(), site.rotated(".1")).expect("rename");
                }
                Step::CopyTruncate if site.log().exists() => {
                    shift(&site);
                    std::fs::copy(site.log(), site.rotated(".1")).expect("copy");
                    site.touch(&site.rotated(".1"));
                    File::create(site.log()).expect("truncate");
                    site.touch(&site.log());
                }
                Step::Compress if site.rotated(".1").exists() => {
                    site.compress(&site.rotated(".1"), &site.rotated(".1.gz"));
                }
                Step::Run if site.log().exists() => {
                    site.now += jiff::SignedDuration::from_millis(1);
                    let report = site.run();
                    let expected = written.iter().filter(|time| **time >= report.since).count();
                    prop_assert_eq!(report.errors, expected as u64);
                    prop_assert_eq!(site.run_without_memory().until, report.until);
                    since_last_run +=
                        report.groups.iter().filter_map(|group| group.since_last_run).sum::<u64>();
                    let late = written[at_last_run..].iter().filter(|time| **time < report.since).count();
                    since_last_run += late as u64;
                    at_last_run = written.len();
                    prop_assert_eq!(since_last_run, written.len() as u64);
                }
                _ => {}
            }
        }
    }
}
