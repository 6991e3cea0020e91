//! What needs backups, the database, the server and the page checks together: drill, restore, undo.

mod bare;
mod drill;
mod restore;
mod trend;
mod trial;

pub use bare::lay_out;
pub use bare::require_empty;
pub use drill::Drill;
pub use drill::drill;
pub use restore::Item;
pub use restore::Plan;
pub use restore::Restore;
pub use restore::Selection;
pub use restore::SitePart;
pub use restore::Target;
pub use restore::plan;
