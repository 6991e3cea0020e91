//! sitekeep: the maintenance of a Django + React product showcase in one program.
//!
//! The layers, and which may know which, are in docs/ARCHITECTURE.md; `tests/layers.rs` holds the code to it.

pub mod acknowledge;
pub mod backup;
pub mod catalogue;
pub mod checklist;
pub mod commands;
pub mod config;
pub mod database;
pub mod db;
pub mod demo;
pub mod dependencies;
pub mod disk;
pub mod docs;
pub mod error;
pub mod explain;
pub mod health;
pub mod images;
pub mod language;
pub mod logs;
pub mod media;
pub mod notifications;
pub mod output;
pub mod performance;
pub mod picture;
pub mod products;
pub mod progress;
pub mod quarantine;
pub mod recovery;
pub mod schedule;
pub mod security;
pub mod server;
pub mod state;
pub mod stats;
pub mod status;
pub mod system;
pub mod troubleshoot;
pub mod units;
pub mod users;
pub mod whatsapp;
