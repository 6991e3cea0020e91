//! The certificate that visitors are shown, and how long it lasts.

use super::client;
use super::client::Client;
use crate::config::Config;
use crate::config::TlsConfig;
use crate::error;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Limits;
use crate::status::Metric;
use crate::status::Status;
use crate::status::Unit;
use crate::status::kinds;
use crate::system::certificates;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;
use rustls::ClientConfig;
use rustls::ClientConnection;
use rustls::RootCertStore;
use rustls::pki_types::ServerName;
use std::net::TcpStream;
use std::net::ToSocketAddrs;
use std::sync::Arc;
use std::time::Duration;
use url::Url;
use x509_parser::prelude::FromDer;
use x509_parser::prelude::X509Certificate;

/// Shakes hands with the site as a browser does, and reads the end of its certificate.
///
/// # Errors
/// When the site's address is none, or no certificate authority can be read.
pub fn check(config: &Config, now: Timestamp) -> Result<Check> {
    let kind = &kinds::TLS;
    let limits = &config.health.tls;
    let mut base = client::base(config)?;
    if base.scheme() != "https" {
        match Client::new(config)?.redirect()? {
            Some(target) if target.scheme() == "https" => base = target,
            _ => return Ok(plain(&base).into()),
        }
    }
    let host = base.host_str().unwrap_or_default().to_owned();
    let roots = certificates::roots(limits.ca_file.as_deref())?;
    Ok(match ends_at(&base, roots, config.health.pages.timeout) {
        Ok(end) => judge(&host, end, now, limits),
        Err(error) => Finding::critical(kind, host, format!("no trusted connection: {}", words(&error)))
            .remedy(if error.downcast_ref::<std::io::Error>().is_some_and(|error| error.get_ref().is_none()) {
                "check that the name leads to this site and that port 443 is open"
            } else {
                "renew the certificate (certbot renew), and serve it with its chain; name a private authority with [health.tls] ca_file"
            })
            .into(),
    })
}

/// A site without TLS: fine on this machine, behind a proxy; not for visitors.
fn plain(base: &Url) -> Finding {
    let host = base.host_str().unwrap_or_default();
    let local = host == "localhost"
        || host.trim_matches(['[', ']']).parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback());
    if local {
        let message =
            "a local address, without a certificate: set [site] url to the public one to have it judged";
        return Finding::ok(&kinds::TLS, host, message);
    }
    Finding::warning(&kinds::TLS, host, "visitors are served without TLS").remedy(
        "get a certificate (certbot), redirect http to https, and set [site] url to the https address",
    )
}

/// The error in words; a certificate that signed itself has none of its own in the library.
fn words(error: &anyhow::Error) -> String {
    let text = error::one_line(error);
    if text.contains("CaUsedAsEndEntity") {
        "the certificate is one of an authority, which signed itself".to_owned()
    } else {
        text
    }
}

fn judge(host: &str, end: Timestamp, now: Timestamp, limits: &TlsConfig) -> Check {
    let days = end.duration_since(now).as_hours().div_euclid(24);
    #[expect(clippy::cast_precision_loss, reason = "a count of days")]
    let (left, warning, critical) = (days as f64, limits.warning_days as f64, limits.critical_days as f64);
    let range = Limits::Below { warning: Some(warning), critical: Some(critical) };
    let status = range.judge(left);
    let message = if days < 0 {
        format!("the certificate ended on {}", end.strftime("%Y-%m-%d"))
    } else {
        format!("the certificate lasts {days} more days")
    };
    let finding = Finding::new(&kinds::TLS, status, host, message)
        .with("days_left", days)
        .with("not_after", end.to_string());
    let mut check = Check::from(if status == Status::Ok {
        finding
    } else {
        finding.remedy("renew it: certbot renew, then reload the web server")
    });
    check.measure(Metric::new("tls_days_left", host, left, Unit::Count).limits(range));
    check
}

fn ends_at(base: &Url, roots: RootCertStore, timeout: Duration) -> Result<Timestamp> {
    let host = base.host_str().context("the address has no host")?.trim_matches(['[', ']']).to_owned();
    let port = base.port_or_known_default().unwrap_or(443);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let settings = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut connection = ClientConnection::new(Arc::new(settings), ServerName::try_from(host.clone())?)?;
    let mut socket = connect(&host, port, timeout)?;
    socket.set_read_timeout(Some(timeout))?;
    socket.set_write_timeout(Some(timeout))?;
    while connection.is_handshaking() {
        connection.complete_io(&mut socket)?;
    }
    let shown =
        connection.peer_certificates().and_then(<[_]>::first).context("the site shows no certificate")?;
    let (_, certificate) = X509Certificate::from_der(shown).context("read the certificate")?;
    Ok(Timestamp::from_second(certificate.validity().not_after.timestamp())?)
}

/// Connects to the first address of the host that answers.
fn connect(host: &str, port: u16, timeout: Duration) -> std::io::Result<TcpStream> {
    let mut last = std::io::ErrorKind::AddrNotAvailable.into();
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, timeout) {
            Ok(socket) => return Ok(socket),
            Err(error) => last = error,
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_judged_by_the_days_it_has_left() {
        let now: Timestamp = "2026-11-23T00:00:00Z".parse().expect("a time");
        for (end, status) in [
            ("2027-02-01T00:00:00Z", Status::Ok),
            ("2026-12-10T00:00:00Z", Status::Warning),
            ("2026-11-25T00:00:00Z", Status::Critical),
            ("2026-11-22T00:00:00Z", Status::Critical),
        ] {
            let check = judge("shop.example.org", end.parse().expect("a time"), now, &TlsConfig::default());
            assert_eq!(check.status(), status, "{end}");
        }
    }
}
