//! The guide's tables in a PostgreSQL database that is there and empty, in one transaction.

use super::Seed;
use super::fill;
use super::fill::Target;
use super::occupied;
use crate::config::DatabaseConfig;
use crate::db::Access;
use crate::db::Value;
use crate::db::maintenance;
use crate::db::refusal::detail;
use crate::db::refusal::told;
use crate::db::session;
use crate::error::Error;
use crate::error::Kind;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;
use postgres::Client;
use postgres::GenericClient;
use postgres::Transaction;
use postgres::error::SqlState;
use postgres::types::ToSql;

const SCHEMA: &str = include_str!("guide_postgres.sql");

/// What stands in the schemas that are searched, less what extensions brought.
const OBJECTS: &str = "SELECT current_schema()::text, (SELECT count(*) FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = ANY (current_schemas(false)) AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
        AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend AS d WHERE d.objid = c.oid
            AND d.classid = 'pg_catalog.pg_class'::regclass AND d.deptype = 'e'))";

pub(super) fn create(settings: &DatabaseConfig, app: &str, seed: &Seed, now: Timestamp) -> Result<()> {
    let mut client = connect(settings, Access::Write)?;
    let mut make = || -> Result<()> {
        let mut transaction = client.transaction().map_err(|error| told(&error))?;
        require_empty(&mut transaction, settings)?;
        fill::fill(&mut transaction, SCHEMA, app, seed, now)?;
        transaction.commit().map_err(|error| told(&error))
    };
    make().with_context(|| format!("create the tables in {}", settings.label()))
}

pub(super) fn check_vacant(settings: &DatabaseConfig) -> Result<()> {
    require_empty(&mut connect(settings, Access::Read)?, settings)
}

fn connect(settings: &DatabaseConfig, access: Access) -> Result<Client> {
    session::client(&maintenance::address(settings)?, settings, access)
}

fn require_empty(client: &mut impl GenericClient, settings: &DatabaseConfig) -> Result<()> {
    let row = client.query_one(OBJECTS, &[]).map_err(|error| told(&error))?;
    let (schema, objects): (Option<String>, i64) = (row.try_get(0)?, row.try_get(1)?);
    if objects > 0 {
        return Err(occupied(format_args!("database {} holds tables already", settings.label())));
    }
    if schema.is_none() {
        return Err(Error::new(Kind::Failed, "no schema of the search path is there to make tables in")
            .hint("create it (CREATE SCHEMA public), or name another in the search_path of [database] url")
            .into());
    }
    Ok(())
}

fn refuse(error: &postgres::Error) -> anyhow::Error {
    if error.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) {
        return Error::new(Kind::Failed, format!("PostgreSQL: {}", detail(error)))
            .hint("let the role of [database] url make tables: ALTER DATABASE name OWNER TO role, or GRANT CREATE ON SCHEMA public TO role")
            .into();
    }
    told(error)
}

impl Target for Transaction<'_> {
    fn script(&mut self, sql: &str) -> Result<()> {
        self.batch_execute(sql).map_err(|error| refuse(&error))
    }

    fn insert(&mut self, sql: &str, values: &[Value]) -> Result<()> {
        let values: Vec<&(dyn ToSql + Sync)> =
            values.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
        self.execute(sql, &values).map(drop).map_err(|error| refuse(&error))
    }
}
