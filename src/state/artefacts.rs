//! Which backups were read through, and when: the last one that was survives every rotation.

use super::State;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;
use rusqlite::params;
use std::collections::BTreeMap;

impl State {
    /// Records that an artefact was found sound at a time.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub fn record_verified(&mut self, artefact: &str, at: Timestamp) -> Result<()> {
        self.connection
            .execute(
                "INSERT OR REPLACE INTO artefact_verified (name, at) VALUES (?1, ?2)",
                params![artefact, at.as_microsecond()],
            )
            .with_context(|| format!("record that {artefact} is sound"))?;
        Ok(())
    }

    /// Forgets artefacts that were removed.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub fn forget_artefacts(&mut self, names: &[String]) -> Result<()> {
        self.transaction(|transaction| {
            let mut delete = transaction.prepare("DELETE FROM artefact_verified WHERE name = ?1")?;
            for name in names {
                delete.execute([name])?;
            }
            Ok(())
        })
        .context("forget the removed backups")
    }

    /// When each artefact was last found sound.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub fn verified_artefacts(&self) -> Result<BTreeMap<String, Timestamp>> {
        let read = || -> Result<BTreeMap<String, Timestamp>> {
            let mut query = self.connection.prepare("SELECT name, at FROM artefact_verified")?;
            let rows = query.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
            rows.map(|row| {
                let (name, at) = row?;
                Ok((name, Timestamp::from_microsecond(at)?))
            })
            .collect()
        };
        read().context("read which backups were verified")
    }
}
