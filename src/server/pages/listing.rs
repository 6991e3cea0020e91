//! `/products`: search, one category, an order, page by page.

use super::Answer;
use super::card::Card;
use super::shell::Link;
use super::shell::Shell;
use crate::catalogue::Listing;
use crate::catalogue::PageLink;
use crate::catalogue::Pages;
use crate::catalogue::main_categories;
use crate::catalogue::subcategories;
use crate::catalogue::trail;
use crate::db;
use crate::db::Category;
use crate::db::ProductFilter;
use crate::server::site::Site;
use crate::server::store::Store;
use askama::Template;

#[derive(Template)]
#[template(path = "listing.html")]
struct ListingPage {
    shell: Shell,
    heading: String,
    trail: Vec<Link>,
    /// Every category, in the order of the tree.
    tree: Vec<Branch>,
    all_url: String,
    wish: Listing,
    orders: Vec<(&'static str, &'static str)>,
    total: u64,
    cards: Vec<Card>,
    last_page: u64,
    pages: Vec<Number>,
    previous: Option<String>,
    next: Option<String>,
}

struct Branch {
    name: String,
    slug: String,
    url: String,
    depth: usize,
    current: bool,
}

struct Number {
    label: String,
    /// None for the page that is shown, and for a gap.
    url: Option<String>,
    current: bool,
}

pub(super) fn render(site: &Site, store: &mut Store, wish: &Listing) -> Answer {
    let frame = store.frame()?;
    let all = &frame.categories;
    let category = all.iter().find(|category| category.slug == wish.category);
    if category.is_none() && !wish.category.is_empty() {
        return Ok(None);
    }
    let page_size = u64::from(site.page_size);
    let filter = ProductFilter {
        categories: category.map(|category| Category::with_descendants(all, category.id)),
        words: wish.words(),
        order: wish.order(),
        offset: (wish.page - 1) * page_size,
        limit: page_size,
        featured: false,
    };
    let found = db::products(&mut *store.database, &store.showcase, &filter)?;
    let Some(pages) = Pages::new(wish.page, found.total, site.page_size) else { return Ok(None) };
    let heading = match (category, wish.search.is_empty()) {
        (Some(category), true) => category.name.clone(),
        (None, true) => "Tous les produits".to_owned(),
        (Some(category), false) => format!("« {} » dans {}", wish.search, category.name),
        (None, false) => format!("« {} »", wish.search),
    };
    let above = category.map(|category| trail(all, category.id)).unwrap_or_default();
    let mut tree = Vec::new();
    for top in main_categories(all) {
        grow(&mut tree, all, top, 0, wish);
    }
    let shell = Shell {
        place: "products",
        search: wish.search.clone(),
        ..Shell::new(site, &frame, &heading, &wish.address())
    };
    super::write(&ListingPage {
        shell,
        heading,
        trail: above.iter().map(|category| link(category)).collect(),
        tree,
        all_url: wish.in_category("").address(),
        orders: Listing::ORDERS.iter().map(|(value, name, _)| (*value, *name)).collect(),
        total: found.total,
        cards: Card::all(site, found.items),
        pages: if pages.last > 1 {
            pages.links().into_iter().map(|link| number(wish, link)).collect()
        } else {
            Vec::new()
        },
        last_page: pages.last,
        previous: pages.previous().map(|page| wish.at_page(page).address()),
        next: pages.next().map(|page| wish.at_page(page).address()),
        wish: wish.clone(),
    })
}

/// Deepest level that is shown; it also ends a loop among parents.
const DEPTH: usize = 4;

fn grow(tree: &mut Vec<Branch>, all: &[Category], category: &Category, depth: usize, wish: &Listing) {
    tree.push(Branch {
        name: category.name.clone(),
        slug: category.slug.clone(),
        url: wish.in_category(&category.slug).address(),
        depth,
        current: category.slug == wish.category,
    });
    if depth < DEPTH {
        for below in subcategories(all, category.id) {
            grow(tree, all, below, depth + 1, wish);
        }
    }
}

/// A link to a category, whatever else the visitor had asked for.
pub(super) fn link(category: &Category) -> Link {
    Link { name: category.name.clone(), url: Listing::default().in_category(&category.slug).address() }
}

fn number(wish: &Listing, link: PageLink) -> Number {
    match link {
        PageLink::Number(page) => {
            Number { label: page.to_string(), url: Some(wish.at_page(page).address()), current: false }
        }
        PageLink::Current(page) => Number { label: page.to_string(), url: None, current: true },
        PageLink::Gap => Number { label: "…".into(), url: None, current: false },
    }
}
