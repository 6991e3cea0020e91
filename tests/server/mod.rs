//! The catalogue server, run as visitors meet it: over a socket, on a database and a media folder of its own.

mod answers;
mod catalogue;
mod engines;
mod lifecycle;
mod media;
mod program;
mod schemas;
mod world;
