//! Figures over whole tables, counted by the database: whatever the size of the catalogue, few rows come back.

mod people;
mod pictures;
mod tally;

pub use people::Sessions;
pub use people::Users;
pub use people::sessions;
pub(in crate::db) use people::user_table;
pub use people::users;
pub use pictures::each_picture;
pub use pictures::products_without_picture;
pub use tally::Brand;
pub use tally::Brands;
pub use tally::CategoryName;
pub use tally::Group;
pub use tally::Tally;
pub use tally::brands;
pub use tally::category_names;
pub use tally::groups;
pub use tally::median_price;

use super::Database;
use super::Engine;
use anyhow::Result;

/// Answers that belong together: all that `work` reads is of one moment, and writers go on.
///
/// # Errors
/// When no transaction can be begun, or as `work`.
pub fn at_one_moment<T>(
    database: &mut dyn Database,
    work: impl FnOnce(&mut dyn Database) -> Result<T>,
) -> Result<T> {
    let begin = match database.engine() {
        Engine::Sqlite => "BEGIN",
        Engine::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    };
    database.query(begin, &[])?;
    let answer = work(database);
    let ended = database.query("ROLLBACK", &[]);
    let answer = answer?;
    ended?;
    Ok(answer)
}
