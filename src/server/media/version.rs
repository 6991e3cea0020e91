//! Which version of a file a visitor has, and whether that is the one there is (RFC 9110, 8.8 and 13).

use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::header::IF_MATCH;
use axum::http::header::IF_MODIFIED_SINCE;
use axum::http::header::IF_NONE_MATCH;
use axum::http::header::IF_RANGE;
use axum::http::header::IF_UNMODIFIED_SINCE;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;

/// A file's validators, from its size and time of change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version {
    /// Strong, with its quotes.
    pub(super) etag: String,
    modified: Timestamp,
}

/// What the conditions of a request come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Send,
    NotModified,
    PreconditionFailed,
}

impl Version {
    pub(super) fn of(metadata: &Metadata) -> Self {
        let (seconds, nanoseconds) = (metadata.mtime(), metadata.mtime_nsec());
        Self {
            etag: format!("\"{:x}-{seconds:x}-{nanoseconds:x}\"", metadata.size()),
            modified: Timestamp::from_second(seconds).unwrap_or_default(),
        }
    }

    pub(super) fn last_modified(&self) -> Option<String> {
        rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&self.modified).ok()
    }

    /// Weighs the conditions in the order of RFC 9110, 13.2.2; a date that cannot be read is no condition.
    pub(super) fn weigh(&self, headers: &HeaderMap) -> Verdict {
        if let Some(tags) = text(headers, &IF_MATCH) {
            if !self.listed(tags, false) {
                return Verdict::PreconditionFailed;
            }
        } else if date(headers, &IF_UNMODIFIED_SINCE).is_some_and(|date| self.modified > date) {
            return Verdict::PreconditionFailed;
        }
        if let Some(tags) = text(headers, &IF_NONE_MATCH) {
            return if self.listed(tags, true) { Verdict::NotModified } else { Verdict::Send };
        }
        match date(headers, &IF_MODIFIED_SINCE) {
            Some(date) if self.modified <= date => Verdict::NotModified,
            _ => Verdict::Send,
        }
    }

    /// Whether a range of this version is what the visitor wants: `If-Range` names it, or is not there.
    pub(super) fn continues(&self, headers: &HeaderMap) -> bool {
        let Some(condition) = headers.get(IF_RANGE) else { return true };
        let Ok(condition) = condition.to_str() else { return false };
        condition == self.etag || read_date(condition) == Some(self.modified)
    }

    fn listed(&self, tags: &str, weak: bool) -> bool {
        tags.split(',').map(str::trim).any(|tag| {
            let tag = if weak { tag.strip_prefix("W/").unwrap_or(tag) } else { tag };
            tag == "*" || tag == self.etag
        })
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn date(headers: &HeaderMap, name: &HeaderName) -> Option<Timestamp> {
    text(headers, name).and_then(read_date)
}

fn read_date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weigh(pairs: &[(HeaderName, &str)]) -> Verdict {
        version().weigh(&headers(pairs))
    }

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().expect("a value"))).collect()
    }

    fn version() -> Version {
        Version { etag: "\"a-b\"".into(), modified: "1994-11-06T08:49:37Z".parse().expect("a time") }
    }

    #[test]
    fn the_date_is_written_as_http_wants_it() {
        assert_eq!(version().last_modified().as_deref(), Some("Sun, 06 Nov 1994 08:49:37 GMT"));
    }

    #[test]
    fn a_known_version_is_not_sent_again() {
        let same = "Sun, 06 Nov 1994 08:49:37 GMT";
        let before = "Sun, 06 Nov 1994 08:49:36 GMT";
        assert_eq!(weigh(&[(IF_NONE_MATCH, "\"x\", W/\"a-b\"")]), Verdict::NotModified);
        assert_eq!(weigh(&[(IF_NONE_MATCH, "*")]), Verdict::NotModified);
        assert_eq!(weigh(&[(IF_MODIFIED_SINCE, same)]), Verdict::NotModified);
        assert_eq!(weigh(&[(IF_MODIFIED_SINCE, before)]), Verdict::Send);
        assert_eq!(weigh(&[(IF_MODIFIED_SINCE, "yesterday")]), Verdict::Send);
        // The tag outranks the date.
        assert_eq!(weigh(&[(IF_NONE_MATCH, "\"x\""), (IF_MODIFIED_SINCE, same)]), Verdict::Send);
        assert_eq!(weigh(&[(IF_MATCH, "W/\"a-b\"")]), Verdict::PreconditionFailed);
        assert_eq!(weigh(&[(IF_MATCH, "\"a-b\"")]), Verdict::Send);
        assert_eq!(weigh(&[(IF_UNMODIFIED_SINCE, before)]), Verdict::PreconditionFailed);
    }

    #[test]
    fn a_range_continues_only_the_same_version() {
        for (condition, continues) in [
            ("\"a-b\"", true),
            ("W/\"a-b\"", false),
            ("\"x\"", false),
            ("Sun, 06 Nov 1994 08:49:37 GMT", true),
        ] {
            assert_eq!(version().continues(&headers(&[(IF_RANGE, condition)])), continues, "{condition}");
        }
        assert!(version().continues(&HeaderMap::new()));
    }
}
