//! Products, categories and settings as the application's serializers write them: field names, their order, forms.

use crate::catalogue::api_price;
use crate::db;
use crate::db::public;
use crate::db::public::Picture;
use crate::media;
use crate::media::Place;
use crate::server::site::Site;
use jiff::Timestamp;
use percent_encoding::AsciiSet;
use percent_encoding::NON_ALPHANUMERIC;
use percent_encoding::utf8_percent_encode;
use serde::Serialize;

/// Where the application says that a picture is when a product has none.
const NO_PICTURE: &str = "/static/defaults/default_product.png";

/// What Django leaves as it is in the address of a file.
const FILE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/')
    .remove(b'!')
    .remove(b'*')
    .remove(b'(')
    .remove(b')')
    .remove(b'\'');

/// Makes the rows' parts into what visitors see, for one visitor.
pub(super) struct Writer<'a> {
    pub(super) site: &'a Site,
    /// Scheme and host by which the visitor came.
    pub(super) origin: &'a str,
    pub(super) now: Timestamp,
}

#[derive(Serialize)]
pub(super) struct ListedProduct {
    id: i64,
    name: String,
    slug: String,
    price: Option<String>,
    display_price: Option<String>,
    brand: Option<String>,
    image: String,
    category_name: Option<String>,
    in_stock: Option<bool>,
    featured: Option<bool>,
    created_at: Option<String>,
}

#[derive(Serialize)]
pub(super) struct WholeProduct {
    id: i64,
    name: String,
    slug: String,
    description: Option<String>,
    price: Option<String>,
    display_price: Option<String>,
    brand: Option<String>,
    image: String,
    category: Option<i64>,
    category_name: Option<String>,
    in_stock: Option<bool>,
    featured: Option<bool>,
    whatsapp_link: String,
    gallery: Vec<ShownPicture>,
    created_at: Option<String>,
    updated_at: Option<String>,
}

#[derive(Serialize)]
struct ShownPicture {
    id: i64,
    image: String,
}

#[derive(Serialize)]
pub(super) struct ShownCategory {
    id: i64,
    name: String,
    slug: String,
    icon: Option<String>,
    icon_file: Option<String>,
    parent: Option<i64>,
    subcategories: Vec<Subcategory>,
    product_count: u64,
    is_main_category: bool,
    created_at: Option<String>,
    updated_at: Option<String>,
}

#[derive(Serialize)]
struct Subcategory {
    id: i64,
    name: String,
    slug: String,
    icon: Option<String>,
    icon_file: Option<String>,
    product_count: u64,
}

#[derive(Serialize)]
pub(super) struct ShownSettings {
    whatsapp_number: String,
    contact_email: String,
    contact_phone: String,
    contact_address: String,
    company_name: String,
    company_description: String,
    updated_at: Option<String>,
}

impl Writer<'_> {
    pub(super) fn listed(&self, product: public::Product) -> ListedProduct {
        let summary = product.summary;
        ListedProduct {
            id: summary.id,
            name: summary.name,
            slug: summary.slug,
            price: summary.price.map(|price| price.to_string()),
            display_price: summary.price.map(|price| api_price(price, &self.site.currency)),
            brand: summary.brand,
            image: self.absolute(&self.picture(summary.image.as_deref())),
            category_name: product.category_name,
            in_stock: summary.in_stock,
            featured: summary.featured,
            created_at: summary.created_at.map(|time| self.time(time)),
        }
    }

    pub(super) fn whole(
        &self,
        product: public::Product,
        gallery: Vec<Picture>,
        settings: &db::SiteSettings,
    ) -> WholeProduct {
        let summary = product.summary;
        let picture = self.picture(summary.image.as_deref());
        let price = summary.price.map(|price| price.to_string());
        let enquiry = crate::catalogue::ApiEnquiry {
            company: &settings.company_name,
            number: &settings.whatsapp_number,
            product: &summary.name,
            brand: summary.brand.as_deref().unwrap_or_default(),
            price: price.as_deref().unwrap_or_default(),
            currency: &self.site.currency,
            picture: &picture,
        };
        WholeProduct {
            whatsapp_link: enquiry.link(self.now, &self.site.zone),
            id: summary.id,
            display_price: summary.price.map(|price| api_price(price, &self.site.currency)),
            name: summary.name,
            slug: summary.slug,
            description: product.description,
            price,
            brand: summary.brand,
            image: self.absolute(&picture),
            category: summary.category_id,
            category_name: product.category_name,
            in_stock: summary.in_stock,
            featured: summary.featured,
            gallery: gallery
                .into_iter()
                .map(|Picture { id, path }| ShownPicture {
                    id,
                    image: self.absolute(&self.picture(Some(&path))),
                })
                .collect(),
            created_at: summary.created_at.map(|time| self.time(time)),
            updated_at: product.updated_at.map(|time| self.time(time)),
        }
    }

    /// A category with those directly below it, found among all.
    pub(super) fn category(&self, all: &[public::Category], shown: &public::Category) -> ShownCategory {
        let own = &shown.category;
        let below = all.iter().filter(|other| other.category.parent_id == Some(own.id));
        ShownCategory {
            id: own.id,
            name: own.name.clone(),
            slug: own.slug.clone(),
            icon: shown.icon.clone(),
            icon_file: self.icon_file(shown),
            parent: own.parent_id,
            subcategories: below
                .map(|other| Subcategory {
                    id: other.category.id,
                    name: other.category.name.clone(),
                    slug: other.category.slug.clone(),
                    icon: other.icon.clone(),
                    icon_file: self.icon_file(other),
                    product_count: other.category.product_count,
                })
                .collect(),
            product_count: own.product_count,
            is_main_category: own.parent_id.is_none(),
            created_at: shown.created_at.map(|time| self.time(time)),
            updated_at: shown.updated_at.map(|time| self.time(time)),
        }
    }

    pub(super) fn settings(
        &self,
        settings: db::SiteSettings,
        updated_at: Option<Timestamp>,
    ) -> ShownSettings {
        ShownSettings {
            whatsapp_number: settings.whatsapp_number,
            contact_email: settings.contact_email,
            contact_phone: settings.contact_phone,
            contact_address: settings.contact_address,
            company_name: settings.company_name,
            company_description: settings.company_description,
            updated_at: updated_at.map(|time| self.time(time)),
        }
    }

    fn icon_file(&self, category: &public::Category) -> Option<String> {
        let path = category.icon_file.as_deref()?;
        Some(self.absolute(&self.address(path)?))
    }

    /// Address of a product's picture as the application stores it: without the host.
    fn picture(&self, name: Option<&str>) -> String {
        name.and_then(|name| self.address(name)).unwrap_or_else(|| NO_PICTURE.to_owned())
    }

    fn address(&self, name: &str) -> Option<String> {
        Some(match media::place(&self.site.media_url, name)? {
            Place::Elsewhere(url) => url.into(),
            Place::Inside(path) => {
                let base = self.site.media_url.trim_end_matches('/');
                format!("{base}/{}", utf8_percent_encode(&path, FILE))
            }
        })
    }

    fn absolute(&self, address: &str) -> String {
        if address.starts_with('/') { format!("{}{address}", self.origin) } else { address.to_owned() }
    }

    /// A time in the site's zone; microseconds only where there are any.
    fn time(&self, time: Timestamp) -> String {
        let zoned = time.to_zoned(self.site.zone.clone());
        let micros = zoned.subsec_nanosecond() / 1000;
        let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
        let offset = zoned.strftime("%:z").to_string();
        let offset = if offset == "+00:00" { "Z" } else { &offset };
        format!("{}{fraction}{offset}", zoned.strftime("%Y-%m-%dT%H:%M:%S"))
    }
}
