//! The demonstration site: everything that a made-up shop needs, drawn and written by the program itself.

pub mod picture;
