//! `/`: what is featured, the main categories, what is new.

use super::Answer;
use super::card::Card;
use super::picture::Picture;
use super::shell::Shell;
use super::words::Words;
use crate::catalogue::Listing;
use crate::db;
use crate::db::ProductFilter;
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
    picture: Option<Picture>,
    count: String,
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
        picture: section.image.as_deref().and_then(|name| Picture::new(site, name)),
        count: Words::of(site.language).count(section.product_count),
    });
    let shell = Shell { place: "home", ..Shell::new(site, &frame, "", "/") };
    super::write(&Home { shell, featured, sections: sections.collect(), newest })
}
