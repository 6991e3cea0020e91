//! The routes, and what every answer passes through on its way out.

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
use crate::language::Language;
use axum::Router;
use axum::extract::Request;
use axum::extract::State;
use axum::http::Method;
use axum::middleware;
use axum::response::Response;
use axum::routing::any;
use axum::routing::get;
use futures_util::FutureExt;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;
use tower_http::compression::CompressionLayer;
use tower_http::compression::CompressionLevel;
use tower_http::limit::RequestBodyLimitLayer;

/// Answers requests: by the routes, and around them what no answer goes without.
///
/// Not a layer of axum's: each of those is copied anew with every request, and with it all that lies below.
pub struct App {
    routes: TowerToHyperService<Router>,
    /// Whose pictures are served past the routes, as most requests are for one; nothing where there are none.
    pictures: Option<Arc<Site>>,
    language: Language,
    pub(super) metrics: Arc<Metrics>,
    access_log: Option<Arc<AccessLog>>,
}

impl App {
    /// Answers a request; with a few words where the code of the route panics.
    pub async fn answer(&self, request: Request) -> Response {
        let started = Instant::now();
        let entry = self.access_log.as_ref().map(|log| log.begin(&request));
        let route = metrics::route(request.uri().path());
        let mut response = AssertUnwindSafe(self.route(request))
            .catch_unwind()
            .await
            .unwrap_or_else(|_| pages::crashed(self.language));
        headers::protect(response.headers_mut());
        self.metrics.record(route, response.status().as_u16(), started.elapsed());
        match entry {
            Some(entry) => entry.follow(response),
            None => response,
        }
    }

    async fn route(&self, request: Request) -> Response {
        match &self.pictures {
            Some(site) if *request.method() == Method::GET && is_picture(site, request.uri().path()) => {
                media::serve(State(Arc::clone(site)), request).await
            }
            _ => match self.routes.call(request).await {
                Ok(response) => response,
                Err(impossible) => match impossible {},
            },
        }
    }
}

fn is_picture(site: &Site, path: &str) -> bool {
    path.strip_prefix(site.media_prefix.as_str()).is_some_and(|rest| !rest.is_empty())
}

/// Builds what answers visitors.
pub(super) fn visitors(
    site: &Arc<Site>,
    max_body: usize,
    metrics: &Arc<Metrics>,
    admin: Option<&Arc<Admin>>,
    access_log: Option<AccessLog>,
) -> App {
    let pages = match &site.frontend {
        Some(folder) => {
            Router::new().fallback(frontend::serve).with_state((Arc::clone(site), Arc::new(folder.clone())))
        }
        None => own_pages(),
    };
    let texts = Router::new()
        .route("/api", any(api::serve))
        .route("/api/", any(api::serve))
        .route("/api/{*path}", any(api::serve))
        .merge(pages.layer(middleware::from_fn_with_state(Arc::clone(site), pages::in_time)))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(RequestBodyLimitLayer::new(max_body));
    let below_media = format!("{}{{*path}}", site.media_prefix);
    let routes = Router::new()
        .route("/healthz", get(probes::alive))
        .route("/readyz", get(probes::ready))
        .route(&below_media, get(media::serve))
        .method_not_allowed_fallback(pages::method_not_allowed)
        .merge(texts)
        // It takes pictures, and has limits of its own; its pages are not compressed, because of the tokens in them.
        .merge(admin.map(admin::router).unwrap_or_default())
        .with_state(Arc::clone(site));
    App {
        routes: TowerToHyperService::new(routes),
        pictures: Some(Arc::clone(site)),
        language: site.language,
        metrics: Arc::clone(metrics),
        access_log: access_log.map(Arc::new),
    }
}

/// Builds what answers monitoring systems, at an address of their own: they are not counted among the visitors.
pub(super) fn monitoring(site: &Arc<Site>, metrics: &Arc<Metrics>) -> App {
    let state = (Arc::clone(metrics), Arc::clone(site));
    let routes = Router::new().route("/metrics", get(metrics::tell)).with_state(state);
    App {
        routes: TowerToHyperService::new(routes),
        pictures: None,
        language: site.language,
        metrics: Arc::default(),
        access_log: None,
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    #[tokio::test]
    async fn a_route_that_panics_is_an_answer_like_any_other() {
        async fn broken() -> Response {
            panic!("on purpose")
        }
        let app = App {
            routes: TowerToHyperService::new(Router::new().route("/", get(broken))),
            pictures: None,
            language: Language::French,
            metrics: Arc::default(),
            access_log: None,
        };
        for (path, status) in [("/", 500), ("/other", 404)] {
            let response = app.answer(Request::get(path).body(Body::empty()).expect("a request")).await;
            assert_eq!(response.status(), status, "{path}");
            assert_eq!(response.headers()["x-content-type-options"], "nosniff", "{path}");
        }
    }
}
