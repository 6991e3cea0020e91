//! `/`: what is featured, the main categories, what is new.

use super::Answer;
use super::card::Card;
use super::shell::Shell;
use crate::catalogue::Listing;
use crate::db;
use crate::db::ProductFilter;
use crate::media;
use crate::server::site::Site;
use crate::server::store::Store;
use askama::Template;

const FEATURED: u64 = 8;
const NEWEST: u64 = 8;

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    shell: Shell,
    featured: Vec<Card>,
    sections: Vec<SectionCard>,
    newest: Vec<Card>,
}

struct SectionCard {
    name: String,
    url: String,
    image: Option<String>,
    product_count: u64,
}

pub(super) fn render(site: &Site, store: &mut Store) -> Answer {
    let frame = store.frame()?;
    let mut read = |featured: bool, limit: u64| {
        let filter = ProductFilter { featured, limit, ..ProductFilter::default() };
        db::products(&mut *store.database, &store.showcase, &filter).map(|page| Card::all(site, page.items))
    };
    let featured = read(true, FEATURED)?;
    let newest = read(false, NEWEST)?;
    let sections = frame.sections.iter().map(|section| SectionCard {
        name: section.name.clone(),
        url: Listing::default().in_category(&section.slug).address(),
        image: section.image.as_deref().and_then(|name| media::address(&site.media_url, name)),
        product_count: section.product_count,
    });
    let shell = Shell { place: "home", ..Shell::new(site, &frame, "", "/") };
    super::write(&Home { shell, featured, sections: sections.collect(), newest })
}
