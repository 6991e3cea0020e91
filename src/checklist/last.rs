//! The last daily run as the record has it: how long ago it was, and what it left open.

use super::daily::BACKUPS;
use crate::acknowledge::Acknowledgements;
use crate::state::OpenFinding;
use crate::state::Run;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Limits;
use crate::status::Metric;
use crate::status::Status;
use crate::status::Unit;
use crate::status::kinds;
use crate::system::time;
use crate::units::Age;
use crate::units::count;
use jiff::Timestamp;

/// Findings that are told one by one; of more, the number is.
const MOST_TOLD: usize = 10;

/// Judges the last daily run and repeats what it left open, less the backups, which are judged anew.
pub fn last_daily(
    last: Option<&Run>,
    open: &[OpenFinding],
    acknowledgements: Option<&Acknowledgements>,
    warning_hours: u32,
    now: Timestamp,
) -> Check {
    let Some(run) = last else {
        let message = "no whole daily run is recorded: whether the site works is not known";
        return Finding::unknown(&kinds::STATUS_DAILY, "daily", message)
            .remedy("run it: sitekeep daily; and every day from cron or a systemd timer")
            .into();
    };
    let age = time::age(now, run.finished_at);
    let limits = Limits::Above { warning: Some(f64::from(warning_hours) * 3600.0), critical: None };
    let open: Vec<&OpenFinding> = open.iter().filter(|finding| finding.item != BACKUPS).collect();
    let left = match open.len() {
        0 => "left nothing open".to_owned(),
        number => format!("left {} open", count(number as u64, "finding")),
    };
    let message = format!("ran {} ago, {left}", Age(age));
    let daily = match limits.judge(age.as_secs_f64()) {
        Status::Ok => Finding::ok(&kinds::STATUS_DAILY, "daily", message),
        status => Finding::new(
            &kinds::STATUS_DAILY,
            status,
            "daily",
            format!("{message} (limit: {warning_hours} hours)"),
        )
        .remedy("run it: sitekeep daily; and see why cron or the timer did not"),
    };
    let mut check =
        Check::from(daily.with("run_id", run.id.clone()).with("finished_at", run.finished_at.to_string()));
    let age = age.as_secs_f64().max(0.0);
    check.measure(Metric::new("daily_age_seconds", "", age, Unit::Seconds).limits(limits));
    let mut told: Vec<Finding> = open
        .into_iter()
        .map(|finding| {
            let subject = format!("{} {}", finding.id, finding.subject);
            let mut told = Finding::new(&kinds::STATUS_OPEN, finding.status, subject, &finding.message)
                .with("item", finding.item.clone())
                .with("id", finding.id.clone())
                .with("subject", finding.subject.clone());
            if let Some(acknowledgements) = acknowledgements {
                acknowledgements.mark(&mut told);
            }
            told
        })
        .collect();
    // The sort is stable: those of one status stay in the order of the report.
    told.sort_by_key(|finding| std::cmp::Reverse((finding.counted(), finding.status)));
    let rest = told.split_off(told.len().min(MOST_TOLD));
    for finding in told {
        check.add(finding);
    }
    if let [worst, ..] = rest.as_slice() {
        let message = format!("and {} more", count(rest.len() as u64, "finding"));
        let finding = Finding::new(&kinds::STATUS_OPEN, worst.counted(), "daily", message);
        check.add(finding.remedy("see them all: sitekeep daily"));
    }
    check
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    fn open(number: usize, item: &str, status: Status) -> Vec<OpenFinding> {
        let finding = |position: usize| OpenFinding {
            item: item.to_owned(),
            id: "HEALTH-006".to_owned(),
            status,
            subject: format!("picture {position}"),
            message: "is gone".to_owned(),
        };
        (0..number).map(finding).collect()
    }

    fn judged(hours: i64, open: &[OpenFinding]) -> Check {
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1000);
        let at = now - SignedDuration::from_hours(hours);
        let run = Run {
            id: "a".to_owned(),
            command: "daily".to_owned(),
            started_at: at,
            finished_at: at,
            status: Status::Ok,
            partial: false,
        };
        last_daily(Some(&run), open, None, 26, now)
    }

    #[test]
    fn a_run_that_never_was_is_unknown_and_an_old_one_a_warning() {
        let never = last_daily(None, &[], None, 26, Timestamp::UNIX_EPOCH);
        assert_eq!(never.status(), Status::Unknown);
        assert_eq!(judged(25, &[]).status(), Status::Ok);
        assert_eq!(judged(26, &[]).status(), Status::Warning);
    }

    #[test]
    fn what_is_open_comes_worst_first_and_what_is_too_much_is_counted() {
        let mut found = open(9, "health.pages", Status::Warning);
        found.extend(open(2, "health.pages", Status::Critical));
        found.extend(open(5, BACKUPS, Status::Critical));
        let check = judged(1, &found);
        let statuses: Vec<_> = check.findings.iter().map(|finding| finding.status).collect();
        assert_eq!(statuses[..4], [Status::Ok, Status::Critical, Status::Critical, Status::Warning]);
        assert_eq!(check.findings.len(), 1 + MOST_TOLD + 1);
        assert!(check.findings[0].message.contains("11 findings"), "{:?}", check.findings[0]);
        assert!(check.findings[11].message.contains("and 1 finding more"), "{:?}", check.findings[11]);
    }
}
