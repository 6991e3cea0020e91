//! The report of a run: what every format is a rendering of.

use crate::status::Check;
use crate::status::Finding;
use crate::status::Metric;
use crate::status::Status;
use jiff::SignedDuration;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::time::Instant;

/// What one run of a command found, item by item.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub run_id: String,
    pub site: String,
    /// Command as typed: `daily`, `health ports`.
    pub command: String,
    /// In which people of the site read times; machines are told UTC.
    pub zone: TimeZone,
    pub started_at: Timestamp,
    pub finished_at: Timestamp,
    /// Lines that stand above the items where people read; machines find the same in the findings.
    pub summary: String,
    pub items: Vec<ItemReport>,
    /// Items that the configuration or the command line left out.
    pub skipped: Vec<String>,
}

/// One item of a checklist, looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemReport {
    /// `disk.space`
    pub id: &'static str,
    pub title: &'static str,
    /// Line of the guide's checklist that it belongs to.
    pub line: &'static str,
    pub duration: SignedDuration,
    pub findings: Vec<Finding>,
    pub metrics: Vec<Metric>,
}

impl ItemReport {
    /// What a check found that began at `begin` and ends now.
    pub fn timed(
        id: &'static str,
        title: &'static str,
        line: &'static str,
        begin: Instant,
        check: Check,
    ) -> Self {
        let duration = SignedDuration::try_from(begin.elapsed()).unwrap_or(SignedDuration::MAX);
        Self { id, title, line, duration, findings: check.findings, metrics: check.metrics }
    }

    /// Worst of the findings that count; an item that found nothing has not looked.
    pub fn status(&self) -> Status {
        self.findings.iter().map(Finding::counted).max().unwrap_or(Status::Unknown)
    }

    /// Worst of all findings, also of those that are acknowledged.
    pub fn found(&self) -> Status {
        self.findings.iter().map(|finding| finding.status).max().unwrap_or(Status::Unknown)
    }
}

impl Report {
    /// Worst of the items; a run without any has checked nothing and is UNKNOWN.
    pub fn status(&self) -> Status {
        self.items.iter().map(ItemReport::status).max().unwrap_or(Status::Unknown)
    }

    /// All findings with the identifier of their item.
    pub fn findings(&self) -> impl Iterator<Item = (&'static str, &Finding)> {
        self.items.iter().flat_map(|item| item.findings.iter().map(move |finding| (item.id, finding)))
    }

    pub fn metrics(&self) -> impl Iterator<Item = &Metric> {
        self.items.iter().flat_map(|item| &item.metrics)
    }

    /// How many findings have a status, and are not acknowledged.
    pub fn count(&self, status: Status) -> usize {
        let counts = |finding: &Finding| finding.status == status && finding.acknowledged.is_none();
        self.findings().filter(|(_, finding)| counts(finding)).count()
    }

    /// How many findings are acknowledged.
    pub fn acknowledged(&self) -> usize {
        self.findings().filter(|(_, finding)| finding.acknowledged.is_some()).count()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::status::Acknowledged;
    use crate::status::Limits;
    use crate::status::Unit;
    use crate::status::kinds;

    /// Somebody's word.
    #[expect(clippy::unnecessary_wraps, reason = "as the finding has it")]
    pub(in crate::output) fn acknowledged() -> Option<Acknowledged> {
        let (by, reason) = ("Awa".to_owned(), "moved in <May>".to_owned());
        Some(Acknowledged { by, reason, until: "2026-12-31".to_owned() })
    }

    /// A report with one finding of each status, for the formats' tests.
    pub(in crate::output) fn sample() -> Report {
        let at = "2026-11-23T01:00:00Z".parse().expect("a time");
        Report {
            run_id: "20261123T010000Z-1".into(),
            site: "shop \"<é>\"".into(),
            command: "daily".into(),
            zone: TimeZone::UTC,
            started_at: at,
            finished_at: at + SignedDuration::from_millis(1500),
            summary: "shelf  3 books\n".into(),
            items: vec![
                ItemReport {
                    id: "health.ports",
                    title: "Ports",
                    line: "Vérifier fonctionnement site",
                    duration: SignedDuration::from_millis(3),
                    findings: vec![
                        Finding::ok(&kinds::PORT, "127.0.0.1:8000", "listens"),
                        Finding::critical(&kinds::PORT, "127.0.0.1:5000", "nothing | listens")
                            .with("port", 5000)
                            .remedy("systemctl restart shop-frontend"),
                    ],
                    metrics: vec![],
                },
                ItemReport {
                    id: "disk.space",
                    title: "Free space",
                    line: "Vérifier espace disque",
                    duration: SignedDuration::from_millis(1),
                    findings: vec![
                        Finding::warning(&kinds::DISK_SPACE, "/", "12% free"),
                        Finding::unknown(&kinds::DISK_SPACE, "/mnt", "no answer"),
                    ],
                    metrics: vec![
                        Metric::new("disk_free_percent", "/", 12.0, Unit::Percent)
                            .limits(Limits::Below { warning: Some(20.0), critical: Some(5.0) }),
                    ],
                },
            ],
            skipped: vec!["health.tls".into()],
        }
    }

    #[test]
    fn what_is_acknowledged_does_not_count() {
        let mut report = sample();
        report.items[0].findings[1].acknowledged = acknowledged();
        assert_eq!((report.status(), report.items[0].status()), (Status::Unknown, Status::Ok));
        assert_eq!(report.items[0].found(), Status::Critical);
        assert_eq!((report.count(Status::Critical), report.acknowledged()), (0, 1));
    }

    #[test]
    fn a_run_without_items_is_unknown() {
        let empty = Report { items: vec![], ..sample() };
        assert_eq!(empty.status(), Status::Unknown);
        assert_eq!(sample().status(), Status::Critical);
    }
}
