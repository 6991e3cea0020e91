//! Which rows name a file, and whether it is there.

use super::files;
use super::index::Index;
use super::references;
use super::references::Use;
use crate::config::Config;
use crate::config::SiteConfig;
use crate::db;
use crate::db::Access;
use crate::error::Error;
use crate::error::Kind;
use crate::progress::Progress;
use anyhow::Result;
use percent_encoding::percent_decode_str;
use serde::Serialize;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;
use url::Url;

/// So many rows are told.
const NAMED: usize = 1000;

/// What is known of a file.
#[derive(Debug, Clone, Serialize)]
pub struct Lookup {
    /// Below the media folder.
    pub path: PathBuf,
    /// Nothing when there is no such file.
    pub bytes: Option<u64>,
    pub uses: Vec<UseOfProduct>,
    /// Rows beyond those told.
    pub more: u64,
}

/// A row that names the file, and the product that it belongs to.
#[derive(Debug, Clone, Serialize)]
pub struct UseOfProduct {
    #[serde(flatten)]
    pub place: Use,
    pub product: Option<String>,
}

/// Looks a file up, by its path or its address.
///
/// # Errors
/// When it is none of this site, or the media folder or the database cannot be read.
pub fn lookup(config: &Config, name: &str, folder: &Path, progress: &dyn Progress) -> Result<Lookup> {
    let path = below_media(&config.site, name, folder)?;
    let walked = files::walk(&config.site.media)?;
    let number = walked.list.iter().position(|file| file.path == path);
    let others = walked.list.iter().map(|file| file.path.as_path());
    let wanted = number.unwrap_or(walked.list.len());
    let index = Index::new(others.chain(number.is_none().then_some(path.as_path())));
    let (mut uses, mut more) = (Vec::new(), 0);
    progress.start("read what the database names", 0);
    let read = references::read(
        &config.database,
        &index,
        progress,
        &mut |number, text| {
            if number as usize != wanted {
            } else if uses.len() < NAMED {
                uses.push(Use::of(text));
            } else {
                more += 1;
            }
        },
        &mut |_| {},
    );
    progress.finish();
    read?;
    let mut database = db::connect(&config.database, Access::Read)?;
    let app = &config.site.app;
    let uses = uses.into_iter().map(|place| {
        let product = db::product_of(database.as_mut(), app, &place.table, &place.row)?;
        Ok(UseOfProduct { place, product })
    });
    let bytes = number.and_then(|number| walked.list.get(number)).map(|file| file.stamp.size);
    Ok(Lookup { path, bytes, uses: uses.collect::<Result<_>>()?, more })
}

/// The path below the media folder that somebody means: an address, a path below the media URL, a path on disk (seen from
/// `folder`), or already that.
fn below_media(site: &SiteConfig, name: &str, folder: &Path) -> Result<PathBuf> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let path = match Url::parse(name) {
        Ok(url) if url.has_host() => {
            let media_url = Url::parse(&site.url).and_then(|site_url| site_url.join(&site.media_url));
            let below = media_url.ok().and_then(|base| url.path().strip_prefix(base.path()).map(decoded));
            PathBuf::from(below.ok_or_else(|| refuse(name, site))?)
        }
        _ => {
            let on_disk = folder.join(name);
            let on_disk = std::fs::canonicalize(on_disk.parent().unwrap_or(folder))
                .map(|parent| parent.join(on_disk.file_name().unwrap_or_default()))
                .unwrap_or(on_disk);
            let media = site.media.canonicalize().unwrap_or_else(|_| site.media.clone());
            match (on_disk.strip_prefix(&media), name.strip_prefix(site.media_url.as_str())) {
                (Ok(below), _) if !below.as_os_str().is_empty() => below.to_owned(),
                (_, Some(below)) if site.media.join(below).exists() => below.into(),
                (_, Some(below)) => decoded(below).into(),
                _ => name.into(),
            }
        }
    };
    let is_below = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if path.as_os_str().is_empty() || !is_below {
        return Err(refuse(name, site).into());
    }
    Ok(path.components().filter(|part| *part != Component::CurDir).collect())
}

fn refuse(name: &str, site: &SiteConfig) -> Error {
    Error::new(Kind::Usage, format!("`{name}` is no file of this site's media")).hint(format!(
        "name a path below {}, or an address below {}",
        site.media.display(),
        site.media_url
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_path_and_by_its_address() {
        let folder = tempfile::tempdir().expect("a folder");
        let media = folder.path().join("media");
        std::fs::create_dir_all(media.join("products")).expect("folders");
        let site = SiteConfig { media: media.clone(), ..SiteConfig::default() };
        let on_disk = media.join("products/a b.jpg").display().to_string();
        for name in [
            "products/a b.jpg",
            "./products/a b.jpg",
            "/media/products/a%20b.jpg",
            "https://shop.example/media/products/a%20b.jpg?v=2",
            "media/products/a b.jpg",
            &on_disk,
        ] {
            let found = below_media(&site, name, folder.path()).expect(name);
            assert_eq!(found, Path::new("products/a b.jpg"), "{name}");
        }
        for name in ["", "../secret", "/etc/passwd", "https://shop.example/static/a.jpg"] {
            assert!(below_media(&site, name, folder.path()).is_err(), "{name}");
        }
    }
}
