//! What needs backups, the database, the server and the page checks together.

mod drill;
mod trend;
mod trial;

pub use drill::Drill;
pub use drill::drill;
