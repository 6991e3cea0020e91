//! The checklists that run by themselves: units of systemd or lines of cron, made from the settings, installed,
//! removed, and held against what took place.

mod check;
mod cron;
mod difference;
mod file;
mod install;
mod period;
mod plan;
mod runs;
mod units;

pub use check::Installed;
pub use check::Wanted;
pub use check::check;
pub use check::installed;
pub use check::names;
pub use check::unscheduled;
pub use difference::difference;
pub use file::File;
pub use install::Act;
pub use install::Step;
pub use install::apply;
pub use install::plan_install;
pub use install::plan_remove;
pub use period::Period;
pub use plan::Plan;
pub use runs::Record;

use std::path::Path;
use std::path::PathBuf;

/// What starts the runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    Systemd,
    Cron,
}

impl Flavour {
    pub const ALL: [Self; 2] = [Self::Systemd, Self::Cron];

    pub fn word(self) -> &'static str {
        match self {
            Self::Systemd => "systemd",
            Self::Cron => "cron",
        }
    }

    /// Folder of its files below `root`.
    pub fn folder(self, root: &Path) -> PathBuf {
        root.join(match self {
            Self::Systemd => "etc/systemd/system",
            Self::Cron => "etc/cron.d",
        })
    }

    /// The files of a plan.
    pub fn files(self, plan: &Plan) -> Vec<File> {
        match self {
            Self::Systemd => units::files(plan),
            Self::Cron => vec![cron::file(plan)],
        }
    }
}

/// Names of the timers.
pub fn timers() -> Vec<String> {
    Period::ALL.iter().map(|period| format!("sitekeep-{}.timer", period.word())).collect()
}
