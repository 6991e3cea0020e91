//! Which other sites' scripts may read the API's answers.

use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::Method;
use axum::http::StatusCode;
use axum::http::header;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use axum::response::Response;

/// Origins that may; `*` is every one.
#[derive(Debug, Clone, Default)]
pub(super) struct Cors(pub(super) Vec<String>);

impl Cors {
    /// What to answer to a request's origin, if anything.
    fn allowed(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(header::ORIGIN)?;
        if self.0.iter().any(|allowed| allowed == "*") {
            return Some(HeaderValue::from_static("*"));
        }
        self.0.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes()).then(|| origin.clone())
    }
}

/// Answers a browser that asks before it asks; nothing for any other request.
pub(super) fn preflight(cors: &Cors, request: &Parts) -> Option<Response> {
    let asks = request.method == Method::OPTIONS
        && request.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let origin = cors.allowed(&request.headers).filter(|_| asks)?;
    let fixed = |name: HeaderName, value| (name, HeaderValue::from_static(value));
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, origin),
        fixed(header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, OPTIONS"),
        fixed(header::ACCESS_CONTROL_ALLOW_HEADERS, "accept, authorization, content-type, x-requested-with"),
        fixed(header::ACCESS_CONTROL_MAX_AGE, "86400"),
        fixed(header::VARY, "origin"),
        fixed(header::CONTENT_LENGTH, "0"),
    ];
    Some((StatusCode::OK, headers).into_response())
}

/// Lets the origin of a request read the answer, where it may.
pub(super) fn allow(cors: &Cors, request: &Parts, headers: &mut HeaderMap) {
    if let Some(origin) = cors.allowed(&request.headers) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
}
