//! The list of products: search, filters, pages, and the stock of several at once.

use super::Admin;
use super::form;
use super::page;
use super::page::Frame;
use super::product::read;
use super::session::Session;
use super::write;
use crate::catalogue::french_price;
use crate::db;
use crate::media;
use crate::media::segment;
use crate::products::Catalogue;
use crate::products::Draft;
use crate::products::Facts;
use askama::Template;
use axum::Extension;
use axum::extract::RawQuery;
use axum::extract::Request;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

const PAGE: usize = 25;

#[derive(Template)]
#[template(path = "admin/products.html")]
struct ListPage {
    frame: Frame,
    wish: Wish,
    categories: Vec<(String, String)>,
    has_stock: bool,
    may_add: bool,
    may_change: bool,
    products: Vec<Line>,
    found: usize,
    page: usize,
    pages: usize,
    before: Option<String>,
    after: Option<String>,
}

struct Line {
    url: String,
    slug: String,
    name: String,
    brand: String,
    price: String,
    image: Option<String>,
    in_stock: Option<bool>,
    is_featured: bool,
}

/// What is looked for.
#[derive(Debug, Clone, Default)]
struct Wish {
    search: String,
    category: String,
    stock: String,
    page: usize,
    /// What was just done.
    done: String,
}

impl Wish {
    fn parse(query: &str) -> Self {
        let form = form::pairs(query.as_bytes()).unwrap_or_default();
        Self {
            search: form.get("q").to_owned(),
            category: form.get("category").to_owned(),
            stock: form.get("stock").to_owned(),
            page: form.get("page").parse().unwrap_or(1).max(1),
            done: form.get("done").to_owned(),
        }
    }

    fn address(&self, page: usize) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("q", &self.search), ("category", &self.category), ("stock", &self.stock)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        query.append_pair("page", &page.to_string());
        format!("/admin/?{}", query.finish())
    }

    fn takes(&self, facts: &Facts, words: &[String]) -> bool {
        let text = format!("{} {} {}", facts.name, facts.brand.as_deref().unwrap_or_default(), facts.slug);
        let text = text.to_lowercase();
        let is_stocked = match self.stock.as_str() {
            "in" => facts.in_stock == Some(true),
            "out" => facts.in_stock == Some(false),
            _ => true,
        };
        is_stocked && words.iter().all(|word| text.contains(&word.to_lowercase()))
    }
}

pub(super) async fn list(
    State(admin): State<Arc<Admin>>,
    Extension(session): Extension<Session>,
    RawQuery(query): RawQuery,
) -> Response {
    let wish = Wish::parse(query.as_deref().unwrap_or_default());
    render(&admin, &session, wish, StatusCode::OK, String::new()).await
}

async fn render(
    admin: &Admin,
    session: &Session,
    wish: Wish,
    status: StatusCode,
    refused: String,
) -> Response {
    let catalogue = match read(admin).await {
        Ok(catalogue) => catalogue,
        Err(refused) => return refused,
    };
    let words = db::words(&wish.search);
    let within =
        catalogue.category(&wish.category).ok().map(|category| catalogue.with_descendants(category.id));
    let in_category: Vec<_> = match &within {
        Some(ids) => catalogue.in_categories(ids).collect(),
        None => catalogue.products.iter().collect(),
    };
    // The newest first, as in Django's admin.
    let found: Vec<Facts> = in_category
        .into_iter()
        .rev()
        .map(|product| catalogue.facts(product))
        .filter(|facts| wish.takes(facts, &words))
        .collect();
    let pages = found.len().div_ceil(PAGE).max(1);
    let page = wish.page.min(pages);
    let done = match wish.done.as_str() {
        "added" => "Le produit est ajouté.",
        "changed" => "Le produit est enregistré.",
        "deleted" => "Le produit est supprimé.",
        "stock" => "Le stock est mis à jour.",
        _ => "",
    };
    let site = &admin.site;
    let frame =
        Frame { done: done.to_owned(), refused, ..Frame::new(admin, Some(session), "Produits", "products") };
    let list = ListPage {
        categories: catalogue.categories.iter().map(|it| (it.slug.clone(), it.name.clone())).collect(),
        has_stock: catalogue.has("in_stock"),
        may_add: session.rights.add,
        may_change: session.rights.change,
        before: (page > 1).then(|| wish.address(page - 1)),
        after: (page < pages).then(|| wish.address(page + 1)),
        products: found.iter().skip((page - 1) * PAGE).take(PAGE).map(|facts| line(facts, site)).collect(),
        found: found.len(),
        frame,
        wish,
        page,
        pages,
    };
    page::page(status, &list)
}

fn line(facts: &Facts, site: &crate::server::site::Site) -> Line {
    Line {
        url: address(&facts.slug),
        slug: facts.slug.clone(),
        name: facts.name.clone(),
        brand: facts.brand.clone().unwrap_or_default(),
        price: facts
            .price
            .map_or_else(|| facts.price_text.clone(), |price| french_price(price, &site.currency)),
        image: facts.image.as_deref().and_then(|name| media::address(&site.media_url, name)),
        in_stock: facts.in_stock,
        is_featured: facts.featured == Some(true),
    }
}

/// Address of a product's form.
pub(super) fn address(slug: &str) -> String {
    format!("/admin/products/{}/", segment(slug))
}

/// Sets the stock of the products that were ticked.
pub(super) async fn stock(State(admin): State<Arc<Admin>>, request: Request) -> Response {
    let posted = match form::posted(&admin, request).await {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    let session = &posted.session;
    if !session.rights.change {
        return page::no_right();
    }
    let wish = Wish::parse(posted.form.get("list"));
    let slugs = posted.form.all("slug").to_vec();
    let (in_stock, command) = match posted.form.get("state") {
        "in" => (true, "products stock in"),
        "out" => (false, "products stock out"),
        _ => return page::not_found(),
    };
    if slugs.is_empty() {
        let text = "Cochez d'abord les produits dont le stock doit changer.".to_owned();
        return render(&admin, session, wish, StatusCode::UNPROCESSABLE_ENTITY, text).await;
    }
    let plan = Box::new(move |planner: &mut crate::products::Planner<'_>, _: &Catalogue| {
        let draft = Draft { in_stock: Some(in_stock), ..Draft::default() };
        for slug in &slugs {
            planner.update(slug, &draft)?;
        }
        Ok(())
    });
    match write::change(&admin, &session.name, command, plan).await {
        Ok(()) => page::go_to(&format!("{}&done=stock", wish.address(wish.page))),
        Err(refusal) => render(&admin, session, wish, StatusCode::CONFLICT, refusal.told()).await,
    }
}
