//! The parts of the security audit, each run and judged by itself as the items of a checklist are.

use super::Round;
use crate::db;
use crate::db::Access;
use crate::error;
use crate::logs;
use crate::output::ItemReport;
use crate::security;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use anyhow::Result;
use jiff::SignedDuration;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::time::Instant;

/// The guide's line.
pub(super) const LINE: &str = "Audit sécurité complet";

/// A part of the audit.
#[derive(Debug, Clone, Copy)]
pub struct AuditPart {
    pub id: &'static str,
    pub title: &'static str,
    check: fn(&mut Round<'_>) -> Result<Check>,
}

const fn part(
    id: &'static str,
    title: &'static str,
    check: fn(&mut Round<'_>) -> Result<Check>,
) -> AuditPart {
    AuditPart { id, title, check }
}

/// The parts, in the order of the report.
pub const AUDIT: &[AuditPart] = &[
    part("security.settings", "Settings of Django", |round| security::settings(round.config)),
    part("security.files", "Secret files, writable files", |round| security::files(round.config)),
    part("security.media", "Programs among the media", |round| security::media(round.config)),
    part("security.repository", "Secrets in the repository", |round| security::repository(round.config)),
    part("security.visitors", "What visitors get", |round| security::visitors(round.config)),
    part("security.tls", "TLS", |round| security::tls(round.config, round.now)),
    part("security.accounts", "Administrators", accounts),
    part("security.logins", "Guessing at the login", logins),
    part("security.ports", "Ports", |round| security::ports(round.config)),
    part("security.unit", "Confinement of the service", |round| security::unit(round.config)),
];

/// Django's own check, which runs the project's code.
pub const WITH_DJANGO: AuditPart =
    part("security.django", "Django's own check", |round| security::django_check(round.config));

/// Runs the parts; one that cannot run is UNKNOWN, and the others still run.
pub fn audit(parts: &[AuditPart], round: &mut Round<'_>) -> Vec<ItemReport> {
    round.progress.start("auditing", parts.len() as u64);
    let reports = parts
        .iter()
        .map(|part| {
            let begin = Instant::now();
            let check = catch_unwind(AssertUnwindSafe(|| (part.check)(round)));
            let check = match check {
                Ok(Ok(check)) => check,
                Ok(Err(error)) => failed(part, &error),
                Err(_) => failed(part, &anyhow::anyhow!("the check crashed; its message is on stderr")),
            };
            round.progress.advance(1);
            report(part.id, part.title, begin, check)
        })
        .collect();
    round.progress.finish();
    reports
}

/// The whole audit as one item of the quarterly checklist.
#[expect(clippy::unnecessary_wraps, reason = "all items have one shape")]
pub(super) fn whole(round: &mut Round<'_>) -> Result<Check> {
    let mut reports = audit(AUDIT, round);
    reports.push(audit_grade(&reports, round));
    let mut check = Check::default();
    for report in reports {
        check.findings.extend(report.findings);
        check.metrics.extend(report.metrics);
    }
    Ok(check)
}

/// The grade of a whole audit, beside the last one's.
pub fn audit_grade(reports: &[ItemReport], round: &Round<'_>) -> ItemReport {
    let begin = Instant::now();
    let since = round.now - SignedDuration::from_hours(24 * 400);
    let last = round
        .state
        .as_deref()
        .and_then(|state| state.history(security::SCORE_METRIC, "", since).ok()?.last().copied());
    let findings = reports.iter().flat_map(|report| &report.findings);
    report("security.grade", "Grade", begin, security::grade(findings, last, &round.config.time_zone()))
}

fn report(id: &'static str, title: &'static str, begin: Instant, check: Check) -> ItemReport {
    ItemReport::timed(id, title, LINE, begin, check)
}

fn failed(part: &AuditPart, problem: &anyhow::Error) -> Check {
    let message = format!("could not be checked: {}", error::one_line(problem));
    let hints = error::hints(problem);
    Finding::unknown(&kinds::CHECK_FAILED, part.id, message)
        .remedy(*hints.first().unwrap_or(&"see where the setting comes from: sitekeep config show --origin"))
        .into()
}

fn accounts(round: &mut Round<'_>) -> Result<Check> {
    let mut database = db::connect(&round.config.database, Access::Read)?;
    let administrators = db::administrators(database.as_mut())?;
    Ok(security::accounts(round.config, administrators.as_deref(), round.now))
}

/// What the access logs say of failed logins; each address that guesses is a finding of the logs.
fn logins(round: &mut Round<'_>) -> Result<Check> {
    let (settings, zone) = (&round.config.logs, round.config.time_zone());
    let (now, progress) = (round.now, round.progress);
    if settings.access.is_empty() {
        return Ok(Finding::unknown(
            &kinds::LOG_LOGINS,
            "logins",
            "no access log is configured: failed logins leave no other trace",
        )
        .remedy("set [logs] access to the log of gunicorn or nginx")
        .into());
    }
    let report = logs::triage_access(settings, &zone, &mut round.memory(), now, progress)?;
    let mut check = report.check(settings);
    check.findings.retain(|finding| finding.id == kinds::LOG_LOGINS.id || finding.id == kinds::LOG_SOURCE.id);
    check.metrics.clear();
    for finding in &mut check.findings {
        if finding.status >= Status::Warning && finding.id == kinds::LOG_LOGINS.id {
            finding.remedy = Some("ban such addresses: sitekeep security fail2ban".to_owned());
        }
    }
    Ok(check)
}
