//! How the site speaks TLS: which versions and ciphers it agrees to, and what its certificate is worth.

mod certificate;
mod hello;

use crate::config::Config;
use crate::error::one_line;
use crate::status::Check;
use crate::status::Finding;
use crate::status::kinds::SECURITY_TLS;
use anyhow::Context;
use anyhow::Result;
use hello::Answer;
use jiff::Timestamp;
use std::net::TcpStream;
use std::net::ToSocketAddrs;
use std::time::Duration;
use url::Url;

/// Versions by number, the oldest first.
const VERSIONS: [(u16, &str); 5] =
    [(0x0300, "SSL 3.0"), (0x0301, "TLS 1.0"), (0x0302, "TLS 1.1"), (0x0303, "TLS 1.2"), (0x0304, "TLS 1.3")];

/// Suites without encryption, without a certificate, or weakened on purpose (EXPORT).
const BROKEN: &[u16] = &[
    0x0001, 0x0002, 0x003B, 0xC006, 0xC010, 0x0003, 0x0006, 0x0008, 0x0014, 0x0018, 0x001B, 0x0034, 0x003A,
    0x006C, 0x00A6, 0xC017, 0xC018, 0xC019,
];
/// Suites of RC4, DES and 3DES.
const WEAK: &[u16] = &[0x0004, 0x0005, 0xC007, 0xC011, 0x0009, 0x0015, 0x000A, 0x0016, 0xC008, 0xC012];

const REMEDY: &str =
    "nginx: ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers as ssl-config.mozilla.org has them (intermediate)";

/// Where the site speaks TLS.
struct Site<'a> {
    host: &'a str,
    port: u16,
    timeout: Duration,
}

/// Says hello in each version and with bad ciphers, and looks at the certificate.
///
/// # Errors
/// When the site's address is none, or no certificate authority can be read.
pub fn check(config: &Config, now: Timestamp) -> Result<Check> {
    let url =
        Url::parse(&config.site.url).with_context(|| format!("read [site] url `{}`", config.site.url))?;
    let host = url.host_str().context("find the host of [site] url")?.trim_matches(['[', ']']);
    if url.scheme() != "https" {
        return Ok(without(host).into());
    }
    let port = url.port_or_known_default().unwrap_or(443);
    let site = Site { host, port, timeout: config.health.pages.timeout };
    let mut check = Check::default();
    if let Err(problem) = site.connect() {
        let message = format!("the site does not answer: {}", one_line(&problem));
        let finding = Finding::unknown(&SECURITY_TLS, host, message);
        return Ok(finding.remedy("start the site, or correct [site] url: sitekeep health").into());
    }
    let answers = VERSIONS.map(|(version, name)| (name, version, site.ask(version, hello::USUAL)));
    let speaks = |version: u16| {
        answers.iter().any(|(_, asked, answer)| {
            *asked == version
                && matches!(answer, Ok(Answer::Hello { version: agreed, .. }) if *agreed == version)
        })
    };
    versions(host, &answers, &speaks, &mut check);
    if answers.iter().any(|(.., answer)| matches!(answer, Ok(Answer::Hello { .. }))) {
        ciphers(&site, &mut check);
    }
    if speaks(0x0303) || speaks(0x0304) {
        match site.connect().and_then(|socket| certificate::judge(socket, host, &config.health.tls, now)) {
            Ok(found) => check.findings.extend(found),
            Err(problem) => check.add(
                Finding::unknown(&SECURITY_TLS, format!("{host}: certificate"), one_line(&problem))
                    .remedy("look at it by hand: openssl s_client -connect HOST:443"),
            ),
        }
    } else {
        let message = "not looked at: the site speaks no version in which sitekeep can";
        check.add(Finding::unknown(&SECURITY_TLS, format!("{host}: certificate"), message).remedy(REMEDY));
    }
    Ok(check)
}

fn versions(
    host: &str,
    answers: &[(&str, u16, Result<Answer>)],
    speaks: &dyn Fn(u16) -> bool,
    check: &mut Check,
) {
    for (name, version, answer) in answers {
        let subject = format!("{host}: {name}");
        if let Err(problem) = answer {
            let message = format!("whether it is spoken is not known: {}", one_line(problem));
            check.add(
                Finding::unknown(&SECURITY_TLS, subject, message).remedy("try again, nearer to the site"),
            );
        } else if speaks(*version) && *version == 0x0300 {
            check.add(
                Finding::critical(&SECURITY_TLS, subject, "is spoken: it can be read by others")
                    .remedy(REMEDY),
            );
        } else if speaks(*version) && *version < 0x0303 {
            check.add(
                Finding::warning(&SECURITY_TLS, subject, "is spoken: browsers gave it up in 2020")
                    .remedy(REMEDY),
            );
        }
    }
    let good: Vec<&str> = answers
        .iter()
        .filter(|(_, version, _)| *version >= 0x0303 && speaks(*version))
        .map(|it| it.0)
        .collect();
    let subject = format!("{host}: versions");
    if !good.is_empty() {
        check.add(Finding::ok(&SECURITY_TLS, subject, format!("speaks {}", good.join(" and "))));
    } else if answers.iter().all(|(.., answer)| answer.is_ok()) {
        let message = "speaks neither TLS 1.2 nor 1.3: browsers refuse it";
        check.add(Finding::critical(&SECURITY_TLS, subject, message).remedy(REMEDY));
    }
}

fn ciphers(site: &Site<'_>, check: &mut Check) {
    let mut is_clean = true;
    for (suites, words, is_broken) in [
        (BROKEN, "agrees to a connection without encryption, certificate or strength", true),
        (WEAK, "agrees to RC4, DES or 3DES", false),
    ] {
        let subject = format!("{}: ciphers", site.host);
        let finding = match site.ask(0x0303, suites) {
            Ok(Answer::Refused) => continue,
            // A server that ignores what it is offered proves nothing.
            Ok(Answer::Hello { suite, .. }) if !suites.contains(&suite) => Finding::unknown(
                &SECURITY_TLS,
                subject,
                format!("it answers with suite {suite:#06x}, unasked"),
            ),
            Ok(Answer::Hello { suite, .. }) => {
                let message = format!("{words} (suite {suite:#06x})");
                let new = if is_broken { Finding::critical } else { Finding::warning };
                new(&SECURITY_TLS, subject, message).remedy(REMEDY)
            }
            Err(problem) => {
                let message = format!("whether bad ones are agreed to is not known: {}", one_line(&problem));
                Finding::unknown(&SECURITY_TLS, subject, message)
            }
        };
        is_clean = false;
        check.add(finding);
    }
    if is_clean {
        let message = "agrees to none without encryption, and not to RC4, DES and 3DES";
        check.add(Finding::ok(&SECURITY_TLS, format!("{}: ciphers", site.host), message));
    }
}

/// A site without TLS: fine on this machine, behind a proxy; not for visitors.
fn without(host: &str) -> Finding {
    let is_local =
        host == "localhost" || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback());
    if is_local {
        let message = "a local address, without TLS: set [site] url to the public one to have it judged";
        return Finding::ok(&SECURITY_TLS, host, message);
    }
    Finding::critical(&SECURITY_TLS, host, "visitors are served without TLS: passwords pass in the open")
        .remedy(
            "get a certificate (certbot), redirect http to https, and set [site] url to the https address",
        )
}

impl Site<'_> {
    fn ask(&self, version: u16, suites: &[u16]) -> Result<Answer> {
        hello::ask(&mut self.connect()?, self.host, version, suites)
    }

    fn connect(&self) -> Result<TcpStream> {
        let mut last = std::io::Error::from(std::io::ErrorKind::AddrNotAvailable);
        for address in
            (self.host, self.port).to_socket_addrs().with_context(|| format!("find {}", self.host))?
        {
            match TcpStream::connect_timeout(&address, self.timeout) {
                Ok(socket) => {
                    socket.set_read_timeout(Some(self.timeout))?;
                    socket.set_write_timeout(Some(self.timeout))?;
                    return Ok(socket);
                }
                Err(error) => last = error,
            }
        }
        Err(last).with_context(|| format!("connect to {} port {}", self.host, self.port))
    }
}
