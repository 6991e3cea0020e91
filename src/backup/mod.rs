//! Backups: making artefacts, finding, verifying, unpacking and rotating them.
//!
//! An artefact is `NAME` with `NAME.manifest.json` and `NAME.sha256` beside it, all 0600 in a folder of 0700. It is
//! ours when its name is one of ours and its manifest names it; only then is it ever removed. What a kill leaves:
//!
//! | while | is left | and then |
//! | --- | --- | --- |
//! | the archive is written, synced, read back | `.sitekeep-NAME.partial` | [`clean`] removes it |
//! | the sidecars are written | the same, and `.sitekeep-NAME.….partial` | [`clean`] removes them |
//! | the sidecars are renamed | one or both, without an artefact | [`clean`] removes them |
//! | the artefact is renamed | all three, complete: the last rename is what publishes | it counts |
//! | the artefact is removed ([`apply`]) | its sidecars | [`clean`] removes them |
//!
//! The sidecars are on disk (fsync of the folder) before the artefact gets its name, so that a power failure leaves
//! no artefact without them.

mod artefact;
mod checksums;
mod contents;
mod create;
mod digest;
mod evidence;
mod extract;
mod follow;
mod gzip;
mod kind;
mod limits;
mod lot;
mod manifest;
mod member;
mod name;
mod order;
mod parts;
mod path;
mod problem;
mod prune;
mod publish;
mod read_back;
mod reader;
pub mod remote;
mod restore_note;
mod retention;
mod safety;
mod shape;
mod sniff;
mod source;
mod space;
mod stream;
mod survey;
mod tarball;
#[cfg(test)]
mod tests;
mod tree;
mod unchanged;
mod verify;
mod write;

pub use artefact::Artefact;
pub use artefact::Standing;
pub use artefact::list;
pub use create::Created;
pub use create::create;
pub use digest::Sha256;
pub use evidence::Evidence;
pub use extract::Extracted;
pub use extract::extract;
pub use kind::Kind;
pub use limits::Limits;
pub use lot::draw;
pub use manifest::Entry;
pub use manifest::FORMAT_VERSION;
pub use manifest::Folder;
pub use manifest::KeyFingerprint;
pub use manifest::Manifest;
pub use manifest::Role;
pub use manifest::Source;
pub use manifest::Summary;
pub use manifest::Totals;
pub use manifest::Unread;
pub use name::Name;
pub use order::Contents;
pub use order::DatabaseCopy;
pub use order::Order;
pub use order::Proof;
pub use parts::Parts;
pub use path::ArchivePath;
pub use problem::Problem;
pub use problem::ProblemKind;
pub use prune::apply;
pub use publish::clean;
pub use publish::scratch_path;
pub use retention::Plan;
pub use retention::Protected;
pub use retention::Reason;
pub use retention::plan;
pub use safety::Newest;
pub use safety::Verdict;
pub use survey::Survey;
pub use survey::survey;
pub use verify::Verification;
pub use verify::verify;
