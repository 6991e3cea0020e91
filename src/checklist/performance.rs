//! The items of the review of the site's speed (guide: Trimestrielle, Revue performances).

#![expect(clippy::unnecessary_wraps, reason = "all items have one shape")]

use super::Item;
use super::Period;
use super::Round;
use crate::error::one_line;
use crate::logs;
use crate::performance;
use crate::state::Point;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use anyhow::Context;
use anyhow::Result;
use jiff::SignedDuration;
use std::time::Duration;

pub(super) const LINE: &str = "Revue performances";

/// How far back the access logs are read: 30 days.
const LOGS_SINCE: Duration = Duration::from_hours(24 * 30);

/// How far back growth is read: 180 days.
const GROWTH_SINCE: SignedDuration = SignedDuration::from_hours(24 * 180);

/// What is recorded of the pages' times: metric, subject, and what it is.
const TIMES: [(&str, &str, &str); 3] = [
    ("page_seconds", "home", "home page"),
    ("request_seconds", "p50", "half of the requests"),
    ("request_seconds", "p95", "95 in 100 requests"),
];

pub(super) const ITEMS: [Item; 6] = [
    item("performance.pages", "Times of the pages", pages),
    item("performance.requests", "Requests of visitors", requests),
    item("performance.queries", "What the database does", queries),
    item("performance.pictures", "Weight of the pictures", pictures),
    item("performance.cache", "Django's cache", cache),
    item("performance.growth", "Growth", growth),
];

const fn item(id: &'static str, title: &'static str, check: fn(&mut Round<'_>) -> Result<Check>) -> Item {
    Item { changes: false, ..Item::new(Period::Quarterly, id, title, LINE, check) }
}

fn pages(round: &mut Round<'_>) -> Result<Check> {
    let (settings, now) = (&round.config.performance, round.now);
    let since = now - SignedDuration::from_hours(48 * i64::from(settings.days));
    let state = round.state.as_deref().context("sitekeep's record cannot be read (STATE-001)")?;
    let histories = TIMES
        .into_iter()
        .map(|(metric, subject, what)| Ok((what, state.history(metric, subject, since)?)))
        .collect::<Result<Vec<(&str, Vec<Point>)>>>()?;
    Ok(performance::check_pages(&histories, settings, round.config.health.pages.slow_warning, now))
}

fn requests(round: &mut Round<'_>) -> Result<Check> {
    let mut settings = round.config.logs.clone();
    settings.since = LOGS_SINCE;
    let (zone, now, progress) = (round.config.time_zone(), round.now, round.progress);
    let report = logs::triage_access(&settings, &zone, &mut logs::Memory::Absent, now, progress)?;
    Ok(performance::check_requests(&report, &settings))
}

fn queries(round: &mut Round<'_>) -> Result<Check> {
    let config = round.config;
    match round.site() {
        Ok(site) => performance::check_queries(
            site.database.as_mut(),
            &site.showcase,
            &config.database,
            &config.performance,
        ),
        Err(error) => {
            Ok(Finding::unknown(&kinds::PERFORMANCE_PLAN, config.database.label(), one_line(error)).into())
        }
    }
}

fn pictures(round: &mut Round<'_>) -> Result<Check> {
    let config = round.config;
    match round.site() {
        Ok(site) => performance::check_pictures(
            site.database.as_mut(),
            &site.showcase,
            &config.site,
            (&config.performance, config.serve.page_size),
        ),
        Err(error) => {
            Ok(Finding::unknown(&kinds::PERFORMANCE_PICTURES, config.database.label(), one_line(error))
                .into())
        }
    }
}

fn cache(round: &mut Round<'_>) -> Result<Check> {
    let config = round.config;
    let schema = round.site().ok().and_then(|site| site.database.schema().ok());
    Ok(performance::check_cache(&config.site, schema.as_ref()).into())
}

fn growth(round: &mut Round<'_>) -> Result<Check> {
    let limits = &round.config.disk;
    let since = round.now - GROWTH_SINCE;
    let state = round.state.as_deref().context("sitekeep's record cannot be read (STATE-001)")?;
    let mut check = Check::default();
    for (subject, metric, limit) in [
        ("media folder", "media_bytes", limits.media_limit),
        ("database", "database_bytes", limits.database_limit),
    ] {
        check.add(performance::check_growth(subject, &state.history(metric, "", since)?, limit));
    }
    Ok(check)
}
