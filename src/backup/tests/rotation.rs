//! Rotation: the plan against a naive one, and what carrying it out removes.

use super::*;
use crate::config::RetentionConfig;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn artefact(kind: Kind, created_at: Timestamp, number: usize) -> Artefact {
    let mut name = Name::new(kind, Some("sqlite3"), created_at, &TimeZone::UTC);
    name.number = u32::try_from(number).expect("small") + 1;
    Artefact {
        name: name.to_string(),
        path: PathBuf::from("/b").join(name.to_string()),
        kind,
        created_at,
        size: 1,
        standing: Standing::Ours,
        summary: None,
    }
}

/// An artefact is kept when, counted from the newest, it is among the last, or the first of one of the last stretches.
fn oracle(
    artefacts: &[Artefact],
    policy: RetentionConfig,
    zone: &TimeZone,
    protected: &[String],
) -> BTreeSet<String> {
    let mut sorted: Vec<&Artefact> = artefacts.iter().collect();
    sorted.sort_by(|one, other| (other.created_at, &other.name).cmp(&(one.created_at, &one.name)));
    let mut kept: BTreeSet<String> = protected.iter().cloned().collect();
    kept.extend(sorted.iter().take((policy.last as usize).max(1)).map(|artefact| artefact.name.clone()));
    let rules = [
        (policy.daily, "%Y-%m-%d"),
        (policy.weekly, "%G-%V"),
        (policy.monthly, "%Y-%m"),
        (policy.yearly, "%Y"),
    ];
    for (count, format) in rules {
        let mut labels: Vec<String> = Vec::new();
        for artefact in &sorted {
            let label = artefact.created_at.to_zoned(zone.clone()).strftime(format).to_string();
            if !labels.contains(&label) {
                labels.push(label);
                if labels.len() <= count as usize {
                    kept.insert(artefact.name.clone());
                }
            }
        }
    }
    kept
}

proptest! {
    #[test]
    fn the_plan_is_the_naive_one(
        hours in proptest::collection::vec(0_i64..60_000, 0..80),
        (last, daily, weekly, monthly, yearly) in (1_u32..8, 0_u32..8, 0_u32..6, 0_u32..14, 0_u32..5),
        verified in 0_usize..80,
        zone in prop_oneof![Just("Africa/Porto-Novo"), Just("America/New_York"), Just("Pacific/Auckland")],
    ) {
        let zone = TimeZone::get(zone).expect("zone");
        let start: Timestamp = "2019-11-02T23:30:00Z".parse().expect("time");
        let all: Vec<Artefact> = hours
            .iter()
            .enumerate()
            .map(|(number, hours)| artefact(Kind::Database, start.checked_add(hours.hours()).expect("time"), number))
            .collect();
        let policy = RetentionConfig { last, daily, weekly, monthly, yearly };
        let named = all.get(verified).map(|artefact| artefact.name.clone());
        let protected = Protected { last_verified: named.as_deref(), last_drilled: None };
        let now = start.checked_add(61_000.hours()).expect("time");
        let plan = plan(&all, Kind::Database, policy, now, &zone, protected);
        let kept: BTreeSet<String> = plan.keep.iter().map(|(name, _)| name.clone()).collect();
        let named: Vec<String> = named.into_iter().collect();
        prop_assert_eq!(&kept, &oracle(&all, policy, &zone, &named));
        prop_assert!(plan.keep.iter().all(|(_, reasons)| !reasons.is_empty()));
        prop_assert_eq!(plan.keep.len() + plan.remove.len(), all.len());
        prop_assert!(plan.remove.iter().all(|name| !kept.contains(name)));
        prop_assert!(plan.remove.len() * 2 <= all.len() || plan.needs_confirmation.is_some());
    }
}

/// What the clock does between two backups.
fn pace() -> impl Strategy<Value = i64> {
    prop_oneof![
        8 => 20_i64..30,
        2 => 1_i64..3,
        1 => 24_i64 * 401..24 * 900,
        1 => -24_i64 * 900..-1,
    ]
}

proptest! {
    /// A site that is backed up and rotated for a while, unattended, while its clock is put on and back.
    #[test]
    fn an_unattended_rotation_loses_nothing_by_a_clock_that_jumps(
        paces in proptest::collection::vec(pace(), 1..60),
        (last, daily, weekly, monthly) in (1_u32..4, 0_u32..8, 0_u32..5, 0_u32..7),
        verified in proptest::collection::vec(any::<bool>(), 60),
        zone in prop_oneof![
            Just("Africa/Casablanca"), Just("Australia/Lord_Howe"), Just("Pacific/Apia"), Just("America/Sao_Paulo"),
        ],
    ) {
        let zone = TimeZone::get(zone).expect("zone");
        let policy = RetentionConfig { last, daily, weekly, monthly, yearly: 0 };
        let mut now: Timestamp = "2011-12-01T03:30:00Z".parse().expect("time");
        let mut kept: Vec<Artefact> = Vec::new();
        let mut good: Option<String> = None;
        for (number, hours) in paces.iter().enumerate() {
            now = now.checked_add(hours.hours()).expect("time");
            kept.push(artefact(Kind::Full, now, number));
            if verified[number] {
                good = Some(kept[kept.len() - 1].name.clone());
            }
            let protected = Protected { last_verified: good.as_deref(), last_drilled: None };
            let plan = plan(&kept, Kind::Full, policy, now, &zone, protected);
            let is_doubtful = plan.needs_confirmation.is_some();
            let (newest, next) = {
                let mut times: Vec<Timestamp> = kept.iter().map(|artefact| artefact.created_at).collect();
                times.sort_unstable();
                (times[times.len() - 1], times.len().checked_sub(2).map(|position| times[position]))
            };
            let gap = next.map_or(0, |next| newest.duration_since(next).as_hours());
            if !plan.remove.is_empty() {
                prop_assert!(now >= newest || is_doubtful, "the clock went back, and {:?} go", plan.remove);
                prop_assert!(gap <= 24 * 400 || is_doubtful, "the clock went on, and {:?} go", plan.remove);
            }
            if !is_doubtful {
                let names: Vec<String> = good.iter().cloned().collect();
                let expected = oracle(&kept, policy, &zone, &names);
                let before = kept.len();
                kept.retain(|artefact| !plan.remove.contains(&artefact.name));
                let left: BTreeSet<String> = kept.iter().map(|artefact| artefact.name.clone()).collect();
                prop_assert_eq!(left, expected);
                prop_assert!(kept.len() * 2 >= before);
            }
            prop_assert!(kept.iter().any(|artefact| artefact.created_at == newest), "the newest is gone");
            prop_assert!(good.iter().all(|good| kept.iter().any(|artefact| artefact.name == *good)));
        }
    }
}

#[test]
fn h2_rotation_is_per_kind_and_touches_only_what_is_ours() {
    let world = World::new();
    for days in 0..4 {
        world.file("media/day.txt", days.to_string().as_bytes());
        for kind in Kind::ALL {
            world.make(kind, day(days)).expect("create");
        }
    }
    let foreign = ["db_backup_20250105_020000.sqlite3.gz", "db_backup_20250106_020000.sql.gz", "notes.txt"];
    for name in foreign {
        fs::write_atomic(&world.backups().join(name), b"?", 0o644).expect("write");
    }
    let before = world.list();
    let plan =
        plan(&before, Kind::Database, RetentionConfig::last(2), day(3), &world.zone, Protected::default());
    assert_eq!(plan.needs_confirmation, None);
    assert_eq!(plan.remove.len(), 2);
    let bytes = apply(&plan, &world.backups(), &world.zone, false).expect("apply");
    assert!(bytes > 0);
    let names = world.names();
    assert_eq!(names.len(), 2 * 3 + 4 * 3 + 4 * 3 + foreign.len());
    assert!(foreign.iter().all(|name| names.contains(&(*name).to_owned())));
    for artefact in world.list().iter().filter(|artefact| artefact.is_ours()) {
        assert!(verify(artefact, &Silent).expect("verify").is_complete());
    }
    // A plan from before, carried out again, finds nothing of its own and stops.
    assert!(apply(&plan, &world.backups(), &world.zone, false).is_err());
}

#[test]
fn h27_a_plan_removes_plain_names_of_a_named_folder_only() {
    let world = World::new();
    world.make(Kind::Database, day(0)).expect("create");
    let name = world.only().name;
    let remove = |names: &[&str], folder: &Path| {
        let remove = names.iter().map(|name| (*name).to_owned()).collect();
        let plan = Plan { remove, ..Plan::default() };
        apply(&plan, folder, &world.zone, true)
    };
    let before = world.names();
    assert!(remove(&[&name], Path::new("backups")).is_err());
    assert!(remove(&[&name], Path::new("")).is_err());
    assert!(remove(&[&format!("../backups/{name}")], &world.backups()).is_err());
    assert!(remove(&[".env"], &world.path("")).is_err());
    assert!(remove(&["db_backup_20250105_020000.sqlite3.gz"], &world.backups()).is_err());
    assert!(remove(&[&name], &world.path("nowhere")).is_err());
    // Without its manifest it is nobody's, and stays.
    std::fs::remove_file(world.backups().join(format!("{name}.manifest.json"))).expect("remove");
    assert!(remove(&[&name], &world.backups()).is_err());
    assert_eq!(world.names().len(), before.len() - 1);
    assert!(world.path(".env").exists());
}

#[test]
fn a_jump_of_the_clock_or_a_large_removal_must_be_confirmed() {
    let day = |days: i64| {
        let start: Timestamp = "2026-01-01T02:00:00Z".parse().expect("time");
        start.checked_add((24 * days).hours()).expect("time")
    };
    let all: Vec<Artefact> = (0..10).map(|days| artefact(Kind::Full, day(days), 0)).collect();
    let plan = |last, now| {
        super::plan(&all, Kind::Full, RetentionConfig::last(last), now, &TimeZone::UTC, Protected::default())
    };
    assert_eq!(plan(9, day(10)).needs_confirmation, None);
    assert_eq!(plan(5, day(10)).needs_confirmation, None);
    assert!(plan(4, day(10)).needs_confirmation.is_some_and(|why| why.contains("6 of 10")));
    assert!(plan(9, day(8)).needs_confirmation.is_some_and(|why| why.contains("from the future")));
    assert!(plan(9, day(500)).needs_confirmation.is_some_and(|why| why.contains("400 days")));
    // Nothing is removed, nothing is to be confirmed.
    assert_eq!(plan(10, day(500)).needs_confirmation, None);
    let doubtful = plan(4, day(10));
    let error = apply(&doubtful, Path::new("/nowhere"), &TimeZone::UTC, false).expect_err("refused");
    assert!(error.to_string().contains("nothing was removed"), "{error}");
}

#[test]
fn a_kill_between_removals_leaves_sidecars_that_go_and_never_an_artefact_without_an_owner() {
    let world = World::new();
    let gone = world.make(Kind::Database, day(0)).expect("create");
    world.make(Kind::Database, day(1)).expect("create");
    let name = gone.manifest.artefact.clone();
    // The three removals, cut short after each of them.
    for file in [name.clone(), format!("{name}.manifest.json"), format!("{name}.sha256")] {
        std::fs::remove_file(world.backups().join(file)).expect("remove");
        assert!(world.list().iter().all(Artefact::is_ours));
        assert_eq!(world.list().len(), 1);
    }
    let again = world.make(Kind::Database, day(0)).expect("create");
    assert_eq!(again.manifest.artefact, name);
    std::fs::remove_file(&again.path).expect("remove");
    assert_eq!(clean(&world.backups()).expect("clean").len(), 2);
    world.verify_all();
}
