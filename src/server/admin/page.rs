//! What surrounds the pages of the admin, and those that only say something.

use super::Admin;
use super::session::Session;
use crate::media::segment;
use crate::server::worker::Refusal;
use askama::Template;
use axum::extract::Path;
use axum::http::HeaderValue;
use axum::http::Method;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;

const STYLE: &str = include_str!("../../../templates/admin/style.css");

/// The parts that the layout shows.
pub(super) struct Frame {
    pub(super) title: String,
    pub(super) site: String,
    pub(super) style: String,
    /// Nothing before login.
    pub(super) user: Option<String>,
    pub(super) token: String,
    /// Which entry of the navigation is this page's.
    pub(super) place: &'static str,
    /// What was just done, or could not be.
    pub(super) done: String,
    pub(super) refused: String,
}

impl Frame {
    pub(super) fn new(admin: &Admin, session: Option<&Session>, title: &str, place: &'static str) -> Self {
        Self {
            site: admin.config.site.name.clone(),
            user: session.map(|session| session.name.clone()),
            token: session.map(|session| session.token.clone()).unwrap_or_default(),
            place,
            ..Self::bare(title)
        }
    }

    fn bare(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            site: String::new(),
            style: format!("/admin/{}", style_name()),
            user: None,
            token: String::new(),
            place: "",
            done: String::new(),
            refused: String::new(),
        }
    }
}

#[derive(Template)]
#[template(path = "admin/message.html")]
struct MessagePage {
    frame: Frame,
    text: String,
}

/// A page that says what went wrong.
pub(super) fn message(status: StatusCode, title: &str, text: &str) -> Response {
    page(status, &MessagePage { frame: Frame::bare(title), text: text.to_owned() })
}

pub(super) fn unavailable() -> Response {
    message(
        StatusCode::SERVICE_UNAVAILABLE,
        "Momentanément indisponible",
        "La base de données ne répond pas, ou trop de demandes attendent. Réessayez dans un instant.",
    )
}

pub(super) fn not_found() -> Response {
    message(StatusCode::NOT_FOUND, "Introuvable", "Cette page ou ce produit n'existe pas ou n'existe plus.")
}

pub(super) fn no_right() -> Response {
    message(StatusCode::FORBIDDEN, "Droit insuffisant", "Ce compte n'a pas le droit de faire cela.")
}

pub(super) fn refused(refusal: Refusal) -> Response {
    match refusal {
        Refusal::Busy | Refusal::Down => unavailable(),
        Refusal::Failed => message(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Une erreur est survenue",
            "La base de données n'a pas pu répondre à cette question. Le journal du serveur dit pourquoi.",
        ),
    }
}

/// A rendered page.
pub(super) fn page(status: StatusCode, template: &impl Template) -> Response {
    let kind = (header::CONTENT_TYPE, "text/html; charset=utf-8");
    match template.render() {
        Ok(html) => (status, [kind], html).into_response(),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, "La page n'a pas pu être écrite.\n").into_response(),
    }
}

/// Sends the browser on, after a form was taken.
pub(super) fn go_to(address: &str) -> Response {
    let address = HeaderValue::from_str(address).unwrap_or(HeaderValue::from_static("/admin/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, address)]).into_response()
}

pub(super) async fn to_list() -> Response {
    go_to("/admin/")
}

/// Whatever else is asked for below `/admin/`: the style sheet, named by its content so that browsers may keep it; a page
/// without its last slash; nothing else.
pub(super) async fn other(Path(rest): Path<String>, method: Method) -> Response {
    if rest == style_name() {
        let keep = "public, max-age=31536000, immutable";
        return ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, keep)], STYLE)
            .into_response();
    }
    if matches!(method, Method::GET | Method::HEAD) && !rest.ends_with('/') && !rest.contains('.') {
        return go_to(&format!("/admin/{}/", rest.split('/').map(segment).collect::<Vec<_>>().join("/")));
    }
    not_found()
}

fn style_name() -> String {
    format!("style-{:016x}.css", crate::server::assets::fingerprint(STYLE))
}
