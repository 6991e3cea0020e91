//! The pictures that products name, and what of them is on disk.

use crate::config::SiteConfig;
use crate::db::Database;
use crate::db::Showcase;
use crate::db::statistics;
use crate::media;
use crate::media::Place;
use anyhow::Result;
use serde::Serialize;
use std::collections::HashSet;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Component;
use std::path::Path;

/// The pictures of the products and their galleries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pictures {
    /// Names of pictures in the database.
    pub named: u64,
    /// Of them, addresses on other sites: they are not looked at.
    pub elsewhere: u64,
    pub products_without: u64,
    /// Missing when the media folder cannot be read.
    pub on_disk: Option<OnDisk>,
    /// Why it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// What was found of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct OnDisk {
    /// Files; one that several products name counts once.
    pub files: u64,
    pub bytes: u64,
    /// Names that no file has.
    pub missing: u64,
    /// Names of which it cannot be told, for lack of permission or a failing disk.
    pub unreadable: u64,
}

impl Pictures {
    pub(super) fn unseen(products_without: u64) -> Self {
        Self { named: 0, elsewhere: 0, products_without, on_disk: None, problem: None }
    }

    /// Goes through the names, and looks for the file of each.
    pub(super) fn look(
        &mut self,
        database: &mut dyn Database,
        showcase: &Showcase,
        site: &SiteConfig,
    ) -> Result<()> {
        let mut found = OnDisk::default();
        let mut seen: HashSet<(u64, u64)> = HashSet::new();
        let folder = std::fs::read_dir(&site.media);
        statistics::each_picture(database, showcase, &mut |name| {
            self.named += 1;
            let path = match media::place(&site.media_url, name) {
                Some(Place::Elsewhere(_)) => {
                    self.elsewhere += 1;
                    return Ok(());
                }
                Some(Place::Inside(path)) => path,
                None => {
                    found.missing += 1;
                    return Ok(());
                }
            };
            if folder.is_err() {
                return Ok(());
            }
            match size(&site.media, Path::new(&path)) {
                Ok(Some((file, bytes))) => {
                    if seen.insert(file) {
                        found.files += 1;
                        found.bytes += bytes;
                    }
                }
                Ok(None) => found.missing += 1,
                Err(_) => found.unreadable += 1,
            }
            Ok(())
        })?;
        match folder {
            Ok(_) => self.on_disk = Some(found),
            Err(error) => {
                self.problem = Some(format!("read the media folder {}: {error}", site.media.display()));
            }
        }
        Ok(())
    }
}

/// Device, inode and bytes of a file below the media folder; nothing where there is none.
fn size(media: &Path, path: &Path) -> std::io::Result<Option<((u64, u64), u64)>> {
    if path.components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Ok(None);
    }
    match std::fs::metadata(media.join(path)) {
        Ok(found) if found.is_file() => Ok(Some(((found.dev(), found.ino()), found.len()))),
        Ok(_) => Ok(None),
        Err(error) => match error.kind() {
            ErrorKind::NotFound
            | ErrorKind::NotADirectory
            | ErrorKind::InvalidFilename
            | ErrorKind::InvalidInput => Ok(None),
            _ => Err(error),
        },
    }
}
