//! `[security]`: what the security audit takes for enough.

use serde::Deserialize;
use serde::Serialize;
use std::path::PathBuf;
use std::time::Duration;

/// Limits of the audit (guide: Audit sécurité complet).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecurityConfig {
    /// Ports that others may reach; every other one that listens to them is told.
    pub open_ports: Vec<u16>,
    /// Longest life of a JWT access token.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub access_token: Duration,
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub refresh_token: Duration,
    /// Rounds of PBKDF2-SHA256 below which a password is kept too cheaply.
    pub password_iterations: u32,
    /// Rounds of PBKDF2 that may be spent on trying common passwords.
    pub guess_rounds: u64,
    /// Python of the site, for Django's own check.
    pub python: Option<PathBuf>,
}

impl Default for SecurityConfig {
    fn default() -> Self {
        Self {
            open_ports: vec![22, 80, 443],
            access_token: Duration::from_hours(24),
            refresh_token: Duration::from_hours(24 * 30),
            // OWASP's figure of 2023 for PBKDF2-HMAC-SHA256, which Django has passed since 4.2.
            password_iterations: 600_000,
            guess_rounds: 40_000_000,
            python: None,
        }
    }
}
