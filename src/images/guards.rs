//! When orphans are not moved, although there are some.

use super::Order;
use super::Standing;
use super::Survey;
use crate::error::Error;
use crate::error::Kind;
use crate::quarantine::Change;
use crate::quarantine::Phase;
use crate::units::Percent;
use crate::units::count;
use jiff::SignedDuration;

/// Says why orphans must not be moved now; `force` answers for a restore, and nothing else.
///
/// # Errors
/// The reason, with the way to go on.
pub fn allow(
    order: &Order<'_>,
    survey: &Survey,
    changes: &[Change],
    max_delete: Percent,
    force: bool,
) -> Result<(), Error> {
    if let Some((path, why)) = survey.unreadable().first() {
        let places = count(survey.unreadable().len() as u64, "place");
        let message =
            format!("{places} below the media folder could not be looked at: {}: {why}", path.display());
        return Err(Error::new(Kind::Undetermined, message).hint("run as the user of the site, or as root"));
    }
    if survey.total() > 0 && survey.count(Standing::Used) == 0 {
        return Err(Error::new(Kind::Undetermined, "the database names none of the files")
            .hint("check [database] and [site] media: one of them is not this site's"));
    }
    if survey.count(Standing::Orphan) == 0 {
        return Ok(());
    }
    if let Some(restore) = changes.iter().rev().find(|change| is_fresh_restore(order, change))
        && !force
    {
        let message = format!(
            "`{}` was {}: files without a row may be of the state before it",
            restore.command,
            told(restore)
        );
        let days = order.config.images.orphan_freeze_days;
        return Err(Error::new(Kind::Failed, message)
            .hint(format!("wait until it is {days} days old, or say --force when nobody will undo it")));
    }
    let share = Percent::of(survey.count(Standing::Orphan), survey.total());
    if share.0 > max_delete.0 {
        let message = format!(
            "{} of {} are orphans ({share}), more than --max-delete {max_delete}",
            survey.count(Standing::Orphan),
            count(survey.total(), "file")
        );
        let hint = format!(
            "look at the list (--format csv); if it is right: --apply --max-delete {}%",
            share.0.ceil()
        );
        return Err(Error::new(Kind::Failed, message).hint(hint));
    }
    Ok(())
}

fn is_fresh_restore(order: &Order<'_>, change: &Change) -> bool {
    let freeze = SignedDuration::from_hours(24 * i64::from(order.config.images.orphan_freeze_days));
    let is_done = matches!(change.phase, Phase::Applied | Phase::Reverted);
    let touches = change.parts.iter().any(|part| part.name == "database" || part.name == "media");
    !change.independent && is_done && touches && order.now.duration_since(change.at) < freeze
}

fn told(change: &Change) -> &'static str {
    if change.phase == Phase::Reverted { "undone" } else { "applied" }
}
