//! Django's cache table, as `createcachetable` makes it.

use crate::config::DatabaseConfig;
use crate::db::Access;
use crate::db::Engine;
use crate::db::connect;
use crate::db::identifier::quoted;
use crate::error::Error;
use crate::error::Kind;
use anyhow::Result;
use anyhow::bail;

/// Longest name that both engines keep whole with the index's ending.
const LONGEST_NAME: usize = 55;

/// Makes the table with its index; `false` when it is there already.
///
/// # Errors
/// When the name is none, the table there is another's, or the database refuses; nothing is made then.
pub fn create_cache_table(settings: &DatabaseConfig, name: &str, dry_run: bool) -> Result<bool> {
    if name.is_empty() || name.len() > LONGEST_NAME || name.contains('\0') {
        bail!("`{name}` is no name of a cache table");
    }
    let mut database = connect(settings, if dry_run { Access::Read } else { Access::Write })?;
    let schema = database.schema()?;
    if let Some(table) = schema.tables.get(name) {
        if ["cache_key", "value", "expires"].iter().all(|column| table.columns.contains(*column)) {
            return Ok(false);
        }
        return Err(Error::new(
            Kind::Failed,
            format!("there is a table {name} already, and it is no cache table"),
        )
        .hint("give another name, and the same one as LOCATION in settings.py")
        .into());
    }
    if dry_run {
        return Ok(true);
    }
    let time = match database.engine() {
        Engine::Sqlite => "datetime",
        Engine::Postgres => "timestamp with time zone",
    };
    let (table, index) = (quoted(name), quoted(&format!("{name}_expires")));
    database.query("BEGIN", &[])?;
    database.query(
        &format!(
            "CREATE TABLE {table} (\"cache_key\" varchar(255) NOT NULL PRIMARY KEY, \"value\" text NOT NULL, \"expires\" {time} NOT NULL)"
        ),
        &[],
    )?;
    database.query(&format!("CREATE INDEX {index} ON {table} (\"expires\")"), &[])?;
    database.query("COMMIT", &[])?;
    Ok(true)
}
