//! `[serve]`: the bundled catalogue server.

use crate::language::Language;
use crate::units::ByteSize;
use serde::Deserialize;
use serde::Serialize;
use std::path::PathBuf;
use std::time::Duration;

/// How the catalogue server listens and how much it takes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServeConfig {
    /// Address and port, or `unix:/PATH`; loopback unless told otherwise. Port 0 takes any free one.
    pub listen: String,
    /// Mode of the file of a `unix:` socket, in octal digits.
    pub socket_mode: String,
    /// Address of `/metrics` alone; without it, nobody can ask.
    pub metrics_listen: Option<String>,
    /// Language of the pages.
    pub language: Language,
    /// Currency of the prices as ISO 4217 names it, for search engines; told from `site.currency` by default.
    pub currency_code: Option<String>,
    /// Products on one page of the listing.
    pub page_size: u32,
    /// Connections to the database, each on a thread of its own.
    pub database_connections: usize,
    /// Connections of visitors at a time; further ones wait until one ends.
    pub max_connections: usize,
    /// Largest body of a request; the catalogue itself takes none.
    pub max_body: ByteSize,
    /// How long a visitor may take to send the head of a request, and how long an idle connection is kept.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub header_timeout: Duration,
    /// How long one request may take, and how long a visitor may leave an answer unread.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub request_timeout: Duration,
    /// How long running requests may go on after a stop was asked for.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub drain_timeout: Duration,
    /// How long browsers may keep a picture before they ask again.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub media_max_age: Duration,
    /// Folder of pictures made narrower (`?w=320`); the state folder's `variants` by default.
    pub variants_folder: Option<PathBuf>,
    /// Bytes that it may hold; 0 makes no narrower pictures.
    pub variants_size: ByteSize,
    /// Bytes of the API's answers that are kept in memory until the database changes; 0 asks it each time.
    pub answers_size: ByteSize,
    /// Origins whose scripts may read the API, such as `https://shop.example`; `*` is every one.
    pub cors_origins: Vec<String>,
    /// Folder of a built single-page application, served in the place of the pages.
    pub frontend: Option<PathBuf>,
    /// Whether `/admin/` is served: products and their pictures, for Django's staff.
    pub admin: bool,
    /// Whether passwords may cross the network unprotected; for a trial only.
    pub admin_insecure: bool,
    /// File of the access log, or `-` for standard error; without it, none is written.
    pub access_log: Option<PathBuf>,
}

impl Default for ServeConfig {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8000".into(),
            socket_mode: "660".into(),
            metrics_listen: None,
            language: Language::French,
            currency_code: None,
            page_size: 20,
            database_connections: 4,
            max_connections: 1024,
            max_body: ByteSize(65_536),
            header_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            drain_timeout: Duration::from_secs(10),
            media_max_age: Duration::from_mins(5),
            variants_folder: None,
            variants_size: ByteSize(256 * 1024 * 1024),
            answers_size: ByteSize(16 * 1024 * 1024),
            cors_origins: Vec::new(),
            frontend: None,
            admin: false,
            admin_insecure: false,
            access_log: None,
        }
    }
}

impl ServeConfig {
    /// The mode of a socket's file; nothing where the setting is no mode.
    pub fn socket_mode(&self) -> Option<u32> {
        u32::from_str_radix(&self.socket_mode, 8).ok().filter(|mode| *mode <= 0o777)
    }

    pub(super) fn check(&self) -> Result<(), String> {
        if self.socket_mode().is_none() {
            return Err(format!("serve.socket_mode: `{}` is no mode such as 660", self.socket_mode));
        }
        if let Some(code) = self.currency_code.as_deref().filter(|code| !is_currency_code(code)) {
            return Err(format!("serve.currency_code: `{code}` is no code such as XOF"));
        }
        Ok(())
    }
}

/// Whether a text has the form of an ISO 4217 code.
pub fn is_currency_code(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}
