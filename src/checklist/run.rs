//! Running items: each timed, each failure its own.

use super::Item;
use super::Round;
use super::item::Work;
use super::own;
use super::sign;
use crate::error;
use crate::output::ItemReport;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use jiff::SignedDuration;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::time::Instant;

/// Runs the items in order and returns what each found.
pub fn run(items: &[&'static Item], round: &mut Round<'_>) -> Vec<ItemReport> {
    round.progress.start("checking", items.len() as u64);
    let reports = items
        .iter()
        .map(|item: &&'static Item| {
            let begin = Instant::now();
            let check = catch_unwind(AssertUnwindSafe(|| item.work(round)));
            let check = match check {
                Ok(Ok(check)) => check,
                Ok(Err(error)) => failed(item, &error),
                Err(_) => failed(item, &anyhow::anyhow!("the check crashed; its message is on stderr")),
            };
            round.progress.advance(1);
            ItemReport {
                id: item.id,
                title: item.title,
                line: item.line,
                duration: SignedDuration::try_from(begin.elapsed()).unwrap_or(SignedDuration::MAX),
                findings: check.findings,
                metrics: check.metrics,
            }
        })
        .collect();
    round.progress.finish();
    reports
}

impl Item {
    fn work(&'static self, round: &mut Round<'_>) -> anyhow::Result<Check> {
        match self.work {
            Work::Check(check) => check(round),
            Work::Sign => sign::check(self, round),
            Work::Command(own) => own::check(own),
        }
    }
}

fn failed(item: &Item, problem: &anyhow::Error) -> Check {
    let finding = Finding::unknown(
        &kinds::CHECK_FAILED,
        item.id,
        format!("could not be checked: {}", error::one_line(problem)),
    );
    let hints = error::hints(problem);
    finding
        .remedy(*hints.first().unwrap_or(&"see where the setting comes from: sitekeep config show --origin"))
        .into()
}

#[cfg(test)]
mod tests {
    use super::super::Period;
    use super::*;
    use crate::config::Config;
    use crate::progress::Silent;
    use crate::status::Status;

    const fn item(id: &'static str, check: fn(&mut Round<'_>) -> anyhow::Result<Check>) -> Item {
        Item::new(Period::Daily, id, "", "", check)
    }

    static FAILS: Item = item("a.fails", |_| Err(anyhow::anyhow!("no way in")));
    static CRASHES: Item = item("a.crashes", |_| panic!("planted"));
    static LOOKS_AT_NOTHING: Item = item("a.idle", |_| Ok(Check::default()));
    static WORKS: Item = item("a.works", |_| Ok(Finding::ok(&kinds::PORT, "x", "listens").into()));

    #[test]
    fn what_cannot_run_is_unknown_and_the_rest_still_runs() {
        let config = Config::default();
        let mut round = Round::new(&config, None, jiff::Timestamp::UNIX_EPOCH, &Silent);
        let reports = run(&[&FAILS, &CRASHES, &LOOKS_AT_NOTHING, &WORKS], &mut round);
        let statuses: Vec<_> = reports.iter().map(ItemReport::status).collect();
        assert_eq!(statuses, [Status::Unknown, Status::Unknown, Status::Unknown, Status::Ok]);
        assert_eq!(reports[0].findings[0].message, "could not be checked: no way in");
    }
}
