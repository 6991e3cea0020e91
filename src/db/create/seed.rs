//! What a new database is filled with, and that it fits together.

use crate::db::Price;
use crate::db::SiteSettings;
use anyhow::Context;
use anyhow::Result;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// What a new database is filled with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seed {
    pub categories: Vec<SeedCategory>,
    pub products: Vec<SeedProduct>,
    pub settings: Option<SiteSettings>,
    /// Key, encoded data and end of each session.
    pub sessions: Vec<(String, String, Timestamp)>,
}

/// A category; `parent` is the slug of one that stands before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedCategory {
    pub name: String,
    pub slug: String,
    pub icon: String,
    pub parent: Option<String>,
}

/// A product; `category` and `subcategory` are slugs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedProduct {
    pub name: String,
    pub slug: String,
    pub brand: String,
    pub description: String,
    pub price: Price,
    /// Path below the media root.
    pub image: String,
    pub category: String,
    pub subcategory: Option<String>,
    pub in_stock: bool,
    pub featured: bool,
    pub created_at: Timestamp,
}

impl Seed {
    /// Says whether every category that is named stands in it, before those that name it.
    pub(super) fn check(&self) -> Result<()> {
        let mut known = BTreeSet::new();
        let find = |known: &BTreeSet<&str>, slug: &str| {
            known.contains(slug).then_some(()).with_context(|| format!("find the category `{slug}`"))
        };
        for category in &self.categories {
            category.parent.as_deref().map_or(Ok(()), |parent| find(&known, parent))?;
            known.insert(&category.slug);
        }
        for product in &self.products {
            find(&known, &product.category)?;
            product.subcategory.as_deref().map_or(Ok(()), |slug| find(&known, slug))?;
        }
        Ok(())
    }
}
