//! What the database says, that the pages must agree with.

use crate::config::SiteConfig;
use crate::db::Database;
use crate::db::ImageReference;
use crate::db::ProductFilter;
use crate::db::ProductSummary;
use crate::db::Showcase;
use crate::db::image_references;
use crate::db::products;
use crate::db::site_settings;
use anyhow::Result;

/// The truth to compare the site's answers with.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    pub products: Vec<ProductSummary>,
    pub images: Vec<ImageReference>,
    /// Digits of the number that the WhatsApp button must lead to, as configured or in the site's settings.
    pub whatsapp_number: Option<String>,
}

impl Facts {
    /// Reads products, references and the WhatsApp number.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub fn read(database: &mut dyn Database, showcase: &Showcase, site: &SiteConfig) -> Result<Self> {
        let configured = site.whatsapp_number.clone();
        let number = match configured {
            Some(number) => Some(number),
            None => site_settings(database, showcase)?.map(|settings| settings.whatsapp_number),
        };
        Ok(Self {
            products: products(database, showcase, &ProductFilter::default())?.items,
            images: image_references(database, showcase)?,
            whatsapp_number: number.filter(|number| !number.trim().is_empty()),
        })
    }

    /// A word of a product's name that leads to as few products as possible, and that product.
    ///
    /// Only ASCII letters and digits: SQLite folds the case of no others.
    pub(super) fn telling_word(&self) -> Option<(&ProductSummary, String)> {
        let words = |name: &str| -> Vec<String> {
            name.split(|c: char| !c.is_ascii_alphanumeric())
                .filter(|word| word.len() >= 3)
                .map(str::to_ascii_lowercase)
                .collect()
        };
        let uses = |word: &str| {
            self.products.iter().filter(|product| product.name.to_ascii_lowercase().contains(word)).count()
        };
        self.products
            .iter()
            .take(200)
            .flat_map(|product| words(&product.name).into_iter().map(move |word| (product, word)))
            .filter(|(product, word)| whole_in(&product.name, word))
            .min_by_key(|(_, word)| (uses(word), std::cmp::Reverse(word.len())))
    }
}

/// Whether the word stands in the name without touching a letter that is not ASCII ("caf" of "café" does).
fn whole_in(name: &str, word: &str) -> bool {
    let name = name.to_lowercase();
    name.split(|c: char| !c.is_alphanumeric()).any(|part| part == word)
}

/// So many of the items, beginning elsewhere each day so that in time each has its turn.
pub(super) fn sample<T>(items: &[T], size: usize, day: i64) -> impl Iterator<Item = &T> {
    let start = usize::try_from(day).unwrap_or(0).wrapping_mul(size) % items.len().max(1);
    items.iter().cycle().skip(start).take(size.min(items.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Price;

    fn facts(names: &[&str]) -> Facts {
        let products = names
            .iter()
            .zip(1..)
            .map(|(name, id)| ProductSummary {
                id,
                name: (*name).to_owned(),
                slug: format!("p{id}"),
                price: Price(0),
                brand: None,
                image: None,
                category_id: None,
                subcategory_id: None,
                in_stock: None,
                featured: None,
                created_at: None,
            })
            .collect();
        Facts { products, images: vec![], whatsapp_number: None }
    }

    #[test]
    fn the_word_that_few_products_share_is_chosen() {
        let facts = facts(&["HP Laptop 15", "HP Laptop Pavilion", "Dell Laptop"]);
        let (product, word) = facts.telling_word().expect("a word");
        assert_eq!((product.slug.as_str(), word.as_str()), ("p2", "pavilion"));
    }

    #[test]
    fn a_name_without_plain_words_gives_none() {
        assert_eq!(facts(&["Écran été"]).telling_word(), None);
    }

    #[test]
    fn in_time_every_item_has_its_turn() {
        let items: Vec<u32> = (0..10).collect();
        let mut seen: Vec<u32> =
            (0..4).flat_map(|day| sample(&items, 3, day).copied().collect::<Vec<_>>()).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen, items);
        assert_eq!(sample(&items, 50, 7).count(), 10);
        assert_eq!(sample::<u32>(&[], 5, 7).count(), 0);
    }
}
