//! The judgement of a kind, from made-up evidence.

use super::*;
use crate::backup::evidence::Record;
use crate::backup::safety;
use crate::config::StatusConfig;
use crate::state::Damage;
use crate::state::Drill;
use crate::status::Status;

const MEGABYTE: u64 = 1_000_000;

fn artefact(kind: Kind, at: i64, size: u64, standing: Standing) -> Artefact {
    let name = Name::new(kind, Some("sqlite3"), day(at), &TimeZone::UTC).to_string();
    Artefact {
        path: PathBuf::from("/b").join(&name),
        name,
        kind,
        created_at: day(at),
        size,
        standing,
        summary: None,
    }
}

fn ours(kind: Kind, at: i64) -> Artefact {
    artefact(kind, at, MEGABYTE, Standing::Ours)
}

fn drill(of: &Artefact, at: i64, status: Status) -> Drill {
    let (name, kind) = (of.name.clone(), of.kind.word().to_owned());
    Drill { name, at: day(at), kind, status, message: "IMAGE: gone".to_owned(), seconds: 1.0 }
}

/// Evidence of a site whose one full backup of day 0 was drilled that day.
fn evidence(artefacts: Vec<Artefact>) -> Evidence {
    let drills = vec![drill(&ours(Kind::Full, 0), 0, Status::Ok)];
    Evidence { site: "niasotac".to_owned(), artefacts, record: Some(Record { drills, ..Record::default() }) }
}

fn judged(kind: Kind, evidence: &Evidence, now: i64) -> Verdict {
    safety::judge(kind, evidence, &StatusConfig::default(), day(now))
}

fn status(kind: Kind, evidence: &Evidence, now: i64) -> Status {
    judged(kind, evidence, now).check.status()
}

/// The one finding of an identifier that is not OK.
#[track_caller]
fn trouble(verdict: &Verdict, id: &str) -> (Status, String) {
    let found: Vec<_> = verdict
        .check
        .findings
        .iter()
        .filter(|finding| finding.id == id && finding.status != Status::Ok)
        .collect();
    assert_eq!(found.len(), 1, "{id} in {:?}", verdict.check.findings);
    (found[0].status, format!("{}: {}", found[0].subject, found[0].message))
}

#[test]
fn a_week_without_a_backup_is_a_warning_and_two_are_critical() {
    let known = evidence(vec![ours(Kind::Database, 0)]);
    assert_eq!(status(Kind::Database, &known, 7), Status::Ok);
    assert_eq!(status(Kind::Database, &known, 8), Status::Warning);
    assert_eq!(status(Kind::Database, &known, 15), Status::Critical);
    let full = evidence(vec![ours(Kind::Full, 0)]);
    assert_eq!(status(Kind::Full, &full, 31), Status::Ok);
    assert_eq!(trouble(&judged(Kind::Full, &full, 63), "BACKUP-006").0, Status::Critical);
}

#[test]
fn a_full_backup_counts_for_its_parts_and_they_not_for_it() {
    let known = evidence(vec![ours(Kind::Database, 0), ours(Kind::Full, 9)]);
    let database = judged(Kind::Database, &known, 10);
    assert_eq!(database.check.status(), Status::Ok);
    assert_eq!((database.copies, database.full_copies), (1, 1));
    let parts = evidence(vec![ours(Kind::Database, 9), ours(Kind::Media, 9)]);
    assert_eq!(trouble(&judged(Kind::Full, &parts, 10), "BACKUP-006").0, Status::Critical);
    let unwanted = StatusConfig { full_warning_days: 0, ..StatusConfig::default() };
    assert_eq!(safety::judge(Kind::Full, &parts, &unwanted, day(10)).check.status(), Status::Ok);
}

#[test]
fn a_backup_from_the_future_tells_no_age() {
    let known = evidence(vec![ours(Kind::Full, 9)]);
    assert_eq!(trouble(&judged(Kind::Full, &known, 8), "BACKUP-006").0, Status::Unknown);
}

#[test]
fn what_the_guides_scripts_made_is_told_and_does_not_count() {
    let known = evidence(vec![artefact(Kind::Media, 9, MEGABYTE, Standing::Foreign)]);
    let verdict = judged(Kind::Media, &known, 10);
    assert_eq!(trouble(&verdict, "BACKUP-006").0, Status::Critical);
    let told = verdict.check.findings.iter().find(|finding| finding.id == "BACKUP-010").expect("told");
    assert!(told.message.starts_with("1 file without a manifest"), "{}", told.message);
}

#[test]
fn h3_an_archive_of_26_bytes_screams_while_it_is_the_newest() {
    let hollow = |at| artefact(Kind::Database, at, 26, Standing::Foreign);
    let known = evidence(vec![ours(Kind::Database, 8), hollow(9)]);
    let (status, told) = trouble(&judged(Kind::Database, &known, 9), "BACKUP-007");
    assert!(status == Status::Critical && told.contains("26 B"), "{told}");
    let known = evidence(vec![hollow(7), ours(Kind::Database, 8)]);
    assert_eq!(trouble(&judged(Kind::Database, &known, 9), "BACKUP-007").0, Status::Warning);
}

#[test]
fn less_than_half_of_the_usual_size_is_a_warning() {
    let mut all: Vec<Artefact> = (0..6).map(|at| ours(Kind::Database, at)).collect();
    // The middle counts, not the mean.
    all[0].size = 900 * MEGABYTE;
    all[5].size = MEGABYTE / 2;
    assert_eq!(status(Kind::Database, &evidence(all.clone()), 6), Status::Ok);
    all[5].size -= 1;
    assert_eq!(trouble(&judged(Kind::Database, &evidence(all), 6), "BACKUP-007").0, Status::Warning);
    assert_eq!(status(Kind::Database, &evidence(vec![ours(Kind::Database, 0)]), 1), Status::Ok);
}

#[test]
fn a_damaged_backup_is_no_copy_and_critical_until_another_is_verified() {
    let (first, second) = (ours(Kind::Full, 0), ours(Kind::Full, 1));
    let mut known = evidence(vec![first.clone(), second.clone()]);
    let record = known.record.as_mut().expect("a record");
    record.damaged.insert(second.name.clone(), Damage { at: day(2), message: "wrong SHA-256".to_owned() });
    record.verified.insert(first.name.clone(), day(2));
    let verdict = judged(Kind::Full, &known, 3);
    assert_eq!(trouble(&verdict, "BACKUP-008").0, Status::Critical);
    assert_eq!((verdict.copies, verdict.newest.expect("one").name), (1, first.name.clone()));
    known.record.as_mut().expect("a record").verified.insert(first.name, day(3));
    assert_eq!(trouble(&judged(Kind::Full, &known, 4), "BACKUP-008").0, Status::Warning);
}

#[test]
fn a_doubtful_backup_does_not_count_and_one_whose_manifest_cannot_be_read_is_unknown() {
    let doubtful = artefact(Kind::Full, 1, MEGABYTE, Standing::Doubtful("permission denied".to_owned()));
    let known = evidence(vec![ours(Kind::Full, 0), doubtful]);
    let verdict = judged(Kind::Full, &known, 2);
    assert_eq!((trouble(&verdict, "BACKUP-008").0, verdict.copies), (Status::Unknown, 1));
}

#[test]
fn a_drill_is_due_every_month_and_a_full_one_counts_for_all() {
    let all = || vec![ours(Kind::Database, 30), ours(Kind::Full, 30)];
    assert_eq!(status(Kind::Database, &evidence(all()), 31), Status::Ok);
    assert_eq!(trouble(&judged(Kind::Database, &evidence(all()), 32), "BACKUP-009").0, Status::Warning);
    let mut never = evidence(all());
    never.record =
        Some(Record { drills: vec![drill(&ours(Kind::Database, 0), 31, Status::Ok)], ..Record::default() });
    assert_eq!(status(Kind::Database, &never, 32), Status::Ok);
    assert!(trouble(&judged(Kind::Full, &never, 32), "BACKUP-009").1.contains("never drilled"));
    never.record = None;
    assert_eq!(trouble(&judged(Kind::Full, &never, 32), "BACKUP-009").0, Status::Unknown);
}

#[test]
fn a_failed_drill_is_critical_until_one_passes() {
    let full = ours(Kind::Full, 0);
    let mut known = evidence(vec![full.clone()]);
    let drills = |known: &mut Evidence, more| known.record.as_mut().expect("a record").drills.push(more);
    drills(&mut known, drill(&full, 1, Status::Critical));
    let (found, told) = trouble(&judged(Kind::Full, &known, 2), "BACKUP-009");
    assert!(found == Status::Critical && told.contains("IMAGE: gone"), "{told}");
    assert_eq!(status(Kind::Database, &known, 2), Status::Ok, "it is told of the full one");
    drills(&mut known, drill(&full, 2, Status::Warning));
    assert_eq!(status(Kind::Full, &known, 3), Status::Ok);
}
