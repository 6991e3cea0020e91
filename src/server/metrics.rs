//! What a monitoring system asks: requests by route and status, how long they took, connections, the database's pool.

use super::answers::Use;
use super::api;
use super::pool::Load;
use super::site::Site;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Upper bounds of the histogram, in microseconds.
const BOUNDS: [u64; 11] =
    [500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000];

/// Counters of a running server.
#[derive(Default)]
pub(super) struct Metrics {
    routes: Mutex<BTreeMap<&'static str, Series>>,
    /// Visitors' connections that are open.
    pub(super) connections: AtomicU64,
}

/// What became of the requests to one route.
#[derive(Default)]
struct Series {
    statuses: BTreeMap<u16, u64>,
    buckets: [u64; BOUNDS.len()],
    microseconds: u64,
    count: u64,
}

impl Metrics {
    /// Counts an answer, and how long it took until it began.
    pub(super) fn record(&self, route: &'static str, status: u16, took: Duration) {
        let microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let mut routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        let series = routes.entry(route).or_default();
        *series.statuses.entry(status).or_default() += 1;
        series.count += 1;
        series.microseconds = series.microseconds.saturating_add(microseconds);
        if let Some(bucket) = BOUNDS.iter().position(|bound| microseconds <= *bound) {
            series.buckets[bucket] += 1;
        }
    }

    /// Writes everything in Prometheus's text format.
    fn text(&self, load: &Load, answers: Use) -> String {
        let mut text = String::with_capacity(4096);
        let routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        head(&mut text, "sitekeep_http_requests_total", "counter", "Answers by route and status.");
        for (route, series) in routes.iter() {
            for (status, count) in &series.statuses {
                let labels = format!("route=\"{route}\",status=\"{status}\"");
                line(&mut text, "sitekeep_http_requests_total", &labels, count);
            }
        }
        let name = "sitekeep_http_request_duration_seconds";
        head(&mut text, name, "histogram", "Time until an answer began, by route.");
        for (route, series) in routes.iter() {
            let mut below = 0;
            for (bound, count) in BOUNDS.iter().zip(series.buckets) {
                below += count;
                let labels = format!("route=\"{route}\",le=\"{}\"", seconds(*bound));
                line(&mut text, &format!("{name}_bucket"), &labels, below);
            }
            line(
                &mut text,
                &format!("{name}_bucket"),
                &format!("route=\"{route}\",le=\"+Inf\""),
                series.count,
            );
            let labels = format!("route=\"{route}\"");
            line(&mut text, &format!("{name}_sum"), &labels, seconds(series.microseconds));
            line(&mut text, &format!("{name}_count"), &labels, series.count);
        }
        drop(routes);
        let connections = self.connections.load(Ordering::Relaxed);
        for (name, kind, help, value) in [
            ("sitekeep_http_connections", "gauge", "Connections of visitors that are open.", connections),
            ("sitekeep_answers_bytes", "gauge", "Answers of the API kept in memory.", answers.bytes),
            ("sitekeep_answers_served_total", "counter", "Answers given from memory.", answers.served),
            ("sitekeep_database_connections", "gauge", "Connections to the database.", load.connections),
            ("sitekeep_database_busy", "gauge", "Questions being answered.", load.busy),
            ("sitekeep_database_waiting", "gauge", "Questions that wait for a connection.", load.waiting),
            ("sitekeep_database_questions_total", "counter", "Questions asked.", load.asked),
            ("sitekeep_database_refused_total", "counter", "Questions without an answer.", load.refused),
        ] {
            head(&mut text, name, kind, help);
            line(&mut text, name, "", value);
        }
        text
    }
}

/// Answers `/metrics`.
pub(super) async fn tell(State((metrics, site)): State<(Arc<Metrics>, Arc<Site>)>) -> Response {
    let kind = (header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
    ([kind], metrics.text(&site.pool.load(), site.answers.used())).into_response()
}

/// The route of a path, from a list that no visitor can lengthen.
pub(super) fn route(path: &str) -> &'static str {
    api::label(path).unwrap_or_else(|| label(path))
}

fn label(path: &str) -> &'static str {
    let mut segments = path.split('/').skip(1);
    let Some(first) = segments.next() else { return "other" };
    match (first, segments.next()) {
        ("", None) => "/",
        ("products", None | Some("")) => "/products",
        ("products", Some(_)) => "/products/{slug}",
        ("contact", _) => "/contact",
        ("static", _) => "/static/",
        ("assets", _) => "/assets/",
        ("healthz", None) => "/healthz",
        ("readyz", None) => "/readyz",
        ("favicon.ico", None) => "/favicon.ico",
        ("robots.txt", None) => "/robots.txt",
        ("media", _) => "/media/",
        _ => "other",
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn line(text: &mut String, name: &str, labels: &str, value: impl std::fmt::Display) {
    let (open, close) = if labels.is_empty() { ("", "") } else { ("{", "}") };
    let _ = writeln!(text, "{name}{open}{labels}{close} {value}");
}

fn seconds(microseconds: u64) -> String {
    format!("{}.{:06}", microseconds / 1_000_000, microseconds % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_counts_what_lies_below_each_bound() {
        let metrics = Metrics::default();
        for microseconds in [400, 500, 2_000, 9_000_000] {
            metrics.record("/", 200, Duration::from_micros(microseconds));
        }
        metrics.record("/", 503, Duration::from_micros(1));
        let text = metrics.text(&Load::default(), Use { bytes: 7, served: 3 });
        for line in [
            "sitekeep_http_requests_total{route=\"/\",status=\"200\"} 4",
            "sitekeep_http_requests_total{route=\"/\",status=\"503\"} 1",
            "sitekeep_http_request_duration_seconds_bucket{route=\"/\",le=\"0.000500\"} 3",
            "sitekeep_http_request_duration_seconds_bucket{route=\"/\",le=\"5.000000\"} 4",
            "sitekeep_http_request_duration_seconds_bucket{route=\"/\",le=\"+Inf\"} 5",
            "sitekeep_http_request_duration_seconds_sum{route=\"/\"} 9.002901",
            "sitekeep_http_request_duration_seconds_count{route=\"/\"} 5",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }

    #[test]
    fn no_visitor_makes_up_a_route() {
        for path in ["/x", "/%FF", "*", "/healthz/x", "//products"] {
            assert_eq!(label(path), "other", "{path}");
        }
        assert_eq!(label("/products/a\"} 1"), "/products/{slug}");
    }
}
