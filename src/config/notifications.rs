//! `[notifications]`: who is told of a run, and when.

use super::Secret;
use lettre::Address;
use lettre::message::Mailbox;
use serde::Deserialize;
use serde::Serialize;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// Where reports of checklists, backups and restores are sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NotificationsConfig {
    /// Of which runs people are told; a ping is sent for each.
    pub on: NotifyOn,
    /// How long one delivery may take.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub timeout: Duration,
    /// Days after which a message that cannot be delivered is given up.
    pub give_up_days: u32,
    /// Certificate authorities to trust besides the system's.
    pub ca_file: Option<PathBuf>,
    pub email: EmailConfig,
    pub webhook: WebhookConfig,
    pub ping: PingConfig,
}

/// Of which runs people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NotifyOn {
    /// When the status, or what is not OK, differs from the run before.
    #[default]
    Change,
    /// When anything is not OK, and when all is OK again.
    Problem,
    /// Of each run.
    Always,
}

/// Mail by SMTP.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EmailConfig {
    pub to: Vec<String>,
    /// Sender; without it, sitekeep at this machine's name.
    pub from: Option<String>,
    pub server: String,
    /// Without it, the usual one of the encryption: 465, 587, 25.
    pub port: Option<u16>,
    pub encryption: Encryption,
    pub user: Option<String>,
    /// Never in the file: from `SITEKEEP_NOTIFICATIONS__EMAIL__PASSWORD`, the credential `smtp-password` of a systemd
    /// unit, or [`EmailConfig::password_file`].
    pub password: Option<Secret>,
    /// Why the password could not be read.
    #[serde(skip)]
    pub password_problem: Option<String>,
    /// File whose first line is the password.
    pub password_file: Option<PathBuf>,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encryption {
    /// From the first byte (RFC 8314).
    Tls,
    /// Begun in clear and required to go on encrypted (RFC 3207).
    #[default]
    Starttls,
    /// Not at all: for a mail server on this machine.
    None,
}

/// A request with the report as JSON.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookConfig {
    /// Shown as `***`: many services have their key in it.
    pub url: Option<Secret>,
    /// File whose first line is sent as `Authorization: Bearer …`.
    pub token_file: Option<PathBuf>,
    /// Never in the file: from `SITEKEEP_NOTIFICATIONS__WEBHOOK__TOKEN`, the credential `webhook-token` of a systemd
    /// unit, or [`WebhookConfig::token_file`].
    pub token: Option<Secret>,
    /// Why the token could not be read.
    #[serde(skip)]
    pub token_problem: Option<String>,
}

/// A dead man's switch in the manner of healthchecks.io: told when a run starts and how it ends, and raises the alarm
/// when it hears nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PingConfig {
    /// `{site}` and `{command}` stand for the site's name and the command. Shown as `***`.
    pub url: Option<Secret>,
}

impl Default for NotificationsConfig {
    fn default() -> Self {
        Self {
            on: NotifyOn::default(),
            timeout: Duration::from_secs(10),
            give_up_days: 7,
            ca_file: None,
            email: EmailConfig::default(),
            webhook: WebhookConfig::default(),
            ping: PingConfig::default(),
        }
    }
}

impl Default for EmailConfig {
    fn default() -> Self {
        Self {
            to: Vec::new(),
            from: None,
            server: "localhost".to_owned(),
            port: None,
            encryption: Encryption::default(),
            user: None,
            password: None,
            password_problem: None,
            password_file: None,
        }
    }
}

impl EmailConfig {
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.encryption {
            Encryption::Tls => 465,
            Encryption::Starttls => 587,
            Encryption::None => 25,
        })
    }

    fn is_local(&self) -> bool {
        self.server == "localhost"
            || self.server.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

impl NotificationsConfig {
    /// Says what is wrong, by key; addresses that hold keys are not repeated.
    pub(super) fn check(&self) -> Result<(), String> {
        let email = &self.email;
        for (key, text) in
            email.to.iter().map(|to| ("to", to)).chain(email.from.iter().map(|it| ("from", it)))
        {
            if text.parse::<Mailbox>().is_err() && text.parse::<Address>().is_err() {
                return Err(format!("notifications.email.{key}: `{text}` is no address"));
            }
        }
        let has_password = email.password.is_some() || email.password_file.is_some();
        if email.user.is_none() && has_password && !email.to.is_empty() {
            return Err("notifications.email.user: a password is given, but nobody it belongs to".to_owned());
        }
        if email.encryption == Encryption::None && email.user.is_some() && !email.is_local() {
            return Err(
                "notifications.email.encryption: none would send the password in clear to another machine"
                    .to_owned(),
            );
        }
        for (key, url) in [("webhook", &self.webhook.url), ("ping", &self.ping.url)] {
            let fits = |url: &Secret| {
                Url::parse(url.reveal())
                    .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            };
            if url.as_ref().is_some_and(|url| !fits(url)) {
                return Err(format!(
                    "notifications.{key}.url: it must begin with http:// or https:// and name a host"
                ));
            }
        }
        if self.timeout.is_zero() {
            return Err("notifications.timeout: nothing could be delivered in no time".to_owned());
        }
        Ok(())
    }
}
