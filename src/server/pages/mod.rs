//! The pages: each asks the database on a worker's thread, where it is also rendered.

mod card;
mod contact;
mod filters;
mod home;
mod linked_data;
mod listing;
mod picture;
mod problem;
mod product;
mod shell;
mod sitemap;
mod tree;
mod words;

pub(super) use problem::crashed;
pub(super) use problem::method_not_allowed;
pub(super) use problem::not_found;

use super::site::Site;
use super::store::Store;
use anyhow::Context;
use anyhow::Result;
use askama::Template;
use axum::extract::Path;
use axum::extract::RawQuery;
use axum::extract::Request;
use axum::extract::State;
use axum::extract::rejection::PathRejection;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::Uri;
use axum::http::header;
use axum::middleware::Next;
use axum::response::IntoResponse;
use axum::response::Response;
use problem::Problem;
use std::sync::Arc;

/// A rendered page, or nothing where there is no such thing.
type Answer = Result<Option<String>>;

pub(super) async fn home(State(site): State<Arc<Site>>) -> Response {
    answer(&site, home::render).await
}

pub(super) async fn listing(State(site): State<Arc<Site>>, RawQuery(query): RawQuery) -> Response {
    let Some(wish) = crate::catalogue::Listing::parse(query.as_deref().unwrap_or_default()) else {
        return problem::respond(&site, Problem::NotFound).await;
    };
    answer(&site, move |site, store| listing::render(site, store, &wish)).await
}

pub(super) async fn product(
    State(site): State<Arc<Site>>,
    slug: Result<Path<String>, PathRejection>,
) -> Response {
    // PostgreSQL refuses a text with a NUL; a slug that is no UTF-8 is no slug.
    match slug {
        Ok(Path(slug)) if !slug.contains('\0') => {
            answer(&site, move |site, store| product::render(site, store, &slug)).await
        }
        _ => problem::respond(&site, Problem::NotFound).await,
    }
}

pub(super) async fn contact(State(site): State<Arc<Site>>) -> Response {
    answer(&site, contact::render).await
}

/// Answers `/sitemap.xml`.
pub(super) async fn sitemap(State(site): State<Arc<Site>>, RawQuery(query): RawQuery) -> Response {
    let own = Arc::clone(&site);
    let asked = move |store: &mut Store| sitemap::render(&own, store, query.as_deref());
    match site.pool.ask(asked).await {
        Ok(Some(xml)) => {
            let kind = (header::CONTENT_TYPE, "application/xml; charset=utf-8");
            ([kind, (header::CACHE_CONTROL, "no-cache")], xml).into_response()
        }
        Ok(None) => problem::respond(&site, Problem::NotFound).await,
        Err(refusal) => problem::respond_from_memory(&site, refusal.into()),
    }
}

/// Sends a path that ends in a slash on to the one without, query and all.
pub(super) async fn without_slash(uri: Uri) -> Response {
    let path = uri.path().trim_end_matches('/');
    let target = uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    match HeaderValue::from_str(&target) {
        Ok(target) => (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, target)]).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Ends a request that takes too long with the page that says so.
pub(super) async fn in_time(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(site.request_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => problem::respond_from_memory(&site, Problem::Unavailable),
    }
}

async fn answer(site: &Arc<Site>, render: impl Fn(&Site, &mut Store) -> Answer + Send + 'static) -> Response {
    let own = Arc::clone(site);
    match site.pool.ask(move |store| render(&own, store)).await {
        Ok(Some(html)) => page(StatusCode::OK, html),
        Ok(None) => problem::respond(site, Problem::NotFound).await,
        Err(refusal) => problem::respond_from_memory(site, refusal.into()),
    }
}

fn page(status: StatusCode, html: String) -> Response {
    let keep = if status == StatusCode::OK { "no-cache" } else { "no-store" };
    let kind = (header::CONTENT_TYPE, "text/html; charset=utf-8");
    (status, [kind, (header::CACHE_CONTROL, keep)], html).into_response()
}

fn write(template: &impl Template) -> Answer {
    let mut html = String::with_capacity(32 * 1024);
    template.render_into(&mut html).context("write the page")?;
    Ok(Some(html))
}
