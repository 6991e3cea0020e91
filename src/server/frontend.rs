//! A built single-page application: its files as they are, and its index for each of its own routes.
//!
//! What looks like a file and is none is a 404: a picture or a script that is missing must never be a page.

use super::media;
use super::media::Manner;
use super::site::Site;
use crate::error::Error;
use crate::error::Kind;
use anyhow::Result;
use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::Method;
use axum::http::StatusCode;
use axum::http::Uri;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

const INDEX: &str = "index.html";

/// Scripts are the application's own files; styles and fonts may come from elsewhere, as its makers chose.
const POLICY: &str = "default-src 'self'; style-src 'self' https:; font-src 'self' https: data:; \
                      img-src 'self' https: http: data: blob:; object-src 'none'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// Letters of the hash that a builder puts into the name of a file.
const HASH: usize = 8;

/// Makes sure that there is an application to serve.
pub(super) fn check(folder: &Path) -> Result<()> {
    if folder.join(INDEX).is_file() {
        return Ok(());
    }
    let message = format!("serve.frontend: {} has no {INDEX}", folder.display());
    let hint = "name the folder that the frontend was built into (`npm run build` makes dist/)";
    Err(Error::new(Kind::Config, message).hint(hint).into())
}

/// Answers every path that is nobody else's.
pub(super) async fn serve(
    State((site, folder)): State<(Arc<Site>, Arc<PathBuf>)>,
    request: Request,
) -> Response {
    let (mut request, _body) = request.into_parts();
    if request.method != Method::GET && request.method != Method::HEAD {
        let allow = [(header::ALLOW, HeaderValue::from_static("GET,HEAD"))];
        return (allow, media::bare(StatusCode::METHOD_NOT_ALLOWED)).into_response();
    }
    // A part of a compressed file would be a part of other bytes than the rest.
    request.headers.remove(header::RANGE);
    let Some(name) = name(&request.uri, &site.media_prefix) else {
        return media::bare(StatusCode::NOT_FOUND);
    };
    let head = request.method == Method::HEAD;
    let task = tokio::task::spawn_blocking(move || answer(&folder, &name, &request.headers));
    let mut response = match task.await {
        Ok(response) => response,
        Err(_) => media::bare(StatusCode::INTERNAL_SERVER_ERROR),
    };
    if head {
        *response.body_mut() = axum::body::Body::empty();
    }
    response
}

fn answer(folder: &Path, name: &Path, asked: &HeaderMap) -> Response {
    let keep = if is_hashed(name) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let keep = HeaderValue::from_static(keep);
    let manner = Manner { kind: media::asset_type(name), keep, policy: POLICY };
    match media::send(folder, name, asked, manner) {
        Ok(answer) => media::respond(answer),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            media::bare(StatusCode::FORBIDDEN)
        }
        Err(_) => media::bare(StatusCode::NOT_FOUND),
    }
}

/// The file that a path asks for; the index where it is a route of the application.
fn name(uri: &Uri, media_prefix: &str) -> Option<PathBuf> {
    let path = uri.path();
    let folder = |prefix: &str| path == prefix.trim_end_matches('/') || path.starts_with(prefix);
    if ["/api/", "/static/", "/metrics/", media_prefix].into_iter().any(folder) {
        return None;
    }
    let route = path.trim_matches('/');
    if route.is_empty() {
        return Some(INDEX.into());
    }
    let name = media::relative(route)?;
    let is_route = name.extension().is_none() && !folder("/assets/");
    Some(if is_route { INDEX.into() } else { name })
}

/// Whether the name changes whenever the content does: `index-BmX81a_c.js` below `assets/`, as Vite builds it.
fn is_hashed(name: &Path) -> bool {
    let stem = name.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let Some(start) = stem.len().checked_sub(HASH + 1) else { return false };
    let is_hash = |hash: &str| {
        hash.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            && hash.bytes().any(|byte| !byte.is_ascii_lowercase())
    };
    name.starts_with("assets")
        && stem.get(start..).and_then(|end| end.strip_prefix(['-', '.'])).is_some_and(is_hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(path: &str) -> Option<String> {
        let uri: Uri = path.parse().expect("an address");
        name(&uri, "/media/").map(|name| name.display().to_string())
    }

    #[test]
    fn routes_are_the_index_and_files_are_files() {
        for path in ["/", "/products", "/products/hp-15/", "/%C3%A9", "/contact?x=a.b"] {
            assert_eq!(asked(path).as_deref(), Some(INDEX), "{path}");
        }
        for (path, name) in
            [("/assets/a.js", "assets/a.js"), ("/favicon.ico", "favicon.ico"), ("/assets/x", "assets/x")]
        {
            assert_eq!(asked(path).as_deref(), Some(name), "{path}");
        }
        for path in [
            "/media",
            "/media/",
            "/api",
            "/static/x.css",
            "/metrics",
            "/../x",
            "/a/%2e%2e/b",
            "/.env",
            "/a//b",
        ] {
            assert_eq!(asked(path), None, "{path}");
        }
    }

    #[test]
    fn only_a_name_with_a_hash_is_kept_for_ever() {
        for name in [
            "assets/index-BmX81a_c.js",
            "assets/logo-12345678.png",
            "assets/a.B1234567.css",
            "assets/x/y-ABCDEFG-.js",
        ] {
            assert!(is_hashed(Path::new(name)), "{name}");
        }
        for name in [
            "index.html",
            "logo-12345678.png",
            "assets/logo.png",
            "assets/product-pictures.png",
            "assets/é-é123456.js",
        ] {
            assert!(!is_hashed(Path::new(name)), "{name}");
        }
    }
}
