//! `/products`: search, one category, filters, an order, page by page.

use super::Answer;
use super::card::Card;
use super::filters;
use super::filters::Brand;
use super::filters::Chosen;
use super::linked_data;
use super::shell::Link;
use super::shell::Shell;
use super::tree;
use super::tree::Branch;
use super::words::Words;
use crate::catalogue::Listing;
use crate::catalogue::PageLink;
use crate::catalogue::Pages;
use crate::catalogue::absolute;
use crate::catalogue::product_counts;
use crate::catalogue::trail;
use crate::catalogue::written;
use crate::db;
use crate::db::Category;
use crate::db::ProductFilter;
use crate::server::frame::Frame;
use crate::server::site::Site;
use crate::server::store::Store;
use anyhow::Result;
use askama::Template;

#[derive(Template)]
#[template(path = "listing.html")]
struct ListingPage {
    shell: Shell,
    heading: String,
    trail: Vec<Link>,
    breadcrumbs: String,
    tree: Vec<Branch>,
    all_url: String,
    wish: Listing,
    price_min: String,
    price_max: String,
    brands: Vec<Brand>,
    offers_stock: bool,
    orders: Vec<(&'static str, &'static str)>,
    chosen: Vec<Chosen>,
    clear_url: String,
    /// Other than the newest first of all in the category: search engines need not know it.
    own_wish: bool,
    count: String,
    cards: Vec<Card>,
    pages: Vec<Number>,
    previous: Option<String>,
    next: Option<String>,
}

struct Number {
    label: String,
    /// None for the page that is shown, and for a gap.
    url: Option<String>,
    current: bool,
}

pub(super) fn render(site: &Site, store: &mut Store, wish: &Listing) -> Answer {
    let frame = store.frame()?;
    let words = Words::of(site.language);
    let all = &frame.categories;
    let category = all.iter().find(|category| category.slug == wish.category);
    if category.is_none() && !wish.category.is_empty() {
        return Ok(None);
    }
    let page_size = u64::from(site.page_size);
    let filter = ProductFilter {
        categories: category.map(|category| Category::with_descendants(all, category.id)),
        words: wish.words(),
        brand: (!wish.brand.is_empty()).then(|| wish.brand.clone()),
        price_min: wish.price_min,
        price_max: wish.price_max,
        in_stock: wish.in_stock,
        order: wish.order(),
        offset: (wish.page - 1) * page_size,
        limit: page_size,
        featured: false,
    };
    let found = db::products(&mut *store.database, &store.showcase, &filter)?;
    let Some(pages) = Pages::new(wish.page, found.total, site.page_size) else { return Ok(None) };
    let (tree, brands) = facets(site, store, &frame, wish, &filter)?;
    let heading = match (category, wish.search.is_empty()) {
        (Some(category), true) => category.name.clone(),
        (None, true) => words.all_products.to_owned(),
        (Some(category), false) => words.found_in(&wish.search, &category.name),
        (None, false) => words.quoted(&wish.search),
    };
    let mut count = words.count(found.total);
    let mut title = heading.clone();
    if pages.last > 1 {
        count = format!("{count}, {}", words.page_of(pages.current, pages.last));
    }
    if pages.current > 1 {
        title = format!("{heading}, {}", words.page_of(pages.current, pages.last));
    }
    let trail = way(words, category.map(|category| self::trail(all, category.id)).unwrap_or_default());
    let shell = Shell {
        place: "products",
        search: wish.search.clone(),
        canonical: absolute(&site.url, &wish.canonical().address()),
        ..Shell::new(site, &frame, &title, "")
    };
    let price = |price: Option<db::Price>| price.map(written).unwrap_or_default();
    super::write(&ListingPage {
        shell,
        heading,
        breadcrumbs: linked_data::breadcrumbs(&site.url, &trail),
        trail,
        tree,
        all_url: wish.in_category("").address(),
        price_min: price(wish.price_min),
        price_max: price(wish.price_max),
        brands,
        offers_stock: store.showcase.stock.is_some(),
        orders: Listing::ORDERS.iter().map(|(value, _)| *value).zip(words.orders).collect(),
        chosen: filters::chosen(site, words, wish),
        clear_url: Listing { category: wish.category.clone(), ..Listing::default() }.address(),
        own_wish: wish.is_narrowed() || !wish.sort.is_empty(),
        count,
        cards: Card::all(site, found.items),
        pages: if pages.last > 1 {
            pages.links().into_iter().map(|link| number(wish, link)).collect()
        } else {
            Vec::new()
        },
        previous: pages.previous().map(|page| wish.at_page(page).address()),
        next: pages.next().map(|page| wish.at_page(page).address()),
        wish: wish.clone(),
    })
}

/// The categories and the brands to choose from, each counted under everything else that was chosen.
fn facets(
    site: &Site,
    store: &mut Store,
    frame: &Frame,
    wish: &Listing,
    filter: &ProductFilter,
) -> Result<(Vec<Branch>, Vec<Brand>)> {
    let words = Words::of(site.language);
    let tree = if wish.is_narrowed() {
        let anywhere = ProductFilter { categories: None, ..filter.clone() };
        let places = db::places(&mut *store.database, &store.showcase, &anywhere)?;
        let counts = product_counts(&frame.categories, &places);
        tree::branches(&frame.categories, &counts, wish, site.language)
    } else {
        tree::branches(&frame.categories, &frame.counts, wish, site.language)
    };
    let of_any_brand = ProductFilter { brand: None, ..filter.clone() };
    let without_brand = Listing { brand: String::new(), ..wish.clone() };
    let brands = if wish.category.is_empty() && !without_brand.is_narrowed() {
        filters::brands(words, wish, &frame.brands)
    } else {
        let found = db::product_brands(&mut *store.database, &store.showcase, &of_any_brand)?;
        filters::brands(words, wish, &found)
    };
    Ok((tree, brands))
}

/// The way from the home page down to a category; to the listing of all where there is none.
pub(super) fn way(words: &Words, categories: Vec<&Category>) -> Vec<Link> {
    let top = [
        Link { name: words.home.to_owned(), url: "/".to_owned() },
        Link { name: words.products.to_owned(), url: Listing::default().address() },
    ];
    top.into_iter()
        .chain(categories.into_iter().map(|category| Link {
            name: category.name.clone(),
            url: Listing::default().in_category(&category.slug).address(),
        }))
        .collect()
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
