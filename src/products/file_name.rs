//! Names of uploaded files as Django's storage makes them.

use crate::error::Error;
use crate::error::Kind;
use crate::system::random;
use anyhow::Context;
use anyhow::Result;
use jiff::Zoned;
use regex::Regex;
use std::path::Path;

/// Where pictures go that nothing tells of yet.
const USUAL_FOLDER: &str = "products/";

/// Characters that Django puts behind a name that is taken.
const RANDOM_LENGTH: usize = 7;

/// The name without what Django's `get_valid_filename` leaves out: spaces become `_`, and only letters, digits, `-`,
/// `_` and `.` stay.
///
/// # Errors
/// When nothing of it is left.
pub(super) fn valid(name: &str) -> Result<String> {
    let left_out = Regex::new(r"[^-_.\p{L}\p{N}]").context("clean a file's name")?;
    let spaced = name.trim().replace(' ', "_");
    let kept = left_out.replace_all(&spaced, "");
    if matches!(kept.as_ref(), "" | "." | "..") {
        return Err(Error::new(Kind::Usage, format!("`{name}` is no name for a picture"))
            .hint("rename the file to letters and digits")
            .into());
    }
    Ok(kept.into_owned())
}

/// A path below the media root that nothing has yet and that its column can hold, as Django's `get_available_name`.
///
/// # Errors
/// When the folder's name alone leaves no room in the column.
pub(super) fn available(
    folder: &str,
    name: &str,
    most: Option<usize>,
    is_taken: &dyn Fn(&str) -> bool,
) -> Result<String> {
    // All that follows the first dot, as Python's `suffixes`.
    let first = name.len() - name.trim_start_matches('.').len();
    let dot = name.get(first..).and_then(|rest| rest.find('.')).map(|dot| first + dot);
    let (root, extension) = match dot {
        Some(dot) if !name.ends_with('.') => name.split_at(dot),
        _ => (name, ""),
    };
    let mut root: Vec<char> = root.chars().collect();
    let fits = |path: &str| most.is_none_or(|most| path.chars().count() <= most);
    let mut path = format!("{folder}{name}");
    while !fits(&path) || is_taken(&path) {
        let made = |root: &[char]| {
            format!("{folder}{}_{}{extension}", root.iter().collect::<String>(), characters(RANDOM_LENGTH))
        };
        path = made(&root);
        if let Some(most) = most.filter(|_| !fits(&path)) {
            let over = path.chars().count() - most;
            if over >= root.len() {
                let message = format!("no name for `{name}` fits into {most} characters below {folder}");
                return Err(Error::new(Kind::Failed, message).hint("give the file a shorter name").into());
            }
            root.truncate(root.len() - over);
            path = made(&root);
        }
    }
    Ok(path)
}

/// Letters and digits that nobody foresees; not for a key.
fn characters(count: usize) -> String {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let mut number = random::number();
    (0..count)
        .map(|_| {
            let position = usize::try_from(number % LETTERS.len() as u64).unwrap_or_default();
            number /= LETTERS.len() as u64;
            LETTERS.get(position).copied().map_or('x', char::from)
        })
        .collect()
}

/// The folder that uploads go to, by the newest picture there is: one named by year and month goes on with today's.
pub(super) fn upload_folder<'a>(newest_first: impl Iterator<Item = &'a str>, today: &Zoned) -> String {
    let mut inside = newest_first.filter(|path| !path.contains("://") && !path.starts_with('/'));
    let Some(folder) = inside.find_map(|path| Path::new(path).parent()?.to_str()) else {
        return USUAL_FOLDER.to_owned();
    };
    if folder.is_empty() {
        return String::new();
    }
    let parts: Vec<&str> = folder.split('/').collect();
    let is_number =
        |part: &str, digits: usize| part.len() == digits && part.bytes().all(|b| b.is_ascii_digit());
    let is_year = |part: &str| is_number(part, 4) && (part.starts_with("19") || part.starts_with("20"));
    let dated = match parts.as_slice() {
        [before @ .., year, month, day] if is_year(year) && is_number(month, 2) && is_number(day, 2) => {
            Some((before, "%Y/%m/%d"))
        }
        [before @ .., year, month] if is_year(year) && is_number(month, 2) => Some((before, "%Y/%m")),
        _ => None,
    };
    match dated {
        Some((before, pattern)) => {
            let date = today.strftime(pattern).to_string();
            let parts: Vec<&str> = before.iter().copied().chain([date.as_str()]).collect();
            format!("{}/", parts.join("/"))
        }
        None => format!("{folder}/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cleaned_as_django_cleans_them() {
        assert_eq!(valid(" Écran 27\" (noir).jpg ").expect("a name"), "Écran_27_noir.jpg");
        assert!(valid("??").is_err() && valid("..").is_err());
    }

    #[test]
    fn a_name_that_is_taken_or_too_long_gets_seven_characters() {
        let path =
            available("products/", "a.jpg", Some(100), &|path| path == "products/a.jpg").expect("a name");
        assert_eq!(path.len(), "products/a_1234567.jpg".len(), "{path}");
        let long = format!("{}.jpg", "é".repeat(120));
        let path = available("products/", &long, Some(100), &|_| false).expect("a name");
        assert_eq!(path.chars().count(), 100);
        assert!(path.starts_with("products/éé") && path.contains(".jpg"), "{path}");
        assert!(available(&"f".repeat(95), &long, Some(100), &|_| false).is_err());
    }

    #[test]
    fn uploads_go_where_the_newest_picture_went() {
        let today: Zoned = "2026-11-23T23:30:00+01:00[Africa/Porto-Novo]".parse().expect("a day");
        let folder = |newest: &[&str]| upload_folder(newest.iter().copied(), &today);
        assert_eq!(folder(&[]), "products/");
        assert_eq!(folder(&["https://cdn.example.org/a/b.jpg", "products/a.jpg"]), "products/");
        assert_eq!(folder(&["products/2025/11/a.jpg"]), "products/2026/11/");
        assert_eq!(folder(&["p/2025/11/02/a.jpg"]), "p/2026/11/23/");
        assert_eq!(folder(&["a.jpg"]), "");
    }
}
