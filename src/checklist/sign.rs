//! Items that a person does: whether somebody has signed for them.

use super::Due;
use super::Item;
use super::Round;
use super::Standing;
use super::standings;
use crate::state::Manner;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Judges an item in its round: what is due wants doing now.
pub(super) fn check(item: &'static Item, round: &mut Round<'_>) -> Result<Check> {
    let (config, now) = (&round.config.checklist, round.now);
    let zone = round.config.time_zone();
    let Some(state) = round.state.as_deref() else {
        let message = "sitekeep's record cannot be read: whether somebody signed is not known";
        return Ok(Finding::unknown(&kinds::CHECKLIST_SIGNED, item.id, message)
            .remedy("see the finding on sitekeep's record (STATE-001)")
            .into());
    };
    let mut check = Check::default();
    for standing in standings(std::iter::once(item), state, config, &zone, now)? {
        check.add(finding(&standing, &zone));
    }
    Ok(check)
}

/// What is to be said of an item that a person does.
pub(super) fn finding(standing: &Standing, zone: &TimeZone) -> Finding {
    let (kind, id) = (&kinds::CHECKLIST_SIGNED, standing.item.id);
    let signed = match &standing.last {
        None => "nobody has signed for it yet".to_owned(),
        Some(done) => match &done.manner {
            Manner::Signed { by, .. } => format!("signed by {by} on {}", day(done.at, zone)),
            Manner::Ran { .. } => format!("done on {}", day(done.at, zone)),
        },
    };
    let (status, message) = match standing.due {
        Due::Not => (Status::Ok, format!("{signed}; due again on {}", day(standing.due_at, zone))),
        due => (Status::Warning, format!("{signed}; {} since {}", due.word(), day(standing.due_at, zone))),
    };
    let finding = Finding::new(kind, status, id, message).with("due_at", standing.due_at.to_string());
    match status {
        Status::Ok => finding,
        _ => finding.remedy(format!(
            "do it, then sign: sitekeep checklist sign {id} --by NAME --note \"what was done\""
        )),
    }
}

/// The day of a time, where the site is.
pub(super) fn day(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d").to_string()
}
