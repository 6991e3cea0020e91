//! Pages that say what went wrong, with the status that says so too.

use super::page;
use super::shell::Shell;
use super::words::Notice;
use super::words::Words;
use crate::language::Language;
use crate::server::frame::Frame;
use crate::server::site::Site;
use crate::server::worker::Refusal;
use askama::Template;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    shell: Shell,
    code: u16,
    heading: &'static str,
    text: &'static str,
    /// The visitor may look elsewhere in the catalogue.
    search: bool,
}

/// What can go wrong with a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Problem {
    NotFound,
    MethodNotAllowed,
    Crashed,
    Unavailable,
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Busy | Refusal::Down => Self::Unavailable,
            Refusal::Failed => Self::Crashed,
        }
    }
}

impl Problem {
    fn status(self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Crashed => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn notice(self, words: &Words) -> Notice {
        match self {
            Self::NotFound => words.not_found,
            Self::MethodNotAllowed => words.method_not_allowed,
            Self::Crashed => words.crashed,
            Self::Unavailable => words.unavailable,
        }
    }
}

pub(crate) async fn not_found(State(site): State<Arc<Site>>) -> Response {
    respond(&site, Problem::NotFound).await
}

pub(crate) async fn method_not_allowed(State(site): State<Arc<Site>>) -> Response {
    respond_from_memory(&site, Problem::MethodNotAllowed)
}

/// Answers after a panic, where nothing of the site may be relied on.
pub(crate) fn crashed(language: Language) -> Response {
    let Notice { heading, text } = Problem::Crashed.notice(Words::of(language));
    let kind = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (Problem::Crashed.status(), kind, format!("{heading}. {text}\n")).into_response()
}

/// The page in the site's frame, read anew if it has grown old.
pub(super) async fn respond(site: &Arc<Site>, problem: Problem) -> Response {
    if site.pool.frame().fresh().is_none() {
        // Without an answer the frame in memory must do.
        let own = Arc::clone(site);
        let _ = site.pool.ask(move |store| store.frame(&own.answers)).await;
    }
    respond_from_memory(site, problem)
}

/// The page without asking the database.
pub(super) fn respond_from_memory(site: &Site, problem: Problem) -> Response {
    let frame = site.pool.frame().last().unwrap_or_else(|| Arc::new(Frame::default()));
    let Notice { heading, text } = problem.notice(Words::of(site.language));
    let shell = Shell::new(site, &frame, heading, "/");
    let status = problem.status();
    let template =
        ProblemPage { shell, code: status.as_u16(), heading, text, search: problem == Problem::NotFound };
    let mut response = page(status, template.render().unwrap_or_else(|_| format!("{heading}. {text}")));
    if problem == Problem::Unavailable {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}
