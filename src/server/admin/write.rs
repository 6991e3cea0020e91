//! What is written: under the lock of the site, as the commands write it, and undoable like theirs.

use super::Admin;
use super::session::Rights;
use crate::config::Config;
use crate::db;
use crate::db::Access;
use crate::db::Showcase;
use crate::db::rows::RowChange;
use crate::error;
use crate::error::Kind;
use crate::error::one_line;
use crate::images;
use crate::products;
use crate::products::Catalogue;
use crate::products::Order;
use crate::products::Planner;
use crate::products::Setting;
use crate::products::What;
use crate::quarantine::Change;
use crate::quarantine::Phase;
use crate::quarantine::Quarantine;
use crate::system::lock;
use crate::system::random;
use anyhow::Result;
use std::sync::Arc;
use std::time::Duration;

/// How long a click waits for a command that is at work.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why nothing was written.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Another run is at work.
    Busy,
    /// The product is not as the page showed it.
    Moved,
    /// There is no such product or change.
    Gone,
    NoRight,
    Other(anyhow::Error),
}

impl From<anyhow::Error> for Refusal {
    fn from(problem: anyhow::Error) -> Self {
        if error::exit_code(&problem) == Kind::Locked.exit_code() { Self::Busy } else { Self::Other(problem) }
    }
}

impl Refusal {
    /// For people, in French; what only the machine knows stays in its own words.
    pub(super) fn told(&self) -> String {
        match self {
            Self::Busy => {
                "Une autre opération est en cours sur le site. Rien n'a été enregistré : réessayez dans un instant."
                    .to_owned()
            }
            Self::Moved => {
                "Ce produit a été modifié entre-temps par quelqu'un d'autre. Rien n'a été enregistré : regardez-le de nouveau."
                    .to_owned()
            }
            Self::Gone => "Cela n'existe plus. Rien n'a été enregistré.".to_owned(),
            Self::NoRight => "Ce compte n'a pas le droit de faire cela. Rien n'a été enregistré.".to_owned(),
            Self::Other(problem) => {
                let hint = error::hints(problem).first().map(|hint| format!(" ({hint})")).unwrap_or_default();
                format!("Rien n'a été enregistré : {}{hint}", one_line(problem))
            }
        }
    }
}

/// Collects what is wanted; called with the products as they are under the lock.
pub(super) type Plan = Box<dyn FnOnce(&mut Planner<'_>, &Catalogue) -> Result<(), Refusal> + Send>;

/// Plans and carries out on a thread of its own.
pub(super) async fn change(
    admin: &Arc<Admin>,
    user: &str,
    command: &'static str,
    plan: Plan,
) -> Result<(), Refusal> {
    let (admin, user) = (Arc::clone(admin), user.to_owned());
    on_its_own_thread(move || {
        let (config, now) = (&admin.config, (admin.site.clock)());
        let (_lock, quarantine) = begin(&admin, command)?;
        let catalogue =
            Catalogue::read(db::connect(&config.database, Access::Read)?.as_mut(), &config.site.app)?;
        let rule = |path: &std::path::Path| images::accept(&config.images, path);
        let setting = Setting { media: &config.site.media, now, zone: &admin.site.zone, rule: &rule };
        let mut planner = Planner::new(&catalogue, setting);
        plan(&mut planner, &catalogue)?;
        let plan = planner.finish();
        let run = random::run_id(now);
        let mut touched = plan.told.iter().filter(|told| told.what != What::Unchanged);
        let what = match (touched.next(), touched.count()) {
            (Some(one), 0) => one.slug.clone(),
            (_, more) => format!("{} products", more + 1),
        };
        let order = Order {
            config,
            quarantine: &quarantine,
            run: &run,
            command: format!("{command} {what} ({user})"),
            now,
        };
        products::carry_out(order, &catalogue.layout, &plan)?;
        Ok(())
    })
    .await
}

/// The changes of rows that are kept, newest first.
pub(super) async fn changes(admin: &Arc<Admin>) -> Result<Vec<Change>, Refusal> {
    let admin = Arc::clone(admin);
    on_its_own_thread(move || {
        let quarantine = Quarantine::new(&admin.state_folder, &admin.config.database);
        let mut changes = quarantine.list()?;
        changes.retain(|change| {
            change.rows.is_some() && matches!(change.phase, Phase::Applied | Phase::Reverted)
        });
        changes.reverse();
        Ok(changes)
    })
    .await
}

/// Takes a change of rows back, where these rights are enough for all of its rows.
pub(super) async fn undo(admin: &Arc<Admin>, rights: Rights, run: &str) -> Result<(), Refusal> {
    let (admin, run) = (Arc::clone(admin), run.to_owned());
    on_its_own_thread(move || {
        let (_lock, quarantine) = begin(&admin, "undo")?;
        let found = quarantine
            .list()?
            .into_iter()
            .find(|change| change.run == run && change.rows.is_some() && change.phase == Phase::Applied);
        let mut change = found.ok_or(Refusal::Gone)?;
        if !rights.categories && has_categories(&admin.config, &quarantine.rows(&change)?)? {
            return Err(Refusal::NoRight);
        }
        quarantine.turn_rows(&mut change)?;
        Ok(())
    })
    .await
}

fn has_categories(config: &Config, rows: &[RowChange]) -> Result<bool> {
    let schema = db::connect(&config.database, Access::Read)?.schema()?;
    let category = Showcase::resolve(schema, &config.site.app)?.category;
    Ok(rows.iter().any(|row| Some(&row.table) == category.as_ref()))
}

/// Keeps every other run away, and finishes what a killed one left half done.
fn begin<'a>(admin: &'a Admin, purpose: &str) -> Result<(lock::Lock, Quarantine<'a>)> {
    let held = lock::acquire(&admin.state_folder.join("lock"), PATIENCE, &format!("admin: {purpose}"))?;
    let quarantine = Quarantine::new(&admin.state_folder, &admin.config.database);
    for one in quarantine.recover()? {
        let outcome = if one.is_applied { "it is finished" } else { "the former state is live" };
        admin.log.line(format!("warning: `{}` was cut off; {outcome}", one.change.command));
    }
    Ok((held, quarantine))
}

/// Database clients block, and PostgreSQL's must not be dropped on a thread of the runtime.
async fn on_its_own_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(_) => {
            Err(Refusal::Other(anyhow::anyhow!("the work crashed; the next one puts in order what it left")))
        }
    }
}
