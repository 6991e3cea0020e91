//! The page of one product: its form, empty, as the product is, or as it was sent with what is wrong.

use super::Admin;
use super::page;
use super::page::Frame;
use super::session::Session;
use super::upload;
use super::values::Has;
use super::values::Mistake;
use super::values::Values;
use crate::language::Language;
use crate::media;
use crate::products::Catalogue;
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

#[derive(Template)]
#[template(path = "admin/product.html")]
struct ProductPage {
    frame: Frame,
    values: Values,
    has: Has,
    categories: Vec<(String, String)>,
    errors: Vec<Mistake>,
    /// Nothing for a new product.
    slug: Option<String>,
    image: Option<String>,
    currency: String,
    may_save: bool,
    may_delete: bool,
    size: String,
    accept: String,
    formats: String,
}

impl ProductPage {
    fn error(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, text)| text.as_str())
    }
}

/// What a page of one product shows besides the catalogue.
pub(super) struct Shown<'a> {
    pub(super) slug: Option<&'a str>,
    pub(super) values: Values,
    pub(super) errors: Vec<Mistake>,
    pub(super) refused: String,
}

impl<'a> Shown<'a> {
    /// Nothing is wrong so far.
    pub(super) fn new(slug: Option<&'a str>, values: Values) -> Self {
        Self { slug, values, errors: Vec::new(), refused: String::new() }
    }
}

/// Renders it.
pub(super) fn show_form(
    admin: &Admin,
    session: &Session,
    catalogue: &Catalogue,
    status: StatusCode,
    shown: Shown<'_>,
) -> Response {
    let product = shown.slug.and_then(|slug| catalogue.find(slug));
    let image = product.and_then(|product| catalogue.facts(product).image);
    let rules = &admin.config.images;
    let title = if shown.slug.is_some() { "Modifier le produit" } else { "Ajouter un produit" };
    let frame = Frame { refused: shown.refused, ..Frame::new(admin, Some(session), title, "products") };
    let page = ProductPage {
        frame,
        has: Has::of(catalogue),
        categories: catalogue.categories.iter().map(|it| (it.slug.clone(), it.name.clone())).collect(),
        errors: shown.errors,
        image: image.as_deref().and_then(|name| media::address(&admin.site.media_url, name)),
        currency: admin.config.site.currency.clone(),
        may_save: if product.is_some() { session.rights.change } else { session.rights.add },
        may_delete: product.is_some() && session.rights.delete,
        slug: shown.slug.map(str::to_owned),
        values: shown.values,
        formats: upload::accepted(rules),
        size: Language::French.bytes(rules.max_size.0),
        accept: rules.formats.iter().map(|format| format!("image/{format}")).collect::<Vec<_>>().join(","),
    };
    page::page(status, &page)
}
