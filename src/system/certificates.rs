//! Certificate authorities that this machine trusts.

use crate::error::Error;
use crate::error::Kind;
use anyhow::Result;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::path::Path;

/// The system's authorities, and those of `extra` (PEM).
///
/// # Errors
/// When `extra` cannot be read or holds no certificate, or no authority at all is found.
pub fn trusted(extra: Option<&Path>) -> Result<Vec<CertificateDer<'static>>> {
    let mut found = rustls_native_certs::load_native_certs().certs;
    if let Some(path) = extra {
        found.extend(listed(path)?);
    }
    if found.is_empty() {
        return Err(Error::new(Kind::Undetermined, "this machine trusts no certificate authority")
            .hint("install the package ca-certificates, or name a file with ca_file")
            .into());
    }
    Ok(found)
}

/// The certificates of a file (PEM).
///
/// # Errors
/// When it cannot be read or holds none.
pub fn listed(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let wrong = |reason: String| {
        Error::new(Kind::Config, format!("read certificates {}: {reason}", path.display()))
            .hint("the file must hold one or more certificates in PEM")
    };
    let found = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| wrong(error.to_string()))?;
    if found.is_empty() {
        return Err(wrong("no certificate in it".into()).into());
    }
    Ok(found)
}

/// The same authorities, as rustls wants them.
///
/// # Errors
/// As [`trusted`].
pub fn roots(extra: Option<&Path>) -> Result<RootCertStore> {
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(trusted(extra)?);
    Ok(store)
}
