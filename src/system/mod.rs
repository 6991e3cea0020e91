//! The machine: files, locks, processes, the clock. Everything that touches the operating system goes through here.

pub mod bounded;
pub mod certificates;
pub mod fs;
pub mod http;
pub mod interrupt;
pub mod job;
pub mod journal;
pub mod lock;
pub mod memory;
pub mod mounts;
pub mod process;
pub mod random;
pub mod release;
pub mod run;
pub mod secret;
pub mod service;
pub mod sockets;
pub mod swap;
pub mod time;
pub mod users;
