//! Triage of the site's logs: which errors, which are new, unusual answers, failed logins, what the system says.

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
mod memory;
mod normal;
mod source;
mod stamp;
mod traceback;

pub use errors::ErrorGroup;
pub use errors::ErrorReport;
pub use errors::SlowQueries;
pub use errors::triage_django;
pub use level::Level;
pub use memory::Memory;
pub use source::SourceProblem;
