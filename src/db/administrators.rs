//! Accounts that may enter Django's admin, with what is needed to judge their passwords.

use super::Database;
use super::Engine;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;

/// Accounts that are read at most.
const MOST: usize = 1000;

/// An active account with rights in the admin.
#[derive(Clone, PartialEq, Eq)]
pub struct Administrator {
    pub name: String,
    /// Django's encoded hash; it never leaves the checks.
    pub password: String,
    pub is_superuser: bool,
    pub last_login: Option<Timestamp>,
    pub joined: Option<Timestamp>,
}

impl std::fmt::Debug for Administrator {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Administrator").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The administrators of every table of users: `auth_user`, or the application's own; `None` where there is no such table.
///
/// # Errors
/// When the database cannot be asked.
pub fn administrators(database: &mut dyn Database) -> Result<Option<Vec<Administrator>>> {
    let schema = database.schema()?;
    let truth = if database.engine() == Engine::Sqlite { "1" } else { "true" };
    let mut found = None;
    for (table, description) in &schema.tables {
        let has = |column: &str| description.columns.contains(column);
        if !["id", "password", "is_superuser", "last_login"].into_iter().all(has) {
            continue;
        }
        let list = found.get_or_insert_with(Vec::new);
        let quoted = |column: &str| format!("\"{column}\"");
        let name = ["username", "email"]
            .into_iter()
            .find(|column| has(column))
            .map_or_else(|| "CAST(id AS TEXT)".to_owned(), quoted);
        let joined = if has("date_joined") { "date_joined" } else { "NULL" };
        let staff = if has("is_staff") { format!("OR is_staff = {truth}") } else { String::new() };
        let active = if has("is_active") { format!("AND is_active = {truth}") } else { String::new() };
        let table = table.replace('"', "\"\"");
        let sql = format!(
            "SELECT {name}, password, is_superuser, last_login, {joined} FROM \"{table}\"
             WHERE (is_superuser = {truth} {staff}) {active} ORDER BY id LIMIT {}",
            MOST - list.len().min(MOST)
        );
        for row in database.query(&sql, &[]).with_context(|| format!("read {table}"))? {
            let time = |position| row.optional_time(position);
            list.push(Administrator {
                name: row.text(0)?,
                password: row.text(1)?,
                is_superuser: row.optional_boolean(2)?.unwrap_or_default(),
                last_login: time(3)?,
                joined: time(4)?,
            });
        }
    }
    Ok(found)
}
