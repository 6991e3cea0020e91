//! Behaviour through the binary, in worlds that each test builds for itself; one file per noun.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![allow(clippy::disallowed_methods, reason = "tests start programs and write files as they are")]
#![allow(clippy::print_stderr, clippy::similar_names, reason = "tests tell what they skip")]
#![allow(unreachable_pub, reason = "one binary of many files")]
#![allow(clippy::missing_panics_doc, clippy::needless_pass_by_value, reason = "tests")]

mod acknowledge;
mod admin;
mod backup;
mod canary;
mod checklist;
mod config;
mod crash;
mod daily;
mod damage;
mod database;
mod demo;
mod dependencies;
mod disk;
mod django;
mod docs;
mod explain;
mod formats;
mod guide;
mod health;
mod images;
mod init;
mod layers;
mod logs;
mod model;
mod monitoring;
mod notifications;
mod offsite;
mod package;
mod performance;
mod postgres;
mod products;
mod restore;
mod rounds;
mod sandbox;
mod schedule;
mod security;
mod server;
mod snapshot;
mod stats;
mod status;
mod stub;
mod tls;
mod troubleshoot;
mod upkeep;
mod users;
