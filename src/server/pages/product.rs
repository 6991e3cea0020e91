//! `/products/SLUG`: one product, its pictures, its price, and the WhatsApp button.

use super::Answer;
use super::card::Card;
use super::card::product_path;
use super::linked_data;
use super::linked_data::ProductData;
use super::listing::way;
use super::picture::Picture;
use super::shell::Link;
use super::shell::Shell;
use super::shell::number;
use super::words::Words;
use crate::catalogue::Enquiry;
use crate::catalogue::absolute;
use crate::catalogue::trail;
use crate::db;
use crate::db::ProductFilter;
use crate::server::site::Site;
use crate::server::store::Store;
use askama::Template;
use std::collections::BTreeSet;

const RELATED: usize = 4;

#[derive(Template)]
#[template(path = "product.html")]
struct ProductPage {
    shell: Shell,
    card: Card,
    trail: Vec<Link>,
    description: String,
    /// The description cut for previews, or what else there is to say.
    summary: String,
    /// All pictures, the product's own first.
    pictures: Vec<Picture>,
    /// Whole address of the picture, for previews.
    preview: Option<String>,
    /// Price and the currency's code, for previews.
    offer: Option<(String, String)>,
    breadcrumbs: String,
    data: String,
    whatsapp: Option<String>,
    related: Vec<Card>,
}

pub(super) fn render(site: &Site, store: &mut Store, slug: &str) -> Answer {
    let frame = store.frame()?;
    let words = Words::of(site.language);
    let Some(product) = db::product(&mut *store.database, &store.showcase, slug)? else { return Ok(None) };
    let id = product.summary.id;
    let category = product.summary.subcategory_id.or(product.summary.category_id);
    let related = match category {
        Some(category) => {
            let filter = ProductFilter {
                categories: Some(BTreeSet::from([category])),
                limit: RELATED as u64 + 1,
                ..ProductFilter::default()
            };
            db::products(&mut *store.database, &store.showcase, &filter)?.items
        }
        None => Vec::new(),
    };
    let related = related.into_iter().filter(|other| other.id != id).take(RELATED).collect();
    let path = product_path(slug);
    let shell = Shell { place: "products", ..Shell::new(site, &frame, &product.summary.name, &path) };
    let amount = product.summary.price;
    let names = product.summary.image.iter().chain(&product.gallery);
    let pictures: Vec<Picture> = names.filter_map(|name| Picture::new(site, name)).collect();
    let card = Card::new(site, product.summary);
    let enquiry = Enquiry {
        language: site.language,
        company: &shell.company,
        product: Some(&card.name),
        brand: Some(&card.brand),
        price: card.price.as_deref(),
        page: Some(&shell.canonical),
    };
    let whatsapp = number(site, &frame).map(|number| enquiry.link(&number, (site.clock)(), &site.zone));
    let way = way(words, category.map(|id| trail(&frame.categories, id)).unwrap_or_default());
    let whole: Vec<Link> =
        way.iter().chain([&Link { name: card.name.clone(), url: path }]).map(Link::clone).collect();
    let summary = match summary(&product.description) {
        text if text.is_empty() => shell.description.clone(),
        text => text,
    };
    let code = site.currency_code.as_deref();
    let data = ProductData {
        name: &card.name,
        url: &shell.canonical,
        description: &product.description,
        brand: &card.brand,
        pictures: pictures.iter().map(|picture| absolute(&site.url, &picture.original)).collect(),
        price: amount.map(|price| price.to_string()).zip(code),
        in_stock: card.in_stock,
        seller: &shell.company,
    };
    super::write(&ProductPage {
        breadcrumbs: linked_data::breadcrumbs(&site.url, &whole),
        data: data.json(),
        trail: way,
        summary,
        preview: pictures.first().map(|picture| absolute(&site.url, &picture.preview())),
        offer: amount.map(|price| price.to_string()).zip(site.currency_code.clone()),
        description: product.description,
        pictures,
        whatsapp,
        related: Card::all(site, related),
        shell,
        card,
    })
}

/// The first words of a description, on one line.
fn summary(description: &str) -> String {
    const LENGTH: usize = 200;
    let line = description.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LENGTH {
        return line;
    }
    let cut: String = line.chars().take(LENGTH).collect();
    let end = cut.rfind(' ').unwrap_or(cut.len());
    format!("{}…", &cut[..end])
}
