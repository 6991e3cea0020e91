//! Sessions and users: who came by, and who may change what.

use crate::db::Database;
use crate::db::Schema;
use crate::db::Showcase;
use crate::db::Value;
use crate::db::identifier::quoted;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;
use serde::Serialize;

/// Columns by which Django's table of users is known, also one that a project made its own.
const USER: [&str; 4] = ["password", "last_login", "is_superuser", "is_staff"];

/// Django's sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Sessions {
    pub all: u64,
    pub expired: u64,
}

/// Django's users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Users {
    pub all: u64,
    pub staff: u64,
    pub superusers: u64,
    /// Who logged in since the time that was asked for.
    pub active: u64,
}

/// Counts the sessions; `None` where this schema has no such table.
///
/// # Errors
/// When the database cannot be asked.
pub fn sessions(
    database: &mut dyn Database,
    showcase: &Showcase,
    now: Timestamp,
) -> Result<Option<Sessions>> {
    if !showcase.schema.has("django_session", "expire_date") {
        return Ok(None);
    }
    let sql = "SELECT count(*), count(CASE WHEN expire_date < $1 THEN 1 END) FROM django_session";
    let rows = database.query(sql, &[Value::Time(now)]).context("count the sessions")?;
    let row = rows.first().context("no count")?;
    Ok(Some(Sessions { all: u64::try_from(row.integer(0)?)?, expired: u64::try_from(row.integer(1)?)? }))
}

/// Counts the users, `active` those who logged in `since`; `None` where this schema has no table of users, or several
/// that might be it.
///
/// # Errors
/// When the database cannot be asked.
pub fn users(database: &mut dyn Database, showcase: &Showcase, since: Timestamp) -> Result<Option<Users>> {
    let Some(table) = user_table(&showcase.schema) else { return Ok(None) };
    let sql = format!(
        "SELECT count(*), count(CASE WHEN is_staff THEN 1 END), count(CASE WHEN is_superuser THEN 1 END),
            count(CASE WHEN last_login >= $1 THEN 1 END) FROM {}",
        quoted(table)
    );
    let rows = database.query(&sql, &[Value::Time(since)]).with_context(|| format!("count {table}"))?;
    let row = rows.first().context("no count")?;
    let count = |position| -> Result<u64> { Ok(u64::try_from(row.integer(position)?)?) };
    Ok(Some(Users { all: count(0)?, staff: count(1)?, superusers: count(2)?, active: count(3)? }))
}

/// Django's table of users, also one that a project made its own; nothing where several might be it.
pub(in crate::db) fn user_table(schema: &Schema) -> Option<&str> {
    let is_one = |table: &str| USER.iter().all(|column| schema.has(table, column));
    if is_one("auth_user") {
        return Some("auth_user");
    }
    let mut others = schema.tables.keys().filter(|table| is_one(table));
    let one = others.next()?;
    others.next().is_none().then_some(one)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(tables: &[&str]) -> Schema {
        let pairs =
            tables.iter().flat_map(|table| USER.map(|column| ((*table).to_owned(), column.to_owned())));
        Schema::from_pairs(pairs)
    }

    #[test]
    fn a_table_of_users_is_known_by_its_columns() {
        assert_eq!(user_table(&schema(&["auth_user", "accounts_user"])), Some("auth_user"));
        assert_eq!(user_table(&schema(&["accounts_user"])), Some("accounts_user"));
        assert_eq!(user_table(&schema(&["a_user", "b_user"])), None);
        assert_eq!(user_table(&schema(&[])), None);
    }
}
