//! The guide's weekly checklist (Checklist de Maintenance, Hebdomadaire).

use super::Item;
use super::Period;
use super::Round;
use crate::backup::Kind;
use crate::database;
use crate::dependencies;
use crate::dependencies::Look;
use crate::images;
use crate::logs;
use crate::quarantine::Quarantine;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use crate::units::ByteSize;
use anyhow::Result;

const TEMPORARY: &str = "Nettoyer fichiers temporaires";

pub(super) const ITEMS: &[Item] = &[
    Item::new(
        Period::Weekly,
        "backup.database",
        "Backup of the database",
        "Sauvegarde base de données",
        |round| round.keeper()?.make(Kind::Database),
    ),
    Item::new(Period::Weekly, "backup.media", "Backup of the media", "Sauvegarde fichiers media", |round| {
        round.keeper()?.make(Kind::Media)
    }),
    Item::new(Period::Weekly, "database.sessions", "Expired sessions", TEMPORARY, |round| {
        database::clear_sessions(&round.config.database, round.now, false, round.progress)
    }),
    Item::new(Period::Weekly, "logs.clean", "Old logs", TEMPORARY, |round| {
        logs::clean(&round.config.logs, round.now, false)
    }),
    Item::new(Period::Weekly, "images.uploads", "Left-over uploads", TEMPORARY, |round| {
        Ok(images::clear_uploads(&round.config.images, round.now, false))
    }),
    Item::new(Period::Weekly, "quarantine.purge", "What was kept for undo", TEMPORARY, purge),
    Item::new(
        Period::Weekly,
        "dependencies.check",
        "Vulnerable and outdated packages",
        "Vérifier mises à jour sécurité",
        |round| Ok(dependencies(round)),
    ),
];

/// Looks at the project's packages, and asks whom the settings name.
fn dependencies(round: &Round<'_>) -> Check {
    let looked = dependencies::look(&Look {
        settings: &round.config.dependencies,
        site: &round.config.site,
        database: &round.config.database,
        advisories: round.config.dependencies.advisories.as_deref(),
        offline: false,
        state: round.state.as_deref(),
        now: round.now,
        progress: round.progress,
    });
    looked.together()
}

/// Removes what has been kept for its time.
fn purge(round: &mut Round<'_>) -> Result<Check> {
    let kind = &kinds::QUARANTINE;
    let mut check = Check::default();
    let folder = round.keeper()?.state_folder().to_owned();
    let quarantine = Quarantine::new(&folder, &round.config.database);
    for change in quarantine.expired(&round.config.quarantine, round.now)? {
        let bytes = ByteSize(change.bytes());
        quarantine.discard(&change)?;
        check.add(Finding::ok(kind, &change.run, format!("removed: {} ({bytes})", change.command)));
    }
    if check.findings.is_empty() {
        check.add(Finding::ok(kind, "quarantine", "nothing is past its time"));
    }
    Ok(check)
}
