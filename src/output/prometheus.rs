//! The report in Prometheus' text exposition format, for the textfile collector of `node_exporter`.

use super::Report;
use crate::status::Status;
use std::collections::BTreeMap;
use std::fmt::Write as _;

pub(super) fn render(report: &Report) -> String {
    let run = [("site", report.site.as_str()), ("command", report.command.as_str())];
    let mut text = Text::default();
    text.head("status", "Worst status of the run: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.");
    text.sample("status", &run, f64::from(report.status().exit_code()));
    text.head("last_run_timestamp_seconds", "When the run ended, in seconds since 1970.");
    text.sample("last_run_timestamp_seconds", &run, seconds(report.finished_at.as_millisecond()));
    text.head("findings", "Number of findings by status, less those that are acknowledged.");
    for status in [Status::Ok, Status::Warning, Status::Critical, Status::Unknown] {
        let label = status.label().to_lowercase();
        #[expect(clippy::cast_precision_loss, reason = "a count of findings")]
        text.sample("findings", &[run[0], run[1], ("status", &label)], report.count(status) as f64);
    }
    text.head("acknowledged_findings", "Number of findings that are acknowledged, and do not count.");
    #[expect(clippy::cast_precision_loss, reason = "a count of findings")]
    text.sample("acknowledged_findings", &run, report.acknowledged() as f64);
    text.head("item_status", "Status of each item: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.");
    for item in &report.items {
        text.sample(
            "item_status",
            &[run[0], run[1], ("item", item.id)],
            f64::from(item.status().exit_code()),
        );
    }
    text.head("item_duration_seconds", "How long each item took.");
    for item in &report.items {
        text.sample(
            "item_duration_seconds",
            &[run[0], run[1], ("item", item.id)],
            item.duration.as_secs_f64(),
        );
    }
    // All samples of one name must stand together, and none twice: the last of a subject counts, as in the state.
    let mut by_name: BTreeMap<&str, BTreeMap<&str, f64>> = BTreeMap::new();
    for metric in report.metrics() {
        by_name.entry(metric.name).or_default().insert(&metric.subject, metric.value);
    }
    for (name, subjects) in by_name {
        text.head(name, "Measured by the item of this name.");
        for (subject, value) in subjects {
            text.sample(name, &[run[0], run[1], ("subject", subject)], value);
        }
    }
    text.0
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit a float's 53 bits")]
fn seconds(milliseconds: i64) -> f64 {
    milliseconds as f64 / 1000.0
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn head(&mut self, name: &str, help: &str) {
        // Writing to a string cannot fail.
        let _ = write!(self.0, "# HELP sitekeep_{name} {help}\n# TYPE sitekeep_{name} gauge\n");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        let labels: Vec<String> =
            labels.iter().map(|(label, value)| format!("{label}=\"{}\"", escape(value))).collect();
        let _ = writeln!(self.0, "sitekeep_{name}{{{}}} {value}", labels.join(","));
    }
}

fn escape(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::super::report::tests::sample;
    use super::*;

    #[test]
    fn samples_are_escaped_and_grouped_under_their_heads() {
        let text = render(&sample());
        assert!(text.contains("sitekeep_status{site=\"shop \\\"<é>\\\"\",command=\"daily\"} 2\n"), "{text}");
        assert!(
            text.contains(
                "sitekeep_disk_free_percent{site=\"shop \\\"<é>\\\"\",command=\"daily\",subject=\"/\"} 12\n"
            ),
            "{text}"
        );
        assert!(text.contains("sitekeep_last_run_timestamp_seconds{site=\"shop \\\"<é>\\\"\",command=\"daily\"} 1795395601.5\n"), "{text}");
        assert!(
            text.contains("sitekeep_acknowledged_findings{site=\"shop \\\"<é>\\\"\",command=\"daily\"} 0\n"),
            "{text}"
        );
        for line in text.lines().filter(|line| line.starts_with("# TYPE")) {
            assert_eq!(text.matches(line).count(), 1, "{line}");
        }
    }

    #[test]
    fn no_series_is_written_twice_and_every_one_names_the_command() {
        let mut report = sample();
        let again = report.items[1].metrics.clone();
        report.items[0].metrics = again;
        let text = render(&report);
        let mut seen = std::collections::BTreeSet::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (series, _) = line.rsplit_once(' ').expect("a sample");
            assert!(series.contains("command=\"daily\""), "{series}");
            assert!(seen.insert(series), "twice: {series}");
        }
    }
}
