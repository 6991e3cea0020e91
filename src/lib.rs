//! sitekeep: the maintenance of a Django + React product showcase in one program.
//!
//! The layers, and which may know which, are in docs/ARCHITECTURE.md; `tests/layers.rs` holds the code to it.

pub mod config;
pub mod error;
pub mod logs;
pub mod progress;
pub mod state;
pub mod status;
pub mod system;
pub mod units;
pub mod commands {
    pub fn main() -> std::process::ExitCode {
        std::process::ExitCode::SUCCESS
    }
}
