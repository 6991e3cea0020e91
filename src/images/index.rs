//! Where the names of files occur in texts: all names looked for at once.
//!
//! Each text is walked through once. Where two bytes end like some file's name and a name may end, the walk goes back to
//! the last slash, hashing as it goes, and looks the hash up wherever a name of that length may begin. So the time hangs
//! on the length of the texts and hardly on the number of files, and the memory on the number of files alone: an automaton
//! of all names takes about a hundred times the memory.
//!
//! In doubt a name counts as found: that only keeps a file.

use super::names::normal;
use std::collections::HashMap;
use std::path::Path;

/// The names of files, ready to be looked for.
pub(super) struct Index {
    /// By the hash of the last part of the path.
    by_hash: HashMap<u64, Vec<u32>>,
    /// Whether a name of so many bytes exists.
    lengths: Vec<bool>,
    /// Whether a name ends in these two bytes.
    tails: Vec<bool>,
    names: Vec<Name>,
}

struct Name {
    folder: String,
    last: String,
}

/// How well what stands before a name in a text fits the folder of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    Not,
    /// As far as the text goes: `a.jpg` for `products/a.jpg`.
    Partly,
    Wholly,
}

impl Index {
    /// Takes in the paths below the media folder; a file's number is its position.
    pub(super) fn new<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Self {
        let mut index = Self {
            by_hash: HashMap::new(),
            lengths: Vec::new(),
            tails: vec![false; 1 << 16],
            names: Vec::new(),
        };
        for (path, number) in paths.into_iter().zip(0..) {
            let text = path.to_string_lossy();
            let text = normal(&text);
            let (folder, last) = text.rsplit_once('/').unwrap_or(("", &text));
            let bytes = last.as_bytes();
            if index.lengths.len() <= bytes.len() {
                index.lengths.resize(bytes.len() + 1, false);
            }
            index.lengths[bytes.len()] = true;
            match *bytes {
                [.., before, end] => index.tails[tail(before, end)] = true,
                [end] => (0..=255).for_each(|before| index.tails[tail(before, end)] = true),
                [] => {}
            }
            let hash = bytes.iter().rev().fold(0, |hash, byte| step(hash, *byte));
            index.by_hash.entry(hash).or_default().push(number);
            index.names.push(Name { folder: folder.to_owned(), last: last.to_owned() });
        }
        index
    }

    /// Hands the number of each file that the text names to `found`; the same one may come several times.
    pub(super) fn find(&self, text: &str, found: &mut dyn FnMut(u32)) {
        let text = normal(text);
        let bytes = text.as_bytes();
        let mut before = 0;
        for (position, byte) in bytes.iter().enumerate() {
            if self.tails[tail(before, *byte)] && ends_name(&text, position + 1) {
                self.find_ending_at(&text, position + 1, found);
            }
            before = *byte;
        }
    }

    /// Of names that end at one place, one with its whole folder before it leaves no doubt about shorter ones.
    fn find_ending_at(&self, text: &str, end: usize, found: &mut dyn FnMut(u32)) {
        let bytes = &text.as_bytes()[..end];
        let mut hash = 0;
        let mut numbers = Vec::new();
        for (length, byte) in (1..self.lengths.len()).zip(bytes.iter().rev()) {
            if *byte == b'/' {
                break;
            }
            hash = step(hash, *byte);
            if !self.lengths[length] || !begins_name(text, end - length) {
                continue;
            }
            if let Some(same) = self.by_hash.get(&hash) {
                let shorter = numbers.len();
                let start = end - length;
                if self.fitting(same, &text[..start], &text[start..end], &mut numbers) {
                    numbers.drain(..shorter);
                }
            }
        }
        numbers.into_iter().for_each(found);
    }

    /// Adds those of files with one name whose folders fit; of wholly fitting ones the deepest. Returns whether such a
    /// one lies in a folder.
    fn fitting(&self, same: &[u32], before: &str, last: &str, found: &mut Vec<u32>) -> bool {
        let named = |number: &u32| self.names.get(*number as usize).filter(|name| name.last == last);
        let fits = |fit_: Fit| {
            same.iter().filter_map(move |number| {
                let folder = named(number)?.folder.as_str();
                (fit(before, folder) == fit_).then_some((*number, folder.len()))
            })
        };
        found.extend(fits(Fit::Partly).map(|(number, _)| number));
        let Some(deepest) = fits(Fit::Wholly).map(|(_, depth)| depth).max() else { return false };
        found.extend(fits(Fit::Wholly).filter(|(_, depth)| *depth == deepest).map(|(number, _)| number));
        deepest > 0
    }
}

fn tail(before: u8, end: u8) -> usize {
    usize::from(before) << 8 | usize::from(end)
}

fn step(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3).rotate_left(23)
}

fn ends_name(text: &str, end: usize) -> bool {
    text.get(end..).is_some_and(|rest| !rest.chars().next().is_some_and(char::is_alphanumeric))
}

fn begins_name(text: &str, start: usize) -> bool {
    text.get(..start)
        .is_some_and(|before| before.chars().next_back().is_none_or(|letter| letter == '/' || parts(letter)))
}

/// Whether a name cannot go on over this letter, as far as texts are concerned; spaces may be in one or between two.
fn parts(letter: char) -> bool {
    !letter.is_alphanumeric() && !matches!(letter, '-' | '_' | '.' | '+' | '~' | '%' | '$' | '/')
}

fn fit(before: &str, folder: &str) -> Fit {
    if folder.is_empty() {
        return Fit::Wholly;
    }
    if !before.ends_with('/') {
        return Fit::Partly;
    }
    let mut rest = before;
    for part in folder.rsplit('/') {
        rest = rest.trim_end_matches('/');
        if rest.is_empty() || rest.ends_with(parts) {
            return Fit::Partly;
        }
        let Some(shorter) = rest.strip_suffix(part) else {
            // `./` and `../` lead anywhere.
            let is_step = matches!(rest.rsplit('/').next(), Some("." | ".."));
            return if is_step { Fit::Partly } else { Fit::Not };
        };
        if shorter.ends_with(|letter: char| letter != '/' && !parts(letter)) {
            return Fit::Not;
        }
        rest = if shorter.ends_with('/') { shorter } else { "" };
    }
    Fit::Wholly
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(files: &[&str], text: &str) -> Vec<String> {
        let index = Index::new(files.iter().map(Path::new));
        let mut numbers = Vec::new();
        index.find(text, &mut |number| numbers.push(number));
        numbers.sort_unstable();
        numbers.dedup();
        numbers.into_iter().map(|number| files[number as usize].to_owned()).collect()
    }

    #[test]
    fn a_path_is_found_however_it_is_written() {
        for text in [
            "products/a b.jpg",
            "/media/products/a b.jpg",
            "https://shop.example/media/products/A B.JPG?v=2",
            "<p><img src='/media/products/a b.jpg'></p>",
            "{\"products/a b.jpg\",x}",
            "url(../products//a b.jpg)",
            "a b.jpg",
            "a b.jpg 300w",
            "./a b.jpg",
            "«a b.jpg»",
        ] {
            assert_eq!(found(&["products/a b.jpg"], text), ["products/a b.jpg"], "{text}");
        }
    }

    #[test]
    fn another_name_or_folder_is_none_of_the_file() {
        for text in [
            "products/new-a.jpg",
            "products/a.jpgx",
            "products/a.jpeg",
            "categories/a.jpg",
            "https://cdn.example/a.jpg",
            "xproducts/a.jpg",
            "a.jp",
            "",
        ] {
            assert!(found(&["products/a.jpg"], text).is_empty(), "{text}");
        }
    }

    #[test]
    fn of_files_with_one_name_the_one_that_is_meant_is_found() {
        let files = ["a.jpg", "products/a.jpg", "old/products/a.jpg", "x/a.jpg"];
        assert_eq!(found(&files, "/media/old/products/a.jpg"), ["old/products/a.jpg"]);
        assert_eq!(found(&files, "/media/x/a.jpg"), ["x/a.jpg"]);
        assert_eq!(found(&files, "products/a.jpg"), ["products/a.jpg", "old/products/a.jpg"]);
        assert_eq!(found(&files, "a.jpg").len(), 4, "in doubt all of them");
        assert_eq!(found(&["p/a b.jpg", "p/b.jpg"], "/media/p/a b.jpg"), ["p/a b.jpg"]);
        assert_eq!(found(&["p/a b.jpg", "p/b.jpg"], "see a b.jpg").len(), 2, "in doubt both");
    }

    #[test]
    fn odd_names_are_found_too() {
        let files = ["LICENSE", "d/é", "d/x(1).png~", "a\nb.jpg", "q"];
        assert_eq!(found(&files, "see LICENSE, d/É and d/x(1).png~"), ["LICENSE", "d/é", "d/x(1).png~"]);
        assert_eq!(found(&files, "a\nb.jpg"), ["a\nb.jpg"]);
        assert_eq!(found(&files, "q"), ["q"]);
        assert!(found(&[], "a.jpg").is_empty());
    }

    proptest! {
        #[test]
        fn a_path_between_any_marks_is_found(
            folder in "([a-zé]{1,4}/){0,3}", last in "[a-z0-9_é -]{1,12}\\.(jpg|PNG|webp)",
            before in "([^a-zA-Z]*[ \"'(=,/])?", after in "([ \"'),?#<][^/]*)?",
        ) {
            let path = format!("{folder}{last}");
            prop_assume!(!last.starts_with(' ') && !before.ends_with('/') | folder.is_empty());
            let text = format!("{before}{path}{after}");
            prop_assert_eq!(found(&[path.as_str()], &text), [path.as_str()], "{}", text);
        }
    }
}
