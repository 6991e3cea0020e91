//! The report as a monitoring plugin's answer: one line of status, then performance data
//! (Monitoring Plugins Development Guidelines, "Plugin Output" and "Performance data").

use super::Report;
use crate::status::Limits;
use crate::status::Metric;
use crate::status::Status;
use crate::status::Unit;
use crate::units::count;
use std::fmt::Write as _;

/// How many bad findings are named on the line.
const NAMED: usize = 3;

pub(super) fn render(report: &Report) -> String {
    let mut bad: Vec<_> = report.findings().filter(|(_, finding)| finding.counted() != Status::Ok).collect();
    bad.sort_by_key(|(_, finding)| std::cmp::Reverse(finding.status));
    let mut line = format!("{} {} {} -", report.site, report.command, report.status()).to_uppercase();
    // Writing to a string cannot fail.
    if bad.is_empty() {
        let _ = write!(
            line,
            " {}, {}, all OK",
            count(report.items.len() as u64, "item"),
            count(report.count(Status::Ok) as u64, "finding")
        );
    } else {
        let counts: Vec<String> = [Status::Critical, Status::Unknown, Status::Warning]
            .into_iter()
            .map(|status| (report.count(status), status.label().to_lowercase()))
            .filter(|(count, _)| *count > 0)
            .map(|(count, label)| format!("{count} {label}"))
            .collect();
        let named: Vec<String> = bad
            .iter()
            .take(NAMED)
            .map(|(_, finding)| format!("{} {}: {}", finding.id, finding.subject, finding.message))
            .collect();
        let _ = write!(line, " {}: {}", counts.join(", "), named.join("; "));
        if bad.len() > NAMED {
            let _ = write!(line, "; and {} more", bad.len() - NAMED);
        }
    }
    if report.acknowledged() > 0 {
        let _ = write!(line, "; {} acknowledged", report.acknowledged());
    }
    // The bar parts status and performance data, and the answer is one line.
    let mut line: String = line
        .chars()
        .map(|c| {
            if c == '|' {
                '/'
            } else if c.is_control() {
                ' '
            } else {
                c
            }
        })
        .collect();
    let data: Vec<String> = report.metrics().map(performance).collect();
    if !data.is_empty() {
        line.push_str(" | ");
        line.push_str(&data.join(" "));
    }
    line.push('\n');
    line
}

fn performance(metric: &Metric) -> String {
    let label: String = format!("{} {}", metric.name, metric.subject)
        .trim()
        .chars()
        .map(|c| if matches!(c, '\'' | '=' | '|') || c.is_control() { '_' } else { c })
        .collect();
    let unit = match metric.unit {
        Unit::Bytes => "B",
        Unit::Seconds => "s",
        Unit::Percent => "%",
        Unit::Count => "",
    };
    let number =
        |limit: Option<f64>, side: &str| limit.map_or(String::new(), |limit| format!("{limit}{side}"));
    let (warning, critical) = match metric.limits {
        None => (String::new(), String::new()),
        Some(Limits::Above { warning, critical }) => (number(warning, ""), number(critical, "")),
        // `20:` raises an alert below 20.
        Some(Limits::Below { warning, critical }) => (number(warning, ":"), number(critical, ":")),
    };
    // Six decimals are more than any graph shows, and spare the line the noise of binary fractions.
    let value = (metric.value * 1e6).round() / 1e6;
    format!("'{label}'={value}{unit};{warning};{critical}").trim_end_matches(';').to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::report::tests::sample;
    use super::*;

    #[test]
    fn one_line_with_the_worst_first_and_performance_data() {
        let line = render(&sample());
        assert_eq!(line.lines().count(), 1);
        let (status, data) = line.split_once(" | ").expect("a bar");
        assert!(status.contains("DAILY CRITICAL - 1 critical, 1 unknown, 1 warning: HEALTH-002"), "{status}");
        assert!(status.contains("nothing / listens"));
        assert_eq!(data.trim_end(), "'disk_free_percent /'=12%;20:;5:");
        let mut report = sample();
        report.items[0].findings[1].acknowledged = super::super::report::tests::acknowledged();
        let line = render(&report);
        assert!(line.contains("DAILY UNKNOWN - 1 unknown, 1 warning: DISK-001 /mnt"), "{line}");
        assert!(line.contains("; 1 acknowledged | ") && !line.contains("HEALTH-002"), "{line}");
    }
}
