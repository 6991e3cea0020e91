//! Making the demonstration site's folder, or finding the one that is there.

use super::catalogue;
use super::catalogue::Line;
use super::logs;
use super::picture;
use super::picture::Subject;
use crate::config::Config;
use crate::db::Price;
use crate::db::Seed;
use crate::db::SeedCategory;
use crate::db::SeedProduct;
use crate::db::SiteSettings;
use crate::db::create_sqlite;
use crate::error::Error;
use crate::error::Kind;
use crate::progress::Progress;
use crate::system::fs;
use crate::system::lock;
use crate::system::lock::Lock;
use crate::system::random;
use anyhow::Context;
use anyhow::Result;
use jiff::SignedDuration;
use jiff::Timestamp;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

/// Folder of the site's backups, below its own.
pub const BACKUPS: &str = "backups";

const MARKER: &str = ".sitekeep-demo";
const COMPLETE: &str = "complete 1\n";
const APP: &str = "showcase";
const WHATSAPP_NUMBER: &str = "2290197000000";

/// A demonstration site that is complete; nobody else works on it while this lives.
#[derive(Debug)]
pub struct Demo {
    pub folder: PathBuf,
    pub config_file: PathBuf,
    /// Whether it was there already.
    pub reused: bool,
    _lock: Lock,
}

/// Makes the site in `folder`, anew when `fresh`, or finds it complete; `port` is where its server is to listen.
///
/// # Errors
/// When the folder holds something else, another run works on it, or it cannot be written to.
pub fn prepare(
    folder: &Path,
    port: u16,
    fresh: bool,
    now: Timestamp,
    wait: Duration,
    progress: &dyn Progress,
) -> Result<Demo> {
    let marker = folder.join(MARKER);
    let occupied = folder.is_dir()
        && std::fs::read_dir(folder)
            .with_context(|| format!("read folder {}", folder.display()))?
            .next()
            .is_some();
    if folder.exists() && !folder.is_dir() || occupied && !marker.exists() {
        return Err(Error::new(
            Kind::Usage,
            format!("{} is there already and is no demonstration site", folder.display()),
        )
        .hint("name a folder that is not there yet: sitekeep demo DIR")
        .into());
    }
    std::fs::create_dir_all(folder).with_context(|| format!("create folder {}", folder.display()))?;
    if !marker.exists() {
        fs::write_atomic(&marker, b"building\n", 0o644)?;
    }
    let lock = lock::acquire(&folder.join(".lock"), wait, "demo")?;
    let state = std::fs::read_to_string(&marker).with_context(|| format!("read {}", marker.display()))?;
    let reused = state == COMPLETE && !fresh;
    if !reused {
        fs::write_atomic(&marker, b"building\n", 0o644)?;
        build(folder, port, now, progress)?;
        fs::write_atomic(&marker, COMPLETE.as_bytes(), 0o644)?;
    }
    Ok(Demo { folder: folder.to_owned(), config_file: folder.join("sitekeep.toml"), reused, _lock: lock })
}

impl Demo {
    /// Has the site listen on another port from now on.
    ///
    /// # Errors
    /// When the configuration cannot be read or written.
    pub fn move_to(&self, former: u16, port: u16) -> Result<()> {
        let text = std::fs::read_to_string(&self.config_file)
            .with_context(|| format!("read {}", self.config_file.display()))?;
        let text = text.replace(&format!("127.0.0.1:{former}\""), &format!("127.0.0.1:{port}\""));
        let text = text.replace(&format!("ports = [{former}]"), &format!("ports = [{port}]"));
        fs::write_atomic(&self.config_file, text.as_bytes(), 0o644)
    }
}

fn build(folder: &Path, port: u16, now: Timestamp, progress: &dyn Progress) -> Result<()> {
    let backend = folder.join("backend");
    for part in [&backend, &folder.join("logs")] {
        match std::fs::remove_dir_all(part) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("remove the unfinished {}", part.display()));
            }
            _ => {}
        }
    }
    let pictures = backend.join("media/products");
    for part in [&pictures, &folder.join("logs")] {
        std::fs::create_dir_all(part).with_context(|| format!("create folder {}", part.display()))?;
    }
    let seed = seed(now);
    draw(&seed, &backend.join("media"), progress)?;
    create_sqlite(&backend.join("db.sqlite3"), APP, &seed, now)?;
    let key = random::key(24)?;
    fs::write_atomic(&backend.join(".env"), format!("DEBUG=False\nSECRET_KEY={key}\n").as_bytes(), 0o600)?;
    let zone = Config::default().time_zone();
    let (current, rotated) = logs::django(now, &zone);
    let slugs: Vec<String> = seed.products.iter().map(|product| product.slug.clone()).collect();
    for (name, text) in
        [("django.log", current), ("django.log.1", rotated), ("access.log", logs::access(now, &zone, &slugs))]
    {
        fs::write_atomic(&folder.join("logs").join(name), text.as_bytes(), 0o644)?;
    }
    fs::write_atomic(&folder.join("sitekeep.toml"), configuration(port).as_bytes(), 0o644)
}

/// The shop's settings; it judges the site, not the machine that has just compiled a program.
fn configuration(port: u16) -> String {
    format!(
        "# The demonstration site of sitekeep. Every key: sitekeep config show\n\n\
         [site]\nname = \"demo\"\nurl = \"http://127.0.0.1:{port}\"\nroot = \".\"\nmedia = \"backend/media\"\n\
         env_file = \"backend/.env\"\n\n\
         [database]\npath = \"backend/db.sqlite3\"\n\n\
         [health]\nports = [{port}]\nprocesses = [{{ name = \"server\", any = [\"sitekeep serve\"] }}]\n\n\
         [health.resources]\n# A machine that has just compiled a program is busy, and that is no fault of the site.\n\
         load_warning = 20.0\nload_critical = 50.0\n\n\
         [logs]\ndjango = [\"logs/django.log\"]\naccess = [\"logs/access.log\"]\nsystem = \"off\"\n\n\
         [serve]\nlisten = \"127.0.0.1:{port}\"\naccess_log = \"logs/access.log\"\n\n\
         [backup]\nfolder = \"{BACKUPS}\"\n\n\
         [state]\ndirectory = \"state\"\n"
    )
}

fn seed(now: Timestamp) -> Seed {
    let mut categories = Vec::new();
    for branch in catalogue::BRANCHES {
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
    let count = i64::try_from(catalogue::PRODUCTS.len()).unwrap_or_default();
    let products = catalogue::PRODUCTS
        .iter()
        .enumerate()
        .zip(0..)
        .map(|((position, line), age)| {
            product(position, line, now - SignedDuration::from_hours(24 * (count - age)))
        })
        .collect();
    Seed { categories, products, settings: Some(settings()), sessions: sessions(now) }
}

fn product(position: usize, line: &Line, created_at: Timestamp) -> SeedProduct {
    let (name, brand, price, subcategory, description) = *line;
    let slug = slugify(&format!("{name} {brand}"));
    let extension = if is_png(position) { "png" } else { "jpg" };
    let parent = catalogue::BRANCHES
        .iter()
        .find(|branch| branch.children.iter().any(|(_, slug, _)| *slug == subcategory));
    SeedProduct {
        name: name.to_owned(),
        image: format!("products/{slug}.{extension}"),
        slug,
        brand: brand.to_owned(),
        description: description.to_owned(),
        price: Price(price * 100),
        category: parent.map_or(subcategory, |branch| branch.slug).to_owned(),
        subcategory: Some(subcategory.to_owned()),
        in_stock: !catalogue::OUT_OF_STOCK.contains(&position),
        featured: catalogue::FEATURED.contains(&position),
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

/// Draws every product's picture, on all processors.
fn draw(seed: &Seed, media: &Path, progress: &dyn Progress) -> Result<()> {
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
    Ok(())
}

fn paint(position: usize, product: &SeedProduct, media: &Path) -> Result<()> {
    let subcategory = product.subcategory.as_deref().unwrap_or_default();
    let subject = catalogue::BRANCHES
        .iter()
        .flat_map(|branch| branch.children)
        .find(|(_, slug, _)| *slug == subcategory)
        .map_or(Subject::Laptop, |(_, _, subject)| *subject);
    let drawn = picture::draw(subject, &product.brand, &product.name, u32::try_from(position)?)?;
    let bytes = if is_png(position) { picture::png(&drawn)? } else { picture::jpeg(&drawn)? };
    fs::write_atomic(&media.join(&product.image), &bytes, 0o644)
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

    #[test]
    fn the_configuration_is_valid() {
        toml::from_str::<Config>(&configuration(8123)).expect("valid");
    }
}
