//! The categories with how many products stand in each.

use super::Admin;
use super::page;
use super::page::Frame;
use super::product::read;
use super::session::Session;
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "admin/categories.html")]
struct CategoriesPage {
    frame: Frame,
    categories: Vec<Line>,
}

struct Line {
    name: String,
    slug: String,
    parent: String,
    products: u64,
}

pub(super) async fn list(
    State(admin): State<Arc<Admin>>,
    Extension(session): Extension<Session>,
) -> Response {
    let catalogue = match read(&admin).await {
        Ok(catalogue) => catalogue,
        Err(refused) => return refused,
    };
    let mut categories: Vec<Line> = catalogue
        .categories
        .iter()
        .map(|category| Line {
            name: category.name.clone(),
            slug: category.slug.clone(),
            parent: catalogue
                .categories
                .iter()
                .find(|one| Some(one.id) == category.parent)
                .map(|parent| parent.name.clone())
                .unwrap_or_default(),
            products: category.products,
        })
        .collect();
    categories.sort_by_cached_key(|line| {
        let top = if line.parent.is_empty() { line.name.clone() } else { line.parent.clone() };
        (top, !line.parent.is_empty(), line.name.clone())
    });
    let frame = Frame::new(&admin, Some(&session), "Catégories", "categories");
    page::page(StatusCode::OK, &CategoriesPage { frame, categories })
}
