//! Slugs as Django makes them.

use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization;

/// What Django's `slugify` makes of a text: `Écran 27" (Noir)` becomes `ecran-27-noir`.
pub fn slugify(text: &str) -> String {
    let kept: String = text
        .nfkd()
        .filter(char::is_ascii)
        .map(|c| c.to_ascii_lowercase())
        .filter(|c| c.is_ascii_alphanumeric() || *c == '_' || *c == '-' || is_space(*c))
        .collect();
    let mut slug = String::with_capacity(kept.len());
    for c in kept.chars() {
        if c != '-' && !is_space(c) {
            slug.push(c);
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_matches(['-', '_']).to_owned()
}

/// What Python's `\s` takes for a space, among the ASCII characters.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t'..='\r' | '\x1c'..='\x1f')
}

/// Whether Django's `SlugField` takes it.
pub(super) fn is_slug(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// The slug itself where it is free, else with `-1`, `-2`… behind it, in no more than so many characters.
pub(super) fn free(slug: &str, taken: &BTreeSet<String>, most: usize) -> String {
    let cut = |length: usize| slug.get(..length.min(slug.len())).unwrap_or(slug).trim_end_matches('-');
    let whole = cut(most).to_owned();
    if !taken.contains(&whole) {
        return whole;
    }
    let mut number: u64 = 1;
    loop {
        let end = format!("-{number}");
        let tried = format!("{}{end}", cut(most.saturating_sub(end.len())));
        if !taken.contains(&tried) {
            return tried;
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_those_of_django() {
        for (text, slug) in [
            ("HP Pavilion 15-HP", "hp-pavilion-15-hp"),
            ("G.Skill Ripjaws 8Go-G.Skill", "gskill-ripjaws-8go-gskill"),
            ("Imprimantes jet d'encre", "imprimantes-jet-dencre"),
            ("Écran  27\" — « Éclair »", "ecran-27-eclair"),
            ("Œuvre ½ ﬁne_", "uvre-12-fine"),
            ("__a--b  c__", "a-b-c"),
            ("日本", ""),
        ] {
            assert_eq!(slugify(text), slug, "{text}");
        }
    }

    #[test]
    fn a_slug_that_is_taken_gets_a_number_and_stays_within_its_column() {
        let taken: BTreeSet<String> = ["a-b", "a-b-1", "abcdefgh"].map(str::to_owned).into();
        assert_eq!(free("a-b", &taken, 220), "a-b-2");
        assert_eq!(free("c", &taken, 220), "c");
        assert_eq!(free("abcdefghijk", &taken, 8), "abcdef-1");
    }
}
