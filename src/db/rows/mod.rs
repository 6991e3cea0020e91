//! Rows of the application's tables, written as Django writes them and remembered exactly: what was before, what is
//! after. So a change can be looked up after a kill, and taken back when nobody has touched the row since.

mod cell;
mod outcome;
mod read;
mod relation;
mod transaction;

pub use cell::Cell;
pub use cell::Fields;
pub use outcome::Standing;
pub use outcome::put_back;
pub use outcome::standing;
pub use read::all;
pub use read::by;
pub use read::by_id;
pub use read::by_text;
pub use read::count;
pub use relation::Column;
pub use relation::Reference;
pub use relation::Relation;
pub use relation::references_to;
pub use transaction::RowChange;
pub use transaction::Transaction;
