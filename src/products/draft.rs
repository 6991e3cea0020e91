//! What somebody wants a product to be: only what is said, and nothing else is touched.

use crate::db::Price;
use std::path::PathBuf;

/// The values that are given; `None` leaves the product's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    pub slug: Option<String>,
    pub name: Option<String>,
    pub brand: Option<String>,
    pub price: Option<Price>,
    /// Slug or name of the category.
    pub category: Option<String>,
    /// Slug or name; empty for none.
    pub subcategory: Option<String>,
    pub description: Option<String>,
    pub in_stock: Option<bool>,
    pub featured: Option<bool>,
    pub picture: Option<Picture>,
}

/// A picture that is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Picture {
    /// A file that is to be uploaded, under its own name or another one.
    File { source: PathBuf, name: Option<String> },
    /// A path below the media root where the file is already, or an address.
    Named(String),
}

/// Values of a category; `None` leaves its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CategoryDraft {
    pub slug: Option<String>,
    pub name: Option<String>,
    /// Slug or name; empty for none.
    pub parent: Option<String>,
    pub icon: Option<String>,
}
