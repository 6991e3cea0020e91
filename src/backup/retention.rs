//! Which artefacts are kept, and why: decided per kind from names and times alone, so that it can be shown first.

use super::Artefact;
use super::Kind;
use crate::config::RetentionConfig;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt;

/// Distance between artefacts beyond which the clock is thought to have jumped.
const JUMP_DAYS: i64 = 400;

/// Why an artefact is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    Newest,
    LastVerified,
    LastDrilled,
    /// One of the last so many; which, from 1.
    Last(u32),
    /// The newest of its day, week (ISO), month or year.
    Daily(String),
    Weekly(String),
    Monthly(String),
    Yearly(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newest => formatter.write_str("newest"),
            Self::LastVerified => formatter.write_str("last verified"),
            Self::LastDrilled => formatter.write_str("last restored in a drill"),
            Self::Last(position) => write!(formatter, "last {position}"),
            Self::Daily(day) => write!(formatter, "day {day}"),
            Self::Weekly(week) => write!(formatter, "week {week}"),
            Self::Monthly(month) => write!(formatter, "month {month}"),
            Self::Yearly(year) => write!(formatter, "year {year}"),
        }
    }
}

/// Names that survive whatever the rules say.
#[derive(Debug, Clone, Copy, Default)]
pub struct Protected<'a> {
    pub last_verified: Option<&'a str>,
    pub last_drilled: Option<&'a str>,
}

/// What to keep and what to remove of one kind; newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Plan {
    pub keep: Vec<(String, Vec<Reason>)>,
    pub remove: Vec<String>,
    /// Why somebody must agree first.
    pub needs_confirmation: Option<String>,
}

/// Plans the rotation of one kind. Artefacts of other kinds, of others' making, or in doubt are not in the plan.
pub fn plan(
    artefacts: &[Artefact],
    kind: Kind,
    policy: RetentionConfig,
    now: Timestamp,
    zone: &TimeZone,
    protected: Protected<'_>,
) -> Plan {
    let mut ours: Vec<&Artefact> =
        artefacts.iter().filter(|artefact| artefact.kind == kind && artefact.is_ours()).collect();
    ours.sort_by(|one, other| (other.created_at, &other.name).cmp(&(one.created_at, &one.name)));
    let mut plan = Plan::default();
    let mut periods = [
        Period::new(policy.daily, |date| date.to_string(), Reason::Daily),
        Period::new(policy.weekly, week, Reason::Weekly),
        Period::new(policy.monthly, |date| date.strftime("%Y-%m").to_string(), Reason::Monthly),
        Period::new(policy.yearly, |date| date.strftime("%Y").to_string(), Reason::Yearly),
    ];
    for (position, artefact) in ours.iter().enumerate() {
        let position = u32::try_from(position).unwrap_or(u32::MAX);
        let is = |name: Option<&str>| name == Some(artefact.name.as_str());
        let mut reasons = Vec::new();
        reasons.extend((position == 0).then_some(Reason::Newest));
        reasons.extend(is(protected.last_verified).then_some(Reason::LastVerified));
        reasons.extend(is(protected.last_drilled).then_some(Reason::LastDrilled));
        reasons.extend((position < policy.last).then(|| Reason::Last(position + 1)));
        let date = zone.to_datetime(artefact.created_at).date();
        reasons.extend(periods.iter_mut().filter_map(|period| period.claim(date)));
        if reasons.is_empty() {
            plan.remove.push(artefact.name.clone());
        } else {
            plan.keep.push((artefact.name.clone(), reasons));
        }
    }
    if !plan.remove.is_empty() {
        plan.needs_confirmation = doubt(&ours, plan.remove.len(), now);
    }
    plan
}

/// What makes a plan look like an accident.
fn doubt(ours: &[&Artefact], removed: usize, now: Timestamp) -> Option<String> {
    let newest = ours.first()?;
    let far =
        |later: Timestamp, earlier: Timestamp| later.duration_since(earlier).as_hours() > JUMP_DAYS * 24;
    if now < newest.created_at {
        return Some(format!("{} is from the future: is the clock right?", newest.name));
    }
    if far(now, newest.created_at) || ours.get(1).is_some_and(|next| far(newest.created_at, next.created_at))
    {
        return Some(format!("more than {JUMP_DAYS} days lie between backups: is the clock right?"));
    }
    (removed * 2 > ours.len()).then(|| format!("{removed} of {} backups would be removed", ours.len()))
}

/// One rule: the newest of each of the last so many stretches of time that have an artefact.
struct Period {
    left: u32,
    label: fn(Date) -> String,
    reason: fn(String) -> Reason,
    seen: BTreeSet<String>,
}

impl Period {
    fn new(count: u32, label: fn(Date) -> String, reason: fn(String) -> Reason) -> Self {
        Self { left: count, label, reason, seen: BTreeSet::new() }
    }

    fn claim(&mut self, date: Date) -> Option<Reason> {
        let label = (self.label)(date);
        if self.left == 0 || !self.seen.insert(label.clone()) {
            return None;
        }
        self.left -= 1;
        Some((self.reason)(label))
    }
}

fn week(date: Date) -> String {
    let week = date.iso_week_date();
    format!("{}-W{:02}", week.year(), week.week())
}
