//! Which backups were read through or restored in a drill, and when: the last ones survive every rotation. And which
//! were found damaged when they were read.

use super::State;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;
use rusqlite::params;
use std::collections::BTreeMap;

/// What the last reading of an artefact found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    pub at: Timestamp,
    pub message: String,
}

impl State {
    /// Records that an artefact was found sound at a time.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub fn record_verified(&mut self, artefact: &str, at: Timestamp) -> Result<()> {
        self.transaction(|transaction| {
            transaction.execute("DELETE FROM artefact_damaged WHERE name = ?1", [artefact])?;
            transaction.execute(
                "INSERT OR REPLACE INTO artefact_verified (name, at) VALUES (?1, ?2)",
                params![artefact, at.as_microsecond()],
            )?;
            Ok(())
        })
        .with_context(|| format!("record that {artefact} is sound"))
    }

    /// Records that an artefact was found damaged at a time: it was verified no more, whatever was found before.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub fn record_damaged(&mut self, artefact: &str, at: Timestamp, damage: &str) -> Result<()> {
        self.transaction(|transaction| {
            transaction.execute("DELETE FROM artefact_verified WHERE name = ?1", [artefact])?;
            transaction.execute(
                "INSERT OR REPLACE INTO artefact_damaged (name, at, damage) VALUES (?1, ?2, ?3)",
                params![artefact, at.as_microsecond(), damage],
            )?;
            Ok(())
        })
        .with_context(|| format!("record that {artefact} is damaged"))
    }

    /// Records that an artefact was restored in a drill at a time.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub fn record_drilled(&mut self, artefact: &str, at: Timestamp) -> Result<()> {
        self.connection
            .execute(
                "INSERT OR REPLACE INTO artefact_drilled (name, at) VALUES (?1, ?2)",
                params![artefact, at.as_microsecond()],
            )
            .with_context(|| format!("record that {artefact} was drilled"))?;
        Ok(())
    }

    /// Forgets artefacts that were removed.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub fn forget_artefacts(&mut self, names: &[String]) -> Result<()> {
        self.transaction(|transaction| {
            for table in ["artefact_verified", "artefact_drilled", "artefact_damaged"] {
                let mut delete = transaction.prepare(&format!("DELETE FROM {table} WHERE name = ?1"))?;
                for name in names {
                    delete.execute([name])?;
                }
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
        self.artefacts("artefact_verified")
    }

    /// When each artefact was last restored in a drill.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub fn drilled_artefacts(&self) -> Result<BTreeMap<String, Timestamp>> {
        self.artefacts("artefact_drilled")
    }

    /// The artefacts whose last reading found damage.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub fn damaged_artefacts(&self) -> Result<BTreeMap<String, Damage>> {
        let read = || -> Result<BTreeMap<String, Damage>> {
            let mut query = self.connection.prepare("SELECT name, at, damage FROM artefact_damaged")?;
            let rows = query.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?, row.get(2)?)))?;
            rows.map(|row| {
                let (name, at, message) = row?;
                Ok((name, Damage { at: Timestamp::from_microsecond(at)?, message }))
            })
            .collect()
        };
        read().context("read which backups are damaged")
    }

    fn artefacts(&self, table: &str) -> Result<BTreeMap<String, Timestamp>> {
        let read = || -> Result<BTreeMap<String, Timestamp>> {
            let mut query = self.connection.prepare(&format!("SELECT name, at FROM {table}"))?;
            let rows = query.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
            rows.map(|row| {
                let (name, at) = row?;
                Ok((name, Timestamp::from_microsecond(at)?))
            })
            .collect()
        };
        read().context("read which backups were verified and drilled")
    }
}
