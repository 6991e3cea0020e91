//! What the shop sells, as rows for a new database and as pictures in the media folder.

use super::catalogue::BRANCHES;
use super::catalogue::FEATURED;
use super::catalogue::Line;
use super::catalogue::OUT_OF_STOCK;
use super::catalogue::PRODUCTS;
use super::picture;
use super::picture::Subject;
use crate::db::Price;
use crate::db::Seed;
use crate::db::SeedCategory;
use crate::db::SeedProduct;
use crate::db::SiteSettings;
use crate::progress::Progress;
use crate::system::fs;
use crate::system::random;
use anyhow::Context;
use anyhow::Result;
use jiff::SignedDuration;
use jiff::Timestamp;
use std::path::Path;

const WHATSAPP_NUMBER: &str = "2290197000000";

/// All of it, with visitors.
pub(super) fn seed(now: Timestamp) -> Seed {
    Seed { sessions: sessions(now), ..catalogue(now) }
}

/// The shop's categories, products and settings, without visitors.
pub fn catalogue(now: Timestamp) -> Seed {
    let mut categories = Vec::new();
    for branch in BRANCHES {
        let category = |name: &str, slug: &str, parent: Option<&str>| SeedCategory {
            name: name.to_owned(),
            slug: slug.to_owned(),
            icon: branch.icon.to_owned(),
            parent: parent.map(ToOwned::to_owned),
        };
        categories.push(category(branch.name, branch.slug, None));
        categories
            .extend(branch.children.iter().map(|(name, slug, _)| category(name, slug, Some(branch.slug))));
    }
    let count = i64::try_from(PRODUCTS.len()).unwrap_or_default();
    let products = PRODUCTS
        .iter()
        .enumerate()
        .zip(0..)
        .map(|((position, line), age)| {
            product(position, line, now - SignedDuration::from_hours(24 * (count - age)))
        })
        .collect();
    Seed { categories, products, settings: Some(settings()), sessions: Vec::new() }
}

fn product(position: usize, line: &Line, created_at: Timestamp) -> SeedProduct {
    let (name, brand, price, subcategory, description) = *line;
    let slug = slugify(&format!("{name} {brand}"));
    let extension = if is_png(position) { "png" } else { "jpg" };
    let parent =
        BRANCHES.iter().find(|branch| branch.children.iter().any(|(_, slug, _)| *slug == subcategory));
    SeedProduct {
        name: name.to_owned(),
        image: format!("products/{slug}.{extension}"),
        slug,
        brand: brand.to_owned(),
        description: description.to_owned(),
        price: Price(price * 100),
        category: parent.map_or(subcategory, |branch| branch.slug).to_owned(),
        subcategory: Some(subcategory.to_owned()),
        in_stock: !OUT_OF_STOCK.contains(&position),
        featured: FEATURED.contains(&position),
        created_at,
    }
}

/// Every fifth picture is a PNG, so that both kinds are there.
fn is_png(position: usize) -> bool {
    position % 5 == 2
}

/// The names of this catalogue as Django's `slugify` makes them: accents dropped, the rest joined by hyphens.
fn slugify(text: &str) -> String {
    let mut slug = String::new();
    for character in text.to_lowercase().chars() {
        let plain = match character {
            'à' | 'â' => 'a',
            'é' | 'è' | 'ê' => 'e',
            'î' => 'i',
            'ô' => 'o',
            'ç' => 'c',
            // Django drops what has no ASCII letter of its own, such as œ.
            other if other.is_ascii_alphanumeric() => other,
            ' ' | '-' if !slug.is_empty() && !slug.ends_with('-') => '-',
            _ => continue,
        };
        slug.push(plain);
    }
    slug.trim_end_matches('-').to_owned()
}

fn settings() -> SiteSettings {
    SiteSettings {
        whatsapp_number: WHATSAPP_NUMBER.to_owned(),
        contact_email: "bonjour@boutique.example".to_owned(),
        contact_phone: "+229 01 97 00 00 00".to_owned(),
        contact_address: "Rue des Cheminots, Cotonou, Bénin".to_owned(),
        company_name: "Boutique Démo".to_owned(),
        company_description: "Ordinateurs, imprimantes et accessoires choisis et garantis à Cotonou."
            .to_owned(),
    }
}

/// 200 sessions, of which 150 have ended.
fn sessions(now: Timestamp) -> Vec<(String, String, Timestamp)> {
    (0..200_i64)
        .map(|number| {
            let end = now
                + SignedDuration::from_hours(24 * (number - 150) / 10 + if number < 150 { -1 } else { 1 });
            (format!("{:016x}{:016x}", random::number(), number), "e30:demo:session".to_owned(), end)
        })
        .collect()
}

/// How many of the products' pictures are not there.
pub fn missing(seed: &Seed, media: &Path) -> usize {
    seed.products.iter().filter(|product| !media.join(&product.image).exists()).count()
}

/// Draws the products' pictures that are not there, on all processors, and returns how many that were.
///
/// # Errors
/// When the media folder cannot be written to.
pub fn draw(seed: &Seed, media: &Path, progress: &dyn Progress) -> Result<usize> {
    let missing = missing(seed, media);
    make_folder(&media.join("products"))?;
    progress.start("drawing pictures", seed.products.len() as u64);
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let results: Vec<Result<()>> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..workers)
            .map(|worker| {
                scope.spawn(move || {
                    for (position, product) in seed.products.iter().enumerate().skip(worker).step_by(workers)
                    {
                        paint(position, product, media)?;
                        progress.advance(1);
                    }
                    Ok(())
                })
            })
            .collect();
        handles
            .into_iter()
            .map(|handle| handle.join().unwrap_or_else(|_| Err(anyhow::anyhow!("drawing crashed"))))
            .collect()
    });
    progress.finish();
    results.into_iter().collect::<Result<Vec<()>>>().context("draw the pictures")?;
    Ok(missing)
}

/// Creates a folder and its parents, each with the owner of the one that it is in.
fn make_folder(path: &Path) -> Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    path.parent().map_or(Ok(()), make_folder)?;
    std::fs::create_dir(path).with_context(|| format!("create folder {}", path.display()))?;
    fs::inherit_owner(path)
}

fn paint(position: usize, product: &SeedProduct, media: &Path) -> Result<()> {
    let path = media.join(&product.image);
    if path.exists() {
        return Ok(());
    }
    let subcategory = product.subcategory.as_deref().unwrap_or_default();
    let subject = BRANCHES
        .iter()
        .flat_map(|branch| branch.children)
        .find(|(_, slug, _)| *slug == subcategory)
        .map_or(Subject::Laptop, |(_, _, subject)| *subject);
    let drawn = picture::draw(subject, &product.brand, &product.name, u32::try_from(position)?)?;
    let bytes = if is_png(position) { picture::png(&drawn)? } else { picture::jpeg(&drawn)? };
    fs::write_atomic(&path, &bytes, 0o644)?;
    fs::inherit_owner(&path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn slugs_are_djangos() {
        for (text, slug) in [
            ("Œil HD Miraj", "il-hd-miraj"),
            ("Station Zénith  Nordal", "station-zenith-nordal"),
            ("Imprimantes à jet d'encre", "imprimantes-a-jet-dencre"),
            ("Socle H610 Éco", "socle-h610-eco"),
        ] {
            assert_eq!(slugify(text), slug);
        }
    }

    #[test]
    fn the_catalogue_is_whole() {
        let seed = seed("2026-11-23T00:00:00Z".parse().expect("a time"));
        assert_eq!(seed.categories.iter().filter(|category| category.parent.is_none()).count(), 4);
        assert_eq!(seed.categories.iter().filter(|category| category.parent.is_some()).count(), 12);
        let slugs: BTreeSet<_> = seed.products.iter().map(|product| &product.slug).collect();
        assert_eq!(slugs.len(), seed.products.len());
        for category in &seed.categories {
            assert_eq!(category.slug, slugify(&category.name));
            let used = |slug: &str| {
                seed.products.iter().any(|p| p.category == slug || p.subcategory.as_deref() == Some(slug))
            };
            assert!(used(&category.slug), "{} is empty", category.name);
        }
        assert_eq!(seed.sessions.len(), 200);
    }
}
