//! Names in the database that no file below the media folder has.
//!
//! A value counts where its column is known for paths, or another value of that column is the path of a file; within longer
//! texts, an address below the media URL of this site counts.

use super::files::File;
use super::names::bare;
use super::references::Use;
use crate::config::SiteConfig;
use crate::db;
use crate::db::Text;
use crate::media;
use crate::media::Place;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::HashSet;
use url::Url;

/// What files of a showcase end in, whether or not one is there.
const ENDINGS: &[&str] =
    &["jpg", "jpeg", "png", "gif", "webp", "svg", "ico", "avif", "bmp", "tif", "tiff", "pdf"];

/// So many values are remembered of each column.
const REMEMBERED: usize = 1000;

/// A name that leads to no file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingFile {
    /// Below the media folder.
    pub path: String,
    pub named_by: Use,
}

/// Collects names as the texts pass.
pub(super) struct Missing<'a> {
    site: &'a SiteConfig,
    host: Option<String>,
    there: HashSet<String>,
    columns: BTreeMap<(String, String), Column>,
    within: Vec<MissingFile>,
}

#[derive(Default)]
struct Column {
    is_known: bool,
    missing: Vec<MissingFile>,
}

impl<'a> Missing<'a> {
    pub(super) fn new(site: &'a SiteConfig, files: &[File]) -> Self {
        Self {
            site,
            host: Url::parse(&site.url).ok().and_then(|url| url.host_str().map(str::to_owned)),
            there: files.iter().map(|file| file.path.to_string_lossy().into_owned()).collect(),
            columns: BTreeMap::new(),
            within: Vec::new(),
        }
    }

    pub(super) fn look(&mut self, text: &Text<'_>) {
        let value = text.text.trim();
        if is_path(value) {
            let Some(Place::Inside(path)) = media::place(&self.site.media_url, value) else { return };
            let is_there = self.has(&path);
            let column = self.columns.entry((text.table.to_owned(), text.column.to_owned())).or_default();
            if is_there {
                column.is_known = true;
            } else if column.missing.len() < REMEMBERED {
                column.missing.push(MissingFile { path, named_by: Use::of(text) });
            }
        } else if self.site.media_url.len() > 1 && value.contains(self.site.media_url.trim_start_matches('/'))
        {
            self.look_within(text);
        }
    }

    /// Columns of paths first, then addresses within texts.
    pub(super) fn finish(self) -> Vec<MissingFile> {
        let is_known = |column: &str, found: &Column| found.is_known || db::is_image_column(column);
        let values = self.columns.into_iter().filter(|((_, column), found)| is_known(column, found));
        values.flat_map(|(_, found)| found.missing).chain(self.within).collect()
    }

    fn has(&self, path: &str) -> bool {
        self.there.contains(path) || self.there.contains(&bare(path))
    }

    fn look_within(&mut self, text: &Text<'_>) {
        let whole = super::names::without_wrapping(text.text);
        let media_url = self.site.media_url.as_str();
        for (at, _) in whole.match_indices(media_url) {
            let before = &whole[..at];
            let start = before.rfind(ends_address).map_or(0, |end| end + 1);
            let base = before.get(start..).unwrap_or_default();
            if !base.is_empty() && !self.is_here(base) {
                continue;
            }
            let quote =
                whole[..at - base.len()].chars().next_back().filter(|mark| matches!(mark, '"' | '\''));
            let rest = &whole[at + media_url.len()..];
            let end = match quote {
                Some(quote) => rest.find(quote),
                None => rest.find(ends_address),
            };
            let path = &rest[..end.unwrap_or(rest.len())];
            let path = path.split(['?', '#']).next().unwrap_or_default();
            if is_path(path) && !self.has(path) && self.within.len() < REMEMBERED {
                self.within.push(MissingFile { path: bare(path), named_by: Use::of(text) });
            }
        }
    }

    /// Whether an address that begins so is one of this site.
    fn is_here(&self, base: &str) -> bool {
        Url::parse(base).is_ok_and(|url| url.host_str().is_some() && url.host_str() == self.host.as_deref())
    }
}

fn ends_address(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '"' | '\'' | '<' | '>' | '(' | ')' | ',' | '\\' | '=')
}

fn is_path(value: &str) -> bool {
    let ending = value.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    value.len() <= 400
        && ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
        && !value.contains(['<', '>', '"', '\n', '{', '['])
        && !value.contains("://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_told_from_other_texts() {
        for path in ["a.jpg", "products/d'été (1).PNG", "/media/x.webp"] {
            assert!(is_path(path), "{path}");
        }
        for text in ["a", "see a.jpg.", "https://x.example/a.jpg", "{\"a\": 1.jpg", "shop.com", ""] {
            assert!(!is_path(text), "{text}");
        }
    }
}
