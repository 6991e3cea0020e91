//! Answers for machines: whether the program lives, whether it can serve, and what robots may read.

use super::site::Site;
use super::store::Store;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use std::sync::Arc;

/// The process answers: all that a supervisor needs, and it must not restart us because a database is down.
pub(super) async fn alive() -> Response {
    plain(StatusCode::OK, "ok\n".into())
}

/// Database and media folder can be read: what a load balancer needs.
pub(super) async fn ready(State(site): State<Arc<Site>>) -> Response {
    let database = site.pool.ask(Store::frame).await.is_ok();
    let media = tokio::fs::read_dir(&site.media_root).await.is_ok();
    let word = |good: bool| if good { "ok" } else { "unavailable" };
    let status = if database && media { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    plain(status, format!("database {}\nmedia {}\n", word(database), word(media)))
}

/// Everything may be read, but not the same products in every order.
pub(super) async fn robots(State(site): State<Arc<Site>>) -> Response {
    let orders = ["search", "sort", "brand", "price_min", "price_max", "in_stock"];
    let refused: String = orders.iter().flat_map(|parameter| ["Disallow: /*?*", *parameter, "=\n"]).collect();
    let text = format!("User-agent: *\n{refused}\nSitemap: {}/sitemap.xml\n", site.url);
    plain(StatusCode::OK, text)
}

fn plain(status: StatusCode, text: String) -> Response {
    let kind = (header::CONTENT_TYPE, "text/plain; charset=utf-8");
    (status, [kind, (header::CACHE_CONTROL, "no-store")], text).into_response()
}
