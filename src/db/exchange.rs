//! The live database and a restored one change places.
//!
//! PostgreSQL renames databases transactionally: both renames are one transaction, which a crash of sitekeep or of the
//! server leaves done or not done, never half. What a crash can leave is the live database closed to connections, as it
//! is in the moments before; [`recover_exchange`] opens it again. Should a name be missing all the same (somebody
//! renamed by hand), it puts the restored database there, or else the former one.
//!
//! The site must be stopped: whoever is connected to either database is disconnected.

use super::identifier::quoted;
use super::maintenance;
use super::refusal::told;
use crate::config::DatabaseConfig;
use crate::error::Error;
use crate::error::Kind;
use anyhow::Context;
use anyhow::Result;
use postgres::Client;
use serde::Serialize;
use std::time::Duration;
use std::time::Instant;

/// How often connections that were told to end are looked for.
const PAUSE: Duration = Duration::from_millis(10);

/// How an exchange that may have been interrupted stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExchangeState {
    /// The restored database is the live one.
    Completed,
    /// The live database is the one it always was.
    Reverted,
}

/// Renames the live database to `former` and the database `fresh` to the live one's name, in one go.
///
/// The live name is that of the settings; `fresh` and `former` begin with `sitekeep_`.
///
/// # Errors
/// When a database is missing, `former` exists, or the role does not own both; all is as before then.
pub fn exchange(settings: &DatabaseConfig, fresh: &str, former: &str) -> Result<()> {
    let change = || -> Result<()> {
        let live = names(settings, fresh, former)?;
        let mut client = maintenance::connect(settings)?;
        anyhow::ensure!(
            current(&mut client)? != live,
            "the database postgres is closed to this role, and a database cannot be renamed from within"
        );
        for (name, wanted) in [(live.as_str(), true), (fresh, true), (former, false)] {
            let word = if wanted { "is not there" } else { "is there already" };
            anyhow::ensure!(exists(&mut client, name)? == wanted, "database {} {word}", quoted(name));
        }
        let result = close(&mut client, settings, &[&live, fresh]).and_then(|()| {
            let sql = format!(
                "BEGIN; ALTER DATABASE {live} RENAME TO {former}; ALTER DATABASE {fresh} RENAME TO {live};
                 ALTER DATABASE {live} ALLOW_CONNECTIONS true; ALTER DATABASE {former} ALLOW_CONNECTIONS true; COMMIT",
                live = quoted(&live),
                fresh = quoted(fresh),
                former = quoted(former),
            );
            client.batch_execute(&sql).map_err(|error| told(&error))
        });
        if result.is_err() {
            // The first error is the one to tell; recover_exchange does the same later.
            let _ = client.batch_execute("ROLLBACK");
            let _ = open(&mut client, &live);
            let _ = open(&mut client, fresh);
        }
        result
    };
    change().with_context(|| format!("put database {} in the place of the live one", quoted(fresh)))
}

/// Finishes or takes back an [`exchange`] that was interrupted, and opens the live database; harmless when none was.
///
/// # Errors
/// When the server cannot be asked, or neither database is there.
pub fn recover_exchange(settings: &DatabaseConfig, fresh: &str, former: &str) -> Result<ExchangeState> {
    let recover = || -> Result<ExchangeState> {
        let live = names(settings, fresh, former)?;
        let mut client = maintenance::connect(settings)?;
        let rename = |client: &mut Client, from: &str| {
            let sql = format!("ALTER DATABASE {} RENAME TO {}", quoted(from), quoted(&live));
            client.batch_execute(&sql).map_err(|error| told(&error))
        };
        let state =
            match (exists(&mut client, &live)?, exists(&mut client, fresh)?, exists(&mut client, former)?) {
                (true, false, true) => ExchangeState::Completed,
                (true, _, _) => ExchangeState::Reverted,
                (false, true, _) => {
                    rename(&mut client, fresh)?;
                    ExchangeState::Completed
                }
                (false, false, true) => {
                    rename(&mut client, former)?;
                    ExchangeState::Reverted
                }
                (false, false, false) => anyhow::bail!("none of the three databases is there"),
            };
        for name in [live.as_str(), fresh, former] {
            if exists(&mut client, name)? {
                open(&mut client, name)?;
            }
        }
        Ok(state)
    };
    recover().with_context(|| format!("recover from the exchange with database {}", quoted(fresh)))
}

/// The live name, when the three can be told apart.
fn names(settings: &DatabaseConfig, fresh: &str, former: &str) -> Result<String> {
    maintenance::check_scratch(settings, fresh)?;
    maintenance::check_scratch(settings, former)?;
    anyhow::ensure!(fresh != former, "the restored and the former database have one name");
    maintenance::name_of(settings)
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
