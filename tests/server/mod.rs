//! The catalogue server, run as visitors meet it: over a socket, on a database and a media folder of its own.

mod answers;
mod api;
mod catalogue;
mod engines;
mod fresh;
mod frontend;
mod hostile;
mod lifecycle;
mod media;
mod pages;
mod program;
mod recorded;
mod schema;
mod schemas;
mod values;
mod variants;
pub(crate) mod world;
