//! What each view answers, asked on a connection to the database.

use super::filters::Complaint;
use super::filters::Wish;
use super::filters::order;
use super::filters::search;
use super::filters::wish;
use super::negotiation::json;
use super::number;
use super::query::Query;
use super::route::View;
use super::schema;
use super::shown::ListedProduct;
use super::shown::Writer;
use crate::catalogue;
use crate::db;
use crate::db::public;
use crate::db::public::CategoryFilter;
use crate::db::public::Column;
use crate::db::public::Order;
use crate::db::public::ProductFilter;
use crate::server::answers::Reply;
use crate::server::site::Site;
use crate::server::store::Store;
use anyhow::Result;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeSet;

/// Most products of the two short lists.
const FEATURED: u64 = 8;
const RECENT: u64 = 10;

/// A request that has been understood as far as its form goes.
pub(super) struct Asked {
    pub(super) view: View,
    pub(super) path: String,
    pub(super) query: Query,
    /// Scheme and host by which the visitor came.
    pub(super) origin: String,
    /// Blanks for each level of the JSON.
    pub(super) indent: usize,
    /// When it was asked.
    pub(super) now: Timestamp,
}

#[derive(Serialize)]
struct Detail {
    detail: &'static str,
}

#[derive(Serialize)]
struct Root {
    categories: String,
    products: String,
}

#[derive(Serialize)]
struct Paged<T> {
    count: u64,
    next: Option<String>,
    previous: Option<String>,
    results: Vec<T>,
}

#[derive(Serialize)]
struct ShownStats {
    total_products: u64,
    in_stock: u64,
    out_of_stock: u64,
    featured: u64,
    by_category: Vec<CategoryCount>,
}

#[derive(Serialize)]
struct CategoryCount {
    name: String,
    count: u64,
}

/// An answer that is no error of ours: the visitor asked for what is not there, or wrongly.
enum Refusal {
    Complaint(Complaint),
    Missing(&'static str),
}

type Answer = Result<Result<Reply, Refusal>>;

const NO_PAGE: Refusal = Refusal::Missing("Page non valide.");
const NO_PRODUCT: Refusal = Refusal::Missing("No Product matches the given query.");
const NO_CATEGORY: Refusal = Refusal::Missing("No Category matches the given query.");

impl Asked {
    /// Answers with what the database says.
    pub(super) fn answer(&self, site: &Site, store: &mut Store) -> Result<Reply> {
        let writer = Writer { site, origin: &self.origin, now: self.now };
        let answered = match &self.view {
            View::Root => self.root(),
            View::Products => self.products(&writer, store),
            View::Product(slug) => self.product(&writer, store, slug),
            View::Featured => self.some(&writer, store, FEATURED, |filter| {
                // A wish for those that are not featured leaves none.
                if filter.featured.replace(true) == Some(false) {
                    filter.categories = Some(BTreeSet::new());
                }
            }),
            View::Recent => self.some(&writer, store, RECENT, |filter| {
                filter.order = vec![Order { column: Column::CreatedAt, descending: true }];
            }),
            View::Brands => {
                public::brands(&mut *store.database, &store.showcase).and_then(|all| self.ok(&all))
            }
            View::Stats => self.stats(store),
            View::Categories => self.categories(&writer, store),
            View::MainCategories => self.main_categories(&writer, store),
            View::Category(slug) => self.category(&writer, store, slug),
            View::CategoryProducts(slug) => self.category_products(&writer, store, slug),
            View::Settings => self.settings(&writer, store),
            View::Schema => self.ok(&schema::document(site)),
        };
        match answered? {
            Ok(reply) => Ok(reply),
            Err(Refusal::Complaint(complaint)) => self.reply(StatusCode::BAD_REQUEST, &complaint),
            Err(Refusal::Missing(detail)) => self.reply(StatusCode::NOT_FOUND, &Detail { detail }),
        }
    }

    /// All that the answer hangs on besides the database and the settings; lines that no part can break.
    pub(super) fn key(&self, site: &Site) -> String {
        let greeting = match self.view {
            View::Product(_) => catalogue::greeting(self.now, &site.zone),
            _ => "",
        };
        let Self { path, query, origin, indent, .. } = self;
        format!("{origin}\n{path}\n{indent} {greeting}\n{}", query.text())
    }

    fn reply(&self, status: StatusCode, value: &impl Serialize) -> Result<Reply> {
        Ok(Reply { status, json: json(value, self.indent)?.into() })
    }

    fn ok(&self, value: &impl Serialize) -> Answer {
        self.reply(StatusCode::OK, value).map(Ok)
    }

    fn root(&self) -> Answer {
        let format = self.path.rsplit_once('.').map(|(_, format)| format.trim_end_matches('/'));
        let end = format.map_or_else(|| "/".to_owned(), |format| format!(".{format}"));
        let below = |name: &str| format!("{}/api/{name}{end}", self.origin);
        self.ok(&Root { categories: below("categories"), products: below("products") })
    }

    fn products(&self, writer: &Writer<'_>, store: &mut Store) -> Answer {
        let filter = match self.filter(store)? {
            Ok(filter) => filter,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let (database, showcase) = (&mut *store.database, &store.showcase);
        let count = public::count(database, showcase, &filter)?;
        let Some(page) = self.page(writer.site, count) else { return Ok(Err(NO_PAGE)) };
        let size = u64::from(writer.site.page_size);
        let rows = public::products(database, showcase, &filter, (page - 1) * size, size)?;
        let results: Vec<ListedProduct> = rows.into_iter().map(|row| writer.listed(row)).collect();
        self.paged(writer.site, count, page, results)
    }

    fn product(&self, writer: &Writer<'_>, store: &mut Store, slug: &str) -> Answer {
        let mut filter = match self.filter(store)? {
            Ok(filter) => filter,
            Err(refusal) => return Ok(Err(refusal)),
        };
        // PostgreSQL refuses a text with a NUL.
        if slug.contains('\0') {
            return Ok(Err(NO_PRODUCT));
        }
        filter.slug = Some(slug.to_owned());
        let (database, showcase) = (&mut *store.database, &store.showcase);
        let Some(product) = public::product(database, showcase, &filter)? else { return Ok(Err(NO_PRODUCT)) };
        let gallery = public::gallery(database, showcase, product.summary.id)?;
        let settings = db::site_settings(database, showcase)?.unwrap_or_default();
        self.ok(&writer.whole(product, gallery, &settings))
    }

    /// A bare list of the first of those that pass the filters.
    fn some(
        &self,
        writer: &Writer<'_>,
        store: &mut Store,
        most: u64,
        change: impl Fn(&mut ProductFilter),
    ) -> Answer {
        let mut filter = match self.filter(store)? {
            Ok(filter) => filter,
            Err(refusal) => return Ok(Err(refusal)),
        };
        change(&mut filter);
        self.bare(writer, store, &filter, most)
    }

    fn bare(&self, writer: &Writer<'_>, store: &mut Store, filter: &ProductFilter, most: u64) -> Answer {
        let rows = public::products(&mut *store.database, &store.showcase, filter, 0, most)?;
        let list: Vec<ListedProduct> = rows.into_iter().map(|row| writer.listed(row)).collect();
        self.ok(&list)
    }

    fn stats(&self, store: &mut Store) -> Answer {
        let stats = public::stats(&mut *store.database, &store.showcase)?;
        let mut main = db::categories(&mut *store.database, &store.showcase)?;
        main.retain(|category| category.parent_id.is_none());
        main.sort_by_key(|category| category.id);
        let by_category = main
            .into_iter()
            .map(|main| CategoryCount { name: main.name, count: main.product_count })
            .collect();
        self.ok(&ShownStats {
            total_products: stats.total,
            in_stock: stats.in_stock,
            out_of_stock: stats.out_of_stock,
            featured: stats.featured,
            by_category,
        })
    }

    fn categories(&self, writer: &Writer<'_>, store: &mut Store) -> Answer {
        let ids = match self.matching(store)? {
            Ok(ids) => ids,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let count = ids.len() as u64;
        let Some(page) = self.page(writer.site, count) else { return Ok(Err(NO_PAGE)) };
        let all = public::categories(&mut *store.database, &store.showcase)?;
        let size = writer.site.page_size as usize;
        let first = usize::try_from(page - 1)?.saturating_mul(size);
        let wanted = ids.iter().skip(first).take(size);
        let found = wanted.filter_map(|id| all.iter().find(|category| category.category.id == *id));
        let results = found.map(|category| writer.category(&all, category)).collect();
        self.paged(writer.site, count, page, results)
    }

    fn main_categories(&self, writer: &Writer<'_>, store: &mut Store) -> Answer {
        let all = public::categories(&mut *store.database, &store.showcase)?;
        let main = all.iter().filter(|category| category.category.parent_id.is_none());
        let list: Vec<_> = main.map(|category| writer.category(&all, category)).collect();
        self.ok(&list)
    }

    fn category(&self, writer: &Writer<'_>, store: &mut Store, slug: &str) -> Answer {
        let ids = match self.matching(store)? {
            Ok(ids) => ids,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let all = public::categories(&mut *store.database, &store.showcase)?;
        let found =
            all.iter().find(|category| category.category.slug == slug && ids.contains(&category.category.id));
        match found {
            Some(category) => self.ok(&writer.category(&all, category)),
            None => Ok(Err(NO_CATEGORY)),
        }
    }

    fn category_products(&self, writer: &Writer<'_>, store: &mut Store, slug: &str) -> Answer {
        let ids = match self.matching(store)? {
            Ok(ids) => ids,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let all = db::categories(&mut *store.database, &store.showcase)?;
        let Some(category) = all.iter().find(|category| category.slug == slug && ids.contains(&category.id))
        else {
            return Ok(Err(NO_CATEGORY));
        };
        let categories = Some(db::Category::with_descendants(&all, category.id));
        let filter = ProductFilter { categories, ..ProductFilter::default() };
        self.bare(writer, store, &filter, u64::MAX)
    }

    fn settings(&self, writer: &Writer<'_>, store: &mut Store) -> Answer {
        let (settings, updated_at) =
            public::settings(&mut *store.database, &store.showcase)?.unwrap_or_else(|| {
                let company_name = writer.site.name.clone();
                (db::SiteSettings { company_name, ..db::SiteSettings::default() }, None)
            });
        self.ok(&writer.settings(settings, updated_at))
    }

    /// The filters of products in the query, with the category found.
    fn filter(&self, store: &mut Store) -> Result<Result<ProductFilter, Refusal>> {
        let Wish { category, mut filter } = match wish(&self.query) {
            Ok(wish) => wish,
            Err(complaint) => return Ok(Err(Refusal::Complaint(complaint))),
        };
        if let Some(slug) = category {
            let found = public::with_descendants(&mut *store.database, &store.showcase, &slug)?;
            filter.categories = Some(found.unwrap_or_default());
        }
        Ok(Ok(filter))
    }

    /// Identifiers of the categories that pass the query's search, in its order.
    fn matching(&self, store: &mut Store) -> Result<Result<Vec<i64>, Refusal>> {
        let words = match search(&self.query) {
            Ok(words) => words,
            Err(complaint) => return Ok(Err(Refusal::Complaint(complaint))),
        };
        let order = order(&self.query, &[Column::Name, Column::CreatedAt]);
        public::matching(&mut *store.database, &store.showcase, &CategoryFilter { words, order }).map(Ok)
    }

    /// The page asked for; nothing where the list has none such.
    fn page(&self, site: &Site, count: u64) -> Option<u64> {
        let last = count.div_ceil(u64::from(site.page_size)).max(1);
        match self.query.get("page").unwrap_or_default() {
            "" => Some(1),
            "last" => Some(last),
            text => number::page(text).filter(|page| (1..=last).contains(page)),
        }
    }

    fn paged<T: Serialize>(&self, site: &Site, count: u64, page: u64, results: Vec<T>) -> Answer {
        let last = count.div_ceil(u64::from(site.page_size)).max(1);
        let address = |page: u64| {
            let query = self.query.at_page(page);
            let mark = if query.is_empty() { "" } else { "?" };
            format!("{}{}{mark}{query}", self.origin, self.path)
        };
        let next = (page < last).then(|| address(page + 1));
        let previous = (page > 1).then(|| address(page - 1));
        self.ok(&Paged { count, next, previous, results })
    }
}
