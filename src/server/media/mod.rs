//! The site's pictures, below Django's `MEDIA_URL`.
//!
//! Own instead of tower-http's `ServeDir`, which follows links out of its root and ignores `If-Range`.

mod contents;
mod kind;
mod path;
mod range;
mod reduced;
mod scale;
mod variants;
mod version;

pub(super) use kind::asset_type;
pub(super) use path::relative;
pub(super) use scale::WIDTHS;
pub(super) use variants::Variants;

use super::site::Site;
use axum::body::Body;
use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use axum::response::Response;
use contents::Contents;
use path::Opened;
use range::Wanted;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use variants::Kept;
use version::Verdict;
use version::Version;

/// Room for the headers of an answer, those that every answer carries among them.
const HEADERS: usize = 16;

/// A file ready to be sent: its head, and what is to follow.
pub(super) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    /// Nothing where the head says all.
    contents: Option<Contents>,
}

/// How a file is handed over: what it is, how long it may be kept, and what it may do in a browser.
pub(super) struct Manner {
    pub(super) kind: &'static str,
    pub(super) keep: HeaderValue,
    pub(super) policy: &'static str,
}

/// Answers a GET or HEAD below the media URL; what is missing is a bare 404, never a page with status 200.
pub(super) async fn serve(State(site): State<Arc<Site>>, request: Request) -> Response {
    let (Parts { uri, headers, .. }, _body) = request.into_parts();
    let relative = uri.path().strip_prefix(site.media_prefix.as_str()).and_then(path::relative);
    let Some(relative) = relative else { return missing() };
    let Ok(width) = variants::width(uri.query()) else { return bare(StatusCode::BAD_REQUEST) };
    if let Some(opened) = at_hand(&site, &relative, width) {
        return respond(answer(&site, &opened.name, opened.file, &headers));
    }
    let mut variant = None;
    if let (Some(width), Some(variants)) = (width, &site.variants) {
        let finding = variants.find(&site.media_root, &relative, width);
        match tokio::time::timeout(site.request_timeout, finding).await {
            Ok(Ok(found)) => variant = found,
            // The folder cannot be written to, or the picture is not there: the original decides.
            Ok(Err(_)) => {}
            Err(_) => return bare(StatusCode::SERVICE_UNAVAILABLE),
        }
    }
    let task = tokio::task::spawn_blocking(move || match (&variant, &site.variants) {
        // One that was removed to make room meanwhile.
        (Some(name), Some(variants)) => open(&site, variants.folder(), name, &headers)
            .or_else(|_| open(&site, &site.media_root, &relative, &headers)),
        _ => open(&site, &site.media_root, &relative, &headers),
    });
    match task.await {
        Ok(Ok(answer)) => respond(answer),
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::PermissionDenied => bare(StatusCode::FORBIDDEN),
        Ok(Err(_)) => missing(),
        Err(_) => bare(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// A picture, or its variant, that can be opened without waiting for a disk.
struct AtHand {
    name: PathBuf,
    file: Opened,
}

fn at_hand(site: &Site, relative: &Path, width: Option<u32>) -> Option<AtHand> {
    let (original, name) = (path::open_at_once(&site.media_root, relative)?, relative.to_owned());
    match (width, &site.variants) {
        (Some(width), Some(variants)) => match variants.at_hand(relative, &original.1, width)? {
            Kept::Variant(name) => {
                let file = path::open_at_once(variants.folder(), &name)?;
                Some(AtHand { name, file })
            }
            Kept::Original => Some(AtHand { name, file: original }),
        },
        _ => Some(AtHand { name, file: original }),
    }
}

fn open(site: &Site, root: &Path, name: &Path, asked: &HeaderMap) -> std::io::Result<Answer> {
    path::open(root, name).map(|file| answer(site, name, file, asked))
}

fn answer(site: &Site, name: &Path, file: Opened, asked: &HeaderMap) -> Answer {
    let kind = kind::content_type(name);
    let policy = if kind == kind::SVG {
        "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    } else {
        "default-src 'none'"
    };
    // Never immutable: Django's suffix tells uploads of one name apart and is no hash of what is in them.
    let keep = site.media_keep.clone();
    handed_over(file, asked, Manner { kind, keep, policy })
}

/// Answers with a file below a root, or with the part of it that is asked for.
pub(super) fn send(
    root: &Path,
    relative: &Path,
    asked: &HeaderMap,
    manner: Manner,
) -> std::io::Result<Answer> {
    path::open(root, relative).map(|file| handed_over(file, asked, manner))
}

fn handed_over((file, metadata): Opened, asked: &HeaderMap, manner: Manner) -> Answer {
    let (whole, version) = (metadata.len(), Version::of(&metadata));
    let mut headers = HeaderMap::with_capacity(HEADERS);
    headers.extend(HeaderValue::from_str(&version.etag).ok().map(|value| (header::ETAG, value)));
    let modified = version.last_modified().and_then(|text| HeaderValue::try_from(text).ok());
    headers.extend(modified.map(|value| (header::LAST_MODIFIED, value)));
    headers.insert(header::CACHE_CONTROL, manner.keep);
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let verdict = version.weigh(asked);
    if verdict != Verdict::Send {
        let not_modified = verdict == Verdict::NotModified;
        let status = if not_modified { StatusCode::NOT_MODIFIED } else { StatusCode::PRECONDITION_FAILED };
        return Answer { status, headers, contents: None };
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(manner.kind));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(manner.policy));
    let range = asked.get(header::RANGE).filter(|_| version.continues(asked));
    let wanted =
        range.and_then(|range| range.to_str().ok()).map_or(Wanted::All, |text| range::wanted(text, whole));
    let (status, first, length) = match wanted {
        Wanted::All => (StatusCode::OK, 0, whole),
        Wanted::Part(first, length) => {
            let range = HeaderValue::try_from(format!("bytes {first}-{}/{whole}", first + length - 1));
            headers.extend(range.ok().map(|range| (header::CONTENT_RANGE, range)));
            (StatusCode::PARTIAL_CONTENT, first, length)
        }
        Wanted::Nothing => {
            headers.remove(header::CONTENT_TYPE);
            let range = HeaderValue::try_from(format!("bytes */{whole}"));
            headers.extend(range.ok().map(|range| (header::CONTENT_RANGE, range)));
            let status = StatusCode::RANGE_NOT_SATISFIABLE;
            return Answer { status, headers, contents: None };
        }
    };
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    Answer { status, headers, contents: Some(Contents::new(file, first, length)) }
}

pub(super) fn respond(answer: Answer) -> Response {
    let mut response = Response::new(answer.contents.map(Body::new).unwrap_or_default());
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    response
}

fn missing() -> Response {
    bare(StatusCode::NOT_FOUND)
}

/// A status in words alone.
pub(super) fn bare(status: StatusCode) -> Response {
    let text = status.canonical_reason().unwrap_or_default();
    (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-store")], text)
        .into_response()
}
