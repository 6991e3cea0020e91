//! Search as the application does it (Django REST framework's `SearchFilter`).

use super::Value;

/// Splits what a visitor typed: blanks and commas part the words, quotes hold words together.
pub fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    for character in text.replace('\0', "").chars() {
        match quote {
            Some(open) if character == open => quote = None,
            None if matches!(character, '"' | '\'') && word.is_empty() => quote = Some(character),
            None if character == ',' || character.is_whitespace() => {
                if !word.is_empty() {
                    found.push(std::mem::take(&mut word));
                }
            }
            _ => word.push(character),
        }
    }
    if !word.is_empty() {
        found.push(word);
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
        assert_eq!(words("hp, \"intel core\"  ssd"), ["hp", "intel core", "ssd"]);
        assert_eq!(words("l'encre"), ["l'encre"]);
        assert_eq!(words(" , "), Vec::<String>::new());
        assert_eq!(words("\"open"), ["open"]);
    }

    #[test]
    fn percent_and_underscore_are_letters() {
        assert_eq!(contains("10%_"), Value::Text("%10\\%\\_%".into()));
    }
}
