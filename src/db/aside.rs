//! The other state of a PostgreSQL database, kept beside the live one: restored and not yet live, or live before.
//!
//! It is a database of its own, or, where the role may create none, a schema within the live database. Either changes
//! places with the live one in one transaction, which a crash of sitekeep or of the server leaves done or not done;
//! doing it a second time takes it back. What a crash can leave is a database closed to connections, as both are in the
//! moments before; [`reopen`] opens them again.
//!
//! The site must be stopped: whoever is connected to either database is disconnected.

use super::Access;
use super::identifier::quoted;
use super::maintenance;
use super::refusal::told;
use super::session;
use crate::config::DatabaseConfig;
use crate::error::Error;
use crate::error::Kind;
use anyhow::Context;
use anyhow::Result;
use postgres::Client;
use serde::Deserialize;
use serde::Serialize;
use std::time::Duration;
use std::time::Instant;

/// How often connections that were told to end are looked for.
const PAUSE: Duration = Duration::from_millis(10);

/// Where the other state is; the name begins with `sitekeep_` ([`super::scratch_name`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aside {
    Database(String),
    Schema(String),
}

impl Aside {
    pub fn name(&self) -> &str {
        match self {
            Self::Database(name) | Self::Schema(name) => name,
        }
    }

    /// The settings that lead to it, where `live` are those of the live database.
    ///
    /// # Errors
    /// When the live database is none of PostgreSQL, or its address fixes another name.
    pub fn settings(&self, live: &DatabaseConfig) -> Result<DatabaseConfig> {
        match self {
            Self::Database(name) => maintenance::pointing_to(live, name),
            Self::Schema(name) => maintenance::pointing_to_schema(live, name),
        }
    }

    /// Removes it; one that is not there is no error.
    ///
    /// # Errors
    /// When its name does not begin with `sitekeep_`, or the role may not.
    pub fn drop(&self, live: &DatabaseConfig) -> Result<()> {
        match self {
            Self::Database(name) => maintenance::drop_database(live, name),
            Self::Schema(name) => {
                maintenance::check_scratch(live, name)?;
                let mut client = within(live)?;
                let sql = format!("DROP SCHEMA IF EXISTS {} CASCADE", quoted(name));
                client
                    .batch_execute(&sql)
                    .map_err(|error| told(&error))
                    .with_context(|| format!("drop schema {}", quoted(name)))
            }
        }
    }

    /// What stands under the live name and under this one: numbers that stay with it whatever it is called.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub fn identities(&self, live: &DatabaseConfig) -> Result<(Option<String>, Option<String>)> {
        let (mut client, sql, own) = match self {
            Self::Database(_) => (
                maintenance::connect(live)?,
                "SELECT oid::text FROM pg_catalog.pg_database WHERE datname = $1",
                maintenance::name_of(live)?,
            ),
            Self::Schema(_) => {
                let mut client = within(live)?;
                let own = live_schema(&mut client)?;
                (client, "SELECT oid::text FROM pg_catalog.pg_namespace WHERE nspname = $1", own)
            }
        };
        let mut of = |name: &str| -> Result<Option<String>> {
            let row = client.query_opt(sql, &[&name]).map_err(|error| told(&error))?;
            Ok(row.map(|row| row.try_get(0)).transpose()?)
        };
        Ok((of(&own)?, of(self.name())?))
    }
}

/// Exchanges the live state and the one beside it.
///
/// # Errors
/// When either is missing, the role does not own both, or connections do not end; all is as before then.
pub fn exchange(settings: &DatabaseConfig, aside: &Aside) -> Result<()> {
    maintenance::check_scratch(settings, aside.name())?;
    let change = || match aside {
        Aside::Database(name) => exchange_databases(settings, name),
        Aside::Schema(name) => exchange_schemas(settings, name),
    };
    change().with_context(|| format!("put {} in the place of the live database", quoted(aside.name())))
}

/// Lets connections in again, after an [`exchange`] that was cut off; harmless when none was.
///
/// # Errors
/// When the server cannot be asked.
pub fn reopen(settings: &DatabaseConfig, aside: &Aside) -> Result<()> {
    let Aside::Database(name) = aside else { return Ok(()) };
    maintenance::check_scratch(settings, name)?;
    let mut client = maintenance::connect(settings)?;
    for name in [maintenance::name_of(settings)?.as_str(), name] {
        if exists(&mut client, name)? {
            open(&mut client, name)?;
        }
    }
    Ok(())
}

/// The name that one of the two has within the transaction.
fn between(name: &str) -> Result<String> {
    let between = super::scratch_name("between", name);
    anyhow::ensure!(between != name, "{} is no name to work with", quoted(name));
    Ok(between)
}

fn exchange_databases(settings: &DatabaseConfig, kept: &str) -> Result<()> {
    let live = maintenance::name_of(settings)?;
    let mut client = maintenance::connect(settings)?;
    anyhow::ensure!(
        current(&mut client)? != live,
        "the database postgres is closed to this role, and a database cannot be renamed from within"
    );
    for name in [live.as_str(), kept] {
        anyhow::ensure!(exists(&mut client, name)?, "database {} is not there", quoted(name));
    }
    let sql = format!(
        "BEGIN; ALTER DATABASE {live} RENAME TO {between}; ALTER DATABASE {kept} RENAME TO {live};
         ALTER DATABASE {between} RENAME TO {kept};
         ALTER DATABASE {live} ALLOW_CONNECTIONS true; ALTER DATABASE {kept} ALLOW_CONNECTIONS true; COMMIT",
        live = quoted(&live),
        kept = quoted(kept),
        between = quoted(&between(kept)?),
    );
    let result = close(&mut client, settings, &[&live, kept])
        .and_then(|()| client.batch_execute(&sql).map_err(|error| told(&error)));
    if result.is_err() {
        // The first error is the one to tell; `reopen` does the same later.
        let _ = client.batch_execute("ROLLBACK");
        let _ = open(&mut client, &live);
        let _ = open(&mut client, kept);
    }
    result
}

fn exchange_schemas(settings: &DatabaseConfig, kept: &str) -> Result<()> {
    let mut client = within(settings)?;
    let live = live_schema(&mut client)?;
    let sql = format!(
        "BEGIN; ALTER SCHEMA {live} RENAME TO {between}; ALTER SCHEMA {kept} RENAME TO {live};
         ALTER SCHEMA {between} RENAME TO {kept}; COMMIT",
        live = quoted(&live),
        kept = quoted(kept),
        between = quoted(&between(kept)?),
    );
    client.batch_execute(&sql).map_err(|error| told(&error))
}

/// A connection to the live database itself, without a limit on how long a statement takes.
pub(super) fn within(settings: &DatabaseConfig) -> Result<Client> {
    let mut client = session::client(&maintenance::address(settings)?, settings, Access::Write)?;
    client.batch_execute("SET statement_timeout = 0").map_err(|error| told(&error))?;
    Ok(client)
}

/// The schema that the site's tables are in: the first of its search path.
pub(super) fn live_schema(client: &mut Client) -> Result<String> {
    let row = client.query_one("SELECT current_schema()::text", &[]).map_err(|error| told(&error))?;
    row.try_get::<_, Option<String>>(0)?.context("no schema of the search path is there")
}

fn current(client: &mut Client) -> Result<String> {
    let row = client.query_one("SELECT current_database()::text", &[]).map_err(|error| told(&error))?;
    Ok(row.try_get(0)?)
}

fn exists(client: &mut Client, name: &str) -> Result<bool> {
    let row = client
        .query_one("SELECT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = $1)", &[&name])
        .map_err(|error| told(&error))?;
    Ok(row.try_get(0)?)
}

/// Lets nobody in any more, and waits until those who are in have gone.
fn close(client: &mut Client, settings: &DatabaseConfig, names: &[&str]) -> Result<()> {
    for name in names {
        let sql = format!("ALTER DATABASE {} ALLOW_CONNECTIONS false", quoted(name));
        client.batch_execute(&sql).map_err(|error| told(&error))?;
    }
    let deadline = Instant::now() + settings.timeout;
    // Autovacuum workers have no user; the rename itself ends them.
    loop {
        let row = client
            .query_one(
                "SELECT count(*), count(pg_terminate_backend(pid)) FROM pg_catalog.pg_stat_activity
                 WHERE datname = ANY ($1) AND usesysid IS NOT NULL AND pid <> pg_backend_pid()",
                &[&names],
            )
            .map_err(|error| told(&error))?;
        let left: i64 = row.try_get(0)?;
        if left == 0 {
            return Ok(());
        }
        if Instant::now() >= deadline {
            return Err(Error::new(Kind::Failed, format!("{left} connections to the database do not end"))
                .hint("stop what is connected: SELECT * FROM pg_stat_activity")
                .into());
        }
        std::thread::sleep(PAUSE);
    }
}

fn open(client: &mut Client, name: &str) -> Result<()> {
    let sql = format!("ALTER DATABASE {} ALLOW_CONNECTIONS true", quoted(name));
    client.batch_execute(&sql).map_err(|error| told(&error))
}
