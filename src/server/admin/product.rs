//! One product: its form, and what becomes of what is sent with it.

use super::Admin;
use super::form;
use super::form::Form;
use super::page;
use super::page::Frame;
use super::products::address;
use super::session::Session;
use super::upload;
use super::write;
use super::write::Refusal;
use crate::db::Price;
use crate::media;
use crate::products::Catalogue;
use crate::products::Draft;
use crate::products::Facts;
use crate::products::read_price;
use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::extract::Request;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "admin/product.html")]
struct ProductPage {
    frame: Frame,
    values: Values,
    has: Has,
    categories: Vec<(String, String)>,
    errors: Vec<(&'static str, String)>,
    /// Nothing for a new product.
    slug: Option<String>,
    image: Option<String>,
    currency: String,
    may_save: bool,
    may_delete: bool,
    size: String,
    accept: String,
}

impl ProductPage {
    fn error(&self, field: &str) -> Option<&str> {
        self.errors.iter().find(|(name, _)| *name == field).map(|(_, text)| text.as_str())
    }
}

#[derive(Template)]
#[template(path = "admin/delete.html")]
struct DeletePage {
    frame: Frame,
    name: String,
    version: String,
    action: String,
    back: String,
}

/// What stands in the fields.
#[derive(Debug, Clone, Default)]
struct Values {
    name: String,
    brand: String,
    price: String,
    category: String,
    subcategory: String,
    description: String,
    in_stock: bool,
    featured: bool,
    version: String,
}

/// Which values this version of the application has.
#[expect(clippy::struct_excessive_bools, reason = "one for each value of a product")]
struct Has {
    brand: bool,
    category: bool,
    subcategory: bool,
    description: bool,
    in_stock: bool,
    featured: bool,
    image: bool,
}

impl Has {
    fn of(catalogue: &Catalogue) -> Self {
        Self {
            brand: catalogue.has("brand"),
            category: catalogue.has("category"),
            subcategory: catalogue.has("subcategory"),
            description: catalogue.has("description"),
            in_stock: catalogue.has("in_stock"),
            featured: catalogue.has("featured"),
            image: catalogue.has("image"),
        }
    }
}

impl Values {
    fn of(facts: &Facts, version: String) -> Self {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let price = facts.price.map_or_else(|| facts.price_text.clone(), |price: Price| price.to_string());
        Self {
            name: facts.name.clone(),
            brand: text(&facts.brand),
            price: price.strip_suffix(".00").map(str::to_owned).unwrap_or(price),
            category: text(&facts.category),
            subcategory: text(&facts.subcategory),
            description: text(&facts.description),
            in_stock: facts.in_stock == Some(true),
            featured: facts.featured == Some(true),
            version,
        }
    }

    fn sent(form: &Form) -> Self {
        let text = |name: &str| form.get(name).trim().to_owned();
        Self {
            name: text("name"),
            brand: text("brand"),
            price: text("price"),
            category: text("category"),
            subcategory: text("subcategory"),
            // Browsers send the end of a line as two characters.
            description: form.get("description").replace("\r\n", "\n"),
            in_stock: form.has("in_stock"),
            featured: form.has("featured"),
            version: text("version"),
        }
    }

    /// As a draft; each field that is wrong with the reason.
    fn draft(
        &self,
        catalogue: &Catalogue,
        currency: &str,
        former: Option<&Facts>,
    ) -> Result<Draft, Vec<(&'static str, String)>> {
        let mut errors = Vec::new();
        let texts = [("name", &self.name), ("brand", &self.brand), ("description", &self.description)];
        for (field, value) in texts {
            if value.trim().is_empty() && catalogue.requires(field) {
                errors.push((field, "Ce champ est obligatoire.".to_owned()));
            }
        }
        let price = read_price(&self.price, currency);
        if price.is_err() {
            errors.push(("price", "Écrivez un nombre, par exemple 450000 ou 1250,50.".to_owned()));
        }
        for (field, value) in [("category", &self.category), ("subcategory", &self.subcategory)] {
            if value.is_empty() && catalogue.requires(field) {
                errors.push((field, "Choisissez une catégorie.".to_owned()));
            } else if !value.is_empty() && catalogue.category(value).is_err() {
                errors.push((field, "Cette catégorie n'existe plus.".to_owned()));
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let some = |field: &str, value: &String| catalogue.has(field).then(|| value.clone());
        // A description whose ends of lines alone differ is left as it is.
        let is_same = former
            .and_then(|facts| facts.description.as_ref())
            .is_some_and(|text| text.replace("\r\n", "\n") == self.description);
        Ok(Draft {
            slug: None,
            name: Some(self.name.clone()),
            brand: some("brand", &self.brand),
            price: price.ok(),
            category: some("category", &self.category),
            subcategory: some("subcategory", &self.subcategory),
            description: some("description", &self.description).filter(|_| !is_same),
            in_stock: catalogue.has("in_stock").then_some(self.in_stock),
            featured: catalogue.has("featured").then_some(self.featured),
            picture: None,
        })
    }
}

/// What a page of one product shows besides the catalogue.
struct Shown<'a> {
    slug: Option<&'a str>,
    values: Values,
    errors: Vec<(&'static str, String)>,
    refused: String,
}

pub(super) async fn new(State(admin): State<Arc<Admin>>, Extension(session): Extension<Session>) -> Response {
    if !session.rights.add {
        return page::no_right();
    }
    let values = Values { in_stock: true, ..Values::default() };
    match read(&admin).await {
        Ok(catalogue) => show_form(&admin, &session, &catalogue, StatusCode::OK, shown(None, values)),
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
    show_form(&admin, &session, &catalogue, StatusCode::OK, shown(Some(&slug), values))
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
    if !if slug.is_some() { session.rights.change } else { session.rights.add } {
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
    let sent = posted.form.picture.take();
    match &sent {
        Some(sent) => {
            if let Some(reason) = upload::refusal(&admin.config.images, sent) {
                errors.push(("image", reason));
            }
        }
        None if slug.is_none() && catalogue.has("image") => {
            errors.push(("image", "L'image est obligatoire.".to_owned()));
        }
        None => {}
    }
    let again = |status, errors: Vec<(&'static str, String)>, refused: String| {
        let shown = Shown { errors, refused, ..shown(slug.as_deref(), values.clone()) };
        show_form(admin, &session, &catalogue, status, shown)
    };
    if !errors.is_empty() {
        return again(
            StatusCode::UNPROCESSABLE_ENTITY,
            errors,
            "Rien n'a été enregistré : voyez les champs marqués.".to_owned(),
        );
    }
    let upload = match sent.map(upload::lay_down).transpose() {
        Ok(upload) => upload,
        Err(problem) => {
            return again(StatusCode::SERVICE_UNAVAILABLE, Vec::new(), Refusal::Other(problem).told());
        }
    };
    let draft = Draft { picture: upload.as_ref().map(upload::Upload::picture), ..draft };
    let written = match slug.clone() {
        Some(slug) => {
            let version = values.version.clone();
            let plan: write::Plan = Box::new(move |planner, catalogue| {
                require_version(catalogue, &slug, &version)?;
                Ok(planner.update(&slug, &draft)?)
            });
            write::change(admin, &session.name, "products update", plan).await
        }
        None => {
            let plan: write::Plan = Box::new(move |planner, _| Ok(planner.add(&draft)?));
            write::change(admin, &session.name, "products add", plan).await
        }
    };
    drop(upload);
    match written {
        Ok(()) => page::go_to(if slug.is_some() { "/admin/?done=changed" } else { "/admin/?done=added" }),
        Err(refusal) => again(StatusCode::CONFLICT, Vec::new(), refusal.told()),
    }
}

/// Asks before anything is deleted.
pub(super) async fn ask_delete(
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

/// Refuses what the page did not show: somebody has written the product since.
fn require_version(catalogue: &Catalogue, slug: &str, version: &str) -> Result<(), Refusal> {
    match catalogue.find(slug) {
        Some(product) if product.version() == version => Ok(()),
        Some(_) => Err(Refusal::Moved),
        None => Err(Refusal::Gone),
    }
}

async fn read(admin: &Admin) -> Result<Catalogue, Response> {
    let app = admin.config.site.app.clone();
    let read = admin.site.pool.ask(move |store| Catalogue::read(store.database.as_mut(), &app)).await;
    read.map_err(page::refused)
}

fn shown(slug: Option<&str>, values: Values) -> Shown<'_> {
    Shown { slug, values, errors: Vec::new(), refused: String::new() }
}

fn show_form(
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
        size: crate::language::Language::French.bytes(rules.max_size.0),
        accept: rules.formats.iter().map(|format| format!("image/{format}")).collect::<Vec<_>>().join(","),
    };
    page::page(status, &page)
}
