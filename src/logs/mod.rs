//! Triage of the site's logs: which errors, which are new, unusual answers, failed logins, what the system says.
//!
//! [`triage_django`], [`triage_access`] and [`triage_system`] each read their logs once, as streams in flat memory, and
//! give a report; its `check` is what the daily checklist says of it. All judge the window `[logs] since` before now.

mod access;
mod access_check;
mod access_line;
mod bursts;
mod clean;
mod django;
mod errors;
mod errors_check;
mod fingerprint;
mod format;
mod formats;
mod groups;
mod history;
mod level;
mod lines;
mod logins;
mod memory;
mod normal;
mod setup;
mod slow;
mod source;
mod stamp;
mod strange;
mod system;
mod system_lines;
#[cfg(test)]
mod tests;
mod traceback;
mod twice;

pub use access::AccessLog;
pub use access::AccessReport;
pub use access::triage_access;
pub use bursts::Burst;
pub use clean::clean;
pub use errors::ErrorGroup;
pub use errors::ErrorReport;
pub use errors::SlowQueries;
pub use errors::triage_django;
pub use level::Level;
pub use logins::LoginAttempts;
pub use memory::Memory;
pub use memory::Notes;
pub use setup::LoggingSetup;
pub use setup::logrotate;
pub use slow::PathCount;
pub use slow::SlowPath;
pub use slow::SlowRequests;
pub use source::SourceProblem;
pub use system::SystemGroup;
pub use system::SystemReport;
pub use system::triage_system;
