//! The guide's monthly checklist (Checklist de Maintenance, Mensuelle).

use super::Item;
use super::Period;
use super::Round;
use crate::backup::Kind;
use crate::database;
use crate::database::Work;
use crate::status::Check;
use anyhow::Result;

const DATABASE: &str = "Optimiser base de données";
const IMAGES: &str = "Optimiser images";
const RESTORE: &str = "Tester procédures de restauration";

const fn item(
    id: &'static str,
    title: &'static str,
    line: &'static str,
    check: fn(&mut Round<'_>) -> Result<Check>,
) -> Item {
    Item { id, title, line, period: Period::Monthly, check }
}

pub(super) const ITEMS: &[Item] = &[
    item("database.optimize", "Dead space and statistics", DATABASE, |round| mend(round, database::optimize)),
    item("database.reindex", "Indexes", DATABASE, |round| mend(round, database::reindex)),
    item("database.check", "Database looked over", DATABASE, |round| {
        database::check(&round.config.database, true)
    }),
    item("images.optimize", "Smaller pictures", IMAGES, |round| round.keeper()?.optimize_images()),
    item("images.orphans", "Files that nothing names", IMAGES, |round| round.keeper()?.look_for_orphans()),
    item("backup.full", "Full backup", RESTORE, |round| round.keeper()?.make(Kind::Full)),
    item("backup.verify", "Newest backups read through", RESTORE, |round| round.keeper()?.verify()),
    item("backup.drill", "Drill", RESTORE, |round| round.keeper()?.drill()),
];

fn mend(round: &mut Round<'_>, mending: fn(&mut Work<'_>) -> Result<Check>) -> Result<Check> {
    let (config, progress) = (round.config, round.progress);
    let keeper = round.keeper()?;
    let mut safe = false;
    let mut safety = || -> Result<()> {
        if !safe {
            keeper.before_rebuild()?;
            safe = true;
        }
        Ok(())
    };
    let mut work =
        Work { settings: &config.database, force: false, dry_run: false, safety: &mut safety, progress };
    mending(&mut work)
}
