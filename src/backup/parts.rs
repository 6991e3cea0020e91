//! Where the parts of the site lie in an artefact: as its manifest says, or as the names in it tell.
//!
//! The guide's scripts write `DATE/db.sqlite3`, `DATE/media/`, `DATE/settings.py`, `DATE/.env` into a full archive and
//! `backend/media/` into one of the media.

use super::ArchivePath;
use super::Artefact;
use super::Kind;
use super::Limits;
use super::Manifest;
use super::Role;
use super::contents;
use super::contents::Contents;
use super::contents::Depth;
use crate::progress::Progress;
use anyhow::Result;
use std::path::Path;
use std::path::PathBuf;

/// The parts of one artefact, each by its path in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts {
    pub database: Option<ArchivePath>,
    /// The folder; empty where the whole archive is the media.
    pub media: Option<ArchivePath>,
    pub settings: Option<ArchivePath>,
    pub env_file: Option<ArchivePath>,
}

impl Parts {
    /// As the manifest has them.
    pub fn of_manifest(manifest: &Manifest) -> Self {
        let archived = |role| manifest.archived(role).cloned();
        Self {
            database: archived(Role::Database),
            media: archived(Role::Media),
            settings: archived(Role::Settings),
            env_file: archived(Role::EnvFile),
        }
    }

    /// Looks through an artefact without a manifest.
    ///
    /// # Errors
    /// When it cannot be read, is damaged or holds what is refused.
    pub fn look_through(artefact: &Artefact, progress: &dyn Progress) -> Result<Self> {
        if let Some(extension) = artefact.database_extension() {
            let database = Some(ArchivePath::new(format!("db.{extension}")));
            return Ok(Self { database, ..Self::default() });
        }
        let limits = Limits::new(None::<&Manifest>, artefact.size);
        let reading = contents::read(&artefact.path, None, limits, Depth::Structure, progress)?;
        Ok(find(&reading.content?, artefact.kind))
    }
}

fn find(found: &Contents, kind: Kind) -> Parts {
    let files: Vec<&Path> = found.files.iter().map(|file| file.item.path.as_path()).collect();
    let media = files
        .iter()
        .copied()
        .chain(found.folders.iter().map(|item| item.path.as_path()))
        .filter_map(media_above)
        .min_by_key(|path| path.components().count());
    let media = match (media, kind) {
        (None, Kind::Media) => Some(PathBuf::new()),
        (media, _) => media,
    };
    // A file of that name among the media is somebody's upload.
    let outside = |path: &Path| !media.as_ref().is_some_and(|media| path.starts_with(media));
    let shallowest = |wanted: &dyn Fn(&str) -> bool| {
        files
            .iter()
            .copied()
            .filter(|path| {
                outside(path) && path.file_name().and_then(|name| name.to_str()).is_some_and(wanted)
            })
            .min_by_key(|path| path.components().count())
            .map(ArchivePath::new)
    };
    if kind == Kind::Media {
        return Parts { media: media.map(ArchivePath::new), ..Parts::default() };
    }
    Parts {
        database: shallowest(&|name| {
            [".sqlite3", ".dump", ".sql"].iter().any(|ending| name.ends_with(ending))
        }),
        settings: shallowest(&|name| name == "settings.py"),
        env_file: shallowest(&|name| name == ".env"),
        media: media.map(ArchivePath::new),
    }
}

/// The path down to its first folder `media`.
fn media_above(path: &Path) -> Option<PathBuf> {
    let mut above = PathBuf::new();
    for part in path {
        above.push(part);
        if part == "media" {
            return Some(above);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::contents::FoundFile;
    use crate::backup::reader::Item;

    fn contents(files: &[&str]) -> Contents {
        let found = |path: &&str| FoundFile {
            item: Item {
                path: ArchivePath::new(path),
                is_folder: false,
                size: 1,
                mode: 0o644,
                mtime: jiff::Timestamp::UNIX_EPOCH,
            },
            sha256: None,
        };
        Contents { files: files.iter().map(found).collect(), ..Contents::default() }
    }

    #[test]
    fn the_guides_archives_are_understood() {
        let at = |path: &str| Some(ArchivePath::new(path));
        let files = [
            "20261122/media/a/.env",
            "20261122/media/x.sqlite3",
            "20261122/db.sqlite3",
            "20261122/settings.py",
        ];
        let full = find(&contents(&files), Kind::Full);
        assert_eq!(
            full,
            Parts {
                database: at("20261122/db.sqlite3"),
                media: at("20261122/media"),
                settings: at("20261122/settings.py"),
                env_file: None,
            }
        );
        let media =
            find(&contents(&["backend/media/products/a.jpg", "backend/media/media/b.jpg"]), Kind::Media);
        assert_eq!(media, Parts { media: at("backend/media"), ..Parts::default() });
        assert_eq!(find(&contents(&["products/a.jpg"]), Kind::Media).media, at(""));
        assert_eq!(find(&contents(&["notes.txt"]), Kind::Full), Parts::default());
    }
}
