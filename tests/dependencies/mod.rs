//! `sitekeep dependencies`: what is vulnerable, later, loose or unsupported; and updates that are tried first.

mod check;
mod frontend;
mod hostile;
mod postgres;
mod update;
pub mod world;
