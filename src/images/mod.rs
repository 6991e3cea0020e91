//! Pictures: which files nothing names, what names a file, and who may read them.

mod duplicates;
mod files;
mod guards;
mod index;
mod lookup;
mod missing;
mod names;
mod orphans;
mod permissions;
mod references;
mod sweep;
mod thumbnails;

pub use duplicates::Duplicate;
pub use duplicates::SameFile;
pub use duplicates::duplicates;
pub use guards::allow;
pub use lookup::Lookup;
pub use lookup::UseOfProduct;
pub use lookup::lookup;
pub use missing::MissingFile;
pub use orphans::Order;
pub use orphans::Orphan;
pub use orphans::Standing;
pub use orphans::Survey;
pub use orphans::survey;
pub use permissions::Deviation;
pub use permissions::Permissions;
pub use permissions::permissions;
pub use references::Use;
pub use sweep::Left;
pub use sweep::Swept;
pub use sweep::sweep;
