//! The application's public API, answer for answer: what Django REST framework says to a visitor who has no account.
//!
//! Nothing is written. A token cannot be checked here, so that none is valid; a path that leads nowhere is 404 with
//! JSON, where the application hands out its front page.

mod filters;
mod negotiation;
mod number;
mod page;
mod query;
mod route;
mod schema;
mod shown;
mod views;
mod visitor;

use super::answers::Reply;
use super::cors;
use super::site::Site;
use super::worker::Refusal;
use axum::body::Bytes;
use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::Method;
use axum::http::StatusCode;
use axum::http::header;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use axum::response::Response;
use negotiation::Form;
use negotiation::Unfit;
use query::Query;
use route::Route;
use route::View;
use serde::Serialize;
use std::sync::Arc;
use views::Asked;
use visitor::Stranger;

#[derive(Serialize)]
struct Detail<'a> {
    detail: &'a str,
}

#[derive(Serialize)]
struct Metadata {
    name: &'static str,
    description: &'static str,
    renders: [&'static str; 2],
    parses: [&'static str; 3],
}

const NOT_FOUND: &str = "Pas trouvé.";
const NOT_ACCEPTABLE: &str = "L'en-tête « Accept » n'a pas pu être satisfaite.";
const BAD_REQUEST: &str = "Requête incorrecte.";
const UNAVAILABLE: &str = "Service temporairement indisponible, réessayez plus tard.";
const CRASHED: &str = "Une erreur du serveur est survenue.";

/// Answers everything at and below `/api/`.
pub(super) async fn serve(State(site): State<Arc<Site>>, request: Request) -> Response {
    let (request, _body) = request.into_parts();
    if let Some(answer) = cors::preflight(&site.cors, &request) {
        return answer;
    }
    let mut response = answer(&site, &request).await;
    cors::allow(&site.cors, &request, response.headers_mut());
    if request.method == Method::HEAD {
        *response.body_mut() = axum::body::Body::empty();
    }
    response
}

/// The route that a path of the API leads to, as monitoring knows it; nothing for any other path.
pub(super) fn label(path: &str) -> Option<&'static str> {
    if !path.starts_with(route::PREFIX) {
        return None;
    }
    Some(match route::resolve(path) {
        Route::View(view, _) => view.label(),
        Route::WithoutSlash | Route::Nowhere => "/api/ other",
    })
}

async fn answer(site: &Arc<Site>, request: &Parts) -> Response {
    let (view, suffix) = match route::resolve(request.uri.path()) {
        Route::View(view, suffix) => (view, suffix),
        Route::WithoutSlash => return with_slash(request),
        Route::Nowhere => {
            return respond(None, Form::Json(0), &told(StatusCode::NOT_FOUND, NOT_FOUND), request);
        }
    };
    let query = Query::parse(request.uri.query().unwrap_or_default());
    let (Some(query), Some(origin)) = (query, visitor::origin(request, &site.url)) else {
        return respond(None, Form::Json(0), &told(StatusCode::BAD_REQUEST, BAD_REQUEST), request);
    };
    let accept = request.headers.get(header::ACCEPT).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let format = suffix.as_deref().or_else(|| query.get("format"));
    let form = match negotiation::choose(format, accept.as_deref()) {
        Ok(form) => form,
        Err(unfit) => {
            let reply = match unfit {
                Unfit::NotFound => told(StatusCode::NOT_FOUND, NOT_FOUND),
                Unfit::NotAcceptable => told(StatusCode::NOT_ACCEPTABLE, NOT_ACCEPTABLE),
            };
            return respond(Some(&view), Form::Json(0), &reply, request);
        }
    };
    if let Err(stranger) = visitor::let_in(&request.headers) {
        return unauthorized(&view, form, &stranger, request);
    }
    let has = |method: &str| view.allow().split(", ").any(|allowed| allowed == method);
    let reply = match request.method.as_str() {
        "OPTIONS" => described(&view, form),
        method @ ("GET" | "HEAD") if has(method) => {
            let indent = if let Form::Json(indent) = form { indent } else { 4 };
            let (path, now) = (request.uri.path().to_owned(), (site.clock)());
            ask(site, Asked { view: view.clone(), path, query, origin, indent, now }).await
        }
        method if view.is_open() || method == "HEAD" => {
            told(StatusCode::METHOD_NOT_ALLOWED, &format!("Méthode «\u{a0}{method}\u{a0}» non autorisée."))
        }
        _ => return unauthorized(&view, form, &Stranger::anonymous(), request),
    };
    respond(Some(&view), form, &reply, request)
}

/// Answers from memory while the database is as it was, else puts the question to it, for as long as a request may take.
async fn ask(site: &Arc<Site>, asked: Asked) -> Reply {
    let key = asked.key(site);
    let seen = site.answers.version();
    if let Some(reply) = seen.as_ref().and_then(|version| site.answers.find(version, &key)) {
        return reply;
    }
    let own = Arc::clone(site);
    let answer = site.pool.ask(move |store| {
        let mut version = seen.clone();
        if version.is_none() {
            version = own.answers.ask_version(store)?;
            if let Some(reply) = version.as_ref().and_then(|version| own.answers.find(version, &key)) {
                return Ok(reply);
            }
        }
        let Some(version) = version else { return asked.answer(&own, store) };
        store.learn_schema(&version)?;
        let reply = asked.answer(&own, store)?;
        own.answers.keep(&version, &key, &reply);
        Ok(reply)
    });
    match tokio::time::timeout(site.request_timeout, answer).await {
        Ok(Ok(reply)) => reply,
        Ok(Err(Refusal::Failed)) => told(StatusCode::INTERNAL_SERVER_ERROR, CRASHED),
        Ok(Err(Refusal::Busy | Refusal::Down)) | Err(_) => told(StatusCode::SERVICE_UNAVAILABLE, UNAVAILABLE),
    }
}

fn described(view: &View, form: Form) -> Reply {
    let (name, description) = view.describe();
    let metadata = Metadata {
        name,
        description,
        renders: ["application/json", "text/html"],
        parses: ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"],
    };
    written(StatusCode::OK, &metadata, form)
}

fn told(status: StatusCode, detail: &str) -> Reply {
    written(status, &Detail { detail }, Form::Json(0))
}

fn written(status: StatusCode, value: &impl Serialize, form: Form) -> Reply {
    let indent = if let Form::Json(indent) = form { indent } else { 4 };
    match negotiation::json(value, indent) {
        Ok(json) => Reply { status, json: json.into() },
        Err(_) => Reply { status: StatusCode::INTERNAL_SERVER_ERROR, json: Bytes::from_static(b"null") },
    }
}

fn unauthorized(view: &View, form: Form, stranger: &Stranger, request: &Parts) -> Response {
    let reply = written(StatusCode::UNAUTHORIZED, stranger, form);
    let mut response = respond(Some(view), form, &reply, request);
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"api\""));
    response
}

/// Sends a path without its last slash on to the one with it, as Django does.
fn with_slash(request: &Parts) -> Response {
    let query = request.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    match HeaderValue::from_str(&format!("{}/{query}", request.uri.path())) {
        Ok(target) => (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, target)]).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

fn respond(view: Option<&View>, form: Form, reply: &Reply, request: &Parts) -> Response {
    let (kind, vary, body) = match (form, view) {
        (Form::Page, Some(view)) => (
            "text/html; charset=utf-8",
            "Accept, Cookie, origin",
            Bytes::from(page::page(view, request.uri.path(), reply)),
        ),
        _ => ("application/json", "Accept, origin", reply.json.clone()),
    };
    let length = HeaderValue::from(body.len());
    let mut response = (reply.status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_LENGTH, length);
    headers.insert(header::VARY, HeaderValue::from_static(vary));
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
    if let Some(view) = view {
        headers.insert(header::ALLOW, HeaderValue::from_static(view.allow()));
    }
    if reply.status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}
