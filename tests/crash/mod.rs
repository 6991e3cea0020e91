//! Runs that are killed, interrupted or failed at every step: what they leave, and that the next run goes on.
//!
//! A first run under strace tells at which system calls a command changes a file system ([`strace::CALLS`]: making,
//! writing, cutting, renaming and removing files, folders and links, their modes, owners and times, and the orders to
//! be on disk). Then a fresh copy of the same world meets the same command once for each of them, killed right before
//! the call takes effect. What is written before one call is there, what comes after it is not: as between two calls
//! nothing changes on disk, these are all states that a kill can leave, except that
//!
//! - strace counts each call by its name and thread. The k-th call of a thread is not met where another thread made
//!   its own k-th earlier. Such threads write one file that is not visible yet, or sockets; their masked calls are
//!   counted, and the states around them are those of the neighbouring steps.
//! - a call that a kill meets half done (a long write) counts as not made; random moments cover that.
//!
//! A quick run takes a sample, always with all calls that make or take away names; `SITEKEEP_TORTURE=all` takes all.

mod backup;
mod debug;
mod demo;
mod dependencies;
mod disk;
mod every;
mod full;
mod lock;
mod logging;
mod moments;
mod offsite;
mod postgres;
mod products;
mod purge;
mod restore;
mod seen;
pub mod strace;
mod upkeep;
mod world;

pub use moments::Random;
pub use strace::is_there as strace_is_there;

/// Whether every step is taken and not a sample.
pub fn is_whole() -> bool {
    std::env::var_os("SITEKEEP_TORTURE").is_some_and(|value| value == "all")
}
