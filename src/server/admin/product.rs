//! One product, shown and saved.

use super::Admin;
use super::form;
use super::page;
use super::product_page::Shown;
use super::product_page::show_form;
use super::session::Session;
use super::upload;
use super::values::Mistake;
use super::values::Values;
use super::write;
use super::write::Refusal;
use crate::products::Catalogue;
use crate::products::Draft;
use axum::Extension;
use axum::extract::Path;
use axum::extract::Request;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

pub(super) async fn new(State(admin): State<Arc<Admin>>, Extension(session): Extension<Session>) -> Response {
    if !session.rights.add {
        return page::no_right();
    }
    let values = Values { in_stock: true, ..Values::default() };
    match read(&admin).await {
        Ok(catalogue) => show_form(&admin, &session, &catalogue, StatusCode::OK, Shown::new(None, values)),
        Err(response) => response,
    }
}

pub(super) async fn show(
    State(admin): State<Arc<Admin>>,
    Extension(session): Extension<Session>,
    Path(slug): Path<String>,
) -> Response {
    let catalogue = match read(&admin).await {
        Ok(catalogue) => catalogue,
        Err(response) => return response,
    };
    let Some(product) = catalogue.find(&slug) else { return page::not_found() };
    let values = Values::of(&catalogue.facts(product), product.version());
    show_form(&admin, &session, &catalogue, StatusCode::OK, Shown::new(Some(&slug), values))
}

pub(super) async fn add(State(admin): State<Arc<Admin>>, request: Request) -> Response {
    save(&admin, None, request).await
}

pub(super) async fn update(
    State(admin): State<Arc<Admin>>,
    Path(slug): Path<String>,
    request: Request,
) -> Response {
    save(&admin, Some(slug), request).await
}

/// Holds the form against the rules, writes it, and shows it again with the reasons where it is not taken.
async fn save(admin: &Arc<Admin>, slug: Option<String>, request: Request) -> Response {
    let mut posted = match form::posted(admin, request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let session = posted.session.clone();
    let may_save = if slug.is_some() { session.rights.change } else { session.rights.add };
    if !may_save {
        return page::no_right();
    }
    let catalogue = match read(admin).await {
        Ok(catalogue) => catalogue,
        Err(response) => return response,
    };
    let values = Values::sent(&posted.form);
    let former = match &slug {
        Some(slug) => match catalogue.find(slug) {
            Some(product) => Some(catalogue.facts(product)),
            None => return page::not_found(),
        },
        None => None,
    };
    let drafted = values.draft(&catalogue, &admin.config.site.currency, former.as_ref());
    let (draft, mut errors) = match drafted {
        Ok(draft) => (draft, Vec::new()),
        Err(errors) => (Draft::default(), errors),
    };
    let again = |status, errors: Vec<Mistake>, refused: String| {
        let shown = Shown { errors, refused, ..Shown::new(slug.as_deref(), values.clone()) };
        show_form(admin, &session, &catalogue, status, shown)
    };
    let mut upload = None;
    match posted.form.picture.take() {
        Some(sent) => match upload::take(admin, sent).await {
            Ok(Ok(taken)) => upload = Some(taken),
            Ok(Err(reason)) => errors.push(("image", reason)),
            Err(problem) => {
                return again(StatusCode::SERVICE_UNAVAILABLE, errors, Refusal::Other(problem).told());
            }
        },
        None if slug.is_none() && catalogue.has("image") => {
            errors.push(("image", "L'image est obligatoire.".to_owned()));
        }
        None => {}
    }
    if !errors.is_empty() {
        let refused = "Rien n'a été enregistré : voyez les champs marqués.".to_owned();
        return again(StatusCode::UNPROCESSABLE_ENTITY, errors, refused);
    }
    let draft = Draft { picture: upload.as_ref().map(upload::Upload::picture), ..draft };
    let written = if let Some(slug) = slug.clone() {
        let version = values.version.clone();
        let plan: write::Plan = Box::new(move |planner, catalogue| {
            require_version(catalogue, &slug, &version)?;
            Ok(planner.update(&slug, &draft)?)
        });
        write::change(admin, &session.name, "products update", plan).await
    } else {
        let plan: write::Plan = Box::new(move |planner, _| Ok(planner.add(&draft)?));
        write::change(admin, &session.name, "products add", plan).await
    };
    drop(upload);
    match written {
        Ok(()) => page::go_to(if slug.is_some() { "/admin/?done=changed" } else { "/admin/?done=added" }),
        Err(refusal) => again(StatusCode::CONFLICT, Vec::new(), refusal.told()),
    }
}

/// Refuses what the page did not show: somebody has written the product since.
pub(super) fn require_version(catalogue: &Catalogue, slug: &str, version: &str) -> Result<(), Refusal> {
    match catalogue.find(slug) {
        Some(product) if product.version() == version => Ok(()),
        Some(_) => Err(Refusal::Moved),
        None => Err(Refusal::Gone),
    }
}

/// The catalogue as it is now.
pub(super) async fn read(admin: &Admin) -> Result<Catalogue, Response> {
    let app = admin.config.site.app.clone();
    let read = admin.site.pool.ask(move |store| Catalogue::read(store.database.as_mut(), &app)).await;
    read.map_err(page::refused)
}
