//! A product as it stands among others.

use super::picture::Picture;
use crate::db::ProductSummary;
use crate::media::segment;
use crate::server::site::Site;

/// What a card shows; what the schema lacks is not shown.
pub(super) struct Card {
    pub(super) name: String,
    pub(super) url: String,
    pub(super) picture: Option<Picture>,
    /// Without one, the shop is asked for it.
    pub(super) price: Option<String>,
    pub(super) brand: String,
    pub(super) in_stock: Option<bool>,
    pub(super) featured: bool,
}

impl Card {
    pub(super) fn new(site: &Site, product: ProductSummary) -> Self {
        Self {
            url: product_path(&product.slug),
            picture: product.image.and_then(|name| Picture::new(site, &name)),
            price: product.price.map(|price| site.language.price(price.0, &site.currency)),
            brand: product.brand.unwrap_or_default(),
            in_stock: product.in_stock,
            featured: product.featured.unwrap_or_default(),
            name: product.name,
        }
    }

    pub(super) fn all(site: &Site, products: Vec<ProductSummary>) -> Vec<Self> {
        products.into_iter().map(|product| Self::new(site, product)).collect()
    }
}

pub(super) fn product_path(slug: &str) -> String {
    format!("/products/{}", segment(slug))
}
