//! Expired sessions (guide: `manage.py clearsessions`), in batches between which the site has its turn.

use crate::config::DatabaseConfig;
use crate::db::upkeep;
use crate::db::upkeep::SessionBatches;
use crate::progress::Progress;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Metric;
use crate::status::Unit;
use crate::status::kinds;
use crate::units::count;
use anyhow::Result;
use jiff::Timestamp;
use std::time::Duration;

/// Between two batches: a writer that waits gets the lock.
const PAUSE: Duration = Duration::from_millis(5);

/// Removes the sessions that expired before `now`, or counts them.
///
/// # Errors
/// When the database cannot be written to; batches that were done stay done.
pub fn clear_sessions(
    settings: &DatabaseConfig,
    now: Timestamp,
    dry_run: bool,
    progress: &dyn Progress,
) -> Result<Check> {
    let kind = &kinds::DATABASE_SESSIONS;
    let Some((expired, all)) = upkeep::count_expired_sessions(settings, now)? else {
        let message = "not in this schema: sessions are not kept in the database";
        return Ok(Finding::ok(kind, "django_session", message).into());
    };
    let mut removed = 0;
    if !dry_run && expired > 0 {
        progress.start("remove sessions", expired);
        let mut batches = SessionBatches::new(settings, now, settings.session_batch)?;
        loop {
            progress.go_on()?;
            let count = batches.remove_next()?;
            if count == 0 {
                break;
            }
            removed += count;
            progress.advance(count);
            std::thread::sleep(PAUSE);
        }
        progress.finish();
    }
    let message = match (dry_run, expired) {
        (_, 0) => format!("none has expired of {}", count(all, "session")),
        (true, _) => format!("{} of {all} would be removed: they have expired", count(expired, "session")),
        (false, _) => {
            format!("{} removed, {} left", count(removed, "expired session"), all.saturating_sub(removed))
        }
    };
    let mut check = Check::from(
        Finding::ok(kind, "django_session", message).with("removed", removed).with("expired", expired),
    );
    #[expect(clippy::cast_precision_loss, reason = "a count of sessions")]
    check.measure(Metric::new("sessions_removed", "", removed as f64, Unit::Count));
    Ok(check)
}
