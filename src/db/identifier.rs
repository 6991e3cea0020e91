//! Names and texts as they are written into SQL, where no placeholder can stand.

/// A name of a table, column or database: `Été "x"` becomes `"Été ""x"""`.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_inside_are_doubled() {
        assert_eq!(quoted("Été \"x\""), "\"Été \"\"x\"\"\"");
    }
}
