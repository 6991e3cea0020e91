//! What a request says of its sender: by which address he came, and what he shows to be let in.

use crate::server::access_log::Peer;
use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::header;
use axum::http::request::Parts;
use axum::http::uri::Authority;
use serde::Serialize;

/// Why a sender is not let in, as the application says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Stranger {
    detail: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    messages: Option<[TokenMessage; 1]>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct TokenMessage {
    token_class: &'static str,
    token_type: &'static str,
    message: &'static str,
}

impl Stranger {
    /// Nothing was shown, where something is needed.
    pub(super) fn anonymous() -> Self {
        Self { detail: "Informations d'authentification non fournies.", code: None, messages: None }
    }
}

/// Scheme and host by which the visitor came, `http://shop.example:8000`; nothing where the host can be none.
///
/// A request without one (HTTP/1.0) gets `default`.
pub(super) fn origin(request: &Parts, default: &str) -> Option<String> {
    let behind_proxy = request.extensions.get::<Peer>().is_some_and(Peer::is_local);
    let host = text(&request.headers, &header::HOST);
    let Some(host) = host.or_else(|| request.uri.authority().map(Authority::as_str)) else {
        return Some(default.to_owned());
    };
    let forwarded = text(&request.headers, &HeaderName::from_static("x-forwarded-proto"));
    let first = forwarded.and_then(|list| list.split(',').next()).map(str::trim);
    let scheme = if behind_proxy && first == Some("https") { "https" } else { "http" };
    is_host(host).then(|| format!("{scheme}://{host}"))
}

/// Whether Django takes it for a host: a name or an address, and perhaps a port.
fn is_host(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let (name, port) = match text.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, after)) => {
                let sound = address.contains(':')
                    && address.bytes().all(|b| b.is_ascii_hexdigit() || matches!(b, b':' | b'.'));
                if !sound {
                    return false;
                }
                ("address", after.strip_prefix(':').or(after.is_empty().then_some("0")))
            }
            None => return false,
        },
        None => match text.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (text.as_str(), Some("0")),
        },
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    !name.is_empty()
        && name.bytes().all(plain)
        && port.is_some_and(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Looks at the `Authorization` header: this server knows no token, so that none is valid; other schemes say nothing.
pub(super) fn let_in(headers: &HeaderMap) -> Result<(), Stranger> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(()) };
    let value = String::from_utf8_lossy(value.as_bytes());
    let parts: Vec<&str> = value.split_ascii_whitespace().collect();
    match parts[..] {
        ["Bearer", _] => Err(Stranger {
            detail: "Le type de jeton fourni n'est pas valide",
            code: Some("token_not_valid"),
            messages: Some([TokenMessage {
                token_class: "AccessToken",
                token_type: "access",
                message: "Token is invalid",
            }]),
        }),
        ["Bearer", ..] => Err(Stranger {
            detail: "L'en-tête 'Authorization' doit contenir deux valeurs séparées par des espaces",
            code: Some("bad_authorization_header"),
            messages: None,
        }),
        _ => Ok(()),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    fn parts(headers: &[(&str, &str)], peer: &str) -> Parts {
        let mut request = Request::get("/api/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut parts = request.body(()).expect("a request").into_parts().0;
        parts.extensions.insert(Peer::Address(peer.parse().expect("an address")));
        parts
    }

    #[test]
    fn addresses_are_those_by_which_the_visitor_came() {
        let origin = |headers: &[(&str, &str)], peer| origin(&parts(headers, peer), "https://shop.example");
        let (near, far) = ("127.0.0.1:1", "192.0.2.7:1");
        assert_eq!(origin(&[], near).as_deref(), Some("https://shop.example"));
        assert_eq!(origin(&[("host", "a.example:99")], far).as_deref(), Some("http://a.example:99"));
        let proxied = [("host", "a.example"), ("x-forwarded-proto", "https, http")];
        assert_eq!(origin(&proxied, near).as_deref(), Some("https://a.example"));
        assert_eq!(origin(&proxied, far).as_deref(), Some("http://a.example"));
        for host in ["a_b.example", "a b", "", ":80", "a:b", "[::1", "[x]", "a/b", "a.example:", "[::1]x"] {
            assert_eq!(origin(&[("host", host)], near), None, "{host}");
        }
        assert_eq!(origin(&[("host", "[::1]:8000")], near).as_deref(), Some("http://[::1]:8000"));
    }

    #[test]
    fn no_token_is_valid_and_other_schemes_are_nobodys() {
        let judged = |value: &str| let_in(&parts(&[("authorization", value)], "127.0.0.1:1").headers);
        for value in ["", "Basic YTpi", "bearer abc", "Token x"] {
            assert_eq!(judged(value), Ok(()), "{value}");
        }
        for (value, code) in [
            ("Bearer", "bad_authorization_header"),
            ("Bearer a b", "bad_authorization_header"),
            ("Bearer a", "token_not_valid"),
        ] {
            assert_eq!(judged(value).expect_err(value).code, Some(code), "{value}");
        }
    }
}
