//! Mail by SMTP.

use super::Failure;
use super::Message;
use super::hostname;
use crate::config::Encryption;
use crate::config::NotificationsConfig;
use crate::system::certificates;
use anyhow::Context;
use anyhow::Result;
use anyhow::anyhow;
use lettre::SmtpTransport;
use lettre::Transport;
use lettre::message::Mailbox;
use lettre::message::header;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::Certificate;
use lettre::transport::smtp::client::Tls;
use lettre::transport::smtp::client::TlsParameters;
use std::time::SystemTime;

pub(super) fn send(config: &NotificationsConfig, message: &Message) -> Result<(), Failure> {
    let mail = compose(config, message).map_err(Failure::blocked)?;
    let transport = transport(config).map_err(Failure::blocked)?;
    match transport.send(&mail) {
        Ok(_) => Ok(()),
        Err(error) => {
            let refused = error.is_permanent() && error.status().is_some();
            let server = format!("mail server {}:{}", config.email.server, config.email.port());
            Err(Failure { problem: anyhow::Error::new(error).context(server), refused })
        }
    }
}

fn transport(config: &NotificationsConfig) -> Result<SmtpTransport> {
    let email = &config.email;
    let mut builder = SmtpTransport::builder_dangerous(&email.server)
        .port(email.port())
        .timeout(Some(config.timeout))
        .tls(match email.encryption {
            Encryption::Tls => Tls::Wrapper(tls(config)?),
            Encryption::Starttls => Tls::Required(tls(config)?),
            Encryption::None => Tls::None,
        });
    if let Some(user) = &email.user {
        let password = email.password.as_ref().ok_or_else(|| match &email.password_problem {
            Some(problem) => anyhow!("{problem}"),
            None => anyhow!("no password for {user}: set [notifications.email] password_file"),
        })?;
        builder = builder.credentials(Credentials::new(user.clone(), password.reveal().to_owned()));
    }
    Ok(builder.build())
}

fn tls(config: &NotificationsConfig) -> Result<TlsParameters> {
    let mut builder = TlsParameters::builder(config.email.server.clone());
    if let Some(path) = &config.ca_file {
        for der in certificates::listed(path)? {
            let certificate = Certificate::from_der(der.to_vec())
                .with_context(|| format!("read certificates {}", path.display()))?;
            builder = builder.add_root_certificate(certificate);
        }
    }
    builder.build().context("prepare TLS")
}

fn compose(config: &NotificationsConfig, message: &Message) -> Result<lettre::Message> {
    let parse = |text: &str| text.parse::<Mailbox>().with_context(|| format!("read the address `{text}`"));
    let host = hostname();
    let from = match &config.email.from {
        Some(from) => parse(from)?,
        None => parse(&format!("sitekeep@{host}"))
            .or_else(|_| parse(&format!("sitekeep@{host}.localdomain")))
            .context("set [notifications.email] from")?,
    };
    let mut builder = lettre::Message::builder()
        .from(from)
        .subject(&message.subject)
        .date(SystemTime::from(message.at))
        .message_id(Some(format!("<{}.{}@{host}>", message.run_id, message.command.replace(' ', "-"))))
        .header(header::ContentType::TEXT_PLAIN)
        // RFC 3834: no out-of-office answers.
        .raw_header(header::HeaderValue::new(
            header::HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ));
    for to in &config.email.to {
        builder = builder.to(parse(to)?);
    }
    builder.body(message.text.clone()).context("write the mail")
}
