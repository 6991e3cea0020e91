//! Whether the backups of a kind would save the site: their age, size, number, and what was found when they were tried.
//!
//! A full backup holds the database and the media too, so it counts for both. What sitekeep did not make is told, and
//! counts for nothing: nobody has read it back.

use super::Artefact;
use super::Evidence;
use super::Kind;
use super::Problem;
use super::Standing;
use super::evidence::is_hollow;
use crate::config::StatusConfig;
use crate::state::Drill;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Limits;
use crate::status::Metric;
use crate::status::Status;
use crate::status::Unit;
use crate::status::kinds;
use crate::system::time;
use crate::units::Age;
use crate::units::ByteSize;
use crate::units::count;
use jiff::SignedDuration;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// A clock may be set by less than this between a backup and a look at it.
const CLOCK_DRIFT: SignedDuration = SignedDuration::from_mins(10);

/// What is said of one kind.
#[derive(Debug, Clone)]
pub struct Verdict {
    pub kind: Kind,
    /// The newest sound backup that holds what this kind does.
    pub newest: Option<Newest>,
    /// Sound backups of this kind, and full ones that hold it too.
    pub copies: usize,
    pub full_copies: usize,
    pub verified: Option<Timestamp>,
    pub drilled: Option<Timestamp>,
    pub check: Check,
}

/// The newest sound backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newest {
    pub name: String,
    pub created_at: Timestamp,
    pub size: u64,
}

/// Judges one kind.
pub(super) fn judge(kind: Kind, evidence: &Evidence, limits: &StatusConfig, now: Timestamp) -> Verdict {
    let good: Vec<&Artefact> = evidence.good(kind).collect();
    let own = good.iter().filter(|artefact| artefact.kind == kind).count();
    let newest = good.last().map(|artefact| Newest {
        name: artefact.name.clone(),
        created_at: artefact.created_at,
        size: artefact.size,
    });
    let mut verdict = Verdict {
        kind,
        newest,
        copies: own,
        full_copies: good.len() - own,
        verified: good.iter().filter_map(|artefact| evidence.verified(artefact)).max(),
        drilled: last_drill(kind, evidence, Drill::passed).map(|drill| drill.at),
        check: Check::default(),
    };
    let check = &mut verdict.check;
    let (warning_days, critical_days) = days(kind, limits);
    if warning_days == 0 && good.is_empty() {
        let message = format!("none is wanted ([status] {kind}_warning_days is 0)");
        check.add(Finding::ok(&kinds::BACKUP_AGE, kind.word(), message));
    } else {
        judge_age(kind, &good, evidence, (warning_days, critical_days), now, check);
    }
    judge_size(kind, &good, evidence, check);
    judge_content(kind, &good, check);
    judge_soundness(kind, evidence, now, check);
    if !good.is_empty() && limits.drill_warning_days > 0 {
        judge_drills(kind, evidence, limits.drill_warning_days, now, check);
    }
    tell_foreign(kind, evidence, now, check);
    tell_strangers(kind, evidence, check);
    check.measure(Metric::new("backup_copies", kind.word(), float(good.len()), Unit::Count));
    for (name, at) in
        [("backup_verified_age_seconds", verdict.verified), ("backup_drilled_age_seconds", verdict.drilled)]
    {
        if let Some(at) = at {
            let age = time::age(now, at).as_secs_f64();
            check.measure(Metric::new(name, kind.word(), age, Unit::Seconds));
        }
    }
    verdict
}

fn days(kind: Kind, limits: &StatusConfig) -> (u32, u32) {
    match kind {
        Kind::Database => (limits.database_warning_days, limits.database_critical_days),
        Kind::Media => (limits.media_warning_days, limits.media_critical_days),
        Kind::Full => (limits.full_warning_days, limits.full_critical_days),
    }
}

fn remedy(kind: Kind) -> String {
    format!("make one now: sitekeep backup {kind}")
}

fn judge_age(
    kind: Kind,
    good: &[&Artefact],
    evidence: &Evidence,
    (warning_days, critical_days): (u32, u32),
    now: Timestamp,
    check: &mut Check,
) {
    let found = &kinds::BACKUP_AGE;
    let Some(newest) = good.last() else {
        let others = evidence.of(kind).count() as u64;
        let message = match others {
            0 => "there is no backup".to_owned(),
            _ => format!(
                "no backup counts: {} of this kind, not sound, or not sitekeep's own of this site",
                count(others, "file")
            ),
        };
        check.add(Finding::critical(found, kind.word(), message).with("copies", 0).remedy(remedy(kind)));
        return;
    };
    let age = time::age(now, newest.created_at);
    let subject = kind.word();
    if age < -CLOCK_DRIFT {
        let message = format!("{} is from the future: its age cannot be told", newest.name);
        check.add(
            Finding::unknown(found, subject, message)
                .remedy("set the clock right (timedatectl), then make a new backup"),
        );
        return;
    }
    let seconds = |days: u32| (days > 0).then_some(f64::from(days) * 86400.0);
    let limits = Limits::Above { warning: seconds(warning_days), critical: seconds(critical_days) };
    let status = limits.judge(age.as_secs_f64());
    let written: BTreeSet<_> =
        good.iter().filter_map(|artefact| Some(artefact.summary.as_ref()?.written_at)).collect();
    let copies = copies(good.len(), written.len());
    let message = format!("{} is {} old, {}; {copies}", newest.name, Age(age), ByteSize(newest.size));
    let mut finding = Finding::new(found, status, subject, message)
        .with("newest", newest.name.clone())
        .with("created_at", newest.created_at.to_string())
        .with("bytes", newest.size)
        .with("copies", good.len())
        .with("copies_of_their_own", written.len());
    if status != Status::Ok {
        let limit = if status == Status::Critical { critical_days } else { warning_days };
        finding.message = format!("{} (limit: {limit} days)", finding.message);
        finding = finding.remedy(format!("{}, and see why none was made on time", remedy(kind)));
    }
    check.add(finding);
    let age = age.as_secs_f64().max(0.0);
    check.measure(Metric::new("backup_age_seconds", subject, age, Unit::Seconds).limits(limits));
}

/// `15 copies, 12 of them linked`: copies that share their bytes go bad together.
fn copies(all: usize, distinct: usize) -> String {
    let text = if all == 1 { "1 copy".to_owned() } else { format!("{all} copies") };
    if distinct < all { format!("{text}, {} of them linked to another", all - distinct) } else { text }
}

fn judge_size(kind: Kind, good: &[&Artefact], evidence: &Evidence, check: &mut Check) {
    let found = &kinds::BACKUP_SIZE;
    let hollow: Vec<&Artefact> = evidence.of(kind).filter(|artefact| is_hollow(artefact)).collect();
    if let Some(newest) = evidence.of(kind).next_back().filter(|artefact| is_hollow(artefact)) {
        let message = format!("the newest has {} and holds nothing", ByteSize(newest.size));
        check.add(Finding::critical(found, &newest.name, message).with("bytes", newest.size).remedy(
            format!(
                "{}; then take away what makes such files (crontab -l, systemctl list-timers)",
                remedy(kind)
            ),
        ));
    } else if let Some(last) = hollow.last() {
        let message = format!("{} of this kind hold nothing, the last is {}", hollow.len(), last.name);
        check.add(Finding::warning(found, kind.word(), message).remedy("move them away: they save nothing"));
    }
    let mut own = good.iter().filter(|artefact| artefact.kind == kind);
    let Some(newest) = own.next_back() else { return };
    check.measure(Metric::new("backup_bytes", kind.word(), ByteSize(newest.size).as_f64(), Unit::Bytes));
    let Some(median) = median(own.map(|artefact| artefact.size).collect()) else { return };
    let finding = if newest.size < median / 2 {
        let message = format!(
            "the newest has {}, less than half of what the others have ({} in the middle)",
            ByteSize(newest.size),
            ByteSize(median)
        );
        Finding::warning(found, &newest.name, message)
            .remedy("see what is gone from the site before the rotation takes the larger ones")
    } else {
        let message =
            format!("{}, the others have {} in the middle", ByteSize(newest.size), ByteSize(median));
        Finding::ok(found, &newest.name, message)
    };
    check.add(finding.with("bytes", newest.size).with("median_bytes", median));
}

/// The middle one; of an even number, the lower.
fn median(mut sizes: Vec<u64>) -> Option<u64> {
    sizes.sort_unstable();
    sizes.get(sizes.len().checked_sub(1)? / 2).copied()
}

/// What the newest could not take when it was made.
fn judge_content(kind: Kind, good: &[&Artefact], check: &mut Check) {
    let Some(newest) = good.iter().rfind(|artefact| artefact.kind == kind) else { return };
    let Some(summary) = &newest.summary else { return };
    let lost: Vec<&Problem> = summary.problems.iter().filter(|problem| problem.kind.is_loss()).collect();
    let Some(first) = lost.first() else { return };
    let number = count(lost.len() as u64, "part");
    let message =
        format!("the newest does not hold {number} of the site as it is: {}: {}", first.path, first.detail);
    check.add(
        Finding::warning(&kinds::BACKUP_CONTENT, &newest.name, message)
            .with("lacking", lost.len())
            .remedy("let the user that makes backups read it, or take it out of the configuration; then make a new one"),
    );
}

/// What is known to be damaged, and what cannot be known.
fn judge_soundness(kind: Kind, evidence: &Evidence, now: Timestamp, check: &mut Check) {
    let found = &kinds::BACKUP_DAMAGED;
    let newest = evidence.of(kind).next_back().map(|artefact| &artefact.name);
    let last_verified = evidence.of(kind).filter_map(|artefact| evidence.verified(artefact)).max();
    for artefact in evidence.of(kind).filter(|artefact| !is_hollow(artefact)) {
        if let Some(damage) = evidence.damage(artefact) {
            // Until another one is verified, the last that is known of the kind is damage.
            let status = if Some(damage.at) >= last_verified { Status::Critical } else { Status::Warning };
            let message = format!("found damaged {} ago: {}", Age(time::age(now, damage.at)), damage.message);
            check.add(Finding::new(found, status, &artefact.name, message).remedy(format!(
                "make a new backup and read it through (sitekeep backup {kind}; sitekeep backup verify), and move this one away"
            )));
        } else if let Standing::Doubtful(why) = &artefact.standing {
            let status = match &artefact.summary {
                None => Status::Unknown,
                Some(_) if Some(&artefact.name) == newest => Status::Critical,
                Some(_) => Status::Warning,
            };
            check.add(
                Finding::new(found, status, &artefact.name, format!("does not count: {why}"))
                    .remedy(format!("read it through: sitekeep backup verify {}", artefact.name)),
            );
        }
    }
}

/// The last drill that says something of a kind, of those that `wanted` takes.
fn last_drill(kind: Kind, evidence: &Evidence, wanted: impl Fn(&Drill) -> bool) -> Option<&Drill> {
    let holds = |drill: &Drill| {
        Kind::ALL.into_iter().any(|drilled| drilled.word() == drill.kind && drilled.holds(kind))
    };
    evidence.record.as_ref()?.drills.iter().rfind(|drill| holds(drill) && wanted(drill))
}

fn judge_drills(kind: Kind, evidence: &Evidence, warning_days: u32, now: Timestamp, check: &mut Check) {
    let found = &kinds::BACKUP_DRILLED;
    let subject = kind.word();
    let remedy = "drill one: sitekeep backup drill";
    if evidence.record.is_none() {
        let message = "sitekeep's record cannot be read: nothing is known of drills";
        check.add(
            Finding::unknown(found, subject, message)
                .remedy("see the finding on sitekeep's record (STATE-001)"),
        );
        return;
    }
    let passed = last_drill(kind, evidence, Drill::passed);
    // That of another kind is told there.
    let failed = last_drill(kind, evidence, |drill| !drill.passed() && drill.kind == kind.word());
    if let Some(failed) = failed.filter(|failed| passed.is_none_or(|passed| passed.at < failed.at)) {
        let ago = Age(time::age(now, failed.at));
        let message = format!("the last drill failed {ago} ago, of {}: {}", failed.name, failed.message);
        check.add(
            Finding::critical(found, subject, message).with("drilled_at", failed.at.to_string()).remedy(
                format!(
                    "see why: sitekeep backup drill {}; then make a new backup and drill that",
                    failed.name
                ),
            ),
        );
        return;
    }
    let Some(passed) = passed else {
        check.add(Finding::warning(found, subject, "never drilled").remedy(remedy));
        return;
    };
    let age = time::age(now, passed.at);
    let message = format!("drilled {} ago: {}", Age(age), passed.name);
    let finding = if age.as_secs_f64() >= f64::from(warning_days) * 86400.0 {
        Finding::warning(found, subject, format!("{message} (limit: {warning_days} days)")).remedy(remedy)
    } else {
        Finding::ok(found, subject, message)
    };
    check.add(finding.with("drilled_at", passed.at.to_string()));
}

/// The guide's scripts, or somebody else, made these.
fn tell_foreign(kind: Kind, evidence: &Evidence, now: Timestamp, check: &mut Check) {
    let foreign = || evidence.of(kind).filter(|artefact| artefact.standing == Standing::Foreign);
    let Some(newest) = foreign().next_back() else { return };
    let bytes: u64 = foreign().map(|artefact| artefact.size).sum();
    let message = format!(
        "{} without a manifest, {}: not made by sitekeep, and not counted; the newest is {}, {} old",
        count(foreign().count() as u64, "file"),
        ByteSize(bytes),
        newest.name,
        Age(time::age(now, newest.created_at))
    );
    check.add(
        Finding::ok(&kinds::BACKUP_FOREIGN, kind.word(), message)
            .with("files", foreign().count())
            .with("bytes", bytes),
    );
}

/// Two sites in one folder: the rotation of either would take the other's.
fn tell_strangers(kind: Kind, evidence: &Evidence, check: &mut Check) {
    let mut strangers = evidence.of(kind).filter_map(|artefact| evidence.stranger(artefact));
    let Some(site) = strangers.next() else { return };
    let message =
        format!("{} of another site ({site}), not counted", count(1 + strangers.count() as u64, "backup"));
    check.add(
        Finding::warning(&kinds::BACKUP_FOREIGN, kind.word(), message)
            .remedy("give each site a folder of its own: [backup] folder; the rotation takes them for one"),
    );
}

#[expect(clippy::cast_precision_loss, reason = "a number of files")]
fn float(number: usize) -> f64 {
    number as f64
}
