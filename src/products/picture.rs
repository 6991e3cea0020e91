//! Pictures that are given: judged, and each with a path of its own below the media root.

use super::draft::Picture;
use super::file_name;
use super::layout::PictureAt;
use super::plan::Seen;
use super::plan::Told;
use super::plan::Upload;
use super::planner::Planner;
use crate::error::Error;
use crate::error::Kind;
use anyhow::Context;
use anyhow::Result;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

impl Planner<'_> {
    /// Checks a picture and finds its place; returns the path that the row names.
    pub(super) fn picture(&mut self, picture: &Picture, told: &mut Told) -> Result<String> {
        let (source, name) = match picture {
            Picture::Named(path) => {
                let most = self.picture_length();
                if most.is_some_and(|most| path.chars().count() > most) {
                    return Err(Error::new(Kind::Usage, format!("the path `{path}` is too long")).into());
                }
                return Ok(path.clone());
            }
            Picture::File { source, name } => (source, name),
        };
        // Before it is judged; that tells better why there is none.
        let seen = std::fs::metadata(source).map(|metadata| seen(&metadata));
        let warnings = (self.setting.rule)(source)?;
        let seen = seen.with_context(|| format!("look at {}", source.display()))?;
        told.warnings.extend(warnings);
        let name = match name {
            Some(name) => name.clone(),
            None => source
                .file_name()
                .and_then(|name| name.to_str())
                .with_context(|| format!("the name of {} is not UTF-8", source.display()))?
                .to_owned(),
        };
        let name = file_name::valid(&name)?;
        let folder = self.upload_folder();
        let taken = |path: &str| {
            self.uploads.contains(path) || std::fs::symlink_metadata(self.setting.media.join(path)).is_ok()
        };
        let path = file_name::available(&folder, &name, self.picture_length(), &taken)?;
        self.uploads.insert(path.clone());
        self.plan.uploads.push(Upload { source: source.clone(), path: path.clone(), seen });
        Ok(path)
    }

    fn picture_length(&self) -> Option<usize> {
        let layout = &self.catalogue.layout;
        let relation = match layout.picture {
            PictureAt::Gallery => layout.gallery.as_ref()?,
            _ => &layout.product,
        };
        relation.column("image")?.max_length()
    }

    fn upload_folder(&mut self) -> String {
        if let Some(folder) = &self.folder {
            return folder.clone();
        }
        let at = self.catalogue.layout.picture;
        let newest = self.catalogue.products.iter().rev().filter_map(|product| product.image(at));
        let newest: Vec<String> = newest.filter(|path| !path.is_empty()).collect();
        let today = self.now.to_zoned(self.setting.zone.clone());
        let folder = file_name::upload_folder(newest.iter().map(String::as_str), &today);
        self.folder = Some(folder.clone());
        folder
    }

    /// Pictures below the media root that may go when no row names them any more.
    pub(super) fn leave(&mut self, paths: impl IntoIterator<Item = String>) {
        let inside = |path: &String| {
            let parts = Path::new(path).components();
            !path.is_empty() && parts.into_iter().all(|part| matches!(part, std::path::Component::Normal(_)))
        };
        self.plan.left.extend(paths.into_iter().filter(inside));
    }
}

/// What tells later that a file is still the one that was looked at.
pub(super) fn seen(metadata: &std::fs::Metadata) -> Seen {
    (metadata.len(), metadata.mtime(), metadata.mtime_nsec())
}

/// Whether two files have one content; what cannot be read is told elsewhere.
pub(super) fn holds_the_same(one: &Path, other: &Path) -> bool {
    let length =
        |path: &Path| std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map(|it| it.len());
    length(one).is_some_and(|bytes| length(other) == Some(bytes))
        && matches!((std::fs::read(one), std::fs::read(other)), (Ok(one), Ok(other)) if one == other)
}
