//! The security audit: how the site is set up, who may read and write what, what visitors and strangers reach.
//!
//! Each function looks at one side and only looks. The project's settings are read as text; its code runs only where
//! [`django_check`] is asked for. No finding ever holds a secret: it names the place and the sort.

mod accounts;
mod django;
mod fail2ban;
mod files;
mod git;
mod grade;
mod guesses;
mod media;
mod ports;
mod repository;
mod secret_text;
mod settings;
mod shown;
mod tls;
mod unit;
mod visitors;

pub use accounts::check as accounts;
pub use django::check as django_check;
pub use fail2ban::Fail2ban;
pub use files::check as files;
pub use grade::METRIC as SCORE_METRIC;
pub use grade::grade;
pub use media::check as media;
pub use ports::check as ports;
pub use repository::check as repository;
pub use settings::check as settings;
pub use tls::check as tls;
pub use unit::check as unit;
pub use visitors::check as visitors;
