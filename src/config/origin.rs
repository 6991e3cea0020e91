//! Where each value comes from: the line of a file, a variable, or the default.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use toml::de::DeTable;
use toml::de::DeValue;

/// Source of one setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Default,
    File {
        path: PathBuf,
        line: usize,
    },
    Environment(String),
    /// Where a secret was found.
    Source(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("default"),
            Self::File { path, line } => write!(formatter, "{}:{line}", path.display()),
            Self::Environment(name) => write!(formatter, "environment {name}"),
            Self::Source(text) => formatter.write_str(text),
        }
    }
}

/// Number of the line, from 1, that holds the byte at `offset`.
pub(super) fn line_at(text: &str, offset: usize) -> usize {
    1 + text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count()
}

/// Line of each key of a TOML document, by its dotted name; an array is one value.
pub(super) fn lines(text: &str) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    if let Ok(table) = DeTable::parse(text) {
        visit(table.get_ref(), "", &mut |name, span| {
            found.insert(name.to_owned(), line_at(text, span.start));
        });
    }
    found
}

/// Dotted name of the key at a place of the document; the innermost that covers it.
pub(super) fn key_at(text: &str, place: &Range<usize>) -> Option<String> {
    let mut found = None;
    if let Ok(table) = DeTable::parse(text) {
        visit(table.get_ref(), "", &mut |name, span| {
            if span.start <= place.start && place.end <= span.end {
                found = Some(name.to_owned());
            }
        });
    }
    found
}

fn visit(table: &DeTable<'_>, prefix: &str, act: &mut dyn FnMut(&str, Range<usize>)) {
    for (key, value) in table {
        let name =
            if prefix.is_empty() { key.get_ref().to_string() } else { format!("{prefix}.{}", key.get_ref()) };
        act(&name, key.span().start..value.span().end.max(key.span().end));
        if let DeValue::Table(inner) = value.get_ref() {
            visit(inner, &name, act);
        }
    }
}
