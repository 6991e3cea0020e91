//! The packages that the site is built from: known vulnerabilities, later versions, pins, and the end of support.
//!
//! Files are read directly and pip and npm are asked where they can be; what nobody could be asked about is UNKNOWN.

mod advisories;
mod advisory;
mod copy;
mod duplicate;
mod end_of_life;
mod install;
mod inventory;
mod later;
mod losses;
mod node;
mod npm;
mod outdated;
mod package;
mod pins;
mod plan;
mod project;
mod python;
mod range;
mod requirements;
mod severity;
mod stage;
mod trial;
mod update;
mod vulnerable;

pub use advisory::Advisory;
pub use end_of_life::Product;
pub use later::Later;
pub use package::Ecosystem;
pub use package::Package;
pub use package::Step;
pub use package::Version;
pub use plan::Wanted;
pub use project::Project;
pub use severity::Severity;
pub use update::Order;
pub use update::Packages;
pub use update::Updated;

use crate::config::DatabaseConfig;
use crate::config::DependenciesConfig;
use crate::config::SiteConfig;
use crate::error;
use crate::progress::Progress;
use crate::state::State;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::path::Path;

/// Surroundings of a look at the packages.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    pub settings: &'a DependenciesConfig,
    pub site: &'a SiteConfig,
    pub database: &'a DatabaseConfig,
    /// Advisories in the OSV format.
    pub advisories: Option<&'a Path>,
    /// Whether pip-audit and npm audit, and the indexes, are left alone.
    pub offline: bool,
    /// What earlier runs found; without it everything is new.
    pub state: Option<&'a State>,
    pub now: Timestamp,
    pub progress: &'a dyn Progress,
}

/// What a look found, part by part.
#[derive(Debug)]
pub struct Looked {
    /// What could not be looked at.
    pub read: Check,
    pub vulnerable: Check,
    /// Missing where nobody was to be asked.
    pub outdated: Option<Check>,
    pub pinned: Check,
    pub end_of_life: Check,
    /// The later versions, by ecosystem and name.
    pub later: Vec<Later>,
}

impl Looked {
    /// All of it as one.
    pub fn together(self) -> Check {
        let mut check = Check::default();
        let parts = [
            Some(self.read),
            Some(self.vulnerable),
            self.outdated,
            Some(self.pinned),
            Some(self.end_of_life),
        ];
        for part in parts.into_iter().flatten() {
            check.absorb(part);
        }
        check
    }
}

/// Looks at everything; whatever goes wrong is a finding.
pub fn look(order: &Look<'_>) -> Looked {
    order.progress.start("looking at the packages", 0);
    let mut inventory = inventory::Inventory::take(order);
    let vulnerable = vulnerable::look(order, &inventory);
    let mut later = Vec::new();
    let outdated = (!order.offline && !inventory.packages.is_empty())
        .then(|| outdated::look(order, &inventory, &mut later));
    let pinned = outdated::pins(&inventory);
    let today = order.now.to_zoned(TimeZone::UTC).date();
    let end_of_life = match end_of_life::judge(&inventory.products, today, order.settings.end_of_life_days) {
        Ok(findings) => Check { findings, metrics: Vec::new() },
        Err(problem) => {
            Finding::unknown(&kinds::DEPENDENCY_END_OF_LIFE, "table", error::one_line(&problem)).into()
        }
    };
    order.progress.finish();
    Looked { read: std::mem::take(&mut inventory.check), vulnerable, outdated, pinned, end_of_life, later }
}
