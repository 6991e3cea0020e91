//! The drills that came to an end: how each went, and how long it took.

use super::KEPT_DAYS;
use super::State;
use crate::status::Status;
use anyhow::Context;
use anyhow::Result;
use jiff::SignedDuration;
use jiff::Timestamp;
use rusqlite::params;

/// One drill.
#[derive(Debug, Clone, PartialEq)]
pub struct Drill {
    /// Name of the artefact.
    pub name: String,
    pub at: Timestamp,
    /// Word of the artefact's kind: `full`.
    pub kind: String,
    pub status: Status,
    /// The worst that was found.
    pub message: String,
    pub seconds: f64,
}

impl Drill {
    /// Whether the site came back.
    pub fn passed(&self) -> bool {
        self.status < Status::Unknown
    }
}

impl State {
    /// Records a drill, and forgets those older than 400 days.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub fn record_drill(&mut self, drill: &Drill) -> Result<()> {
        let oldest = drill.at - SignedDuration::from_hours(24 * KEPT_DAYS);
        self.transaction(|transaction| {
            transaction.execute("DELETE FROM drill WHERE at < ?1", [oldest.as_microsecond()])?;
            transaction.execute(
                "INSERT OR REPLACE INTO drill (name, at, kind, status, message, seconds)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    drill.name,
                    drill.at.as_microsecond(),
                    drill.kind,
                    drill.status.label(),
                    drill.message,
                    drill.seconds
                ],
            )?;
            Ok(())
        })
        .with_context(|| format!("record the drill of {}", drill.name))
    }

    /// All recorded drills, oldest first.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub fn drills(&self) -> Result<Vec<Drill>> {
        let read = || -> Result<Vec<Drill>> {
            let mut query = self
                .connection
                .prepare("SELECT name, at, kind, status, message, seconds FROM drill ORDER BY at, name")?;
            let rows = query.query_map([], |row| {
                let status: String = row.get(3)?;
                let drill = (row.get(0)?, row.get::<_, i64>(1)?, row.get(2)?, row.get(4)?, row.get(5)?);
                Ok((drill, status))
            })?;
            rows.map(|row| {
                let ((name, at, kind, message, seconds), status) = row?;
                let at = Timestamp::from_microsecond(at)?;
                Ok(Drill { name, at, kind, status: Status::named(&status)?, message, seconds })
            })
            .collect()
        };
        read().context("read the drills")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drills_are_kept_for_four_hundred_days() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut state = State::open(folder.path()).expect("state");
        let drill = |days: i64, status| Drill {
            name: format!("backup_{days}"),
            at: Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * days),
            kind: "full".to_owned(),
            status,
            message: "as it was".to_owned(),
            seconds: 4.1,
        };
        for (days, status) in [(0, Status::Ok), (401, Status::Critical), (402, Status::Warning)] {
            state.record_drill(&drill(days, status)).expect("record");
        }
        let kept = state.drills().expect("read");
        assert_eq!(kept, [drill(401, Status::Critical), drill(402, Status::Warning)]);
        assert_eq!(kept.iter().map(Drill::passed).collect::<Vec<_>>(), [false, true]);
    }
}
