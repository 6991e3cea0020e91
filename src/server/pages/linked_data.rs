//! What search engines and previews read of a page: schema.org's words as JSON-LD.
//!
//! A block of data is no script, and so no policy against inline scripts keeps it from being read.

use super::shell::Link;
use crate::catalogue::absolute;
use serde_json::Value;
use serde_json::json;

/// What is told of a product.
pub(super) struct ProductData<'a> {
    pub(super) name: &'a str,
    pub(super) url: &'a str,
    pub(super) description: &'a str,
    pub(super) brand: &'a str,
    /// Whole addresses.
    pub(super) pictures: Vec<String>,
    /// With the currency's code; an offer without both says nothing of its price.
    pub(super) price: Option<(String, &'a str)>,
    pub(super) in_stock: Option<bool>,
    pub(super) seller: &'a str,
}

impl ProductData<'_> {
    pub(super) fn json(&self) -> String {
        let mut offer = json!({
            "@type": "Offer",
            "url": self.url,
            "seller": {"@type": "Organization", "name": self.seller},
        });
        if let Some((price, code)) = &self.price {
            offer["price"] = json!(price);
            offer["priceCurrency"] = json!(code);
        }
        if let Some(in_stock) = self.in_stock {
            let word = if in_stock { "InStock" } else { "OutOfStock" };
            offer["availability"] = json!(format!("https://schema.org/{word}"));
        }
        let mut product = json!({
            "@context": "https://schema.org",
            "@type": "Product",
            "name": self.name,
            "url": self.url,
            "offers": offer,
        });
        if !self.pictures.is_empty() {
            product["image"] = json!(self.pictures);
        }
        if !self.description.is_empty() {
            product["description"] = json!(self.description);
        }
        if !self.brand.is_empty() {
            product["brand"] = json!({"@type": "Brand", "name": self.brand});
        }
        block(&product)
    }
}

/// The way from the home page to this one.
pub(super) fn breadcrumbs(site_url: &str, trail: &[Link]) -> String {
    let steps: Vec<Value> = trail
        .iter()
        .enumerate()
        .map(|(position, link)| {
            json!({
                "@type": "ListItem",
                "position": position + 1,
                "name": link.name,
                "item": absolute(site_url, &link.url),
            })
        })
        .collect();
    block(&json!({
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": steps,
    }))
}

/// JSON in which nothing can end the element that it stands in.
fn block(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_ends_the_block() {
        let hostile = "</script><script>alert(1)</script><!-- & \"\\";
        let text = breadcrumbs("https://shop.example", &[Link { name: hostile.into(), url: "/x".into() }]);
        assert!(!text.contains(['<', '>', '&']), "{text}");
        let read: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(read["itemListElement"][0]["name"], hostile);
        assert_eq!(read["itemListElement"][0]["item"], "https://shop.example/x");
    }

    #[test]
    fn an_offer_without_a_currency_has_no_price() {
        let data = ProductData {
            name: "Écran",
            url: "https://shop.example/products/ecran",
            description: "",
            brand: "",
            pictures: Vec::new(),
            price: None,
            in_stock: None,
            seller: "Shop",
        };
        let read: Value = serde_json::from_str(&data.json()).expect("JSON");
        assert!(read["offers"].get("price").is_none() && read["offers"].get("availability").is_none());
        assert!(read.get("brand").is_none() && read.get("image").is_none());
    }
}
