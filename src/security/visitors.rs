//! What visitors and strangers get: headers and cookies, the admin's door, and whether other sites may ask.

use crate::config::Config;
use crate::error::one_line;
use crate::status::Check;
use crate::status::Finding;
use crate::status::Status;
use crate::status::kinds::SECURITY_ADMIN;
use crate::status::kinds::SECURITY_HEADER;
use crate::system::http;
use anyhow::Context;
use anyhow::Result;
use std::io::Read;
use ureq::Agent;
use url::Url;

/// What a login form has: that of Django, or that of the bundled server.
const FORM: [&str; 3] = ["csrfmiddlewaretoken", "type=\"password\"", "type='password'"];
/// Bytes of an answer that are read.
const LONGEST: u64 = 256 * 1024;
/// A site that is none, whose scripts nobody should let in.
const STRANGER: &str = "https://stranger.invalid";
/// Seconds of HSTS that browsers' lists ask for.
const HSTS_YEAR: u64 = 31_536_000;

/// An answer's headers, by lower-case name.
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    text: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn cookies(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value.as_str())
    }
}

/// Visits the site's home, its API and the admin's login page.
///
/// # Errors
/// When the site's address is none.
pub fn check(config: &Config) -> Result<Check> {
    let base =
        Url::parse(&config.site.url).with_context(|| format!("read [site] url `{}`", config.site.url))?;
    let (timeout, authorities) = (config.health.pages.timeout, config.health.tls.ca_file.as_deref());
    let agent = http::agent(&base, timeout, authorities, 0)?;
    let mut check = Check::default();
    let home = match get(&agent, &base, None) {
        Ok(answer) => answer,
        Err(error) => {
            return Ok(Finding::unknown(
                &SECURITY_HEADER,
                base.as_str(),
                format!("the site does not answer: {}", one_line(&error)),
            )
            .remedy("start the site, or correct [site] url: sitekeep health")
            .into());
        }
    };
    transport(&agent, &base, &home, &mut check);
    headers(&base, &home, &mut check);
    strangers(&agent, &base, &mut check);
    admin(&agent, &base, config, &mut check);
    Ok(check)
}

fn get(agent: &Agent, url: &Url, origin: Option<&str>) -> Result<Answer> {
    let mut request = agent.get(url.as_str());
    if let Some(origin) = origin {
        request = request.header("origin", origin);
    }
    let mut response = request.call().map_err(http::no_answer)?;
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    let status = response.status().as_u16();
    // A longer page is cut off: what is looked for stands in its head, and the headers are there already.
    let mut page = Vec::new();
    response.body_mut().as_reader().take(LONGEST).read_to_end(&mut page)?;
    Ok(Answer { status, headers, text: String::from_utf8_lossy(&page).into_owned() })
}

fn is_local(base: &Url) -> bool {
    let host = base.host_str().unwrap_or_default();
    host == "localhost"
        || host.trim_matches(['[', ']']).parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

/// Whether visitors are kept on https.
fn transport(agent: &Agent, base: &Url, home: &Answer, check: &mut Check) {
    if base.scheme() != "https" {
        let to_https = home.status / 100 == 3
            && home.header("location").is_some_and(|target| target.starts_with("https://"));
        check.add(if to_https {
            Finding::ok(&SECURITY_HEADER, "https", "plain http is sent to https")
        } else if is_local(base) {
            Finding::unknown(&SECURITY_HEADER, "https", "cannot be judged at a local address")
                .remedy("set [site] url to the address that visitors use")
        } else {
            Finding::critical(&SECURITY_HEADER, "https", "visitors are served without TLS: passwords and sessions can be read on the way")
                .remedy("get a certificate (certbot), redirect http to https, and set [site] url to the https address")
        });
        return;
    }
    let mut plain = base.clone();
    // Both are of one sort of address, so that this cannot be refused; a port of its own has no plain sister.
    if base.port().is_none() && plain.set_scheme("http").is_ok() {
        match get(agent, &plain, None) {
            Ok(answer)
                if answer.status / 100 != 3
                    || !answer.header("location").is_some_and(|to| to.starts_with("https://")) =>
            {
                check.add(
                    Finding::warning(
                        &SECURITY_HEADER,
                        "https",
                        "plain http is answered, and not sent to https",
                    )
                    .remedy("redirect it in the web server, or set SECURE_SSL_REDIRECT = True"),
                );
            }
            // Nobody answers there: nobody is served without TLS.
            Ok(_) | Err(_) => {
                check.add(Finding::ok(&SECURITY_HEADER, "https", "nobody is served by plain http"));
            }
        }
    }
    let subject = "Strict-Transport-Security";
    let age = home.header("strict-transport-security").and_then(|value| {
        let part = value.split(';').find_map(|part| part.trim().strip_prefix("max-age="))?;
        part.trim_matches('"').parse::<u64>().ok()
    });
    check.add(match age {
        Some(age) if age >= HSTS_YEAR => {
            Finding::ok(&SECURITY_HEADER, subject, "browsers insist on https for a year or more")
        }
        Some(age) => Finding::warning(&SECURITY_HEADER, subject, format!("lasts {age} seconds only"))
            .remedy("set SECURE_HSTS_SECONDS = 31536000 once all of the site is on https"),
        None => Finding::warning(&SECURITY_HEADER, subject, "is missing: browsers do not insist on https")
            .remedy("set SECURE_HSTS_SECONDS, or add the header in the web server"),
    });
}

/// Headers that every page should have, and those that tell too much.
fn headers(base: &Url, home: &Answer, check: &mut Check) {
    let mut wanting = |name: &str, message: &str, remedy: &str| {
        check
            .add(Finding::warning(&SECURITY_HEADER, name, message).with("url", base.as_str()).remedy(remedy));
    };
    if home.header("x-content-type-options").is_none_or(|value| !value.trim().eq_ignore_ascii_case("nosniff"))
    {
        wanting(
            "X-Content-Type-Options",
            "is not `nosniff`: browsers guess what an upload is",
            "SECURE_CONTENT_TYPE_NOSNIFF = True, and the same header in the web server for files that it serves itself",
        );
    }
    let policy = home.header("content-security-policy");
    if home.header("x-frame-options").is_none()
        && !policy.is_some_and(|policy| policy.contains("frame-ancestors"))
    {
        wanting(
            "X-Frame-Options",
            "is missing: other sites may show this one in a frame",
            "put XFrameOptionsMiddleware back, or add `X-Frame-Options: DENY` in the web server",
        );
    }
    if home.header("referrer-policy").is_none() {
        wanting(
            "Referrer-Policy",
            "is missing: other sites may learn which page a visitor came from",
            "SECURE_REFERRER_POLICY = 'same-origin', or the header in the web server",
        );
    }
    if policy.is_none() {
        wanting(
            "Content-Security-Policy",
            "is missing: nothing limits which scripts a page may run",
            "begin with Content-Security-Policy-Report-Only: default-src 'self', and tighten from there",
        );
    }
    for name in ["server", "x-powered-by"] {
        if let Some(value) = home.header(name).filter(|value| value.contains(|c: char| c.is_ascii_digit())) {
            let value: String = value.chars().filter(|c| !c.is_control()).take(60).collect();
            wanting(
                name,
                &format!("tells the version: {value}"),
                "server_tokens off; (nginx), or leave the header out",
            );
        }
    }
    if check.findings.iter().all(|finding| finding.status == Status::Ok) {
        check.add(Finding::ok(
            &SECURITY_HEADER,
            "headers",
            "frames, types, referrers and scripts are limited",
        ));
    }
}

/// Whether scripts of any other site may read the answers.
fn strangers(agent: &Agent, base: &Url, check: &mut Check) {
    let subject = "Access-Control-Allow-Origin";
    let Ok(url) = base.join("/api/") else { return };
    let answer = match get(agent, &url, Some(STRANGER)) {
        Ok(answer) => answer,
        Err(error) => {
            check.add(Finding::unknown(
                &SECURITY_HEADER,
                subject,
                format!("{} does not answer: {}", url.path(), one_line(&error)),
            ));
            return;
        }
    };
    let credentials =
        answer.header("access-control-allow-credentials").is_some_and(|value| value.trim() == "true");
    check.add(match answer.header("access-control-allow-origin").map(str::trim) {
        Some(STRANGER) if credentials => Finding::critical(
            &SECURITY_HEADER,
            subject,
            "scripts of any site act in the name of who is logged in",
        )
        .remedy("name the frontend in CORS_ALLOWED_ORIGINS, and take CORS_ALLOW_ALL_ORIGINS out"),
        Some(STRANGER | "*") => Finding::warning(
            &SECURITY_HEADER,
            subject,
            "scripts of any site may read the API's answers",
        )
        .remedy(
            "name the frontend in CORS_ALLOWED_ORIGINS, unless the catalogue is meant for other sites too",
        ),
        _ => Finding::ok(&SECURITY_HEADER, subject, "a stranger's scripts are not let in"),
    });
}

/// The admin's door: whether everybody finds it, and what cookies it gives.
fn admin(agent: &Agent, base: &Url, config: &Config, check: &mut Check) {
    let path = &config.logs.login_path;
    let answer = base.join(path).map_err(anyhow::Error::from).and_then(|url| get(agent, &url, None));
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            check.add(Finding::unknown(
                &SECURITY_ADMIN,
                path,
                format!("does not answer: {}", one_line(&error)),
            ));
            return;
        }
    };
    // A catch-all route answers 200 too; the form is what counts.
    if !FORM.iter().any(|sign| answer.text.contains(sign)) {
        check.add(
            Finding::ok(&SECURITY_ADMIN, path, "no login form there for strangers")
                .with("http_status", answer.status),
        );
        return;
    }
    check.add(if path.ends_with("/admin/login/") {
        Finding::warning(&SECURITY_ADMIN, path, "the login form is open to everybody at the address that every scanner tries")
            .remedy("let the web server admit known addresses only, or move it (urls.py) and tell [logs] login_path; meanwhile: sitekeep security fail2ban")
    } else {
        Finding::ok(&SECURITY_ADMIN, path, "open to everybody, at an address of its own")
    });
    let https = base.scheme() == "https";
    for cookie in answer.cookies() {
        let (name, rest) = cookie.split_once('=').unwrap_or((cookie, ""));
        let flags = rest.to_ascii_lowercase();
        let has =
            |flag: &str| flags.split(';').skip(1).any(|part| part.trim().split('=').next() == Some(flag));
        let mut missing = Vec::new();
        missing.extend((https && !has("secure")).then_some("Secure"));
        missing.extend((!has("samesite") || flags.contains("samesite=none")).then_some("SameSite"));
        missing.extend((name.contains("session") && !has("httponly")).then_some("HttpOnly"));
        let name: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
        check.add(if missing.is_empty() {
            Finding::ok(&SECURITY_HEADER, format!("cookie {name}"), "has its flags")
        } else {
            Finding::warning(
                &SECURITY_HEADER,
                format!("cookie {name}"),
                format!("is sent without {}", missing.join(", ")),
            )
            .remedy("SESSION_COOKIE_SECURE, CSRF_COOKIE_SECURE = True; SESSION_COOKIE_SAMESITE = 'Lax'")
        });
    }
}
