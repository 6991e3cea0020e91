//! The version of the database's server.

use super::Access;
use super::connect;
use crate::config::DatabaseConfig;
use crate::config::DatabaseSource;
use anyhow::Context;
use anyhow::Result;

/// Version of the PostgreSQL server; `None` for SQLite, which is part of the programs that open it.
///
/// # Errors
/// When the server cannot be asked.
pub fn server_version(settings: &DatabaseConfig) -> Result<Option<String>> {
    if let DatabaseSource::Sqlite(_) = settings.source() {
        return Ok(None);
    }
    let ask = || -> Result<String> {
        let rows = connect(settings, Access::Read)?.query("SELECT current_setting('server_version')", &[])?;
        rows.first().context("the server says nothing")?.text(0)
    };
    ask().map(Some).context("ask for the version of the database's server")
}
