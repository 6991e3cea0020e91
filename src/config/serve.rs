//! `[serve]`: the bundled catalogue server.

use serde::Deserialize;
use serde::Serialize;
use std::time::Duration;

/// How the catalogue server listens and how much it takes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServeConfig {
    /// Address and port; loopback unless told otherwise.
    pub listen: String,
    /// Products on one page of the listing.
    pub page_size: u32,
    /// Connections to the database, each on a thread of its own.
    pub database_connections: usize,
    /// How long one request may take.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub request_timeout: Duration,
    /// How long running requests may go on after a stop was asked for.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub drain_timeout: Duration,
}

impl Default for ServeConfig {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8000".into(),
            page_size: 20,
            database_connections: 4,
            request_timeout: Duration::from_secs(30),
            drain_timeout: Duration::from_secs(10),
        }
    }
}
