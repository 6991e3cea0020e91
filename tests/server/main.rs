//! The catalogue server, run as visitors meet it: over a socket, on a database and a media folder of its own.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod answers;
mod catalogue;
mod lifecycle;
mod media;
mod schemas;
mod world;
