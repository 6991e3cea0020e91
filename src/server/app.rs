//! The routes, and what every answer passes through on its way out.

use super::access_log;
use super::access_log::AccessLog;
use super::admin;
use super::admin::Admin;
use super::api;
use super::assets;
use super::frontend;
use super::headers;
use super::media;
use super::metrics;
use super::metrics::Metrics;
use super::pages;
use super::probes;
use super::site::Site;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::any;
use axum::routing::get;
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::CompressionLevel;
use tower_http::limit::RequestBodyLimitLayer;

/// Builds the routes around a site.
pub(super) fn router(
    site: &Arc<Site>,
    max_body: usize,
    metrics: &Arc<Metrics>,
    admin: Option<&Arc<Admin>>,
    access_log: Option<AccessLog>,
) -> Router {
    let language = site.language;
    let pages = match &site.frontend {
        Some(folder) => {
            Router::new().fallback(frontend::serve).with_state((Arc::clone(site), Arc::new(folder.clone())))
        }
        None => own_pages(),
    };
    let pages = pages
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(middleware::from_fn_with_state(Arc::clone(site), pages::in_time));
    let api = Router::new()
        .route("/api", any(api::serve))
        .route("/api/", any(api::serve))
        .route("/api/{*path}", any(api::serve))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest));
    let below_media = format!("{}{{*path}}", site.media_prefix);
    let mut app = Router::new()
        .route("/healthz", get(probes::alive))
        .route("/readyz", get(probes::ready))
        .route(&below_media, get(media::serve))
        .method_not_allowed_fallback(pages::method_not_allowed)
        .merge(pages)
        .merge(api)
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(max_body))
        // It takes pictures, and has limits of its own; its pages are not compressed, because of the tokens in them.
        .merge(admin.map(admin::router).unwrap_or_default())
        .layer(CatchPanicLayer::custom(move |panic| pages::crashed(language, panic)))
        .layer(middleware::from_fn(headers::protect))
        .layer(middleware::from_fn_with_state(Arc::clone(metrics), metrics::count));
    if let Some(log) = access_log {
        app = app.layer(middleware::from_fn_with_state(Arc::new(log), access_log::record));
    }
    app.with_state(Arc::clone(site))
}

/// The pages that the server renders itself.
fn own_pages() -> Router<Arc<Site>> {
    Router::new()
        .route("/", get(pages::home))
        .route("/products", get(pages::listing))
        .route("/products/", get(pages::without_slash))
        .route("/products/{slug}", get(pages::product))
        .route("/products/{slug}/", get(pages::without_slash))
        .route("/contact", get(pages::contact))
        .route("/contact/", get(pages::without_slash))
        .route("/static/{name}", get(assets::serve))
        .route("/favicon.ico", get(assets::favicon))
        .route("/robots.txt", get(probes::robots))
        .route("/sitemap.xml", get(pages::sitemap))
        .fallback(pages::not_found)
        .method_not_allowed_fallback(pages::method_not_allowed)
}

/// Builds the one route of the monitoring's own address.
pub(super) fn monitoring(site: &Arc<Site>, metrics: &Arc<Metrics>) -> Router {
    let state = (Arc::clone(metrics), Arc::clone(site));
    Router::new().route("/metrics", get(metrics::tell)).with_state(state)
}
