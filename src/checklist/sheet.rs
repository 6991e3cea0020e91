//! The guide's lists, line by line, with how the items of each line stand.

use super::Due;
use super::Item;
use super::Period;
use super::Standing;
use crate::state::Manner;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt::Write as _;

/// The list of one period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    pub period: Period,
    pub lines: Vec<Line>,
}

/// One line of the guide's list, and the items that it comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// As the guide has it.
    pub title: &'static str,
    pub standings: Vec<Standing>,
}

impl Line {
    /// Whether each item was done within its period.
    pub fn is_done(&self) -> bool {
        self.standings.iter().all(|standing| standing.due == Due::Not)
    }
}

/// The lists of items in the guide's order; periods without items are left out.
pub fn sheets(standings: Vec<Standing>) -> Vec<Sheet> {
    let mut sheets: Vec<Sheet> = Vec::new();
    for standing in standings {
        let (period, line) = (standing.item.period, standing.item.line);
        let place = sheets.iter().position(|sheet| sheet.period == period).unwrap_or_else(|| {
            sheets.push(Sheet { period, lines: Vec::new() });
            sheets.len() - 1
        });
        let lines = &mut sheets[place].lines;
        match lines.iter_mut().find(|known| known.title == line) {
            Some(known) => known.standings.push(standing),
            None => lines.push(Line { title: line, standings: vec![standing] }),
        }
    }
    sheets
}

/// How an item stands, in words.
pub fn told(standing: &Standing, zone: &TimeZone) -> String {
    let time = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    let mut text = match &standing.last {
        None if standing.item.is_signed() => "never signed".to_owned(),
        None => "never done".to_owned(),
        Some(done) => match &done.manner {
            Manner::Ran { status, .. } => format!("done {} ({status})", time(done.at)),
            Manner::Signed { by, note } if note.is_empty() => format!("signed {} by {by}", time(done.at)),
            Manner::Signed { by, note } => format!("signed {} by {by} ({note})", time(done.at)),
        },
    };
    if let Some(failed) = standing.failed {
        // Writing to a string cannot fail.
        let _ = write!(text, ", could not be carried out {}", time(failed));
    }
    text.push_str(match standing.due {
        Due::Not | Due::Due => "; due ",
        Due::Overdue => "; overdue since ",
    });
    text + &time(standing.due_at)
}

impl Item {
    /// When it is due again after it was done.
    pub fn due_after(&self, at: Timestamp, zone: &TimeZone) -> Timestamp {
        self.period.after(at, zone)
    }
}
