//! Style sheet, script and icon: part of the program, named by their content so that browsers may keep them for ever.

use axum::http::StatusCode;
use axum::http::Uri;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;

const STYLE: &str = include_str!("../../templates/assets/style.css");
const SCRIPT: &str = include_str!("../../templates/assets/script.js");
const ICON: &str = include_str!("../../templates/assets/icon.svg");

/// Address of the style sheet.
pub(super) fn style_url() -> String {
    format!("/static/style-{:016x}.css", fingerprint(STYLE))
}

/// Address of the script.
pub(super) fn script_url() -> String {
    format!("/static/script-{:016x}.js", fingerprint(SCRIPT))
}

/// Address of the icon.
pub(super) fn icon_url() -> String {
    format!("/static/icon-{:016x}.svg", fingerprint(ICON))
}

/// Answers below `/static/`.
pub(super) async fn serve(uri: Uri) -> Response {
    let address = uri.path();
    let (kind, content) = if address == style_url() {
        ("text/css; charset=utf-8", STYLE)
    } else if address == script_url() {
        ("text/javascript; charset=utf-8", SCRIPT)
    } else if address == icon_url() {
        ("image/svg+xml", ICON)
    } else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let keep = "public, max-age=31536000, immutable";
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep)], content).into_response()
}

/// Answers `/favicon.ico`, which browsers ask for whatever a page says.
pub(super) async fn favicon() -> Response {
    let keep = "public, max-age=86400";
    ([(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, keep)], ICON).into_response()
}

/// FNV-1a: it tells versions apart and needs no secret.
pub(super) const fn fingerprint(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut position = 0;
    while position < bytes.len() {
        hash = (hash ^ bytes[position] as u64).wrapping_mul(0x0100_0000_01b3);
        position += 1;
    }
    hash
}
