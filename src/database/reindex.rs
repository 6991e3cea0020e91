//! Indexes made anew where it pays: invalid, bloated, or not in agreement with their table.

use super::Work;
use super::check::judge;
use crate::config::DatabaseSource;
use crate::db;
use crate::db::upkeep;
use crate::db::upkeep::IndexFlaw;
use crate::error::Error;
use crate::error::Kind as ErrorKind;
use crate::error::one_line;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds;
use crate::units::count;
use anyhow::Result;

/// Reindexes the database.
///
/// # Errors
/// When it is damaged in more than its indexes, or the safety backup fails.
pub fn reindex(work: &mut Work<'_>) -> Result<Check> {
    match work.settings.source() {
        DatabaseSource::Sqlite(_) => sqlite(work),
        DatabaseSource::Postgres(_) => server(work),
    }
}

/// What `integrity_check` says of indexes: a REINDEX mends it; of anything else it does not.
fn is_of_an_index(damage: &str) -> bool {
    ["missing from index", "wrong # of entries in index", "non-unique entry in index"]
        .iter()
        .any(|words| damage.contains(words))
}

fn sqlite(work: &mut Work<'_>) -> Result<Check> {
    let kind = &kinds::DATABASE_INDEX;
    let label = work.settings.label();
    let soundness = db::check_integrity(work.settings, true)?;
    if let Some(other) = soundness.damage.iter().find(|damage| !is_of_an_index(damage)) {
        return Err(Error::new(ErrorKind::Failed, format!("the database is damaged: {other}"))
            .hint("new indexes do not mend that; restore the latest good backup: sitekeep restore latest")
            .into());
    }
    let wrong = soundness.damage.len() as u64;
    if wrong == 0 && !work.force {
        let message =
            "left alone: every index agrees with its table; `database optimize` packs them with the rest";
        return Ok(Finding::ok(kind, label, message).into());
    }
    let what =
        if wrong == 0 { "as asked".to_owned() } else { format!("for {}", count(wrong, "disagreement")) };
    if work.dry_run {
        return Ok(Finding::ok(kind, label, format!("all indexes would be made anew {what}")).into());
    }
    // A backup is refused of a damaged database; the index that is wrong is made anew all the same.
    if wrong == 0 {
        (work.safety)()?;
    }
    work.progress.start("reindex", 0);
    let made = upkeep::reindex(work.settings, None);
    work.progress.finish();
    made?;
    let after = db::check_integrity(work.settings, true)?;
    Ok(match after.damage.first() {
        None => {
            Finding::ok(kind, label, format!("all indexes are made anew {what}, and agree with their tables"))
        }
        Some(left) => Finding::critical(kind, label, format!("still damaged: {left}"))
            .remedy("restore the latest good backup: sitekeep restore latest"),
    }
    .into())
}

fn server(work: &mut Work<'_>) -> Result<Check> {
    let kind = &kinds::DATABASE_INDEX;
    let mut check = Check::default();
    for index in upkeep::indexes(work.settings)? {
        let told = judge(work.settings, &index);
        let mend = match index.flaw {
            IndexFlaw::Leftover => Mend::Drop,
            IndexFlaw::Invalid => Mend::Remake,
            IndexFlaw::Bloated(_) if told.status != Status::Ok || work.force => Mend::Remake,
            _ => continue,
        };
        if work.dry_run {
            let verb = if mend == Mend::Drop { "would be removed" } else { "would be made anew" };
            check.add(Finding::ok(kind, &index.name, format!("{verb}: {}", told.message)));
            continue;
        }
        work.progress.start(&format!("reindex {}", index.name), 0);
        let mended = match mend {
            Mend::Drop => upkeep::drop_leftover(work.settings, &index.name),
            Mend::Remake => upkeep::reindex(work.settings, Some(&index.name)),
        };
        work.progress.finish();
        check.add(match mended {
            Ok(()) => {
                let verb = if mend == Mend::Drop { "removed" } else { "made anew" };
                Finding::ok(kind, &index.name, format!("{verb}: {}", told.message))
            }
            Err(problem) => Finding::critical(kind, &index.name, one_line(&problem))
                .remedy("the former index is still in use; mend that and reindex again"),
        });
    }
    if check.findings.is_empty() {
        check.add(Finding::ok(kind, work.settings.label(), "left alone: no index is invalid or bloated"));
    }
    Ok(check)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mend {
    Drop,
    Remake,
}
