//! The rotation of the copies: the rules of the full backups, decided here, carried out by restic on exactly those.

use super::Remote;
use super::Snapshot;
use crate::backup::Artefact;
use crate::backup::Kind;
use crate::backup::Plan;
use crate::backup::Protected;
use crate::backup::Standing;
use crate::backup::retention;
use crate::config::RetentionConfig;
use crate::error::Error;
use crate::error::Kind as ErrorKind;
use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;

impl Remote<'_> {
    /// Plans the rotation; the names in the plan are the first 8 digits of identifiers.
    pub fn plan(snapshots: &[Snapshot], policy: RetentionConfig, now: Timestamp, zone: &TimeZone) -> Plan {
        let copies: Vec<Artefact> = snapshots.iter().map(as_artefact).collect();
        retention::plan(&copies, Kind::Full, policy, now, zone, Protected::default())
    }

    /// Removes the copies of a plan, and the data that no other needs.
    ///
    /// # Errors
    /// When the settings do not allow it, or restic cannot.
    pub fn forget(&self, plan: &Plan) -> Result<()> {
        if self.settings.append_only {
            return Err(Error::new(
                ErrorKind::Config,
                "nothing is removed there: [remote] append_only = true",
            )
            .hint("rotate from a machine that may, or set append_only = false where this one may")
            .into());
        }
        let mut arguments: Vec<String> = ["forget", "--prune", "--"].map(ToOwned::to_owned).into();
        arguments.extend(plan.remove.iter().cloned());
        let told = self.restic.work(&arguments, &mut |_| {})?;
        told.map(|_| ()).map_err(|refusal| self.restic.error(&refusal))
    }
}

/// A copy as the rules of the rotation know backups.
fn as_artefact(snapshot: &Snapshot) -> Artefact {
    Artefact {
        name: snapshot.short().to_owned(),
        path: std::path::PathBuf::new(),
        kind: Kind::Full,
        created_at: snapshot.time,
        size: snapshot.bytes().unwrap_or(0),
        standing: Standing::Ours,
        summary: None,
    }
}
