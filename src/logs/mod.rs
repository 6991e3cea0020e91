//! Triage of the site's logs: which errors, which are new, unusual answers, failed logins, what the system says.

mod access;
mod access_check;
mod access_line;
#[cfg(test)]
mod access_tests;
mod bursts;
mod django;
mod errors;
mod errors_check;
#[cfg(test)]
mod errors_tests;
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
mod slow;
mod source;
mod stamp;
mod system;
mod system_lines;
mod traceback;

pub use access::AccessLog;
pub use access::AccessReport;
pub use access::triage_access;
pub use bursts::Burst;
pub use errors::ErrorGroup;
pub use errors::ErrorReport;
pub use errors::SlowQueries;
pub use errors::triage_django;
pub use level::Level;
pub use logins::LoginAttempts;
pub use memory::Memory;
pub use slow::PathCount;
pub use slow::SlowPath;
pub use slow::SlowRequests;
pub use source::SourceProblem;
pub use system::SystemGroup;
pub use system::SystemReport;
pub use system::triage_system;
