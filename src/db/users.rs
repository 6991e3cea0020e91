//! Django's users: who may enter the admin, and what they may do there.

use super::Database;
use super::Engine;
use super::Value;
use super::identifier::quoted;
use super::rows;
use super::rows::Cell;
use super::rows::Fields;
use super::rows::Relation;
use super::statistics;
use crate::error::Error;
use crate::error::Kind;
use anyhow::Context;
use anyhow::Result;
use std::collections::BTreeSet;

/// Django's own table, to which groups and permissions are tied.
const TABLE: &str = "auth_user";

/// The table of users, as this version of the application has it.
#[derive(Debug, Clone)]
pub struct Users {
    pub relation: Relation,
}

/// A user with the row as it was read.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    pub id: i64,
    pub name: String,
    pub email: String,
    /// As Django writes it: `pbkdf2_sha256$1000000$…`.
    pub password: String,
    pub is_active: bool,
    pub is_staff: bool,
    pub is_superuser: bool,
    /// Empty for one who never came.
    pub last_login: String,
    pub row: Fields,
}

impl std::fmt::Debug for User {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("User").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Users {
    /// Finds the table.
    ///
    /// # Errors
    /// When the database cannot be asked, or none is known as Django's table of users.
    pub fn read(database: &mut dyn Database) -> Result<Self> {
        let schema = database.schema()?;
        let table = statistics::user_table(&schema).filter(|table| schema.has(table, "username"));
        let table = table.ok_or_else(|| {
            Error::new(Kind::Failed, "the database has no table of users with names")
                .hint("make Django's tables first: python manage.py migrate")
        })?;
        Ok(Self { relation: Relation::read(database, table)? })
    }

    /// All of them, in the order in which they were made.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub fn all(&self, database: &mut dyn Database) -> Result<Vec<User>> {
        rows::all(database, &self.relation)?.into_iter().map(user).collect()
    }

    /// The user of exactly this name.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub fn named(&self, database: &mut dyn Database, name: &str) -> Result<Option<User>> {
        // PostgreSQL refuses a text with a zero byte, and no name has one.
        if name.contains('\0') {
            return Ok(None);
        }
        rows::by_text(database, &self.relation, "username", name)?.pop().map(user).transpose()
    }

    /// The user with this number.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub fn numbered(&self, database: &mut dyn Database, id: i64) -> Result<Option<User>> {
        rows::by_id(database, &self.relation, id)?.map(user).transpose()
    }

    /// How the password of some user is kept: as long as comparing it takes, a name that nobody has is to take too.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub fn some_password(&self, database: &mut dyn Database) -> Result<Option<String>> {
        let sql = format!(
            "SELECT password FROM {} WHERE password LIKE 'pbkdf2$_sha256$$%' ESCAPE '$' ORDER BY id LIMIT 1",
            quoted(&self.relation.name)
        );
        let rows = database.query(&sql, &[]).context("read how passwords are kept")?;
        rows.first().map(|row| row.text(0)).transpose()
    }

    /// What a user who is no superuser may do with the models of an application (`change_product`), by own right or as
    /// one of a group. Nothing where the project has a table of users of its own.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub fn permissions(&self, database: &mut dyn Database, user: i64, app: &str) -> Result<BTreeSet<String>> {
        if self.relation.name != TABLE {
            return Ok(BTreeSet::new());
        }
        let number = match database.engine() {
            Engine::Sqlite => ["$2", "$3"],
            Engine::Postgres => ["CAST($2 AS bigint)", "CAST($3 AS bigint)"],
        };
        let [own, of_group] = number;
        let sql = format!(
            "SELECT DISTINCT p.codename FROM auth_permission AS p
             JOIN django_content_type AS c ON c.id = p.content_type_id
             WHERE c.app_label = $1 AND (
                p.id IN (SELECT permission_id FROM auth_user_user_permissions WHERE user_id = {own})
                OR p.id IN (SELECT g.permission_id FROM auth_group_permissions AS g
                    JOIN auth_user_groups AS m ON m.group_id = g.group_id WHERE m.user_id = {of_group}))"
        );
        let rows = database
            .query(&sql, &[app.into(), Value::Integer(user), Value::Integer(user)])
            .context("read what the user may do")?;
        rows.iter().map(|row| row.text(0)).collect()
    }
}

fn user(row: Fields) -> Result<User> {
    let text = |column: &str| row.get(column).map(Cell::text).unwrap_or_default();
    let truth = |column: &str| row.get(column).and_then(Cell::boolean) == Some(true);
    Ok(User {
        id: row.get("id").and_then(Cell::integer).context("a user has no id")?,
        name: text("username"),
        email: text("email"),
        password: text("password"),
        // Only a model of the project's own can be without it.
        is_active: !row.contains_key("is_active") || truth("is_active"),
        is_staff: truth("is_staff"),
        is_superuser: truth("is_superuser"),
        last_login: text("last_login"),
        row,
    })
}
