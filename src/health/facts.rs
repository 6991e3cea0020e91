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
use crate::db::words as search_words;
use anyhow::Result;

/// The truth to compare the site's answers with.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    pub products: Vec<ProductSummary>,
    pub images: Vec<ImageReference>,
    /// Digits of the number that the WhatsApp button must lead to, as configured or in the site's settings.
    pub whatsapp_number: Option<String>,
    pub search: Option<SearchProbe>,
}

/// Words, and the product that a search for them must find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchProbe {
    pub words: String,
    pub slug: String,
    pub name: String,
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
        let products = products(database, showcase, &ProductFilter::default())?.items;
        Ok(Self {
            search: probe(database, showcase, &products)?,
            products,
            images: image_references(database, showcase)?,
            whatsapp_number: number.filter(|number| !number.trim().is_empty()),
        })
    }
}

/// Words that may tell one product from the others, the most telling first, each with its product.
///
/// Only ASCII letters and digits: SQLite folds the case of no others.
fn telling_words(products: &[ProductSummary]) -> Vec<(&ProductSummary, String)> {
    // In a large catalogue a single word tells nothing, and each that is tried costs a second: whole names do.
    if products.len() > LARGE {
        return Vec::new();
    }
    let names: Vec<String> = products.iter().map(|product| product.name.to_ascii_lowercase()).collect();
    let uses = |word: &str| names.iter().filter(|name| name.contains(word)).count();
    let mut found: Vec<_> = products
        .iter()
        .take(LOOKED_THROUGH)
        .flat_map(|product| {
            let words =
                product.name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() >= 3);
            words.map(move |word| (product, word.to_ascii_lowercase()))
        })
        .filter(|(product, word)| whole_in(&product.name, word))
        .map(|(product, word)| (uses(&word), product, word))
        .collect();
    found.sort_by_key(|(uses, _, word)| (*uses, std::cmp::Reverse(word.len())));
    found.into_iter().map(|(_, product, word)| (product, word)).collect()
}

/// The most telling words with which the database itself finds their product on the first page: one word, else a whole
/// name, in its own spelling.
fn probe(
    database: &mut dyn Database,
    showcase: &Showcase,
    all: &[ProductSummary],
) -> Result<Option<SearchProbe>> {
    let single = telling_words(all).into_iter().take(PROBES);
    let tried = if all.len() > LARGE { PROBES_OF_LARGE } else { PROBES };
    let whole = all.iter().take(tried).map(|product| (product, plain_words(&product.name)));
    for (product, words) in
        single.chain(whole).filter(|(product, words)| !words.is_empty() && !product.slug.is_empty())
    {
        let filter =
            ProductFilter { words: search_words(&words), limit: FIRST_PAGE, ..ProductFilter::default() };
        let found = products(database, showcase, &filter)?;
        // A word that descriptions are full of may leave its product on a later page.
        if found.total <= FIRST_PAGE && found.items.iter().any(|item| item.slug == product.slug) {
            return Ok(Some(SearchProbe { slug: product.slug.clone(), name: product.name.clone(), words }));
        }
    }
    Ok(None)
}

/// A name without quotes and other signs, which searches take differently.
fn plain_words(name: &str) -> String {
    name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Products among whose words the telling one is sought.
const LOOKED_THROUGH: usize = 50;

/// Products from which on only whole names are searched for.
const LARGE: usize = 5000;

/// Words that are tried before the search is given up as one that cannot be judged.
const PROBES: usize = 10;

/// The same in a large catalogue, each of whose texts is read for every one.
const PROBES_OF_LARGE: usize = 3;

/// Results that every site shows on its first page.
const FIRST_PAGE: u64 = 10;

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

    fn named(names: &[&str]) -> Vec<ProductSummary> {
        names
            .iter()
            .zip(1..)
            .map(|(name, id)| ProductSummary {
                id,
                name: (*name).to_owned(),
                slug: format!("p{id}"),
                price: None,
                brand: None,
                image: None,
                category_id: None,
                subcategory_id: None,
                in_stock: None,
                featured: None,
                created_at: None,
            })
            .collect()
    }

    #[test]
    fn the_word_that_few_products_share_comes_first() {
        let products = named(&["HP Laptop 15", "HP Laptop Pavilion", "Dell Laptop"]);
        let words = telling_words(&products);
        assert_eq!((words[0].0.slug.as_str(), words[0].1.as_str()), ("p2", "pavilion"));
        assert_eq!(words.last().map(|(_, word)| word.as_str()), Some("laptop"));
    }

    #[test]
    fn a_name_without_plain_words_gives_none() {
        assert!(telling_words(&named(&["Écran été"])).is_empty());
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
