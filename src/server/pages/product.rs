//! `/products/SLUG`: one product, its pictures, its price, and the WhatsApp button.

use super::Answer;
use super::card::Card;
use super::card::product_path;
use super::listing::link;
use super::shell::Link;
use super::shell::Shell;
use super::shell::number;
use crate::catalogue::Enquiry;
use crate::catalogue::absolute;
use crate::catalogue::french_price;
use crate::catalogue::trail;
use crate::db;
use crate::db::ProductFilter;
use crate::media;
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
    /// The description cut for previews.
    summary: String,
    gallery: Vec<String>,
    /// Whole address of the picture, for previews.
    preview: Option<String>,
    whatsapp: Option<String>,
    related: Vec<Card>,
}

pub(super) fn render(site: &Site, store: &mut Store, slug: &str) -> Answer {
    let frame = store.frame()?;
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
    let price = product.summary.price.map(|price| french_price(price, &site.currency));
    let enquiry = Enquiry {
        company: &shell.company,
        product: Some(&product.summary.name),
        brand: product.summary.brand.as_deref(),
        price: price.as_deref(),
        page: Some(&shell.canonical),
    };
    let whatsapp = number(site, &frame).map(|number| enquiry.link(&number, (site.clock)(), &site.zone));
    let gallery = product.gallery.iter().filter_map(|name| media::address(&site.media_url, name)).collect();
    let card = Card::new(site, product.summary);
    super::write(&ProductPage {
        trail: category
            .map(|id| trail(&frame.categories, id).into_iter().map(link).collect())
            .unwrap_or_default(),
        summary: summary(&product.description),
        description: product.description,
        gallery,
        preview: card.image.as_deref().map(|image| absolute(&site.url, image)),
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
