//! `sitekeep health tls`: the certificate that the site shows, and pages over https.

use crate::sandbox::Sandbox;
use crate::sandbox::findings;
use rcgen::BasicConstraints;
use rcgen::CertificateParams;
use rcgen::IsCa;
use rcgen::Issuer;
use rcgen::KeyPair;
use rustls::ServerConfig;
use rustls::ServerConnection;
use rustls::StreamOwned;
use rustls::pki_types::PrivatePkcs8KeyDer;
use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::sync::Arc;

/// A server's certificate for localhost, and the authority of it in `ca.pem`. It ends on the first of January 2098; the
/// connection itself is judged by the real clock.
pub fn server_config(sandbox: &Sandbox) -> Arc<ServerConfig> {
    let mut params = CertificateParams::new(vec![]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(rcgen::DnType::CommonName, "an authority of the test's own");
    let key = KeyPair::generate().unwrap();
    sandbox.write("ca.pem", &params.self_signed(&key).unwrap().pem());
    let issuer = Issuer::new(params, key);
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(2098, 1, 1);
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )
        .unwrap();
    Arc::new(config)
}

pub fn serve(sandbox: &Sandbox) -> u16 {
    let config = server_config(sandbox);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut stream = StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), stream);
            // Clients that only shake hands, or trust nothing, hang up here.
            let mut request = [0; 4096];
            if stream.read(&mut request).is_ok_and(|length| length > 0) {
                let _ =
                    stream.write_all(b"HTTP/1.1 404 X\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
            }
        }
    });
    port
}

#[test]
fn a_certificate_is_judged_by_the_days_that_it_lasts() {
    let sandbox = Sandbox::site();
    let port = serve(&sandbox);
    sandbox.write(
        "sitekeep.toml",
        &format!(
            "[site]\nname = \"shop\"\nurl = \"https://localhost:{port}\"\n[state]\ndirectory = \"state\"\n[health.tls]\nca_file = \"ca.pem\"\n"
        ),
    );
    let at = |now: &str, code: i32| {
        sandbox.run_with(&[("SITEKEEP_NOW", now)], &["health", "tls", "--format", "json"]).exits(code).json()
    };
    let days = |report: &serde_json::Value, status: &str| {
        findings(report, "HEALTH-009", status)[0]["data"]["days_left"].clone()
    };
    assert_eq!(days(&at("2097-11-01T00:00:00Z", 0), "ok"), 61);
    assert_eq!(days(&at("2097-12-20T00:00:00Z", 1), "warning"), 12);
    assert_eq!(days(&at("2097-12-30T00:00:00Z", 2), "critical"), 2);
    // Pages go through the same trust: the address that nobody has is answered, without a debug page.
    sandbox.run(&["health", "debug"]).exits(0).says("answers 404 without a debug page");
}

#[test]
fn a_certificate_that_nobody_trusts_is_critical() {
    let sandbox = Sandbox::site();
    let port = serve(&sandbox);
    let url = format!("https://localhost:{port}");
    sandbox
        .run_with(&[("SITEKEEP_SITE__URL", &url)], &["health", "tls"])
        .exits(2)
        .says("no trusted connection");
}
