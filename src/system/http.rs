//! Requests to web servers: who is trusted, and what went wrong in words.

use super::certificates;
use anyhow::Error;
use anyhow::Result;
use std::path::Path;
use std::time::Duration;
use ureq::Agent;
use ureq::tls::Certificate;
use ureq::tls::RootCerts;
use ureq::tls::TlsConfig;
use url::Url;

/// Makes requests to one address; every status is an answer.
///
/// # Errors
/// When the authorities of an https address cannot be read.
pub fn agent(url: &Url, timeout: Duration, authorities: Option<&Path>, redirects: u32) -> Result<Agent> {
    let mut builder = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(timeout))
        .max_redirects(redirects)
        .max_redirects_will_error(redirects > 0)
        .user_agent(concat!("sitekeep/", env!("CARGO_PKG_VERSION")));
    if url.scheme() == "https" {
        let trusted = certificates::trusted(authorities)?;
        let roots: Vec<_> = trusted.iter().map(|der| Certificate::from_der(der).to_owned()).collect();
        builder = builder.tls_config(TlsConfig::builder().root_certs(RootCerts::from(roots)).build());
    }
    Ok(builder.build().into())
}

/// Why there is no answer, without words of the client's own.
pub fn no_answer(error: ureq::Error) -> Error {
    match error {
        ureq::Error::Io(error) => error.into(),
        ureq::Error::Timeout(_) => Error::msg("not in time"),
        error => error.into(),
    }
}
