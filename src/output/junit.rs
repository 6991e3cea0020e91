//! The report as JUnit XML, for CI systems: an item is a suite, a finding a test case.

use super::Report;
use crate::status::Finding;
use crate::status::Status;
use std::fmt::Write as _;

pub(super) fn render(report: &Report) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let failures = report.count(Status::Warning) + report.count(Status::Critical);
    let errors = report.count(Status::Unknown);
    let duration = report.finished_at.duration_since(report.started_at).as_secs_f64();
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "<testsuites name=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{}\" time=\"{duration:.3}\">",
        escape(&format!("{} {}", report.site, report.command)),
        report.findings().count(),
        report.acknowledged(),
    );
    for item in &report.items {
        let acknowledged = item.findings.iter().filter(|finding| finding.acknowledged.is_some()).count();
        let counts = |finding: &&Finding, status| finding.acknowledged.is_none() && finding.status == status;
        let count = |status| item.findings.iter().filter(|finding| counts(finding, status)).count();
        let _ = writeln!(
            text,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{acknowledged}\" time=\"{:.3}\" timestamp=\"{}\">",
            escape(item.id),
            item.findings.len(),
            count(Status::Warning) + count(Status::Critical),
            count(Status::Unknown),
            item.duration.as_secs_f64(),
            report.started_at,
        );
        for finding in &item.findings {
            let name = escape(&format!("{} {}", finding.id, finding.subject));
            let _ = write!(text, "    <testcase classname=\"{}\" name=\"{name}\"", escape(item.id));
            if let Some(acknowledged) = &finding.acknowledged {
                let message = escape(&format!("{}, {acknowledged}", finding.status));
                let _ = writeln!(text, ">\n      <skipped message=\"{message}\"/>\n    </testcase>");
                continue;
            }
            let tag = match finding.status {
                Status::Ok => {
                    text.push_str("/>\n");
                    continue;
                }
                Status::Unknown => "error",
                Status::Warning | Status::Critical => "failure",
            };
            let _ = writeln!(
                text,
                ">\n      <{tag} type=\"{}\" message=\"{}\">{}</{tag}>\n    </testcase>",
                finding.status,
                escape(&finding.message),
                escape(finding.remedy.as_deref().unwrap_or_default()),
            );
        }
        text.push_str("  </testsuite>\n");
    }
    text.push_str("</testsuites>\n");
    text
}

/// Text for XML 1.0: special characters escaped, those that XML cannot hold replaced.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' | '\r' => escaped.push(' '),
            other if other.is_control() || matches!(other, '\u{FFFE}' | '\u{FFFF}') => {
                escaped.push('\u{FFFD}');
            }
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::report::tests::sample;
    use super::*;

    #[test]
    fn failures_and_errors_are_counted_and_escaped() {
        let text = render(&sample());
        assert!(
            text.contains("tests=\"4\" failures=\"2\" errors=\"1\" skipped=\"0\" time=\"1.500\""),
            "{text}"
        );
        assert!(text.contains("shop &quot;&lt;é&gt;&quot; daily"), "{text}");
        assert!(text.contains("<error type=\"UNKNOWN\" message=\"no answer\"></error>"), "{text}");
        assert_eq!(escape("\u{1}"), "\u{FFFD}");
        let mut report = sample();
        report.items[0].findings[1].acknowledged = super::super::report::tests::acknowledged();
        let text = render(&report);
        assert!(text.contains("failures=\"1\" errors=\"1\" skipped=\"1\""), "{text}");
        assert!(
            text.contains(
                "<skipped message=\"CRITICAL, acknowledged by Awa until 2026-12-31: moved in &lt;May&gt;\"/>"
            ),
            "{text}"
        );
    }
}
