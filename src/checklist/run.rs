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
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::time::Instant;

const AGAIN: &str = "do what is left: sitekeep checklist run --due";

/// What a run came to.
pub struct Ran {
    /// What each item found; one that was not begun any more is UNKNOWN.
    pub reports: Vec<ItemReport>,
    /// Why the run was given up, where it was.
    pub stopped: Option<anyhow::Error>,
}

/// Runs the items in order, until all are done or somebody asks to stop.
pub fn run(items: &[&'static Item], round: &mut Round<'_>) -> Ran {
    round.progress.start("checking", items.len() as u64);
    let mut stopped = None;
    let reports = items
        .iter()
        .map(|item: &&'static Item| {
            let begin = Instant::now();
            if stopped.is_none() {
                stopped = round.progress.go_on().err();
            }
            let check = match &stopped {
                None => catch_unwind(AssertUnwindSafe(|| item.work(round))),
                Some(_) => Ok(Ok(not_begun(item))),
            };
            let check = match check {
                Ok(Ok(check)) => check,
                Ok(Err(error)) if error::is_interruption(&error) => {
                    let check = given_up(item, &error);
                    stopped = Some(error);
                    check
                }
                Ok(Err(error)) => failed(item, &error),
                Err(_) => failed(item, &anyhow::anyhow!("the check crashed; its message is on stderr")),
            };
            round.progress.advance(1);
            ItemReport::timed(item.id, item.title, item.line, begin, check)
        })
        .collect();
    round.progress.finish();
    Ran { reports, stopped }
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

fn not_begun(item: &Item) -> Check {
    let message = "not carried out: the run was stopped before it";
    Finding::unknown(&kinds::CHECK_FAILED, item.id, message).remedy(AGAIN).into()
}

fn given_up(item: &Item, problem: &anyhow::Error) -> Check {
    let message = format!("not carried out: {}", error::one_line(problem));
    Finding::unknown(&kinds::CHECK_FAILED, item.id, message).remedy(AGAIN).into()
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
        let reports = run(&[&FAILS, &CRASHES, &LOOKS_AT_NOTHING, &WORKS], &mut round).reports;
        let statuses: Vec<_> = reports.iter().map(ItemReport::status).collect();
        assert_eq!(statuses, [Status::Unknown, Status::Unknown, Status::Unknown, Status::Ok]);
        assert_eq!(reports[0].findings[0].message, "could not be checked: no way in");
    }
}
