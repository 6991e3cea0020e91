//! The certificate that the site shows: who vouches for it, for which name, until when, and how strong it is.

use crate::config::TlsConfig;
use crate::status::Finding;
use crate::status::kinds::SECURITY_TLS;
use crate::system::certificates;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;
use rustls::CertificateError;
use rustls::ClientConfig;
use rustls::ClientConnection;
use rustls::DigitallySignedStruct;
use rustls::Error;
use rustls::SignatureScheme;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::client::danger::ServerCertVerified;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::ServerName;
use rustls::pki_types::UnixTime;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use x509_parser::prelude::FromDer;
use x509_parser::prelude::X509Certificate;
use x509_parser::public_key::PublicKey;

/// Bits below which keys count as weak, and as broken.
const RSA_BITS: usize = 2048;
const RSA_BROKEN: usize = 1024;
const CURVE_BITS: usize = 224;

/// Judges the certificate as of `now`.
///
/// # Errors
/// When no handshake of TLS 1.2 or 1.3 comes about, or the certificate cannot be read.
pub(super) fn judge(
    mut socket: TcpStream,
    host: &str,
    settings: &TlsConfig,
    now: Timestamp,
) -> Result<Vec<Finding>> {
    let (shown, trust) = shown(&mut socket, host, settings, now)?;
    let (_, certificate) = X509Certificate::from_der(&shown).context("read the certificate")?;
    let is_self_signed = certificate.issuer() == certificate.subject();
    let mut found = vec![trusted(host, trust, is_self_signed)];
    let end = Timestamp::from_second(certificate.validity().not_after.timestamp())?;
    let days = end.duration_since(now).as_hours().div_euclid(24);
    let until = end.strftime("%Y-%m-%d").to_string();
    let subject = format!("{host}: end of the certificate");
    found.push(match days {
        ..0 => {
            Finding::critical(&SECURITY_TLS, subject, format!("it ended on {until}")).remedy("certbot renew")
        }
        days if days < settings.warning_days => {
            Finding::warning(&SECURITY_TLS, subject, format!("it ends on {until}")).remedy("certbot renew")
        }
        _ => Finding::ok(&SECURITY_TLS, subject, format!("{days} days, until {until}")),
    });
    found.push(strength(host, &certificate));
    Ok(found)
}

fn trusted(host: &str, trust: Result<(), Error>, is_self_signed: bool) -> Finding {
    let subject = format!("{host}: trust");
    let Err(problem) = trust else {
        return Finding::ok(
            &SECURITY_TLS,
            subject,
            "an authority that this machine trusts vouches for this name",
        );
    };
    let (message, remedy) = match &problem {
        Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => (
            "the certificate is for another name".to_owned(),
            "get one for this name, with and without www: certbot --expand",
        ),
        _ if is_self_signed => (
            "the certificate signed itself: browsers refuse it".to_owned(),
            "get one that an authority signs (certbot), or name your own authority in [health.tls] ca_file",
        ),
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => (
            "no authority that this machine trusts vouches for it: perhaps its chain is not served with it"
                .to_owned(),
            "serve fullchain.pem, not cert.pem; name your own authority in [health.tls] ca_file",
        ),
        other => (format!("it is not trusted: {other}"), "renew it: certbot renew"),
    };
    Finding::critical(&SECURITY_TLS, subject, message).remedy(remedy)
}

fn strength(host: &str, certificate: &X509Certificate<'_>) -> Finding {
    let subject = format!("{host}: key");
    let remedy = "make a new key and have it certified: certbot certonly --force-renewal --key-type ecdsa";
    let algorithm = certificate.signature_algorithm.algorithm.to_id_string();
    // MD5 and SHA-1, with RSA and with ECDSA (RFC 3279).
    let is_forgeable =
        ["1.2.840.113549.1.1.4", "1.2.840.113549.1.1.5", "1.2.840.10045.4.1"].contains(&algorithm.as_str());
    if is_forgeable {
        return Finding::critical(
            &SECURITY_TLS,
            subject,
            "signed by way of SHA-1 or MD5, which can be forged",
        )
        .remedy(remedy);
    }
    match certificate.public_key().parsed() {
        Ok(PublicKey::RSA(key)) => {
            let bits = key.key_size();
            let told = format!("RSA of {bits} bits");
            if bits <= RSA_BROKEN {
                Finding::critical(&SECURITY_TLS, subject, format!("{told}: it can be broken")).remedy(remedy)
            } else if bits < RSA_BITS {
                Finding::warning(&SECURITY_TLS, subject, format!("{told}: fewer than {RSA_BITS}"))
                    .remedy(remedy)
            } else {
                Finding::ok(&SECURITY_TLS, subject, told)
            }
        }
        Ok(PublicKey::EC(point)) => {
            let bits = point.key_size();
            let told = format!("elliptic curve of {bits} bits");
            if bits < CURVE_BITS {
                Finding::warning(&SECURITY_TLS, subject, told).remedy(remedy)
            } else {
                Finding::ok(&SECURITY_TLS, subject, told)
            }
        }
        _ => Finding::unknown(&SECURITY_TLS, subject, "a sort of key that sitekeep does not know"),
    }
}

/// The certificate, and whether a visitor would trust it.
fn shown(
    socket: &mut TcpStream,
    host: &str,
    settings: &TlsConfig,
    now: Timestamp,
) -> Result<(CertificateDer<'static>, Result<(), Error>)> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = Arc::new(certificates::roots(settings.ca_file.as_deref())?);
    let inner = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider)).build()?;
    let seconds = u64::try_from(now.as_second()).unwrap_or_default();
    let at = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    let looker = Arc::new(Looker { inner, at, seen: Mutex::default() });
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&looker) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    let mut connection = ClientConnection::new(Arc::new(client), ServerName::try_from(host.to_owned())?)?;
    while connection.is_handshaking() {
        connection.complete_io(socket).context("shake hands")?;
    }
    let seen = looker.seen.lock().unwrap_or_else(PoisonError::into_inner).take();
    seen.context("the site shows no certificate")
}

/// Looks at a certificate and lets every one pass, also with keys so weak that rustls takes no signature of them:
/// nothing is sent over the connection.
#[derive(Debug)]
struct Looker {
    inner: Arc<WebPkiServerVerifier>,
    at: UnixTime,
    seen: Mutex<Option<(CertificateDer<'static>, Result<(), Error>)>>,
}

impl ServerCertVerifier for Looker {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let trust = self.inner.verify_server_cert(end_entity, intermediates, name, ocsp, self.at).map(|_| ());
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((end_entity.clone().into_owned(), trust));
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}
