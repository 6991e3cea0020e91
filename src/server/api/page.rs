//! The page that shows an answer to a browser: the same JSON, readable.

use super::route::View;
use crate::server::answers::Reply;
use askama::Template;

#[derive(Template)]
#[template(path = "api.html")]
struct ApiPage<'a> {
    name: &'a str,
    description: &'a str,
    path: &'a str,
    status: u16,
    reason: &'a str,
    allow: &'a str,
    json: &'a str,
}

/// Renders it; where that fails, the JSON alone.
pub(super) fn page(view: &View, path: &str, reply: &Reply) -> String {
    let (name, description) = view.describe();
    let json = String::from_utf8_lossy(&reply.json);
    let page = ApiPage {
        name,
        description,
        path,
        status: reply.status.as_u16(),
        reason: reply.status.canonical_reason().unwrap_or_default(),
        allow: view.allow(),
        json: &json,
    };
    page.render().unwrap_or_else(|_| json.into_owned())
}
