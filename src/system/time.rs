//! The clock: read here and handed to the domain as `now`.

use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;

/// The present time, or the one that `SITEKEEP_NOW` sets (RFC 3339), which tests use.
///
/// # Errors
/// When `fixed` is not an RFC 3339 time.
pub fn now(fixed: Option<&str>) -> Result<Timestamp> {
    match fixed {
        Some(text) => text.parse().with_context(|| format!("read the time `{text}` of SITEKEEP_NOW")),
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
        None => Ok(Timestamp::now()),
    }
}

/// Age of `then` at `now`; negative when `then` lies ahead.
pub fn age(now: Timestamp, then: Timestamp) -> jiff::SignedDuration {
    now.duration_since(then)
}
