//! Search as the application does it (Django REST framework's `SearchFilter`).

use super::Value;
use regex::Regex;
use std::sync::LazyLock;

/// A phrase in quotes with what clings to it, or whatever stands between blanks.
///
/// Python counts the four separators U+001C to U+001F as blanks, too.
const TERM: &str = r#"(?x) ((?:
        [^\s\x1c-\x1f'"]* (?: (?:"(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*') [^\s\x1c-\x1f'"]* )+
    ) | [^\s\x1c-\x1f]+)"#;

static TERMS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(TERM).ok());

/// Splits what a visitor typed: blanks and commas part the words, quotes hold words together.
pub fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let Some(terms) = TERMS.as_ref() else { return found };
    for term in terms.find_iter(text) {
        let term = term.as_str().trim_matches(',');
        if let Some(quote) = term.chars().next().filter(|first| matches!(first, '"' | '\''))
            && term.ends_with(quote)
        {
            // A quote alone is both the first and the last.
            let phrase = term.get(1..term.len() - 1).unwrap_or_default();
            found.push(phrase.replace(&format!("\\{quote}"), &quote.to_string()).replace("\\\\", "\\"));
        } else {
            found.extend(term.split(',').filter(|word| !word.is_empty()).map(|word| word.trim().to_owned()));
        }
    }
    found
}

/// Pattern of a contained text for `LIKE … ESCAPE '\'`: the visitor's own `%` and `_` are only letters.
pub(super) fn contains(word: &str) -> Value {
    let mut pattern = String::with_capacity(word.len() + 2);
    pattern.push('%');
    for character in word.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    Value::Text(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_words_together_and_commas_part_them() {
        for (text, expected) in [
            ("hp, \"intel core\"  ssd", &["hp", "intel core", "ssd"][..]),
            ("l'encre", &["l'encre"]),
            (" , ", &[]),
            ("\"open", &["\"open"]),
            ("hp,,pavilion", &["hp", "pavilion"]),
            ("\"intel core\"i5,x", &["\"intel core\"i5", "x"]),
            ("\"", &[""]),
            ("''", &[""]),
            ("\"a\\\"b\"", &["a\"b"]),
            ("'a,b',", &["a,b"]),
            ("a\u{b}b\u{1c}c\u{a0}d", &["a", "b", "c", "d"]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn percent_and_underscore_are_letters() {
        assert_eq!(contains("10%_"), Value::Text("%10\\%\\_%".into()));
    }
}
