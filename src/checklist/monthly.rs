//! The guide's monthly checklist (Checklist de Maintenance, Mensuelle).

use super::Item;
use super::Period;
use super::Round;
use crate::backup::Kind;
use crate::database;
use crate::database::Work;
use crate::error;
use crate::stats;
use crate::status::Check;
use anyhow::Result;
use jiff::Timestamp;

const DATABASE: &str = "Optimiser base de données";
const IMAGES: &str = "Optimiser images";
const STATISTICS: &str = "Analyser statistiques";
const DOCUMENTATION: &str = "Mettre à jour documentation";
const RESTORE: &str = "Tester procédures de restauration";

pub(super) const ITEMS: &[Item] = &[
    Item::new(Period::Monthly, "database.optimize", "Dead space and statistics", DATABASE, |round| {
        mend(round, database::optimize)
    }),
    Item::new(Period::Monthly, "database.reindex", "Indexes", DATABASE, |round| {
        mend(round, database::reindex)
    }),
    Item::new(Period::Monthly, "database.check", "Database looked over", DATABASE, |round| {
        database::check(&round.config.database, true)
    }),
    // Before pictures are made anew: a file that changed lately is no orphan yet.
    Item::new(Period::Monthly, "images.orphans", "Files that nothing names", IMAGES, |round| {
        round.keeper()?.look_for_orphans()
    }),
    Item::new(Period::Monthly, "images.optimize", "Smaller pictures", IMAGES, |round| {
        round.keeper()?.optimize_images()
    }),
    Item::new(Period::Monthly, "stats", "Figures of the catalogue", STATISTICS, statistics),
    Item::new(Period::Monthly, "docs.report", "What changed among the products", DOCUMENTATION, |round| {
        round.keeper()?.report_products()
    }),
    Item::new(Period::Monthly, "docs.archive", "Older versions of the guides", DOCUMENTATION, |round| {
        round.keeper()?.archive_guides()
    }),
    Item::signed(
        Period::Monthly,
        "docs.procedures",
        "Guides and procedures brought up to date",
        DOCUMENTATION,
    ),
    Item::new(Period::Monthly, "backup.full", "Full backup", RESTORE, |round| {
        round.keeper()?.make(Kind::Full)
    }),
    Item::new(Period::Monthly, "backup.verify", "Newest backups read through", RESTORE, |round| {
        round.keeper()?.verify()
    }),
    Item::new(Period::Monthly, "backup.drill", "Drill", RESTORE, |round| round.keeper()?.drill()),
    Item::new(
        Period::Monthly,
        "remote.verify",
        "Copies away from this machine read through",
        RESTORE,
        |round| round.keeper()?.verify_remote(),
    ),
];

fn statistics(round: &mut Round<'_>) -> Result<Check> {
    let (config, now) = (round.config, round.now);
    let site = round.site().map_err(|error| anyhow::anyhow!("{}", error::one_line(error)))?;
    let figures = stats::read(site.database.as_mut(), &site.showcase, &config.site, now)?;
    let state = round.state.as_deref();
    let growth = stats::growth(&figures, now, &mut |metric| match state {
        Some(state) => state.history(metric, "", Timestamp::UNIX_EPOCH),
        None => Ok(Vec::new()),
    })?;
    Ok(stats::check(&figures, &growth))
}

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
