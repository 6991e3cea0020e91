//! Backups.

mod digest;
mod gzip;
mod kind;
mod manifest;
mod member;
mod name;
mod path;
mod problem;
mod sniff;
mod tarball;
mod tree;

pub use digest::Sha256;
pub use kind::Kind;
pub use manifest::Entry;
pub use manifest::FORMAT_VERSION;
pub use manifest::Folder;
pub use manifest::KeyFingerprint;
pub use manifest::Manifest;
pub use manifest::Role;
pub use manifest::Source;
pub use manifest::Summary;
pub use manifest::Totals;
pub use name::Name;
pub use path::ArchivePath;
pub use problem::Problem;
pub use problem::ProblemKind;
