//! Users written to the database, each change in one transaction.

use super::hash::hash;
use crate::db::Database;
use crate::db::User;
use crate::db::Users;
use crate::db::Value;
use crate::db::rows::Cell;
use crate::db::rows::Fields;
use crate::db::rows::Transaction;
use crate::error::Error;
use crate::error::Kind;
use anyhow::Result;
use jiff::Timestamp;

/// A user who is to be made.
#[derive(Clone, PartialEq, Eq)]
pub struct NewUser {
    pub name: String,
    pub email: String,
    pub password: String,
    pub is_superuser: bool,
}

impl std::fmt::Debug for NewUser {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("NewUser").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Refuses a name that a user has.
///
/// # Errors
/// A usage error where it is taken.
pub fn require_free(database: &mut dyn Database, users: &Users, name: &str) -> Result<()> {
    if users.named(database, name)?.is_none() {
        return Ok(());
    }
    Err(Error::new(Kind::Usage, format!("there is a user `{name}` already"))
        .hint(format!("for a new password: sitekeep users password {name}"))
        .into())
}

/// Makes a user who may enter the admin.
///
/// # Errors
/// When the name is taken, or the database refuses.
pub fn create(database: &mut dyn Database, users: &Users, new: &NewUser, now: Timestamp) -> Result<()> {
    require_free(database, users, &new.name)?;
    let engine = database.engine();
    let truth = |truth: bool| Cell::of(engine, &Value::Boolean(truth));
    let now = Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now);
    let mut fields = Fields::from([
        ("username".to_owned(), Cell::Text(new.name.clone())),
        ("password".to_owned(), Cell::Text(hash(&new.password)?)),
        ("email".to_owned(), Cell::Text(new.email.clone())),
        ("is_active".to_owned(), truth(true)),
        ("is_staff".to_owned(), truth(true)),
        ("is_superuser".to_owned(), truth(new.is_superuser)),
        ("date_joined".to_owned(), Cell::of(engine, &Value::Time(now))),
    ]);
    fields.retain(|name, _| users.relation.column(name).is_some());
    for column in &users.relation.columns {
        if fields.contains_key(&column.name) || column.filled || column.nullable {
            continue;
        }
        if !column.is_text() {
            let message =
                format!("this application's users have a `{}`, which sitekeep does not know", column.name);
            return Err(Error::new(Kind::Failed, message)
                .hint("make the user with python manage.py createsuperuser")
                .into());
        }
        fields.insert(column.name.clone(), Cell::Text(String::new()));
    }
    let mut transaction = Transaction::begin(database)?;
    transaction.insert(&users.relation, &fields)?;
    transaction.commit().map(drop)
}

/// Gives a user another password; sessions that were opened with the former one end.
///
/// # Errors
/// When the row has moved on, or the database refuses.
pub fn set_password(database: &mut dyn Database, users: &Users, user: &User, password: &str) -> Result<()> {
    let changed = Fields::from([("password".to_owned(), Cell::Text(hash(password)?))]);
    write(database, users, user, &changed)
}

/// Lets a user in, or shuts one out; nothing of theirs is deleted.
///
/// # Errors
/// When the row has moved on, or the database refuses.
pub fn set_active(database: &mut dyn Database, users: &Users, user: &User, is_active: bool) -> Result<()> {
    let cell = Cell::of(database.engine(), &Value::Boolean(is_active));
    write(database, users, user, &Fields::from([("is_active".to_owned(), cell)]))
}

/// Notes that a user has logged in, as Django does.
///
/// # Errors
/// When the row has moved on, or the database refuses.
pub fn note_login(database: &mut dyn Database, users: &Users, user: &User, now: Timestamp) -> Result<()> {
    let now = Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now);
    let cell = Cell::of(database.engine(), &Value::Time(now));
    write(database, users, user, &Fields::from([("last_login".to_owned(), cell)]))
}

fn write(database: &mut dyn Database, users: &Users, user: &User, changed: &Fields) -> Result<()> {
    let mut transaction = Transaction::begin(database)?;
    transaction.update(&users.relation, &user.row, changed)?;
    transaction.commit().map(drop)
}
