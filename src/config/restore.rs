//! `[restore]`: how the site is stopped and started.

use crate::system::service::Service;
use serde::Deserialize;
use serde::Serialize;
use std::time::Duration;

/// What a restore does around the exchange (guide: Restaurer une Sauvegarde).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RestoreConfig {
    /// Units of systemd that are stopped meanwhile; without them and without commands, `NAME-backend` where systemd
    /// knows it.
    pub units: Option<Vec<String>>,
    /// Commands that stop and start the site, instead of units.
    pub stop: Option<String>,
    pub start: Option<String>,
    /// How long the site may take to answer after its start.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub patience: Duration,
}

impl Default for RestoreConfig {
    fn default() -> Self {
        Self { units: None, stop: None, start: None, patience: Duration::from_secs(30) }
    }
}

impl RestoreConfig {
    /// How the site is stopped; `None` where nothing is configured and systemd knows no unit of that name.
    pub fn service(&self, usual_unit: &str) -> Option<Service> {
        match (&self.stop, &self.start, &self.units) {
            (Some(stop), Some(start), _) => {
                Some(Service::Commands { stop: stop.clone(), start: start.clone() })
            }
            (_, _, Some(units)) => (!units.is_empty()).then(|| Service::Units(units.clone())),
            _ => Service::usual(usual_unit),
        }
    }

    /// Says what is wrong with the keys, by key.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.stop.is_some() != self.start.is_some() {
            let missing = if self.stop.is_some() { "start" } else { "stop" };
            return Err(format!("restore.{missing}: set both stop and start, or neither"));
        }
        if self.stop.is_some() && self.units.is_some() {
            return Err("restore.units: set either units or the commands stop and start".to_owned());
        }
        Ok(())
    }
}
