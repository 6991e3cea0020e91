//! What stands around every page: the company, its contact data and the categories.

use super::store::Store;
use crate::catalogue::main_categories;
use crate::catalogue::product_counts;
use crate::db;
use crate::db::Category;
use crate::db::ProductFilter;
use crate::db::SiteSettings;
use anyhow::Result;
use std::collections::HashMap;

/// Read from the database at most twice a second and shared by all pages.
#[derive(Debug, Default)]
pub(super) struct Frame {
    pub(super) settings: SiteSettings,
    pub(super) categories: Vec<Category>,
    pub(super) sections: Vec<Section>,
    /// Products in each category and below it, by its identifier.
    pub(super) counts: HashMap<i64, u64>,
    /// Brands by name, with their products.
    pub(super) brands: Vec<(String, u64)>,
}

/// A main category as the home page shows it.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) name: String,
    pub(super) slug: String,
    /// Products in it and below it.
    pub(super) product_count: u64,
    /// Picture of its newest product.
    pub(super) image: Option<String>,
}

impl Frame {
    pub(super) fn read(store: &mut Store) -> Result<Self> {
        let settings = db::site_settings(&mut *store.database, &store.showcase)?.unwrap_or_default();
        let categories = db::categories(&mut *store.database, &store.showcase)?;
        let mut sections = Vec::new();
        for category in main_categories(&categories) {
            let newest = ProductFilter {
                categories: Some(Category::with_descendants(&categories, category.id)),
                limit: 1,
                ..ProductFilter::default()
            };
            let page = db::products(&mut *store.database, &store.showcase, &newest)?;
            sections.push(Section {
                name: category.name.clone(),
                slug: category.slug.clone(),
                product_count: page.total,
                image: page.items.into_iter().next().and_then(|product| product.image),
            });
        }
        let all = ProductFilter::default();
        let places = db::places(&mut *store.database, &store.showcase, &all)?;
        let counts = product_counts(&categories, &places);
        let brands = db::product_brands(&mut *store.database, &store.showcase, &all)?;
        Ok(Self { settings, categories, sections, counts, brands })
    }
}
