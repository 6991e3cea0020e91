//! The papers of the site (guide: Mettre à Jour la Documentation): what changed among the products since the last report,
//! and dated copies of the guides.

mod archive;
mod base;
mod changes;
mod lines;
mod pattern;

pub use archive::Archived;
pub use archive::Copied;
pub use archive::archive;
pub use base::Since;
pub use base::base;
pub use changes::Change;
pub use changes::Changes;
pub use changes::Field;
pub use changes::FieldChange;
pub use changes::FieldValue;
pub use changes::changes;
pub use changes::known_fields;
pub use changes::take;
pub use lines::Difference;
