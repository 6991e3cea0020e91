//! Names and texts as they are written into SQL, where no placeholder can stand.

/// A name of a table, column or database: `Été "x"` becomes `"Été ""x"""`.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text for PostgreSQL: `l'été` becomes `'l''été'`, whatever `standard_conforming_strings` says.
pub(super) fn literal(text: &str) -> String {
    let escape = if text.contains('\\') { "E" } else { "" };
    format!("{escape}'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_inside_are_doubled() {
        assert_eq!(quoted("Été \"x\""), "\"Été \"\"x\"\"\"");
        assert_eq!(literal("l'été"), "'l''été'");
        assert_eq!(literal("a\\'b"), "E'a\\\\''b'");
    }
}
