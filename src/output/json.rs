//! The report as JSON: a documented contract (docs/json.md); fields are only ever added.

use super::Report;
use crate::status::Finding;
use crate::status::Metric;
use crate::status::Status;
use anyhow::Result;
use serde::Serialize;

const SCHEMA_VERSION: u32 = 1;

/// The same contract as a JSON schema.
pub const SCHEMA: &str = include_str!("report.schema.json");

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    tool_version: &'static str,
    run_id: &'a str,
    site: &'a str,
    command: &'a str,
    started_at: String,
    finished_at: String,
    status: Status,
    acknowledged: usize,
    items: Vec<Item<'a>>,
    findings: Vec<ItemFinding<'a>>,
    skipped: &'a [String],
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    title: &'a str,
    guide: &'a str,
    status: Status,
    duration_seconds: f64,
    metrics: &'a [Metric],
}

#[derive(Serialize)]
struct ItemFinding<'a> {
    item: &'a str,
    #[serde(flatten)]
    finding: &'a Finding,
}

/// Renders a report; with `quiet`, only the findings that are not OK.
///
/// # Errors
/// When a value cannot be written as JSON.
pub(super) fn render(report: &Report, quiet: bool) -> Result<String> {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        tool_version: env!("CARGO_PKG_VERSION"),
        run_id: &report.run_id,
        site: &report.site,
        command: &report.command,
        started_at: report.started_at.to_string(),
        finished_at: report.finished_at.to_string(),
        status: report.status(),
        acknowledged: report.acknowledged(),
        items: report
            .items
            .iter()
            .map(|item| Item {
                id: item.id,
                title: item.title,
                guide: item.line,
                status: item.status(),
                duration_seconds: item.duration.as_secs_f64(),
                metrics: &item.metrics,
            })
            .collect(),
        findings: report
            .findings()
            .filter(|(_, finding)| !quiet || finding.status != Status::Ok)
            .map(|(item, finding)| ItemFinding { item, finding })
            .collect(),
        skipped: &report.skipped,
    };
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

#[cfg(test)]
mod tests {
    use super::super::report::tests::sample;
    use super::*;

    #[test]
    fn the_contract_holds() {
        let json: serde_json::Value =
            serde_json::from_str(&render(&sample(), false).expect("json")).expect("read");
        assert_eq!(json["schema_version"], 1);
        assert_eq!(json["status"], "critical");
        assert_eq!(json["finished_at"], "2026-11-23T01:00:01.5Z");
        assert_eq!(json["findings"][1]["item"], "health.ports");
        assert_eq!(json["findings"][1]["data"]["port"], 5000);
        assert_eq!(json["items"][1]["metrics"][0]["limits"]["alert"], "below");
        assert_eq!(json["acknowledged"], 0);
        let mut report = sample();
        report.items[0].findings[1].acknowledged = super::super::report::tests::acknowledged();
        let json: serde_json::Value =
            serde_json::from_str(&render(&report, false).expect("json")).expect("read");
        assert_eq!((&json["acknowledged"], &json["status"]), (&1.into(), &"unknown".into()));
        assert_eq!(json["findings"][1]["status"], "critical", "its status stays what it is");
        assert_eq!(json["findings"][1]["acknowledged"]["by"], "Awa");
        let quiet: serde_json::Value =
            serde_json::from_str(&render(&sample(), true).expect("json")).expect("read");
        assert_eq!(quiet["findings"].as_array().map(Vec::len), Some(3));
    }
}
