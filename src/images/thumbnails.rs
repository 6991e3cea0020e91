//! Files that a thumbnail maker made of others, known by where they lie and what they are called.
//!
//! They follow their original: easy-thumbnails and Pillow's users write beside it (`a.jpg.200x200_q85.jpg`,
//! `a-300x200.jpg`, `a.medium.jpg`), django-imagekit below `CACHE/images/products/a/`, django-versatileimagefield below
//! `__sized__/`. sorl-thumbnail names a file by a hash alone (`cache/8f/dd/….jpg`): nobody can tell whose it is.

use super::files::File;
use super::names::normal;
use std::collections::HashMap;
use std::path::Path;

/// Folders beside an original that hold what was made of it.
const BESIDE: &[&str] = &["thumbs", "thumbnails", ".thumbnails", "_thumbs", "thumb"];

/// Words after an original's name that say what was made of it.
const WORDS: &[&str] = &["thumb", "thumbnail", "small", "medium", "large", "preview", "mini", "cropped"];

/// The files that originals are looked for among.
pub(super) struct Originals {
    /// By path, and by path without its ending.
    by_path: HashMap<String, Vec<u32>>,
}

impl Originals {
    pub(super) fn new(files: &[File]) -> Self {
        let mut by_path: HashMap<String, Vec<u32>> = HashMap::new();
        for (file, number) in files.iter().zip(0..) {
            let path = told(&file.path);
            let stem = stem(&path).to_owned();
            by_path.entry(stem).or_default().push(number);
            by_path.entry(path).or_default().push(number);
        }
        Self { by_path }
    }

    /// The files that this one may have been made of.
    pub(super) fn of(&self, path: &Path) -> Vec<u32> {
        let path = told(path);
        let mut found: Vec<u32> =
            candidates(&path).iter().filter_map(|name| self.by_path.get(name)).flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Whether a file lies where a thumbnail maker keeps files whose original nobody can tell.
pub(super) fn is_nameless(path: &Path) -> bool {
    let path = told(path);
    path.starts_with("cache/") && !path.starts_with("cache/images/")
}

fn told(path: &Path) -> String {
    normal(&path.to_string_lossy()).into_owned()
}

/// A path without the ending of its last part.
fn stem(path: &str) -> &str {
    match path.rsplit_once('.') {
        Some((stem, ending)) if !ending.contains('/') && !stem.is_empty() && !stem.ends_with('/') => stem,
        _ => path,
    }
}

/// What an original of this file would be called.
fn candidates(path: &str) -> Vec<String> {
    let (folder, last) = path.rsplit_once('/').unwrap_or(("", path));
    if let Some(original) = folder.strip_prefix("cache/images/") {
        return vec![original.to_owned()];
    }
    let (folder, is_made) = match path.strip_prefix("__sized__/") {
        Some(inner) => (inner.rsplit_once('/').map_or("", |(folder, _)| folder), true),
        None => (folder, false),
    };
    let mut folders = vec![folder];
    let (above, own) = folder.rsplit_once('/').unwrap_or(("", folder));
    if BESIDE.contains(&own) {
        folders.push(above);
    }
    let mut names: Vec<&str> = Vec::new();
    for (at, mark) in last.char_indices() {
        let rest = &last[at + mark.len_utf8()..];
        if at > 0 && matches!(mark, '.' | '-' | '_') && (says_made(stem(rest)) || is_made) {
            names.push(&last[..at]);
        }
    }
    if folders.len() > 1 {
        names.extend([last, stem(last)]);
    }
    let join = |folder: &str, name: &str| {
        if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
    };
    let all = folders.iter().flat_map(|folder| names.iter().map(|name| join(folder, name)));
    all.filter(|name| name != path).collect()
}

/// Whether what follows a name says that a file was made of it: `200x200_q85`, `300x200`, `medium`.
fn says_made(rest: &str) -> bool {
    let first = rest.split(['.', '-', '_']).next().unwrap_or_default();
    let is_size = first.split_once('x').is_some_and(|(width, height)| {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        digits(width) && digits(height) && !(width.is_empty() && height.is_empty())
    });
    is_size || WORDS.contains(&first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbnail_leads_to_its_original() {
        for (path, original) in [
            ("products/a.jpg.200x200_q85_crop.jpg", "products/a.jpg"),
            ("products/a-300x200.jpg", "products/a"),
            ("products/a_300x200.webp", "products/a"),
            ("products/a.medium.jpg", "products/a"),
            ("products/thumbs/a.jpg.64x64.png", "products/a.jpg"),
            ("products/thumbs/a.jpg", "products/a.jpg"),
            ("CACHE/images/products/A/0f3c9a.jpg", "products/a"),
            ("__sized__/products/a-thumbnail-100x100-70.jpg", "products/a"),
            ("__sized__/products/a-b-crop-c0-5__0-5-400x400-70.jpg", "products/a-b"),
        ] {
            let found = candidates(&told(Path::new(path)));
            assert!(found.iter().any(|name| name == original), "{path}: {found:?}");
        }
    }

    #[test]
    fn other_files_are_made_of_nothing() {
        for path in ["products/a.jpg", "products/hp-15-laptop.jpg", "products/a_YW70zRZ.jpg", "a"] {
            assert!(candidates(path).is_empty(), "{path}: {:?}", candidates(path));
        }
        assert!(
            is_nameless(Path::new("cache/8f/dd/8fdd.jpg")) && !is_nameless(Path::new("products/cache.jpg"))
        );
    }
}
