//! What every request passes first: a protected way, the page's own site as origin, and who asks.

use super::Admin;
use super::page;
use super::session;
use crate::server::access_log::Peer;
use crate::server::access_log::client;
use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::Method;
use axum::http::StatusCode;
use axum::http::Version;
use axum::http::header;
use axum::middleware::Next;
use axum::response::IntoResponse;
use axum::response::Response;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// How long one request may take, a picture on a slow line among them.
const LONGEST: Duration = Duration::from_mins(2);

/// How the request came.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    pub(super) address: Option<IpAddr>,
    /// The proxy on this machine says that the visitor speaks TLS with it.
    pub(super) is_secure: bool,
}

/// Refuses what came unprotected or from another site, and keeps answers out of every cache.
pub(super) async fn protect(State(admin): State<Arc<Admin>>, mut request: Request, next: Next) -> Response {
    let way = way(&request);
    let mut response = if !way.is_secure && !is_here(&request, way) && !admin.config.serve.admin_insecure {
        page::message(
            StatusCode::FORBIDDEN,
            "Connexion non protégée",
            "L'administration n'est servie qu'en HTTPS. Le serveur placé devant (nginx) doit transmettre l'en-tête X-Forwarded-Proto.",
        )
    } else if request.method() == Method::POST && !is_own(request.headers(), &admin.site.url) {
        page::message(
            StatusCode::FORBIDDEN,
            "Demande refusée",
            "Ce formulaire n'a pas été envoyé depuis l'administration elle-même. Ouvrez-la de nouveau et recommencez.",
        )
    } else {
        request.extensions_mut().insert(way);
        tokio::time::timeout(LONGEST, next.run(request)).await.unwrap_or_else(|_| {
            page::message(
                StatusCode::REQUEST_TIMEOUT,
                "Trop lent",
                "La demande a pris trop de temps. Réessayez.",
            )
        })
    };
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    response
}

/// Lets nobody in without a session.
pub(super) async fn require_session(
    State(admin): State<Arc<Admin>>,
    mut request: Request,
    next: Next,
) -> Response {
    match session::find(&admin, request.headers()).await {
        Ok(Some(session)) if session.rights.view => {
            request.extensions_mut().insert(session);
            next.run(request).await
        }
        Ok(Some(_)) => page::message(
            StatusCode::FORBIDDEN,
            "Aucun droit",
            "Ce compte n'a aucun droit sur les produits. Un super-utilisateur peut lui en donner.",
        ),
        Ok(None) if matches!(*request.method(), Method::GET | Method::HEAD) => {
            (StatusCode::FOUND, [(header::LOCATION, "/admin/login/")]).into_response()
        }
        Ok(None) => page::message(
            StatusCode::FORBIDDEN,
            "Session terminée",
            "Rien n'a été enregistré. Connectez-vous de nouveau, puis recommencez.",
        ),
        Err(_) => page::unavailable(),
    }
}

/// Whether the browser itself is on this machine: what came through a proxy shows it, by its socket, by what it adds, by the
/// name that was asked for, or by a version of the protocol that proxies alone still speak.
fn is_here(request: &Request, way: Way) -> bool {
    let headers = request.headers();
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let host = host.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')).map_or(host, |(host, _)| host);
    let is_named_here = host == "localhost"
        || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    let is_passed_on = ["forwarded", "x-forwarded-for", "x-forwarded-proto", "x-real-ip", "via"]
        .iter()
        .any(|name| headers.contains_key(*name))
        || request.version() < Version::HTTP_11;
    way.address.is_some_and(|address| address.is_loopback()) && is_named_here && !is_passed_on
}

fn way(request: &Request) -> Way {
    let is_local = request.extensions().get::<Peer>().is_some_and(Peer::is_local);
    // What the nearest proxy says stands last.
    let protocol = request.headers().get_all("x-forwarded-proto").iter().next_back();
    let protocol = protocol.and_then(|value| value.to_str().ok()?.rsplit(',').next());
    let is_https = protocol.is_some_and(|protocol| protocol.trim().eq_ignore_ascii_case("https"));
    Way { address: client(request), is_secure: is_local && is_https }
}

/// Whether a form comes from a page of this server, as far as the browser tells; the form's token is what counts.
fn is_own(headers: &HeaderMap, site: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if text("sec-fetch-site").is_some_and(|from| !matches!(from, "same-origin" | "none")) {
        return false;
    }
    let Some(origin) = text("origin") else { return true };
    let Some((_, host)) = origin.split_once("://") else { return false };
    let own = url::Url::parse(site).ok().map(|url| url.origin().ascii_serialization());
    text("host") == Some(host) || own.as_deref() == Some(origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| ((*name).parse().expect("a name"), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn a_browser_on_this_machine_is_told_from_a_proxy() {
        let is_here = |version, host: &str, address: &str| {
            let request = Request::builder().version(version).header("host", host);
            let request = request.body(axum::body::Body::empty()).expect("a request");
            is_here(&request, Way { address: address.parse().ok(), is_secure: false })
        };
        assert!(is_here(Version::HTTP_11, "127.0.0.1:8000", "127.0.0.1"));
        assert!(is_here(Version::HTTP_11, "localhost", "::1"));
        assert!(!is_here(Version::HTTP_10, "127.0.0.1:8000", "127.0.0.1"), "as nginx passes on");
        assert!(!is_here(Version::HTTP_11, "127.0.0.1:8000", "a socket"));
        assert!(!is_here(Version::HTTP_11, "127.0.0.1.evil.example", "127.0.0.1"));
    }

    #[test]
    fn a_form_of_another_site_is_told_by_its_origin() {
        let own = |pairs: &[(&'static str, &'static str)]| is_own(&headers(pairs), "https://shop.example/");
        let host = ("host", "127.0.0.1:8000");
        assert!(own(&[host, ("origin", "http://127.0.0.1:8000"), ("sec-fetch-site", "same-origin")]));
        assert!(own(&[host, ("origin", "https://shop.example")]));
        assert!(own(&[host]));
        assert!(!own(&[host, ("origin", "https://evil.example")]));
        assert!(!own(&[host, ("origin", "null")]));
        assert!(!own(&[host, ("origin", "https://shop.example.evil.example")]));
        assert!(!own(&[host, ("sec-fetch-site", "cross-site")]));
        assert!(!own(&[host, ("sec-fetch-site", "same-site")]));
    }
}
