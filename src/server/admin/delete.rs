//! Deleting one product, after a question.

use super::Admin;
use super::form;
use super::page;
use super::page::Frame;
use super::product::read;
use super::product::require_version;
use super::products::address;
use super::session::Session;
use super::write;
use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::extract::Request;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "admin/delete.html")]
struct DeletePage {
    frame: Frame,
    name: String,
    version: String,
    action: String,
    back: String,
}

/// Asks before anything is deleted.
pub(super) async fn ask(
    State(admin): State<Arc<Admin>>,
    Extension(session): Extension<Session>,
    Path(slug): Path<String>,
) -> Response {
    if !session.rights.delete {
        return page::no_right();
    }
    let catalogue = match read(&admin).await {
        Ok(catalogue) => catalogue,
        Err(response) => return response,
    };
    let Some(product) = catalogue.find(&slug) else { return page::not_found() };
    let frame = Frame::new(&admin, Some(&session), "Supprimer un produit", "products");
    let page = DeletePage {
        frame,
        name: catalogue.facts(product).name,
        version: product.version(),
        action: format!("{}delete/", address(&slug)),
        back: address(&slug),
    };
    page::page(StatusCode::OK, &page)
}

pub(super) async fn delete(
    State(admin): State<Arc<Admin>>,
    Path(slug): Path<String>,
    request: Request,
) -> Response {
    let posted = match form::posted(&admin, request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    if !posted.session.rights.delete {
        return page::no_right();
    }
    let version = posted.form.get("version").to_owned();
    let plan: write::Plan = Box::new(move |planner, catalogue| {
        require_version(catalogue, &slug, &version)?;
        Ok(planner.delete(&slug)?)
    });
    match write::change(&admin, &posted.session.name, "products delete", plan).await {
        Ok(()) => page::go_to("/admin/?done=deleted"),
        Err(refusal) => page::message(StatusCode::CONFLICT, "Non supprimé", &refusal.told()),
    }
}
